/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-key-file-writer.h"
#include "keyfob-clock.h"
#include "keyfob-screen-monitor.h"
#include "keyfob-settings.h"

G_BEGIN_DECLS

/** Seconds for which a permission is given at most, where not for always */
#define KEYFOB_PERMISSION_SECONDS (8 * 60 * 60)

#define KEYFOB_TYPE_PERMISSIONS (keyfob_permissions_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobPermissions, keyfob_permissions, KEYFOB, PERMISSIONS, GObject)

/**
 * KeyfobPermissions:
 *
 * Which programs get the token of a host without a question, because the user said so. They are
 * kept in a file; of more than 500 the oldest are dropped. Where the user has set that, all are
 * forgotten when the screen is locked and when the agent starts, which cannot know of a lock while
 * it did not run.
 *
 * Signal `changed`.
 */

/**
 * keyfob_permissions_new:
 * @path: path of the file
 * @clock: the time at which a permission ends
 *
 * Reads the file; blocks, so it is for the time before the main loop runs.
 *
 * Returns: (transfer full): the permissions
 */
KeyfobPermissions *keyfob_permissions_new (const char *path,
                                           KeyfobClock *clock,
                                           KeyfobSettings *settings,
                                           KeyfobScreenMonitor *screen);

/** Returns: (transfer full): `permissions.ini` in Keyfob's folder of the user's state */
char *keyfob_permissions_dup_default_path (void);

/**
 * keyfob_permissions_has:
 * @url: base URL of the host
 * @program: what is the same whenever the program runs
 *
 * Returns: whether @program gets the token without a question
 */
gboolean keyfob_permissions_has (KeyfobPermissions *self, const char *url, const char *program);

/**
 * keyfob_permissions_add:
 * @name: what to call the program, for the user
 * @seconds: for how long, at most KEYFOB_PERMISSION_SECONDS; 0 for always
 */
void keyfob_permissions_add (KeyfobPermissions *self,
                             const char *url,
                             const char *program,
                             const char *name,
                             gint64 seconds);

/** Has all programs that get the token of the host at @from get that of the host at @to instead. */
void keyfob_permissions_move (KeyfobPermissions *self, const char *from, const char *to);

/**
 * keyfob_permissions_remove:
 * @program: (nullable): %NULL for all programs
 */
void keyfob_permissions_remove (KeyfobPermissions *self, const char *url, const char *program);

/** Returns: (transfer floating): `aa{sv}` as Agent1.Permissions has it, the oldest first */
GVariant *keyfob_permissions_to_variant (KeyfobPermissions *self);

/** Returns: (transfer none): what writes the file, for keyfob_key_file_writer_flush_async() */
KeyfobKeyFileWriter *keyfob_permissions_get_writer (KeyfobPermissions *self);

G_END_DECLS
