/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/*
 * What a host asks of its server: a new token for the old one, or a sign-in.
 */

/** Does what is due for the session: renews it, or tells that it ended; at rest only. */
void keyfob_host_renew (KeyfobHost *host);

/** Begins a refresh of the token of @host; at rest only, with a refresh token and a store. */
void keyfob_host_refresh (KeyfobHost *host);

/**
 * keyfob_host_begin_sign_in:
 * @options: (transfer full): what the user asked for; without a prompt the host decides
 *
 * Begins a sign-in, and finds out afterwards who has signed in; at rest only. Remembers whether the
 * provider gives a refresh token only with consent.
 */
void keyfob_host_begin_sign_in (KeyfobHost *host, KeyfobSignInOptions *options);

G_END_DECLS
