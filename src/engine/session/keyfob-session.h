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

/**
 * KeyfobSession:
 * @server: (nullable): not needed to store, move or remove a token
 * @store: where the token is
 *
 * The session at one host and what the operations on it need. An operation takes references of its
 * own, so the struct may live on the stack.
 *
 * Each operation but the look-up of keyfob_session_authenticate_async() runs under the lock of the
 * host, which all programs of this user honour: lock, look up, decide, perhaps ask the server, save
 * or remove, unlock, answer. Another program is waited for, but not one that hangs: what the user
 * has just done (a sign-in, a sign-out) goes on without the lock then, everything else fails with
 * KEYFOB_AUTH_ERROR_UNAVAILABLE. Where there is no way to lock anything, nobody waits.
 */
typedef struct
{
  KeyfobConfig *config;
  KeyfobServer *server;
  KeyfobTokenStore *store;
  KeyfobClock *clock;
} KeyfobSession;

/**
 * keyfob_session_authenticate_async:
 * @cached: (nullable): the token at hand, where the caller has it; %NULL looks in the store
 * @flow: (nullable): what to do when only the user can help; %NULL fails then
 * @force: go to @flow at once
 *
 * A token by the first that helps: the stored one while it is good, with a margin (see
 * keyfob_token_get_margin()); a refresh; @flow; a clear failure. A new token is in the store before
 * it is handed out.
 *
 * Only an answer that means that the refresh token is dead leads on to @flow. When the refresh
 * fails otherwise, a token with any time left is handed out, else the error is the refresh's (such
 * as NETWORK, TLS or SERVER) and the token stays where it is.
 *
 * A store that cannot be asked ends it with LOCKED or STORE, unless @cached or @force make the
 * question needless. Cancelling ends it with CANCELLED, except that a new token is always stored
 * and handed out.
 */
void keyfob_session_authenticate_async (const KeyfobSession *session,
                                        KeyfobToken *cached,
                                        KeyfobFlow *flow,
                                        gboolean force,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

/**
 * keyfob_session_authenticate_finish:
 * @store_error: (out) (optional) (nullable): why a new token could not be stored; the token is
 *   good all the same
 * @error: KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED where only the user could help and there is no
 *   flow
 *
 * Returns: (transfer full): the token, or %NULL
 */
KeyfobToken *
keyfob_session_authenticate_finish (GAsyncResult *result, GError **store_error, GError **error);

/**
 * keyfob_session_refresh_async:
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
 * answers, and an answer that is lost ends it. The server is asked for something harmless first.
 *
 * A locked keyring is not asked for: the user may be away. That is the store error then.
 */
void keyfob_session_refresh_async (const KeyfobSession *session,
                                   KeyfobToken *token,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/**
 * keyfob_session_refresh_finish:
 * @store_error: (out) (optional) (nullable): why the new token could not be stored; it is good all
 *   the same, and the old one may be dead
 * @error: KEYFOB_AUTH_ERROR_EXPIRED where the refresh token is dead; anything else says nothing
 *   about it, such as KEYFOB_AUTH_ERROR_UNAVAILABLE where another program does not come to an end
 *
 * Returns: (transfer full): the new token, or %NULL
 */
KeyfobToken *
keyfob_session_refresh_finish (GAsyncResult *result, GError **store_error, GError **error);

/** Returns: whether the server said that this refresh token will never work again */
gboolean keyfob_session_has_ended (const GError *error);

/**
 * keyfob_session_store_later_async:
 * @token: could not be stored when it came
 *
 * Stores @token, unless another program has stored a newer one since. The user may be away, so a
 * locked keyring is not asked for; it is the error LOCKED.
 */
void keyfob_session_store_later_async (const KeyfobSession *session,
                                       KeyfobToken *token,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);

/** Returns: (transfer full): the token that is stored now, or %NULL where the store fails */
KeyfobToken *keyfob_session_store_later_finish (GAsyncResult *result, GError **error);

/**
 * keyfob_session_move_async:
 * @to: where the token goes
 * @token: the token at hand, for where the store cannot be asked or has lost it
 * @dead: @token is of no use any more, so that one which is in @to already is better
 *
 * Moves the token: what the store has is stored in @to, read back from there, and only then removed
 * from the store.
 */
void keyfob_session_move_async (const KeyfobSession *session,
                                KeyfobTokenStore *to,
                                KeyfobToken *token,
                                gboolean dead,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

/**
 * keyfob_session_move_finish:
 * @left_error: (out) (nullable): why the copy in the store could not be removed; the token has
 *   moved all the same
 * @error: KEYFOB_AUTH_ERROR_STORE, LOCKED or UNAVAILABLE; the token is where it was
 *
 * Returns: (transfer full): the token that has moved, or %NULL
 */
KeyfobToken *keyfob_session_move_finish (GAsyncResult *result, GError **left_error, GError **error);

/**
 * keyfob_session_remove_async:
 * @token: (nullable): the token that the caller knows
 *
 * Removes the token from the store when the user signs out. Another program that renews it just now
 * would store it again, so that the end of the renewal is waited for. A token in a file that is not
 * @token is removed once its writer no longer takes that for a lost update.
 */
void keyfob_session_remove_async (const KeyfobSession *session,
                                  KeyfobToken *token,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

/** Returns: %FALSE with an error where the token is left in the store */
gboolean keyfob_session_remove_finish (GAsyncResult *result, GError **error);

/**
 * keyfob_session_get_store:
 * @result: of any of these operations
 *
 * Returns: (transfer none): the store with which the operation began, valid as long as @result
 */
KeyfobTokenStore *keyfob_session_get_store (GAsyncResult *result);

G_END_DECLS
