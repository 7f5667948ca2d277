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
 * What becomes of the sessions when the window is closed.
 *
 * Its property `ends` says that the user should be told: the agent ends soon after the window
 * (Agent1.Leaves), although somebody is signed in, it does not start at login, and the user was not
 * told before.
 */

/** Returns: (transfer full): what is known by @client; @settings are the application's */
KeyfobBackground *keyfob_background_new (KeyfobAgentClient *client, GSettings *settings);

gboolean keyfob_background_get_ends (KeyfobBackground *self);

/** The user wants Keyfob to run: from now on, and from login on. */
void keyfob_background_keep (KeyfobBackground *self);

/** The user knows. */
void keyfob_background_dismiss (KeyfobBackground *self);

G_END_DECLS
