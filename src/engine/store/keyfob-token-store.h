/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-config.h"
#include "keyfob-token.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_TOKEN_STORE (keyfob_token_store_get_type ())
G_DECLARE_INTERFACE (KeyfobTokenStore, keyfob_token_store, KEYFOB, TOKEN_STORE, GObject)

/**
 * KeyfobTokenStore:
 *
 * Keeps the tokens of hosts. Errors are KEYFOB_AUTH_ERROR_STORE, KEYFOB_AUTH_ERROR_LOCKED or
 * G_IO_ERROR_CANCELLED. An operation that has asked the user a question goes on until the user has
 * answered, even when it is cancelled meanwhile.
 *
 * Property that notifies and that every store overrides: `locked` (boolean): whether the user must
 * unlock the store, as far as is known. It notifies of an unlock by another program, too.
 *
 * Signal `changed`: another program has changed the store. Signal `report` (name, sentence): the
 * user should know what happened to the store; a report replaces an older one of the same name.
 * Names: `damaged-file`, `readable-file`, `shared-place`. Both signals are emitted in the main
 * context in which the store was made.
 *
 * Results are a #GTask of the store: a look-up returns a #KeyfobToken or %NULL, a list a GStrv,
 * every other operation a boolean.
 */
struct _KeyfobTokenStoreInterface
{
  GTypeInterface parent_iface;

  void (*lookup_async) (KeyfobTokenStore *self,
                        KeyfobConfig *host,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  void (*save_async) (KeyfobTokenStore *self,
                      KeyfobConfig *host,
                      KeyfobToken *token,
                      gboolean asks_user,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
  void (*remove_async) (KeyfobTokenStore *self,
                        KeyfobConfig *host,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  void (*unlock_async) (KeyfobTokenStore *self,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  /* (nullable): where hosts may share a place; else @save_async */
  void (*save_moved_async) (KeyfobTokenStore *self,
                            KeyfobConfig *host,
                            KeyfobConfig *from,
                            KeyfobToken *token,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
  gboolean is_keyring;
  char *(*dup_lock_path) (KeyfobTokenStore *self);
  /* (nullable): looks at the store first */
  void (*lock_async) (KeyfobTokenStore *self,
                      const char *name,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
  /* (nullable) */
  void (*list_async) (KeyfobTokenStore *self,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
  gboolean (*lookup_was_lost) (KeyfobTokenStore *self, GAsyncResult *result, KeyfobToken *token);
};

/** Looks up the token of @host. Never asks the user: a locked keyring is the error LOCKED. */
void keyfob_token_store_lookup_async (KeyfobTokenStore *self,
                                      KeyfobConfig *host,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

/**
 * keyfob_token_store_lookup_finish:
 * @token: (out) (nullable) (transfer full): the token, %NULL where there is none
 *
 * Returns: %FALSE with an error where the store could not be read;
 *   KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED where what it has for the host is no token
 */
gboolean keyfob_token_store_lookup_finish (KeyfobTokenStore *self,
                                           GAsyncResult *result,
                                           KeyfobToken **token,
                                           GError **error);

/**
 * keyfob_token_store_save_async:
 * @asks_user: whether a locked keyring may ask the user; else that is the error LOCKED
 *
 * Stores @token; it is on disk when the operation is finished. Once @cancellable is cancelled, the
 * operation begins no write.
 */
void keyfob_token_store_save_async (KeyfobTokenStore *self,
                                    KeyfobConfig *host,
                                    KeyfobToken *token,
                                    gboolean asks_user,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean
keyfob_token_store_save_finish (KeyfobTokenStore *self, GAsyncResult *result, GError **error);

/**
 * keyfob_token_store_save_moved_async:
 * @from: the host before its address was changed
 * @callback: calls keyfob_token_store_save_finish()
 *
 * As keyfob_token_store_save_async() with @asks_user, also where the store has one place for both
 * hosts, which then is that of @host.
 */
void keyfob_token_store_save_moved_async (KeyfobTokenStore *self,
                                          KeyfobConfig *host,
                                          KeyfobConfig *from,
                                          KeyfobToken *token,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);

/** Removes the token of @host, if there is one. A locked keyring asks the user. */
void keyfob_token_store_remove_async (KeyfobTokenStore *self,
                                      KeyfobConfig *host,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean
keyfob_token_store_remove_finish (KeyfobTokenStore *self, GAsyncResult *result, GError **error);

/** Asks the user to unlock the store; LOCKED where the user refuses. Does nothing for a file. */
void keyfob_token_store_unlock_async (KeyfobTokenStore *self,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean
keyfob_token_store_unlock_finish (KeyfobTokenStore *self, GAsyncResult *result, GError **error);

/** Lists the hosts with a token that is still good; the list of a keyring is empty. */
void keyfob_token_store_list_async (KeyfobTokenStore *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

/** Returns: (transfer full): base URLs; only scheme and host for a token that Python wrote */
GStrv keyfob_token_store_list_finish (KeyfobTokenStore *self, GAsyncResult *result, GError **error);

/** Seconds after its writing within which an entry that vanishes counts as lost. */
#define KEYFOB_LOST_UPDATE_SECONDS 2

/**
 * keyfob_token_store_lookup_was_lost:
 * @result: of a look-up that found no token
 * @token: the token that was stored
 *
 * A Python program that rewrites the token file without a lock can drop an entry that another
 * program has just written. It also leaves out each entry whose token and refresh token end within
 * 30 seconds by what the server said, although such a refresh token often works.
 *
 * Returns: whether the entry vanished within two seconds after this store wrote it, or was such a
 *   token. Any other entry that is gone was removed on purpose
 */
gboolean keyfob_token_store_lookup_was_lost (KeyfobTokenStore *self,
                                             GAsyncResult *result,
                                             KeyfobToken *token);

/** For implementations: emits `changed`. */
void keyfob_token_store_changed (KeyfobTokenStore *self);

/** For implementations: emits `report`. */
void keyfob_token_store_report (KeyfobTokenStore *self, const char *name, const char *sentence);

/** Returns: whether the user must unlock the store, as far as is known; a file is never locked */
gboolean keyfob_token_store_get_locked (KeyfobTokenStore *self);

/** Returns: (transfer full): path of the lock file of the store, see #KeyfobLock */
char *keyfob_token_store_dup_lock_path (KeyfobTokenStore *self);

/**
 * keyfob_token_store_lock_async:
 * @name: (nullable): the part of the store to lock, see keyfob_lock_acquire_async()
 * @callback: calls keyfob_lock_acquire_finish()
 *
 * Locks the store, unless a file that is no token store is in its place: nothing is made beside it.
 */
void keyfob_token_store_lock_async (KeyfobTokenStore *self,
                                    const char *name,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

/** Returns: whether the store is the keyring; else it is a file */
gboolean keyfob_token_store_is_keyring (KeyfobTokenStore *self);

/** What py-oidc-auth-client calls its token file, in whichever folder. */
#define KEYFOB_TOKEN_FILE_NAME "token-store.json"

/** Returns: (transfer full): the token file of a program with py-oidc-auth-client's `app_name` */
char *keyfob_token_store_dup_app_path (const char *app);

/**
 * keyfob_token_store_dup_default_path:
 *
 * Returns: (transfer full): `OIDC_TOKEN_FILE`, else the token file of py-oidc-auth-client
 */
char *keyfob_token_store_dup_default_path (void);

G_END_DECLS
