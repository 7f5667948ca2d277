/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"
#include "keyfob-sign-in.h"

G_BEGIN_DECLS

/** Finds out who has just signed in: what the token claims, then what the server tells. */
void keyfob_host_learn_account (KeyfobHost *host);

/**
 * keyfob_host_learn_server:
 * @error: (nullable): why the sign-in failed
 *
 * Remembers what a sign-in has shown of the server, so that the next one need not find it out
 * again.
 */
void keyfob_host_learn_server (KeyfobHost *host, KeyfobSignIn *sign_in, const GError *error);

G_END_DECLS
