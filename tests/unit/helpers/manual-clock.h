/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-clock.h"

G_BEGIN_DECLS

#define MANUAL_TYPE_CLOCK (manual_clock_get_type ())
G_DECLARE_FINAL_TYPE (ManualClock, manual_clock, MANUAL, CLOCK, KeyfobClock)

/**
 * ManualClock:
 *
 * A clock that stands still until it is told to go on; its timers are due by that time.
 */

/** Returns: (transfer full): a clock that shows @now, Unix seconds */
ManualClock *manual_clock_new (gint64 now);

/** Sets the wall clock alone, as a person or a time server does; who watches it is told. */
void manual_clock_set_now (ManualClock *self, gint64 now);

/** Lets @seconds pass, and dispatches what is due in the default main context, in its order. */
void manual_clock_advance (ManualClock *self, double seconds);

/** Lets @seconds pass in which the machine sleeps: what is due meanwhile is due when it wakes up.
 */
void manual_clock_sleep (ManualClock *self, gint64 seconds);

/** Returns: seconds until the next timer, or -1 where there is none */
double manual_clock_next (ManualClock *self);

G_END_DECLS
