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
 * An entry for the address of a host and a button that adds the host. Shows during typing whether
 * the address is valid. Emits `added` when the agent has added the host.
 */

/** Sets the client of the agent; to be called once. */
void keyfob_add_host_form_set_client (KeyfobAddHostForm *self, KeyfobAgentClient *client);

/** Gives the focus to the entry. */
void keyfob_add_host_form_focus (KeyfobAddHostForm *self);

/** Empties the entry. */
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
