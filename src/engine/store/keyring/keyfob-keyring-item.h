/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsecret/secret.h>

#include "keyfob-token.h"

G_BEGIN_DECLS

/** Returns: (transfer none): the schema of the items of Keyfob; its name is not searched for */
const SecretSchema *keyfob_keyring_item_schema (void);

/** Returns: (transfer full): the attributes of the item of @base_url, which are stored in clear */
GHashTable *keyfob_keyring_item_attributes (const char *base_url);

/** Returns: whether @item is one of Keyfob, and not another program's that has a host as well */
gboolean keyfob_keyring_item_is_ours (SecretItem *item);

/**
 * keyfob_keyring_item_dup_token:
 * @item: with its secret loaded
 * @error: KEYFOB_AUTH_ERROR_STORE where it holds no usable token
 *
 * Returns: (transfer full): the token, or %NULL
 */
KeyfobToken *keyfob_keyring_item_dup_token (SecretItem *item, GError **error);

/**
 * keyfob_keyring_item_value:
 * @now: Unix time in seconds
 *
 * Returns: (transfer full): the secret that keeps @token: the entry of the shared token file, on
 *   one line, because a line break spoils a keyring file that has no password
 */
SecretValue *keyfob_keyring_item_value (KeyfobToken *token, gint64 now);

G_END_DECLS
