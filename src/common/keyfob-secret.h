/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * KeyfobSecret:
 *
 * A string that is overwritten before its memory is freed; for use with g_autoptr().
 */
typedef char KeyfobSecret;

/** @secret: (nullable) (transfer full): wiped and freed */
void keyfob_secret_free (KeyfobSecret *secret);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobSecret, keyfob_secret_free)

/**
 * keyfob_secret_random:
 * @n_bytes: at most 64
 *
 * Returns: (transfer full): @n_bytes from the system's generator for keys, as base64url without
 *   padding (RFC 4648 section 5), or %NULL where the system has none
 */
KeyfobSecret *keyfob_secret_random (gsize n_bytes);

/**
 * keyfob_secret_challenge:
 *
 * Returns: (transfer full): the S256 code challenge of @verifier (RFC 7636 section 4.2)
 */
char *keyfob_secret_challenge (const char *verifier);

G_END_DECLS
