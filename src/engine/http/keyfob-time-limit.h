/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-clock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_TIME_LIMIT (keyfob_time_limit_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobTimeLimit, keyfob_time_limit, KEYFOB, TIME_LIMIT, GObject)

/**
 * KeyfobTimeLimit:
 *
 * Ends an attempt that has several steps: when somebody cancels it, or when its time is up.
 */

/**
 * keyfob_time_limit_new:
 * @seconds: how long the attempt may take, by @clock
 * @cancellable: (nullable): what cancels it
 *
 * Returns: (transfer full): a limit that runs from now, in the thread-default main context
 */
KeyfobTimeLimit *
keyfob_time_limit_new (KeyfobClock *clock, guint seconds, GCancellable *cancellable);

/** Returns: (transfer none): for the steps of the attempt */
GCancellable *keyfob_time_limit_get_cancellable (KeyfobTimeLimit *self);

/** The attempt is over, the limit means nothing any more. */
void keyfob_time_limit_stop (KeyfobTimeLimit *self);

/**
 * keyfob_time_limit_explain:
 * @error: (transfer full): what a step of the attempt ended with
 *
 * Returns: (transfer full): @error; for G_IO_ERROR_CANCELLED, KEYFOB_AUTH_ERROR_TIMED_OUT or
 *   KEYFOB_AUTH_ERROR_CANCELLED, as it was
 */
GError *keyfob_time_limit_explain (KeyfobTimeLimit *self, GError *error);

G_END_DECLS
