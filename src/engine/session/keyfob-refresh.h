/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-clock.h"
#include "keyfob-config.h"
#include "keyfob-server.h"
#include "keyfob-token-store.h"

G_BEGIN_DECLS

/**
 * keyfob_refresh_async:
 * @token: has a refresh token
 *
 * Gets a new token for @token, whatever is left of it, and stores it. This is the one place where a
 * refresh token is used, and one program at a time does so for a host: a server may let it be used
 * once only.
 *
 * The store is read again before. What another program has put there since is the new token where
 * it is good, and the server is not asked at all; else its refresh token is the one to use.
 *
 * Where the access token is also the refresh token, the server forgets the session before it
 * answers, and an answer that is lost ends it. It is asked for something harmless first.
 *
 * A locked keyring is not asked for: nobody may be there. That is in the store error then.
 */
void keyfob_refresh_async (KeyfobConfig *config,
                           KeyfobServer *server,
                           KeyfobTokenStore *store,
                           KeyfobClock *clock,
                           KeyfobToken *token,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

/**
 * keyfob_refresh_finish:
 * @store_error: (out) (optional) (nullable): why the new token could not be stored; it is good all
 *   the same, and the old one may be dead
 * @error: KEYFOB_AUTH_ERROR_EXPIRED where the refresh token is dead; anything else says nothing
 *   about it, such as KEYFOB_AUTH_ERROR_UNAVAILABLE where another program does not come to an end
 *
 * Returns: (transfer full): the new token, or %NULL
 */
KeyfobToken *keyfob_refresh_finish (GAsyncResult *result, GError **store_error, GError **error);

/** Returns: whether the server said that this refresh token will never work again */
gboolean keyfob_refresh_is_dead (const GError *error);

G_END_DECLS
