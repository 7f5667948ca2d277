/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-bus.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_NAME_EDITOR (keyfob_name_editor_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobNameEditor, keyfob_name_editor, KEYFOB, NAME_EDITOR, AdwBin)

/**
 * KeyfobNameEditor:
 *
 * The name of a host as a heading, with a button that lets the user type another one. Enter, or
 * going on to something else, saves what was typed; Escape does not. Where the agent refuses the
 * name, the entry stays and the reason is below it.
 */

/**
 * keyfob_name_editor_set_host:
 * @host: (nullable): the host
 * @again: whether that is the host that is shown already, of an agent that was started again; then
 *   what is typed stays
 *
 * Shows the name of @host from now on, and forgets what is typed and not saved.
 */
void keyfob_name_editor_set_host (KeyfobNameEditor *self, KeyfobBusHost1 *host, gboolean again);

/** Lets the user type another name. */
void keyfob_name_editor_start (KeyfobNameEditor *self);

/** Gives the focus to the button that does so. */
void keyfob_name_editor_focus (KeyfobNameEditor *self);

G_END_DECLS
