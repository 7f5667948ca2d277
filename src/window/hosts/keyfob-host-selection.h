/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gtk/gtk.h>

#include "keyfob-host-item.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_HOST_SELECTION (keyfob_host_selection_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobHostSelection, keyfob_host_selection, KEYFOB, HOST_SELECTION, GObject)

/**
 * KeyfobHostSelection:
 *
 * The rows of the list, and which of them are selected: while the user selects, those that the user
 * chose, and otherwise the one whose page is shown beside the list. Only these functions select:
 * the focus goes from row to row, and the pointer over them, without that. What leaves the list is
 * not selected any more. The property `n-selected` is how many the user chose.
 */

/** Returns: (transfer full): a selection in @model, without anything selected */
KeyfobHostSelection *keyfob_host_selection_new (GListModel *model);

/** Lets the user select, from nothing on, or ends that. */
void keyfob_host_selection_set_active (KeyfobHostSelection *self, gboolean active);

/** Returns: whether the user selects */
gboolean keyfob_host_selection_is_active (KeyfobHostSelection *self);

/** Sets the item whose page is shown beside the list (nullable). */
void keyfob_host_selection_set_shown (KeyfobHostSelection *self, KeyfobHostItem *item);

/** Selects @item, or unselects it. */
void keyfob_host_selection_toggle (KeyfobHostSelection *self, KeyfobHostItem *item);

/** Selects the hosts from one position to the other, in any order, and no other ones. */
void keyfob_host_selection_select_range (KeyfobHostSelection *self, guint from, guint to);

/** Returns: whether the user chose @item */
gboolean keyfob_host_selection_contains (KeyfobHostSelection *self, gpointer item);

/** Returns: how many the user chose */
guint keyfob_host_selection_get_n_selected (KeyfobHostSelection *self);

/** Returns: (transfer full) (element-type KeyfobHostItem): those that the user chose, from the top
 */
GPtrArray *keyfob_host_selection_dup_items (KeyfobHostSelection *self);

G_END_DECLS
