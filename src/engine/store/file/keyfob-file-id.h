/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>
#include <sys/stat.h>

G_BEGIN_DECLS

/**
 * KeyfobFileId:
 *
 * By what a file is told from the one that somebody put in its place. All zero is no file.
 */
typedef struct
{
  dev_t device;
  ino_t inode;
  mode_t mode;
  off_t size;
  struct timespec modified;
} KeyfobFileId;

/** The mark of the file that @info tells of. */
KeyfobFileId keyfob_file_id_of (const struct stat *info);

/** The mark of what is at @path now; a link is not followed. */
KeyfobFileId keyfob_file_id_at (const char *path);

/** Returns: whether there is a file */
gboolean keyfob_file_id_exists (const KeyfobFileId *self);

/** Returns: whether other users have access to the file */
gboolean keyfob_file_id_is_exposed (const KeyfobFileId *self);

/** Returns: whether both are of the same file, unchanged, or of none */
gboolean keyfob_file_id_equal (const KeyfobFileId *self, const KeyfobFileId *other);

G_END_DECLS
