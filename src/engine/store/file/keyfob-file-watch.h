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
 * Waits for a file to be made, replaced, changed or deleted.
 *
 * Signal `touched`: something was done to it, by whomever; what is done within a moment counts
 * once.
 */

/** Returns: (transfer full): a watch that watches nothing yet */
KeyfobFileWatch *keyfob_file_watch_new (void);

/**
 * keyfob_file_watch_start:
 * @path: absolute path
 *
 * Watches @path, unless it does already; where its folder does not exist, the next folder on the
 * way to it, and the caller starts the watch again when that is touched. Works in the
 * thread-default main context. What happened before that may have gone unseen, so that counts as
 * touched.
 */
void keyfob_file_watch_start (KeyfobFileWatch *self, const char *path);

G_END_DECLS
