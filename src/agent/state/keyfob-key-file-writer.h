/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_KEY_FILE_WRITER (keyfob_key_file_writer_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobKeyFileWriter, keyfob_key_file_writer, KEYFOB, KEY_FILE_WRITER, GObject)

/**
 * KeyfobKeyFileWriter:
 *
 * Writes a key file that is kept in memory: in a thread, whole to a new file that only the user can
 * read, one write at a time; the last state wins. A write that failed is tried again with the next
 * change and by keyfob_key_file_writer_flush_async().
 */

/** Returns: (transfer full): a writer of @path that has nothing to write */
KeyfobKeyFileWriter *keyfob_key_file_writer_new (const char *path);

/**
 * keyfob_key_file_writer_write:
 * @keys: (transfer none): what has changed; it is written as it is when its turn comes
 */
void keyfob_key_file_writer_write (KeyfobKeyFileWriter *self, GKeyFile *keys);

/** Waits until everything that was changed so far is on disk; tries a failed write once more. */
void keyfob_key_file_writer_flush_async (KeyfobKeyFileWriter *self,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

/** Returns: %FALSE with a G_FILE_ERROR where it could not be written */
gboolean keyfob_key_file_writer_flush_finish (KeyfobKeyFileWriter *self,
                                              GAsyncResult *result,
                                              GError **error);

G_END_DECLS
