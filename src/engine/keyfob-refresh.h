/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-config.h"
#include "keyfob-server.h"
#include "keyfob-token-store.h"

G_BEGIN_DECLS

/**
 * keyfob_refresh_async:
 * @token: has a refresh token
 *
 * Gets a new token for @token, whatever is left of it, and stores it. This is the one place where a
 * refresh token is used; one at a time per host, for a server may let it be used once only.
 */
void keyfob_refresh_async (KeyfobConfig *config,
                           KeyfobServer *server,
                           KeyfobTokenStore *store,
                           KeyfobToken *token,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

/**
 * keyfob_refresh_finish:
 * @store_error: (out) (optional) (nullable): why the new token could not be stored; it is good all
 *   the same, and the old one may be dead
 * @error: KEYFOB_AUTH_ERROR_EXPIRED where the refresh token is dead; see
 *   keyfob_auth_error_is_transient() for the others
 *
 * Returns: (transfer full): the new token, or %NULL
 */
KeyfobToken *keyfob_refresh_finish (GAsyncResult *result, GError **store_error, GError **error);

/** Returns: whether the server said that this refresh token will never work again */
gboolean keyfob_refresh_is_dead (const GError *error);

G_END_DECLS
