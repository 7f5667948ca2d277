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
 * @store: the store of the token; %NULL for an authentication with @force where the keyring is
 *   silent, and the token is not stored
 *
 * The session at one host and what the operations on it need. An operation takes references of its
 * own, so the struct may be on the stack.
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
 * @cached: (nullable): the token that the caller has; %NULL reads the store
 * @flow: (nullable): run where only the user can help; with %NULL the operation fails there
 * @force: run @flow at once
 *
 * Tries in this order: the token at hand or in the store while keyfob_token_is_fresh(); a refresh;
 * @flow. A new token is stored before it is returned.
 *
 * @flow runs only where the refresh token will never work again. Where the refresh fails otherwise,
 * a token with any time left is returned, else the error of the refresh (such as NETWORK, TLS or
 * SERVER); the stored token is not changed.
 *
 * Fails with LOCKED or STORE where the store cannot be read, which happens only without @cached and
 * @force. Fails with CANCELLED when cancelled, except that a new token is always stored and
 * returned.
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
 * @store_error: (out) (optional) (nullable): why a new token could not be stored; the token can be
 *   used all the same
 * @error: KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED where only the user could help and there is no
 *   flow
 *
 * Returns: (transfer full): the token, or %NULL
 */
KeyfobToken *
keyfob_session_authenticate_finish (GAsyncResult *result, GError **store_error, GError **error);

/**
 * keyfob_session_refresh_async:
 * @token: a token with a refresh token
 * @saved: whether @token is in the store as far as the caller knows
 *
 * Refreshes @token, even a fresh one, and stores the new token. No other code uses refresh tokens,
 * and for each host one program at a time does: a server may accept a refresh token only once.
 *
 * Reads the store before. Where another program has stored a newer token, that token is returned
 * without a request while it is fresh, else its refresh token is used. Where another program has
 * removed a @saved token, the user has signed out there, and the operation fails.
 *
 * In broker mode the server ends the old session before it answers, so that a lost answer loses the
 * session. Therefore keyfob_server_probe_async() comes first.
 *
 * Does not ask the user to unlock a keyring, since the user may be away; that is a store error.
 */
void keyfob_session_refresh_async (const KeyfobSession *session,
                                   KeyfobToken *token,
                                   gboolean saved,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/**
 * keyfob_session_refresh_finish:
 * @store_error: (out) (optional) (nullable): why the new token could not be stored; the new token
 * can be used all the same, and the old refresh token perhaps not any more
 * @error: KEYFOB_AUTH_ERROR_EXPIRED where the refresh token will never work again;
 *   INTERACTION_REQUIRED where another program has removed the token; after any other error it may,
 * such as KEYFOB_AUTH_ERROR_UNAVAILABLE where another program holds the lock
 *
 * Returns: (transfer full): the new token, or %NULL
 */
KeyfobToken *
keyfob_session_refresh_finish (GAsyncResult *result, GError **store_error, GError **error);

/** Returns: whether the refresh of @result failed because another program has removed the token */
gboolean keyfob_session_was_removed (GAsyncResult *result);

/** Returns: whether @error of a refresh means that the refresh token will never work again */
gboolean keyfob_session_has_ended (const GError *error);

/**
 * keyfob_session_store_later_async:
 * @token: a token that could not be stored when it arrived
 *
 * Stores @token, unless another program has stored a newer token since. Fails with LOCKED instead
 * of asking the user to unlock a keyring, since the user may be away.
 */
void keyfob_session_store_later_async (const KeyfobSession *session,
                                       KeyfobToken *token,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);

/** Returns: (transfer full): the token that is in the store now, or %NULL */
KeyfobToken *keyfob_session_store_later_finish (GAsyncResult *result, GError **error);

/**
 * keyfob_session_move_async:
 * @to: the new store
 * @token: the token of the caller, used where the store cannot be read or no longer has a token
 * @dead: whether @token can neither be used nor refreshed, so that a token in @to is preferred
 *
 * Stores the newest token in @to, reads it back, and only then removes it from the old store.
 */
void keyfob_session_move_async (const KeyfobSession *session,
                                KeyfobTokenStore *to,
                                KeyfobToken *token,
                                gboolean dead,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

/**
 * keyfob_session_move_finish:
 * @left_error: (out) (nullable): why the copy in the old store could not be removed; the move
 *   succeeded all the same
 * @error: KEYFOB_AUTH_ERROR_STORE, LOCKED or UNAVAILABLE; the token is still in the old store
 *
 * Returns: (transfer full): the token that has moved, or %NULL
 */
KeyfobToken *keyfob_session_move_finish (GAsyncResult *result, GError **left_error, GError **error);

/**
 * keyfob_session_change_address_async:
 * @session: of the host at its old address
 * @to: the host at its new address
 * @token: the token, which is in the store
 * @callback: calls keyfob_session_move_finish()
 *
 * Stores the newest token as that of @to, reads it back, and only then removes that of the old
 * address. Fails where the store has another session at the new one.
 */
void keyfob_session_change_address_async (const KeyfobSession *session,
                                          KeyfobConfig *to,
                                          KeyfobToken *token,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);

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

/** Returns: whether @stored, which is in the store, is a token to remove */
typedef gboolean KeyfobSessionIsOld (KeyfobToken *stored, gpointer user_data);

/**
 * keyfob_session_remove_old_async:
 * @is_old: called with @user_data, under the lock
 *
 * Removes the token from the store where @is_old says so: a copy that was left there, unless
 * another program has put its own token in its place. Fails where the user would have to unlock
 * something.
 */
void keyfob_session_remove_old_async (const KeyfobSession *session,
                                      KeyfobSessionIsOld *is_old,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

/**
 * keyfob_session_remove_old_finish:
 * @stays: (out) (nullable) (transfer full): the token that is not old; %NULL where there is none
 * now
 *
 * Returns: %FALSE with an error where the old token may be left
 */
gboolean
keyfob_session_remove_old_finish (GAsyncResult *result, KeyfobToken **stays, GError **error);

/**
 * keyfob_session_get_store:
 * @result: the result of any of the operations above
 *
 * Returns: (transfer none): the store with which the operation began; valid as long as @result
 */
KeyfobTokenStore *keyfob_session_get_store (GAsyncResult *result);

G_END_DECLS
