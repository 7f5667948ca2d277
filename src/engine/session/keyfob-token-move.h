/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-token-store.h"

G_BEGIN_DECLS

/**
 * keyfob_token_move_async:
 * @from: where the token is
 * @to: where it goes
 * @token: the token at hand, for where @from cannot be asked or has lost it
 * @dead: @token is of no use any more, so that one which is in @to already is better
 *
 * Waits until no other program renews the session, and moves the token of @config: what @from has
 * is stored in @to, read back from there, and only then removed from @from.
 */
void keyfob_token_move_async (KeyfobConfig *config,
                              KeyfobTokenStore *from,
                              KeyfobTokenStore *to,
                              KeyfobClock *clock,
                              KeyfobToken *token,
                              gboolean dead,
                              GAsyncReadyCallback callback,
                              gpointer user_data);

/**
 * keyfob_token_move_finish:
 * @left_error: (out) (nullable): why the copy in @from could not be removed; the token is in @to
 *   all the same
 * @error: KEYFOB_AUTH_ERROR_STORE, LOCKED or, where another program has been renewing the session
 * for too long, UNAVAILABLE; the token is where it was
 *
 * Returns: (transfer full): the token that is in @to now, or %NULL
 */
KeyfobToken *keyfob_token_move_finish (GAsyncResult *result, GError **left_error, GError **error);

G_END_DECLS
