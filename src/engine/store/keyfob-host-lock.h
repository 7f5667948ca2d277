/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-clock.h"
#include "keyfob-config.h"
#include "keyfob-lock.h"
#include "keyfob-token-store.h"

G_BEGIN_DECLS

/**
 * keyfob_host_lock_async:
 *
 * Waits until no other program renews the session at @config, but not for one that hangs.
 */
void keyfob_host_lock_async (KeyfobConfig *config,
                             KeyfobTokenStore *store,
                             KeyfobClock *clock,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

/**
 * keyfob_host_lock_finish:
 * @lock: (out) (nullable) (transfer full): the lock; %NULL where there is no way to lock anything
 *   here, for any program
 * @error: KEYFOB_AUTH_ERROR_UNAVAILABLE where another program does not come to an end, or
 *   G_IO_ERROR_CANCELLED
 *
 * Returns: whether the caller may go on
 */
gboolean keyfob_host_lock_finish (GAsyncResult *result, KeyfobLock **lock, GError **error);

G_END_DECLS
