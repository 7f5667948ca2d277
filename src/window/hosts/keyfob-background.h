/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-agent-client.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_BACKGROUND (keyfob_background_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobBackground, keyfob_background, KEYFOB, BACKGROUND, GObject)

/**
 * KeyfobBackground:
 *
 * Knows whether sessions are kept alive after the window is closed.
 *
 * The property `warns` is set where the user should be warned: the agent ends soon after the window
 * (Agent1.Leaves) although the user is signed in, it does not start at login, and the user has not
 * dismissed the warning before.
 */

/** Returns: (transfer full): the background of the agent of @client; @settings remember the
 * dismissal */
KeyfobBackground *keyfob_background_new (KeyfobAgentClient *client, GSettings *settings);

/** Returns: whether the user should be warned */
gboolean keyfob_background_get_warns (KeyfobBackground *self);

/** Lets the agent start at login, and therefore stay now. */
void keyfob_background_start_at_login (KeyfobBackground *self);

/** Does not warn again. */
void keyfob_background_dismiss (KeyfobBackground *self);

G_END_DECLS
