/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-clock.h"

G_BEGIN_DECLS

/**
 * KeyfobTimeLimit:
 *
 * Cancels the steps of an operation when its time is over or the operation itself is cancelled.
 */
typedef struct _KeyfobTimeLimit KeyfobTimeLimit;

/**
 * keyfob_time_limit_new:
 * @clock: measures the time
 * @seconds: how long the operation may take
 * @cancellable: (nullable): cancels the operation
 *
 * Returns: (transfer full): a limit that runs from now, in the thread-default main context
 */
KeyfobTimeLimit *
keyfob_time_limit_new (KeyfobClock *clock, guint seconds, GCancellable *cancellable);

/** Ends the limit without cancelling anything: the operation is over. */
void keyfob_time_limit_free (KeyfobTimeLimit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobTimeLimit, keyfob_time_limit_free)

/** Returns: (transfer none): the cancellable to pass to each step */
GCancellable *keyfob_time_limit_get_cancellable (KeyfobTimeLimit *self);

/** Returns: whether the steps were cancelled because the time is over */
gboolean keyfob_time_limit_has_passed (KeyfobTimeLimit *self);

G_END_DECLS
