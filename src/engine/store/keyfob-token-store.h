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
 * Where tokens live. Errors are KEYFOB_AUTH_ERROR_STORE or KEYFOB_AUTH_ERROR_LOCKED (or
 * G_IO_ERROR_CANCELLED). An operation that has asked the user something goes on until the user has
 * answered, also when it is cancelled meanwhile.
 *
 * Property that notifies and that every store overrides: `locked` (boolean): whether only the user
 * can open the store, as far as is known. It tells of an unlock by another program, too.
 *
 * Signal `changed`: other programs have changed what is stored. Signal `report` (name, sentence):
 * something happened to the store that the user should know; of the same name only the last counts.
 * Names: `damaged-file`, `readable-file`, `shared-place`. Both come in the main context in which
 * the store was made.
 */
struct _KeyfobTokenStoreInterface
{
  GTypeInterface parent_iface;

  void (*lookup_async) (KeyfobTokenStore *self,
                        KeyfobConfig *host,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  gboolean (*lookup_finish) (KeyfobTokenStore *self,
                             GAsyncResult *result,
                             KeyfobToken **token,
                             GError **error);
  void (*save_async) (KeyfobTokenStore *self,
                      KeyfobConfig *host,
                      KeyfobToken *token,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
  gboolean (*save_finish) (KeyfobTokenStore *self, GAsyncResult *result, GError **error);
  void (*remove_async) (KeyfobTokenStore *self,
                        KeyfobConfig *host,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  gboolean (*remove_finish) (KeyfobTokenStore *self, GAsyncResult *result, GError **error);
  void (*unlock_async) (KeyfobTokenStore *self,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  gboolean (*unlock_finish) (KeyfobTokenStore *self, GAsyncResult *result, GError **error);
  const char *(*get_kind) (KeyfobTokenStore *self);
  char *(*dup_lock_path) (KeyfobTokenStore *self);
  /* These two may be missing. They return a GTask, of a GStrv and of a boolean. */
  void (*list_async) (KeyfobTokenStore *self,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
  void (*was_removed_async) (KeyfobTokenStore *self,
                             KeyfobConfig *host,
                             gint64 since,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
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
 * Returns: %FALSE with an error where the store could not be asked
 */
gboolean keyfob_token_store_lookup_finish (KeyfobTokenStore *self,
                                           GAsyncResult *result,
                                           KeyfobToken **token,
                                           GError **error);

/** Stores @token; when it finishes the token is on disk. A locked keyring asks the user. */
void keyfob_token_store_save_async (KeyfobTokenStore *self,
                                    KeyfobConfig *host,
                                    KeyfobToken *token,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean
keyfob_token_store_save_finish (KeyfobTokenStore *self, GAsyncResult *result, GError **error);

/** Removes the token of @host; one that is not there is no error. A locked keyring asks the user.
 */
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

/** Lists for whom there is a token that is still good; a keyring does not tell. */
void keyfob_token_store_list_async (KeyfobTokenStore *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

/** Returns: (transfer full): base URLs; of what Python put down it is only scheme and host */
GStrv keyfob_token_store_list_finish (KeyfobTokenStore *self, GAsyncResult *result, GError **error);

/**
 * keyfob_token_store_was_removed_async:
 * @since: Unix time in seconds at which the token was stored that is no longer found
 *
 * Asks whether a token that has vanished was meant to: a Python program that rewrites the file at
 * the wrong moment drops tokens that others have just put there.
 */
void keyfob_token_store_was_removed_async (KeyfobTokenStore *self,
                                           KeyfobConfig *host,
                                           gint64 since,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);

/**
 * keyfob_token_store_was_removed_finish:
 * @removed: (out): %TRUE where a Keyfob removed it since then, or everything is gone; %FALSE where
 *   it was lost, or is there
 *
 * Returns: %FALSE with an error where the store could not be asked
 */
gboolean keyfob_token_store_was_removed_finish (KeyfobTokenStore *self,
                                                GAsyncResult *result,
                                                gboolean *removed,
                                                GError **error);

/** For stores: other programs have changed what is stored. */
void keyfob_token_store_changed (KeyfobTokenStore *self);

/** For stores: @sentence is what the user should know. */
void keyfob_token_store_report (KeyfobTokenStore *self, const char *name, const char *sentence);

/** Returns: whether only the user can open the store, as far as is known; a file never is locked */
gboolean keyfob_token_store_get_locked (KeyfobTokenStore *self);

/** Returns: (transfer full): the lock file of what is stored here, see #KeyfobLock */
char *keyfob_token_store_dup_lock_path (KeyfobTokenStore *self);

/** Returns: `keyring` or `file` */
const char *keyfob_token_store_get_kind (KeyfobTokenStore *self);

/**
 * keyfob_token_store_dup_default_path:
 *
 * Returns: (transfer full): `OIDC_TOKEN_FILE`, else the token file of py-oidc-auth-client
 */
char *keyfob_token_store_dup_default_path (void);

G_END_DECLS
