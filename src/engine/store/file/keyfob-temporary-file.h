/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * keyfob_temporary_file_create:
 * @target: absolute path of the file that it is to replace
 * @path: (out) (transfer full): its path, in the same folder
 *
 * Makes a new file that is private from its first byte, and syncs it. Blocks.
 *
 * Returns: its descriptor, or -1 with errno where there is none
 */
int keyfob_temporary_file_create (const char *target, const char *data, gsize length, char **path);

/** Writes and syncs. Blocks. Returns: whether it is on disk; else errno says why not */
gboolean keyfob_temporary_file_fill (int fd, const char *data, gsize length);

/** What was renamed is on disk only when its folder is; some file systems cannot tell. Blocks. */
void keyfob_temporary_file_sync_folder (const char *target);

/** Deletes what writers that were killed have left beside @target. Blocks. */
void keyfob_temporary_file_tidy (const char *target);

G_END_DECLS
