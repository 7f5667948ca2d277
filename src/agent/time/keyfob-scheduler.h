/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-clock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_SCHEDULER (keyfob_scheduler_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobScheduler, keyfob_scheduler, KEYFOB, SCHEDULER, GObject)

/**
 * KeyfobScheduler:
 *
 * One timer for all objects that are due at a time of the wall clock; no timer while there is none.
 *
 * Signal `due` (#GObject): the object is due; it is unset before the signal is emitted.
 */

/** Returns: (transfer full): a scheduler without objects */
KeyfobScheduler *keyfob_scheduler_new (KeyfobClock *clock);

/**
 * keyfob_scheduler_set:
 * @object: not owned, see keyfob_scheduler_unset()
 * @due: when @object is due, Unix seconds; replaces an earlier time
 */
void keyfob_scheduler_set (KeyfobScheduler *self, GObject *object, gint64 due);

/** Removes @object, which has to be done before it is finalized; does nothing for other objects. */
void keyfob_scheduler_unset (KeyfobScheduler *self, GObject *object);

/** Compares all times with the wall clock again, as also happens when the clock is set. */
void keyfob_scheduler_check (KeyfobScheduler *self);

G_END_DECLS
