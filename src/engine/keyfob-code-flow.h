/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

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
 * Signs in by the authorization code flow through the system browser (RFC 8252).
 *
 * Properties that notify: `login-uri` (string, nullable): the address to open, set once the
 * server has answered; `server-pkce` (boolean): whether the server's own state and verifier had
 * to be used.
 */

/**
 * keyfob_code_flow_new:
 * @launcher: (nullable): what opens the browser; %NULL opens none
 *
 * Returns: (transfer full): a #KeyfobFlow
 */
KeyfobCodeFlow *
keyfob_code_flow_new (KeyfobConfig *config, KeyfobServer *server, KeyfobLauncher *launcher);

/** @prompt: (nullable): see keyfob_server_begin_login_async() */
void keyfob_code_flow_set_prompt (KeyfobCodeFlow *self, const char *prompt);

/** @token: (nullable): handed to the launcher */
void keyfob_code_flow_set_activation_token (KeyfobCodeFlow *self, const char *token);

/** Returns: (nullable): the address that signs in, while it runs */
const char *keyfob_code_flow_get_login_uri (KeyfobCodeFlow *self);

/** Returns: whether the server's own state and verifier had to be used */
gboolean keyfob_code_flow_get_server_pkce (KeyfobCodeFlow *self);

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
