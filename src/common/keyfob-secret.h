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
 *
 * keyfob_secret_new() puts it into pages that are locked into memory, left out of core files and
 * empty in a child process, as far as the system allows and there is room; a string from elsewhere
 * is one, too.
 */
typedef char KeyfobSecret;

/**
 * keyfob_secret_keep_memory_private:
 *
 * Keeps the memory of this process out of core files and away from other programs of the user.
 */
void keyfob_secret_keep_memory_private (void);

/** At the very end of a program: the leak check of the address sanitizer looks in from outside. */
void keyfob_secret_let_leak_check_in (void);

/** @text: (nullable) Returns: (transfer full) (nullable): a copy of @text */
KeyfobSecret *keyfob_secret_new (const char *text);

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
