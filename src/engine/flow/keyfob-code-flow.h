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
 * Signs in by the authorization code flow in the system browser (RFC 8252). At the time limit of
 * the configuration the attempt fails with KEYFOB_AUTH_ERROR_TIMED_OUT.
 *
 * The state and the code verifier of the server are used only with the option `server-pkce`, or
 * where the answer of the login route cannot be changed. A code that the server refuses ends the
 * attempt.
 *
 * Properties that notify: `login-uri` (string, nullable): the address to open, from the answer of
 * the login route to the end of the attempt; `page-visited` (boolean): whether a browser came to
 * the short address that leads there, so that it opened; `provider` (string, nullable): what that
 * address leads to, to be shown; `question` (string, nullable): what the user has to answer before
 * the attempt goes on, see keyfob_code_flow_go_on(); `redirect-uri` (string, nullable): where the
 * browser comes back to, for as long as there is a `login-uri`; `trouble` (string, nullable): a
 * sentence with the reason why no browser opened or came back, and what to do. The attempt goes on
 * then, since the address can still be copied.
 */

/**
 * keyfob_code_flow_new:
 * @launcher: (nullable): opens the browser; with %NULL no browser opens
 * @clock: measures the time limit
 * @ended_loopbacks: see keyfob_loopback_new()
 *
 * Returns: (transfer full): a #KeyfobFlow
 */
KeyfobCodeFlow *keyfob_code_flow_new (KeyfobConfig *config,
                                      KeyfobServer *server,
                                      KeyfobLauncher *launcher,
                                      KeyfobClock *clock,
                                      GPtrArray *ended_loopbacks);

/** @prompt: (nullable): see keyfob_server_begin_login_async() */
void keyfob_code_flow_set_prompt (KeyfobCodeFlow *self, const char *prompt);

/** @token: (nullable): see keyfob_launcher_launch_async() */
void keyfob_code_flow_set_activation_token (KeyfobCodeFlow *self, const char *token);

/**
 * keyfob_code_flow_open_page:
 * @token: (nullable): see keyfob_launcher_launch_async()
 *
 * Opens the sign-in page again, or for the first time, by a short address that shows nothing to
 * those who read the argument list of the browser. Does nothing where there is no `login-uri`.
 */
void keyfob_code_flow_open_page (KeyfobCodeFlow *self, KeyfobLauncher *launcher, const char *token);

/**
 * keyfob_code_flow_set_known:
 * @known: (transfer full) (nullable): what the login led to before
 * @check: judges a provider that does not match @known
 *
 * An answer that names another issuer than the one of @known, or none where @known has one, is
 * refused (RFC 9207 section 2.4).
 */
void keyfob_code_flow_set_known (KeyfobCodeFlow *self,
                                 KeyfobProvider *known,
                                 KeyfobFlowCheck check,
                                 gpointer user_data);

/** Returns: (nullable): what the login leads to, as far as it is known, also after the attempt */
const KeyfobProvider *keyfob_code_flow_get_provider (KeyfobCodeFlow *self);

/**
 * keyfob_code_flow_go_on:
 *
 * Answers the question: sends the user to the provider, of which the question was, or see
 * keyfob_loopback_go_on(). To answer no, cancel the attempt.
 */
void keyfob_code_flow_go_on (KeyfobCodeFlow *self);

/** Brings the answer of the provider in place of the browser: see keyfob_loopback_take_address().
 */
gboolean keyfob_code_flow_take_address (KeyfobCodeFlow *self, const char *uri, GError **error);

/** Returns: (nullable): the value of `login-uri` */
const char *keyfob_code_flow_get_login_uri (KeyfobCodeFlow *self);

/** Returns: whether the browser came back with an answer of the provider */
gboolean keyfob_code_flow_is_answered (KeyfobCodeFlow *self);

/** Returns: (nullable): the value of `trouble` */
const char *keyfob_code_flow_get_trouble (KeyfobCodeFlow *self);

/**
 * keyfob_code_flow_set_hold:
 *
 * By default the browser shows success as soon as the token has arrived. A caller that stores the
 * token first sets @hold and calls keyfob_code_flow_conclude() afterwards.
 */
void keyfob_code_flow_set_hold (KeyfobCodeFlow *self, gboolean hold);

/**
 * keyfob_code_flow_conclude:
 * @failure: (nullable): a sentence with the reason why the sign-in failed; %NULL shows success
 *
 * Shows the result in the browser and ends the loopback server; see keyfob_loopback_close().
 */
void keyfob_code_flow_conclude (KeyfobCodeFlow *self, const char *failure);

G_END_DECLS
