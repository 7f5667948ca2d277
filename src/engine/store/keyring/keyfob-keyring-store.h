/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsecret/secret.h>

#include "keyfob-token-store.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_KEYRING_STORE (keyfob_keyring_store_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobKeyringStore, keyfob_keyring_store, KEYFOB, KEYRING_STORE, GObject)

/**
 * keyfob_keyring_store_new:
 * @service: a Secret Service with its session open
 *
 * Tokens in the default collection, one item for each host: its secret is single-line JSON, its
 * attribute the base URL. The property `locked` follows the default collection, whichever that is
 * at the time, and is FALSE where there is none.
 *
 * Returns: (transfer full): a #KeyfobTokenStore
 */
KeyfobTokenStore *keyfob_keyring_store_new (SecretService *service, KeyfobClock *clock);

/** Asks the service whether the default collection is locked. Never asks the user. */
void keyfob_keyring_store_check_async (KeyfobKeyringStore *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);

/**
 * keyfob_keyring_store_check_finish:
 * @error: KEYFOB_AUTH_ERROR_LOCKED where the collection is locked, else KEYFOB_AUTH_ERROR_STORE
 *
 * Returns: whether the collection is open, or there is none yet
 */
gboolean
keyfob_keyring_store_check_finish (KeyfobKeyringStore *self, GAsyncResult *result, GError **error);

G_END_DECLS
