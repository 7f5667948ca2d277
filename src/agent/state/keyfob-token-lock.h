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

#define KEYFOB_TYPE_TOKEN_LOCK (keyfob_token_lock_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobTokenLock, keyfob_token_lock, KEYFOB, TOKEN_LOCK, GObject)

/**
 * KeyfobTokenLock:
 *
 * Whether tokens are handed out. While they are locked they are not, and sessions are renewed as
 * ever. It has nothing to do with a locked keyring.
 *
 * The user locks them, which lasts over a restart of the agent until the user unlocks them; or the
 * screen does where the user has set that, and then the screen unlocks them again.
 *
 * The property `locked`.
 */

/**
 * keyfob_token_lock_new:
 * @path: path of the file that says whether the user has locked the tokens
 * @clock: times the next attempt after a write that failed
 *
 * Reads the file; blocks, so it is for the time before the main loop runs.
 *
 * Returns: (transfer full): the lock, closed where the file is there and cannot be read
 */
KeyfobTokenLock *keyfob_token_lock_new (const char *path,
                                        KeyfobClock *clock,
                                        KeyfobSettings *settings,
                                        KeyfobScreenMonitor *screen);

/** Returns: (transfer full): `lock.ini` in Keyfob's folder of the user's state */
char *keyfob_token_lock_dup_default_path (void);

/** Returns: whether no token is handed out */
gboolean keyfob_token_lock_get_locked (KeyfobTokenLock *self);

/** Locks the tokens until the user unlocks them. */
void keyfob_token_lock_lock (KeyfobTokenLock *self);

/** Unlocks the tokens, also where the screen has locked them. */
void keyfob_token_lock_unlock (KeyfobTokenLock *self);

/** Returns: %FALSE with KEYFOB_AUTH_ERROR_TOKENS_LOCKED where no token is handed out */
gboolean keyfob_token_lock_check (KeyfobTokenLock *self, GError **error);

/**
 * keyfob_token_lock_check_async:
 *
 * As keyfob_token_lock_check(), once it is known how the screen stands, where that matters.
 */
void keyfob_token_lock_check_async (KeyfobTokenLock *self,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

/** Returns: as keyfob_token_lock_check() */
gboolean
keyfob_token_lock_check_finish (KeyfobTokenLock *self, GAsyncResult *result, GError **error);

/** Returns: (transfer none): what writes the file, for keyfob_key_file_writer_flush_async() */
KeyfobKeyFileWriter *keyfob_token_lock_get_writer (KeyfobTokenLock *self);

G_END_DECLS
