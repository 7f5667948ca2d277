/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-file-places.h"
#include "keyfob-token-file.h"
#include "keyfob-token-text.h"

G_BEGIN_DECLS

/**
 * keyfob_file_text_parse:
 * @file: what it holds is read again where it makes no sense and was written just now: two Python
 *   programs write into one file before they rename it, so what the one has renamed may be
 *   unfinished for a moment
 * @error: KEYFOB_AUTH_ERROR_STORE where it is damaged
 *
 * Blocks.
 *
 * Returns: (transfer full): what the file says
 */
KeyfobTokenText *keyfob_file_text_parse (KeyfobTokenFile *file, GError **error);

/**
 * keyfob_file_text_list:
 * @now: Unix time in seconds
 *
 * Returns: (transfer full): the base URLs of all tokens that are still good
 */
GStrv keyfob_file_text_list (KeyfobTokenText *text, KeyfobFilePlaces *places, gint64 now);

G_END_DECLS
