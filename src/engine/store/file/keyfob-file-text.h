/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-file-cache.h"
#include "keyfob-token-file.h"
#include "keyfob-token-text.h"

G_BEGIN_DECLS

/**
 * keyfob_file_text_parse:
 * @file: what it holds is read again where it makes no sense and was written just now: two Python
 *   programs write into one file before they rename it, so what the one has renamed may be
 *   unfinished for a moment
 * @foreign: (out): whether it is no token store, nor what is left of a damaged one
 * @error: KEYFOB_AUTH_ERROR_STORE where it is damaged or foreign
 *
 * Takes away the access of other users to a token store. Blocks.
 *
 * Returns: (transfer full): what the file says
 */
KeyfobTokenText *keyfob_file_text_parse (KeyfobTokenFile *file, gboolean *foreign, GError **error);

/**
 * keyfob_file_text_list:
 * @now: Unix time in seconds
 *
 * Returns: (transfer full): the base URLs of all tokens that are still good
 */
GStrv keyfob_file_text_list (KeyfobTokenText *text, KeyfobFileCache *cache, gint64 now);

G_END_DECLS
