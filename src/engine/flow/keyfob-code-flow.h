/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-clock.h"
#include "keyfob-config.h"
#include "keyfob-flow.h"
#include "keyfob-launcher.h"
#include "keyfob-server.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_CODE_FLOW (keyfob_code_flow_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobCodeFlow, keyfob_code_flow, KEYFOB, CODE_FLOW, GObject)

/**
 * KeyfobCodeFlow:
 *
 * Signs in by the authorization code flow through the system browser (RFC 8252). It ends at the
 * time limit of the configuration with KEYFOB_AUTH_ERROR_TIMED_OUT, and frees its port however it
 * ends.
 *
 * A code that the server refuses ends the attempt: the server's own state and verifier are used
 * only where the option `server-pkce` says so, or where the answer of the login route leaves no
 * choice.
 *
 * Properties that notify: `login-uri` (string, nullable): the address to open, from the answer of
 * the server to the end of the attempt; `launch-error` (string, nullable): the sentence that says
 * why no browser opened. That does not end the attempt: the address can still be copied.
 */

/**
 * keyfob_code_flow_new:
 * @launcher: (nullable): what opens the browser; %NULL opens none
 * @clock: measures the time limit
 *
 * Returns: (transfer full): a #KeyfobFlow
 */
KeyfobCodeFlow *keyfob_code_flow_new (KeyfobConfig *config,
                                      KeyfobServer *server,
                                      KeyfobLauncher *launcher,
                                      KeyfobClock *clock);

/** @prompt: (nullable): see keyfob_server_begin_login_async() */
void keyfob_code_flow_set_prompt (KeyfobCodeFlow *self, const char *prompt);

/** @token: (nullable): handed to the launcher */
void keyfob_code_flow_set_activation_token (KeyfobCodeFlow *self, const char *token);

/** Returns: (nullable): the address that signs in, while it runs */
const char *keyfob_code_flow_get_login_uri (KeyfobCodeFlow *self);

/** Returns: (nullable): why no browser opened, as a sentence */
const char *keyfob_code_flow_get_launch_error (KeyfobCodeFlow *self);

/**
 * keyfob_code_flow_set_hold:
 *
 * By default the browser's page says that it worked as soon as the token is there. A caller that
 * must store the token first sets @hold and calls keyfob_code_flow_conclude() afterwards.
 */
void keyfob_code_flow_set_hold (KeyfobCodeFlow *self, gboolean hold);

/** @failure: (nullable): why the sign-in did not work after all; closes the port */
void keyfob_code_flow_conclude (KeyfobCodeFlow *self, const char *failure);

G_END_DECLS
