/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>
#include <sys/stat.h>

G_BEGIN_DECLS

/** Bytes that the token file of the Python client may have at most; any other has KEYFOB_FILE_MAX.
 */
#define KEYFOB_TOKEN_FILE_MAX ((gsize) 64 * 1024 * 1024)

/**
 * KeyfobFileId:
 *
 * Tells an unchanged file from one that was changed or replaced. All zero stands for no file.
 */
typedef struct
{
  dev_t device;
  ino_t inode;
  mode_t mode;
  off_t size;
  struct timespec modified;
} KeyfobFileId;

/** Returns: the id of the file at @path now; a link is not followed */
KeyfobFileId keyfob_file_id_at (const char *path);

/** Returns: whether there is a file */
gboolean keyfob_file_id_exists (const KeyfobFileId *self);

/** Returns: whether the mode of the file gives other users access to it */
gboolean keyfob_file_id_is_exposed (const KeyfobFileId *self);

/** Returns: when the file was last modified, real time in microseconds */
gint64 keyfob_file_id_get_modified (const KeyfobFileId *self);

/** Returns: whether both are of the same unchanged file, or both of no file */
gboolean keyfob_file_id_equal (const KeyfobFileId *self, const KeyfobFileId *other);

/**
 * KeyfobTokenFile:
 *
 * The content of a token file as it was read. The file can be replaced as long as no other program
 * has replaced it since. Every function blocks; errors are KEYFOB_AUTH_ERROR_STORE.
 */
typedef struct _KeyfobTokenFile KeyfobTokenFile;

/**
 * KeyfobTokenFileOutcome:
 * @KEYFOB_TOKEN_FILE_FAILED: the file is as it was before
 * @KEYFOB_TOKEN_FILE_WRITTEN: the new content is on disk
 * @KEYFOB_TOKEN_FILE_OVERTAKEN: another program has replaced the file since it was read. What that
 *   program wrote is the content of the #KeyfobTokenFile now: apply the change to that, and try
 *   again
 */
typedef enum
{
  KEYFOB_TOKEN_FILE_FAILED,
  KEYFOB_TOKEN_FILE_WRITTEN,
  KEYFOB_TOKEN_FILE_OVERTAKEN,
} KeyfobTokenFileOutcome;

/**
 * keyfob_token_file_open:
 * @path: absolute path of a regular file of this user, or of a link to one
 *
 * Reads the file. A file that does not exist has no content.
 *
 * Returns: (transfer full): the file, or %NULL
 */
KeyfobTokenFile *keyfob_token_file_open (const char *path, GError **error);

/** Reads the file again. Returns: whether it could be read */
gboolean keyfob_token_file_reload (KeyfobTokenFile *self, GError **error);

/** Wipes the content from memory. */
void keyfob_token_file_free (KeyfobTokenFile *self);

/** Returns: (transfer none): the content, with a NUL byte behind its @length bytes; secrets */
const char *keyfob_token_file_get_data (KeyfobTokenFile *self, gsize *length);

/** Returns: (transfer none): the path that the file was opened by */
const char *keyfob_token_file_get_path (KeyfobTokenFile *self);

/** Returns: (transfer none): absolute path of the file itself, where its name is a link */
const char *keyfob_token_file_get_target (KeyfobTokenFile *self);

/** Returns: (transfer none): the id of the file that was read or, later, written */
const KeyfobFileId *keyfob_token_file_get_id (KeyfobTokenFile *self);

/** Takes away the access of other users. Returns: whether they had any */
gboolean keyfob_token_file_make_private (KeyfobTokenFile *self);

/**
 * keyfob_token_file_replace:
 * @text: the new content
 * @error: set for FAILED
 *
 * Writes a temporary file that is private from its first byte, syncs it and puts it in the place of
 * the old file.
 */
KeyfobTokenFileOutcome
keyfob_token_file_replace (KeyfobTokenFile *self, const char *text, GError **error);

/** Deletes temporary files of programs that were killed while they replaced the file. */
void keyfob_token_file_delete_temporary (KeyfobTokenFile *self);

/**
 * keyfob_token_file_copy_damaged:
 * @now: Unix time in seconds
 *
 * Writes the content into a new private file `PATH.damaged-DATE-TIME`, never over an existing file.
 *
 * Returns: (transfer full): path of the copy, or %NULL
 */
char *keyfob_token_file_copy_damaged (KeyfobTokenFile *self, gint64 now, GError **error);

/** Returns: (transfer full): the lock file of the token file at @path: one for each file, by
 * whatever name it is known */
char *keyfob_token_file_dup_lock_path (const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobTokenFile, keyfob_token_file_free)

G_END_DECLS
