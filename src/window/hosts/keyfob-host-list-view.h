/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gtk/gtk.h>

#include "keyfob-host-actions.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_HOST_LIST_VIEW (keyfob_host_list_view_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobHostListView, keyfob_host_list_view, KEYFOB, HOST_LIST_VIEW, GtkBox)

/**
 * KeyfobHostListView:
 *
 * The hosts in sections, with a search. A click on a host and Enter activate `win.show-host` with
 * the path of its object; what is searched in vain is added by `win.add-host-address`, which gets
 * the text. `search-mode` is whether the search is shown.
 */

/** Shows the hosts of the client in @context, which has to outlive the view; to be called once. */
void keyfob_host_list_view_set_context (KeyfobHostListView *self, const KeyfobHostContext *context);

/** Sets whether the host that was used last comes first in its section, else names sort it. */
void keyfob_host_list_view_set_by_use (KeyfobHostListView *self, gboolean by_use);

/** What is typed in @widget starts the search. */
void keyfob_host_list_view_set_key_capture_widget (KeyfobHostListView *self, GtkWidget *widget);

/** Shows the search with @text in it, as if somebody had typed that. */
void keyfob_host_list_view_search_for (KeyfobHostListView *self, const char *text);

/** Shows the search, with the focus in it and what was typed there selected. */
void keyfob_host_list_view_search (KeyfobHostListView *self);

/** Leaves the search, unfolds what hides @item, scrolls there, and gives the row the focus. */
void keyfob_host_list_view_focus_item (KeyfobHostListView *self, KeyfobHostItem *item);

/** Lets the user select several rows, and shows what can be done with these. */
void keyfob_host_list_view_select (KeyfobHostListView *self);

/** Ends the selection of several rows, else the search. */
void keyfob_host_list_view_leave (KeyfobHostListView *self);

/** Marks the row of the host whose page is shown beside the list (nullable). */
void keyfob_host_list_view_set_shown (KeyfobHostListView *self, KeyfobHostItem *item);

/** Gives the focus to the row that had it last, or else to the first one. */
void keyfob_host_list_view_focus (KeyfobHostListView *self);

G_END_DECLS
