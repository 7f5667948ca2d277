/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>
#include <sys/stat.h>

G_BEGIN_DECLS

/* The most that is read of a file that is not known to be Keyfob's. */
#define KEYFOB_FILE_MAX ((gsize) 1024 * 1024)

/**
 * keyfob_file_ignore_relative_folders:
 *
 * Has GLib ignore what the environment names as the folders of the user where that is not absolute,
 * as the XDG Base Directory Specification wants it. To be called before anything else is.
 */
void keyfob_file_ignore_relative_folders (void);

/**
 * keyfob_file_hold_standard:
 *
 * Opens those of standard input, output and error that are closed, so that no other file gets their
 * numbers: what is printed would go there. Reading finds nothing, and writing fails as before.
 */
void keyfob_file_hold_standard (void);

/**
 * keyfob_file_resolve:
 * @path: absolute
 * @must_exist: whether a link may not lead to where there is nothing yet
 *
 * Follows symbolic links, except those of another user.
 *
 * Returns: (transfer full): the path that a link leads to, or @path where it is none; %NULL with
 *   KEYFOB_AUTH_ERROR_STORE
 */
char *keyfob_file_resolve (const char *path, gboolean must_exist, GError **error);

/**
 * keyfob_file_open:
 * @path: absolute; a symbolic link is not followed
 * @max: the most bytes that it may have
 * @info: (out)
 *
 * Opens a regular file of this user, in a folder in which no other user can put another in its
 * place. Does not wait, whatever it finds.
 *
 * Returns: a file descriptor to read from; -1 without an error where there is no file, or with
 *   KEYFOB_AUTH_ERROR_STORE
 */
int keyfob_file_open (const char *path, gsize max, struct stat *info, GError **error);

/**
 * keyfob_file_read_fd:
 * @size: the most bytes that are read
 * @data: (out) (transfer full): followed by a zero
 *
 * Returns: %FALSE with errno
 */
gboolean keyfob_file_read_fd (int fd, gsize size, char **data, gsize *length);

/**
 * keyfob_file_read:
 * @data: (out) (transfer full) (nullable): followed by a zero; %NULL where there is no file
 *
 * Resolves, opens and reads.
 *
 * Returns: %FALSE with KEYFOB_AUTH_ERROR_STORE
 */
gboolean keyfob_file_read (const char *path, gsize max, char **data, gsize *length, GError **error);

/**
 * keyfob_file_read_provided:
 *
 * As keyfob_file_read(), for a file that may be root's, too, and which no other user can change.
 *
 * Returns: %FALSE with KEYFOB_AUTH_ERROR_STORE
 */
gboolean
keyfob_file_read_provided (const char *path, gsize max, char **data, gsize *length, GError **error);

/** Returns: %FALSE with errno; else the bytes are on the disk */
gboolean keyfob_file_write_fd (int fd, const char *data, gsize length);

/** Returns: (transfer full): of temporary files beside @target, for mkstemp(3); no other program
 * has such names */
char *keyfob_file_dup_temporary_template (const char *target);

/**
 * keyfob_file_create_temporary:
 * @path: (out) (transfer full): where the file is, readable for the user only
 *
 * Writes a temporary file beside @target, from where it can be renamed.
 *
 * Returns: a file descriptor, or -1 with errno
 */
int keyfob_file_create_temporary (const char *target, const char *data, gsize length, char **path);

/** Has a rename to @target, or a new file there, survive a power failure, where the file system
 * can. */
void keyfob_file_sync_folder (const char *target);

/**
 * keyfob_file_replace:
 * @target: absolute; a symbolic link is replaced
 *
 * Puts a new file, readable for the user only, in the place of @target, or leaves all as it is.
 *
 * Returns: %FALSE with a G_FILE_ERROR
 */
gboolean keyfob_file_replace (const char *target, const char *data, gsize length, GError **error);

G_END_DECLS
