/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-clock.h"
#include "keyfob-config.h"
#include "keyfob-flow.h"
#include "keyfob-server.h"
#include "keyfob-token-store.h"

G_BEGIN_DECLS

/** Seconds that a token must still be good for to be handed out without a refresh. */
#define KEYFOB_TOKEN_MARGIN 60

/**
 * keyfob_authenticate_async:
 * @cached: (nullable): the token at hand, where the caller has it; %NULL looks in @store
 * @flow: (nullable): what to do when only the user can help; %NULL fails then
 * @force: go to @flow at once
 *
 * A token by the first that helps: the stored one while it is good, with a margin (see
 * keyfob_token_get_margin()); a refresh; @flow; a clear failure. A new token is in @store before it
 * is handed out.
 *
 * Only an answer that means that the refresh token is dead leads on to @flow. When the refresh
 * fails otherwise, a token with any time left is handed out, else the error is the refresh's (such
 * as NETWORK, TLS or SERVER) and the token stays where it is.
 *
 * A store that cannot be asked ends it with LOCKED or STORE, unless @cached or @force make the
 * question needless. Cancelling ends it with CANCELLED, except that a new token is always stored
 * and handed out.
 */
void keyfob_authenticate_async (KeyfobConfig *config,
                                KeyfobServer *server,
                                KeyfobTokenStore *store,
                                KeyfobClock *clock,
                                KeyfobToken *cached,
                                KeyfobFlow *flow,
                                gboolean force,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

/**
 * keyfob_authenticate_finish:
 * @store_error: (out) (optional) (nullable): why a new token could not be stored; the token is
 *   good all the same
 * @error: KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED where only the user could help and @flow is %NULL
 *
 * Returns: (transfer full): the token, or %NULL
 */
KeyfobToken *
keyfob_authenticate_finish (GAsyncResult *result, GError **store_error, GError **error);

G_END_DECLS
