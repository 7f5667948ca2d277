/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsecret/secret.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_COLLECTION (keyfob_collection_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobCollection, keyfob_collection, KEYFOB, COLLECTION, GObject)

/**
 * KeyfobCollection:
 *
 * The default collection of the Secret Service, whichever that is at the time, and whether it is
 * locked.
 *
 * Property that notifies: `locked` (boolean): as far as is known; FALSE where there is none. It
 * follows what other programs and the user do.
 */

/**
 * keyfob_collection_new:
 *
 * Returns: (transfer full): the default collection of @service
 */
KeyfobCollection *keyfob_collection_new (SecretService *service);

/** Returns: whether it is locked, as far as is known */
gboolean keyfob_collection_get_locked (KeyfobCollection *self);

/** Asks the service whether it is locked. Never asks the user. */
void keyfob_collection_check_async (KeyfobCollection *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

/**
 * keyfob_collection_check_finish:
 * @error: KEYFOB_AUTH_ERROR_LOCKED where it is locked, else KEYFOB_AUTH_ERROR_STORE
 *
 * Returns: whether it is open, which it is also where there is none yet
 */
gboolean
keyfob_collection_check_finish (KeyfobCollection *self, GAsyncResult *result, GError **error);

/**
 * keyfob_collection_unlock_async:
 *
 * Lets the service ask the user where it is locked. There is no cancellable: gnome-keyring crashes
 * when a prompt is taken away.
 */
void keyfob_collection_unlock_async (KeyfobCollection *self,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

/**
 * keyfob_collection_unlock_finish:
 * @error: KEYFOB_AUTH_ERROR_LOCKED where the user refused, else KEYFOB_AUTH_ERROR_STORE
 *
 * Returns: whether it is open
 */
gboolean
keyfob_collection_unlock_finish (KeyfobCollection *self, GAsyncResult *result, GError **error);

G_END_DECLS
