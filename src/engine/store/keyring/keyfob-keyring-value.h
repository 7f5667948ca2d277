/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsecret/secret.h>

#include "keyfob-token.h"

G_BEGIN_DECLS

/**
 * keyfob_keyring_value_new:
 * @now: when the token is stored, in seconds since the epoch
 *
 * The secret of an item: the entry of the shared token file as JSON in one line, or, where a
 * service would change that, `base64:` and the JSON in base64 (RFC 4648 section 4).
 *
 * Returns: (transfer full): a text that every service hands out as it was stored
 */
SecretValue *keyfob_keyring_value_new (KeyfobToken *token, double now);

/**
 * keyfob_keyring_value_to_token:
 * @value: (nullable): the secret of an item, of this Keyfob or of an older one
 * @error: KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED where there is no token in it,
 *   KEYFOB_AUTH_ERROR_STORE where the service has handed out no secret
 *
 * Returns: (transfer full) (nullable): the token
 */
KeyfobToken *keyfob_keyring_value_to_token (SecretValue *value, GError **error);

G_END_DECLS
