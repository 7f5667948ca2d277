/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-file-id.h"

G_BEGIN_DECLS

/** Bytes that a token file may have at most. */
#define KEYFOB_TOKEN_FILE_MAX ((gsize) 64 * 1024 * 1024)

/**
 * KeyfobTokenFile:
 *
 * A token file as it was when it was read, to be replaced by a new one as long as nobody else has
 * done so. Every function blocks.
 */
typedef struct _KeyfobTokenFile KeyfobTokenFile;

/**
 * KeyfobTokenFileOutcome:
 * @KEYFOB_TOKEN_FILE_FAILED: it is as it was before
 * @KEYFOB_TOKEN_FILE_WRITTEN: the new content is on disk
 * @KEYFOB_TOKEN_FILE_OVERTAKEN: somebody else has replaced it since it was read. What they wrote is
 *   now the content; change that and try again
 */
typedef enum
{
  KEYFOB_TOKEN_FILE_FAILED,
  KEYFOB_TOKEN_FILE_WRITTEN,
  KEYFOB_TOKEN_FILE_OVERTAKEN,
} KeyfobTokenFileOutcome;

/**
 * keyfob_token_file_resolve:
 * @path: absolute path of a token file, which need not exist
 * @error: KEYFOB_AUTH_ERROR_STORE
 *
 * Returns: (transfer full): absolute path of the file itself where @path is a link
 */
char *keyfob_token_file_resolve (const char *path, GError **error);

/**
 * keyfob_token_file_open:
 * @path: absolute path of a regular file of this user, or of a link to one
 * @error: KEYFOB_AUTH_ERROR_STORE
 *
 * Reads it.
 *
 * Returns: (transfer full): the file, empty where there is none
 */
KeyfobTokenFile *keyfob_token_file_open (const char *path, GError **error);

/** Reads it again. Returns: whether that worked */
gboolean keyfob_token_file_reload (KeyfobTokenFile *self, GError **error);

void keyfob_token_file_free (KeyfobTokenFile *self);

/** Returns: (transfer none): what it holds; secrets */
const char *keyfob_token_file_get_data (KeyfobTokenFile *self, gsize *length);

/** Returns: (transfer none): the path that it was opened by */
const char *keyfob_token_file_get_path (KeyfobTokenFile *self);

/** Returns: (transfer none): absolute path of the file itself where its name is a link */
const char *keyfob_token_file_get_target (KeyfobTokenFile *self);

/** Returns: what tells the file as it was read, or as it was written */
const KeyfobFileId *keyfob_token_file_get_mark (KeyfobTokenFile *self);

/** Takes away the access of other users where they have any. */
void keyfob_token_file_tighten (KeyfobTokenFile *self);

/** Returns: whether other users could read it before it was tightened */
gboolean keyfob_token_file_was_exposed (KeyfobTokenFile *self);

/**
 * keyfob_token_file_replace:
 * @text: the new content
 * @error: KEYFOB_AUTH_ERROR_STORE for FAILED
 *
 * Writes a new file beside the old one, private from its first byte, syncs it and puts it in the
 * place of the old one.
 */
KeyfobTokenFileOutcome
keyfob_token_file_replace (KeyfobTokenFile *self, const char *text, GError **error);

/**
 * keyfob_token_file_keep_copy:
 * @now: Unix time in seconds
 * @error: KEYFOB_AUTH_ERROR_STORE
 *
 * Puts what it holds aside in a new private file `PATH.damaged-DATE-TIME`, never over an existing
 * one.
 *
 * Returns: (transfer full): path of the copy
 */
char *keyfob_token_file_keep_copy (KeyfobTokenFile *self, gint64 now, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobTokenFile, keyfob_token_file_free)

G_END_DECLS
