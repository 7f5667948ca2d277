/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-token.h"

G_BEGIN_DECLS

/**
 * keyfob_bare_token_load_async:
 * @path: absolute path of a regular file of this user that holds one token object, as web portals
 *   offer it for download
 *
 * Reads the token in a thread, and changes nothing of the file.
 */
void keyfob_bare_token_load_async (const char *path,
                                   KeyfobClock *clock,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/**
 * keyfob_bare_token_load_finish:
 * @error: KEYFOB_AUTH_ERROR_STORE with what is wrong with the file
 *
 * Returns: (transfer full): the token, which counts as received when the file was written; or %NULL
 */
KeyfobToken *keyfob_bare_token_load_finish (GAsyncResult *result, GError **error);

G_END_DECLS
