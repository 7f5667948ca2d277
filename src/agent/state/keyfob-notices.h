/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-clock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_NOTICES (keyfob_notices_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobNotices, keyfob_notices, KEYFOB, NOTICES, GObject)

/**
 * KeyfobNotices:
 *
 * What the user should know once: each a name for programs and a sentence. They stay, also over a
 * restart, until they are dismissed; of very many the oldest go. Hold no secret.
 *
 * Signal `changed`.
 */

/**
 * keyfob_notices_new:
 * @path: where they are kept
 * @clock: times the next attempt after a write that failed
 *
 * Reads what is kept there; blocks, so it belongs before the main loop.
 *
 * Returns: (transfer full): the notices
 */
KeyfobNotices *keyfob_notices_new (const char *path, KeyfobClock *clock);

/** Returns: (transfer full): `notices.ini` in Keyfob's folder of the user's state */
char *keyfob_notices_dup_default_path (void);

/**
 * keyfob_notices_add:
 * @name: what programs know it by; an earlier notice of that name goes
 * @sentence: what has happened, and what to do
 */
void keyfob_notices_add (KeyfobNotices *self, const char *name, const char *sentence);

/** The user has read the notice @name; one that is not there is no error. */
void keyfob_notices_dismiss (KeyfobNotices *self, const char *name);

/** Returns: (transfer floating): `a(ss)` of names and sentences, the oldest first */
GVariant *keyfob_notices_to_variant (KeyfobNotices *self);

/** Writes what is not on disk yet, also after a write that failed, and waits for the end of that.
 */
void
keyfob_notices_flush_async (KeyfobNotices *self, GAsyncReadyCallback callback, gpointer user_data);

/** Returns: %FALSE with KEYFOB_AUTH_ERROR_STORE where they could not be written */
gboolean keyfob_notices_flush_finish (KeyfobNotices *self, GAsyncResult *result, GError **error);

G_END_DECLS
