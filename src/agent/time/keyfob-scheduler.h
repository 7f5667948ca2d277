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
 * One timer for everything that is due some day by the wall clock; no timer when nothing is.
 *
 * Signal `due` (#GObject): the time of that object has come; it is forgotten before the signal.
 */

/** Returns: (transfer full): one with nothing to do */
KeyfobScheduler *keyfob_scheduler_new (KeyfobClock *clock);

/**
 * keyfob_scheduler_set:
 * @object: whose time it is; not owned, see keyfob_scheduler_unset()
 * @due: Unix time in seconds; replaces an earlier one
 */
void keyfob_scheduler_set (KeyfobScheduler *self, GObject *object, gint64 due);

/** Forgets @object; to be called before it goes. */
void keyfob_scheduler_unset (KeyfobScheduler *self, GObject *object);

/** Compares with the wall clock again, as it does by itself when that is set. */
void keyfob_scheduler_check (KeyfobScheduler *self);

G_END_DECLS
