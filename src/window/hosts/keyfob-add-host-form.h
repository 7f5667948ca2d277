/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gtk/gtk.h>

#include "keyfob-agent-client.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_ADD_HOST_FORM (keyfob_add_host_form_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobAddHostForm, keyfob_add_host_form, KEYFOB, ADD_HOST_FORM, GtkBox)

/**
 * KeyfobAddHostForm:
 *
 * An entry for any link to a server. When typing pauses, the sign-in of the server is looked for;
 * what was found can be chosen, named and added. Emits `added`, with the base URL and whether the
 * user wants to sign in there, when the agent has added the host, and `listed` with the base URL
 * where the user asked for a host that is in the list already.
 */

/** Sets the client of the agent; to be called once. */
void keyfob_add_host_form_set_client (KeyfobAddHostForm *self, KeyfobAgentClient *client);

/**
 * keyfob_add_host_form_focus:
 * @by_user: whether the user asked for it
 *
 * Gives the focus to the entry. Where the user asked for it, a link on the clipboard is offered;
 * else the clipboard is not read.
 */
void keyfob_add_host_form_focus (KeyfobAddHostForm *self, gboolean by_user);

/**
 * keyfob_add_host_form_take_key:
 * @controller: is handling a key
 *
 * Gives the focus to the entry, and the key.
 *
 * Returns: whether the entry took it
 */
gboolean keyfob_add_host_form_take_key (KeyfobAddHostForm *self, GtkEventControllerKey *controller);

/** Puts @text into the entry, as if it was typed. */
void keyfob_add_host_form_set_text (KeyfobAddHostForm *self, const char *text);

/** Empties the form. */
void keyfob_add_host_form_clear (KeyfobAddHostForm *self);

/**
 * keyfob_add_host_form_set_file:
 * @file: (nullable): a file with one token, which has a path; %NULL to add a host without one
 *
 * Clears the form, and sets what it does. The token goes to a host, listed or not, by
 * `Agent1.ImportToken`; then the form emits `imported` with the file and the etag it had.
 */
void keyfob_add_host_form_set_file (KeyfobAddHostForm *self, GFile *file);

G_END_DECLS
