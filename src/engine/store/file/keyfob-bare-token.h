/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-token-file.h"
#include "keyfob-token.h"

G_BEGIN_DECLS

/**
 * keyfob_bare_token_load_async:
 * @path: absolute path of a regular file of this user that holds one token object, as web portals
 *   offer it for download
 * @base_url: (nullable): the host that the token is wanted for
 *
 * Reads the token in a thread, and changes nothing of the file.
 */
void keyfob_bare_token_load_async (const char *path,
                                   const char *base_url,
                                   KeyfobClock *clock,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/**
 * keyfob_bare_token_load_finish:
 * @error: KEYFOB_AUTH_ERROR_STORE with what is wrong with the file, KEYFOB_AUTH_ERROR_INVALID_HOST
 *   where the file names another host
 *
 * Returns: (transfer full): the token, which counts as received when the file was written; or %NULL
 */
KeyfobToken *keyfob_bare_token_load_finish (GAsyncResult *result, GError **error);

/**
 * keyfob_bare_token_read:
 * @now: Unix time in seconds
 *
 * Returns: (transfer full): the token in @file, as keyfob_bare_token_load_finish()
 */
KeyfobToken *keyfob_bare_token_read (KeyfobTokenFile *file, gint64 now, GError **error);

/**
 * keyfob_bare_token_is_at:
 * @base_url: (out) (transfer full) (nullable): the base URL of the host that the file names as that
 *   of the token
 *
 * Blocks.
 *
 * Returns: whether the file at @path holds one token object
 */
gboolean keyfob_bare_token_is_at (const char *path, char **base_url);

G_END_DECLS
