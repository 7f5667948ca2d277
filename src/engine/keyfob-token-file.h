/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Bytes that a token file may have at most. */
#define KEYFOB_TOKEN_FILE_MAX ((gsize) 64 * 1024 * 1024)

/**
 * keyfob_token_file_read:
 * @path: absolute path; a symbolic link is followed to a regular file of the same user only
 * @length: (out): bytes read
 * @error: KEYFOB_AUTH_ERROR_STORE
 *
 * Blocks.
 *
 * Returns: (transfer full): what the file holds, empty where there is no file
 */
char *keyfob_token_file_read (const char *path, gsize *length, GError **error);

/**
 * keyfob_token_file_write:
 * @path: absolute path; a symbolic link is followed as in keyfob_token_file_read()
 * @error: KEYFOB_AUTH_ERROR_STORE; the file is then as it was before
 *
 * Writes a new file beside the old one, private from its first byte, and renames it over. The new
 * content is on disk when it returns. Blocks.
 *
 * Returns: whether it worked
 */
gboolean keyfob_token_file_write (const char *path, const char *text, GError **error);

/**
 * keyfob_token_file_keep_copy:
 * @path: absolute path of the token file
 * @data: what it holds
 * @now: Unix time in seconds
 * @error: KEYFOB_AUTH_ERROR_STORE
 *
 * Puts @data aside in a new private file `PATH.damaged-DATE-TIME`, never over an existing one.
 * Blocks.
 *
 * Returns: (transfer full): path of the copy
 */
char *keyfob_token_file_keep_copy (const char *path,
                                   const char *data,
                                   gsize length,
                                   gint64 now,
                                   GError **error);

G_END_DECLS
