/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-key-file-writer.h"
#include "keyfob-clock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_NOTICES (keyfob_notices_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobNotices, keyfob_notices, KEYFOB, NOTICES, GObject)

/**
 * KeyfobNotices:
 *
 * Sentences that the user should read once, each with a name for programs. A notice stays, also
 * over a restart, until it is dismissed; of more than 50 notices the oldest are dropped. No secret
 * is in them.
 *
 * Signal `changed`.
 */

/**
 * keyfob_notices_new:
 * @path: (nullable): path of the file with the notices; %NULL keeps them in memory
 * @clock: times the next attempt after a write that failed
 *
 * Reads the file; blocks, so it is for the time before the main loop runs.
 *
 * Returns: (transfer full): the notices
 */
KeyfobNotices *keyfob_notices_new (const char *path, KeyfobClock *clock);

/** Returns: (transfer full): `notices.ini` in Keyfob's folder of the user's state */
char *keyfob_notices_dup_default_path (void);

/**
 * keyfob_notices_add:
 * @name: name for programs
 * @sentence: what has happened, and what the user can do
 *
 * Adds a notice; it replaces an earlier one of that name.
 */
void keyfob_notices_add (KeyfobNotices *self, const char *name, const char *sentence);

/** Removes the notice @name, which the user has read; does nothing where there is none. */
void keyfob_notices_dismiss (KeyfobNotices *self, const char *name);

/** Returns: (transfer floating): `a(ss)` of names and sentences, the oldest first */
GVariant *keyfob_notices_to_variant (KeyfobNotices *self);

/** Returns: (transfer none) (nullable): what writes the file, for
 * keyfob_key_file_writer_flush_async(); %NULL where there is no file */
KeyfobKeyFileWriter *keyfob_notices_get_writer (KeyfobNotices *self);

G_END_DECLS
