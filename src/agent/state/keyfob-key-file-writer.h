/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-clock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_KEY_FILE_WRITER (keyfob_key_file_writer_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobKeyFileWriter, keyfob_key_file_writer, KEYFOB, KEY_FILE_WRITER, GObject)

/**
 * KeyfobKeyFileWriter:
 *
 * Writes a key file that is kept in memory: in a thread, whole to a new file that only the user can
 * read, one write at a time; the last state wins. A symbolic link to the file stays. A write that
 * failed is tried again after a while, with the next change, and by
 * keyfob_key_file_writer_flush_async(). Changes that are not written when the writer is disposed of
 * are lost.
 */

/**
 * keyfob_key_file_writer_new:
 * @path: path of the file
 * @clock: times the next attempt after a write that failed
 *
 * Returns: (transfer full): a writer that has nothing to write
 */
KeyfobKeyFileWriter *keyfob_key_file_writer_new (const char *path, KeyfobClock *clock);

/**
 * keyfob_key_file_writer_write:
 * @keys: (transfer none): the changed key file, which is written in the state that it has then
 *
 * Has @keys written soon.
 */
void keyfob_key_file_writer_write (KeyfobKeyFileWriter *self, GKeyFile *keys);

/**
 * keyfob_key_file_read:
 * @keys: takes what the file has
 *
 * Reads a file that a #KeyfobKeyFileWriter has written.
 *
 * Returns: %FALSE with a sentence where there is a file that cannot be read
 */
gboolean keyfob_key_file_read (GKeyFile *keys, const char *path, GError **error);

/** Writes all changes that are not on disk yet, also after a write that failed. */
void keyfob_key_file_writer_flush_async (KeyfobKeyFileWriter *self,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

/** Returns: %FALSE with a sentence where it could not be written */
gboolean keyfob_key_file_writer_flush_finish (KeyfobKeyFileWriter *self,
                                              GAsyncResult *result,
                                              GError **error);

G_END_DECLS
