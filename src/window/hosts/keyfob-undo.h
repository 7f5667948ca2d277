/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-agent-client.h"
#include "keyfob-host-item.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_UNDO (keyfob_undo_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobUndo, keyfob_undo, KEYFOB, UNDO, GObject)

/**
 * KeyfobUndo:
 *
 * Removals and sign-outs that can be undone while their message is shown. The agent is told when
 * the message is gone, so a token stays until then, and a crash leaves everything as it was, which
 * the next start tells. A second removal or sign-out carries the first one out. The property
 * `can-undo` tells whether there is one.
 */

/**
 * keyfob_undo_new:
 * @client: the client of the agent
 * @toasts: gets the messages
 * @settings: keeps what has not been carried out yet
 *
 * Returns: (transfer full): an object with nothing to undo
 */
KeyfobUndo *
keyfob_undo_new (KeyfobAgentClient *client, AdwToastOverlay *toasts, GSettings *settings);

/** Removes @items (of #KeyfobHostItem) as one removal; they leave the list at once. */
void keyfob_undo_remove (KeyfobUndo *self, GPtrArray *items);

/** Signs out of @item; its state is signed out at once. */
void keyfob_undo_sign_out (KeyfobUndo *self, KeyfobHostItem *item);

/**
 * Undoes what is shown; does nothing where there is nothing to undo.
 *
 * Returns: (transfer full) (nullable): the first host that is back
 */
KeyfobHostItem *keyfob_undo_undo (KeyfobUndo *self);

/** Carries out at once what could still be undone, as before the window closes. */
void keyfob_undo_finish (KeyfobUndo *self);

G_END_DECLS
