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

/** How a key file is read that people edit, too. */
#define KEYFOB_KEY_FILE_FLAGS (G_KEY_FILE_KEEP_COMMENTS | G_KEY_FILE_KEEP_TRANSLATIONS)

/** Bytes that such a file may have at most: thousands of groups. */
#define KEYFOB_KEY_FILE_MAX ((gsize) 4 * 1024 * 1024)

/**
 * keyfob_key_file_writer_new:
 * @path: path of the file
 * @clock: times the next attempt after a write that failed
 *
 * Returns: (transfer full): a writer that has nothing to write
 */
KeyfobKeyFileWriter *keyfob_key_file_writer_new (const char *path, KeyfobClock *clock);

/**
 * keyfob_key_file_writer_merge:
 * @keys: the key file as it was read
 *
 * Has the writer keep what other programs change in the file from now on: a write locks the file,
 * reads it, and makes in it only the changes of this program since @keys. A group that another
 * program removed stays removed.
 */
void keyfob_key_file_writer_merge (KeyfobKeyFileWriter *self, GKeyFile *keys);

/** Has the next write put @group into the file even where another program removed it. */
void keyfob_key_file_writer_want_group (KeyfobKeyFileWriter *self, const char *group);

/**
 * keyfob_key_file_salvage:
 * @data: text of a key file that cannot be parsed; NUL bytes in it are replaced
 * @good: (out) (transfer full): the lines that can be read
 * @line: (out): number of the first line that cannot
 * @copy: (out) (transfer full) (nullable): path of a copy of the file, `PATH.damaged-DATE-TIME`
 *
 * Returns: %FALSE with a G_FILE_ERROR where there can be no copy
 */
gboolean keyfob_key_file_salvage (const char *path,
                                  char *data,
                                  gsize length,
                                  char **good,
                                  guint *line,
                                  char **copy,
                                  GError **error);

/**
 * keyfob_key_file_find_bad_line:
 * @text: of a key file that cannot be parsed
 * @n_bad: (out): how many lines cannot be read
 *
 * For a log, since the error of GLib quotes the line, which may have a secret in it.
 *
 * Returns: number of the first line that cannot be read, or 0 */
guint keyfob_key_file_find_bad_line (const char *text, guint *n_bad);

/** Returns: the text behind the mark with which editors of Windows begin one in UTF-8 */
const char *keyfob_key_file_skip_byte_order_mark (const char *text);

/**
 * keyfob_key_file_load:
 * @keys: takes what @data has
 * @data: (nullable): text of a key file, followed by a zero; a byte order mark before it is skipped
 * @flags: KEYFOB_KEY_FILE_FLAGS where it is written again
 *
 * Without the error of GLib: it quotes the line, which may have a secret in it.
 *
 * Returns: %FALSE where a line cannot be read
 */
gboolean keyfob_key_file_load (GKeyFile *keys, const char *data, gsize length, GKeyFileFlags flags);

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

/**
 * keyfob_key_file_check_value:
 * @error: G_KEY_FILE_ERROR
 *
 * For texts and lists, since GLib sets an error twice for a value with two wrong escapes.
 *
 * Returns: whether there is a value that may be read
 */
gboolean
keyfob_key_file_check_value (GKeyFile *keys, const char *group, const char *key, GError **error);

/**
 * keyfob_key_file_dup_string:
 * @error: G_KEY_FILE_ERROR
 *
 * As g_key_file_get_string(), which may give a text beside an error, after
 * keyfob_key_file_check_value().
 *
 * Returns: (transfer full): the text, or %NULL
 */
char *
keyfob_key_file_dup_string (GKeyFile *keys, const char *group, const char *key, GError **error);

/**
 * keyfob_key_file_dup_strings:
 *
 * Returns: (transfer full): the texts; none where the value cannot be read
 */
GStrv keyfob_key_file_dup_strings (GKeyFile *keys, const char *group, const char *key);

/** Writes all changes that are not on disk yet, also after a write that failed. */
void keyfob_key_file_writer_flush_async (KeyfobKeyFileWriter *self,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

/**
 * keyfob_key_file_writer_set_failure:
 * @failure: (transfer none): a sentence with `%s` for the reason, which lives as long as the writer
 *
 * Has a flush that fails say so, as KEYFOB_AUTH_ERROR_STORE.
 */
void keyfob_key_file_writer_set_failure (KeyfobKeyFileWriter *self, const char *failure);

/** Returns: %FALSE with a sentence where it could not be written */
gboolean keyfob_key_file_writer_flush_finish (KeyfobKeyFileWriter *self,
                                              GAsyncResult *result,
                                              GError **error);

G_END_DECLS
