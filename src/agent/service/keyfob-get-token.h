/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-context.h"
#include "keyfob-host.h"

G_BEGIN_DECLS

/**
 * keyfob_get_token_get_token:
 * @invocation: (transfer full): answered with the token, or with why there is none
 *
 * `Host1.GetToken`: the token at hand while it is good, else a refreshed one, else, when the caller
 * wants that, one by signing in.
 */
void keyfob_get_token_get_token (KeyfobContext *context,
                                 KeyfobHost *host,
                                 GDBusMethodInvocation *invocation,
                                 GVariant *options);

/**
 * keyfob_get_token_sign_in:
 * @invocation: (transfer full): answered as soon as the sign-in is under way, or not needed
 *
 * `Host1.SignIn`.
 */
void keyfob_get_token_sign_in (KeyfobContext *context,
                               KeyfobHost *host,
                               GDBusMethodInvocation *invocation,
                               GVariant *options);

G_END_DECLS
