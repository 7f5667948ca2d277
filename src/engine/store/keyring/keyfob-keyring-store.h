/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsecret/secret.h>

#include "keyfob-collection.h"
#include "keyfob-token-store.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_KEYRING_STORE (keyfob_keyring_store_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobKeyringStore, keyfob_keyring_store, KEYFOB, KEYRING_STORE, GObject)

/**
 * keyfob_keyring_store_new:
 * @service: a Secret Service with its session open
 * @collection: its default collection
 *
 * Tokens in the default collection, one item a host: single-line JSON, the base URL as attribute.
 *
 * Returns: (transfer full): a #KeyfobTokenStore
 */
KeyfobTokenStore *
keyfob_keyring_store_new (SecretService *service, KeyfobCollection *collection, KeyfobClock *clock);

G_END_DECLS
