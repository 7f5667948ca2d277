/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/**
 * keyfob_host_get_token_async:
 * @options: (transfer full): with @interactive the user may be asked
 * @client: (nullable): unique bus name of the program that asks; a sign-in ends when all its
 *   clients have left the bus. %NULL for the agent itself, which stays.
 *
 * Gets the token at hand while it is good, else a refreshed one, else, where @options allow, one by
 * signing in.
 */
void keyfob_host_get_token_async (KeyfobHost *host,
                                  KeyfobSignInOptions *options,
                                  const char *client,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

/**
 * keyfob_host_get_token_finish:
 * @error: a KEYFOB_AUTH_ERROR that says why there is no token
 *
 * Returns: (transfer full): the token, or %NULL
 */
KeyfobToken *keyfob_host_get_token_finish (KeyfobHost *host, GAsyncResult *result, GError **error);

/** Returns: (transfer full): why there is no token to be had without the user */
GError *keyfob_host_new_no_token_error (KeyfobHost *host);

/**
 * keyfob_host_sign_in_async:
 * @options: (transfer full): how to sign in; always interactive
 * @client: (nullable): as for keyfob_host_get_token_async()
 *
 * Signs in, unless there is a good token. Ends as soon as the user has an address or a code to go
 * on with; the sign-in itself goes on, see the state of @host.
 */
void keyfob_host_sign_in_async (KeyfobHost *host,
                                KeyfobSignInOptions *options,
                                const char *client,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

/** Returns: %FALSE with a KEYFOB_AUTH_ERROR where the sign-in has failed already */
gboolean keyfob_host_sign_in_finish (KeyfobHost *host, GAsyncResult *result, GError **error);

G_END_DECLS
