/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_FILE_WATCH (keyfob_file_watch_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobFileWatch, keyfob_file_watch, KEYFOB, FILE_WATCH, GObject)

/**
 * KeyfobFileWatch:
 *
 * Watches a file, or a folder with its files, that may be created, replaced, changed or deleted.
 *
 * Signal `touched`: any program, this one included, has done so; several changes within a tenth of
 * a second give one signal.
 */

/** Returns: (transfer full): a watch without a file or folder */
KeyfobFileWatch *keyfob_file_watch_new (void);

/**
 * keyfob_file_watch_start:
 * @path: absolute path
 *
 * Watches @path, unless it is watched already. Where its folder does not exist, the nearest folder
 * above is watched, and the caller starts the watch again at `touched`. A new watch emits `touched`
 * once, since changes before it are not noticed. Works in the thread-default main context.
 */
void keyfob_file_watch_start (KeyfobFileWatch *self, const char *path);

/** The same for a folder and all that is in it. */
void keyfob_file_watch_start_folder (KeyfobFileWatch *self, const char *path);

G_END_DECLS
