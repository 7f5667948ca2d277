/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-ctl.h"

G_BEGIN_DECLS

/**
 * keyfob_ctl_get_token:
 * @host: (nullable): as a person names a host, see keyfob_ctl_find_host()
 * @min_time: seconds that the token is to be good for, 0 for any
 * @code: (out): the exit code where there is no token
 *
 * Gets a token in one call where the agent has one. Has a person sign in where there is one, and
 * says else what that person can do. Says so where the server gives no token that lasts @min_time;
 * where the server cannot be asked for it there is none.
 *
 * Returns: (transfer full) (nullable): `a{sv}`, the token as Host1.GetToken gives it
 */
GVariant *keyfob_ctl_get_token (KeyfobCtl *self, const char *host, int min_time, KeyfobExit *code);

/**
 * keyfob_ctl_token_to_json:
 *
 * Returns: (transfer floating): @token as the Python client prints one, without a refresh token,
 *   which stays with the agent
 */
GVariant *keyfob_ctl_token_to_json (GVariant *token);

G_END_DECLS
