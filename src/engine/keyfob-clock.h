/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_CLOCK (keyfob_clock_get_type ())
G_DECLARE_DERIVABLE_TYPE (KeyfobClock, keyfob_clock, KEYFOB, CLOCK, GObject)

/**
 * KeyfobClock:
 *
 * What time it is. Tests derive from it and set the time they need.
 */
struct _KeyfobClockClass
{
  GObjectClass parent_class;

  gint64 (*now) (KeyfobClock *self);
  gint64 (*monotonic) (KeyfobClock *self);
};

/**
 * keyfob_clock_new:
 *
 * Returns: (transfer full): the clock of the system
 */
KeyfobClock *keyfob_clock_new (void);

/**
 * keyfob_clock_now:
 *
 * Returns: the wall clock, Unix time in seconds
 */
gint64 keyfob_clock_now (KeyfobClock *self);

/**
 * keyfob_clock_monotonic:
 *
 * Returns: a clock that never jumps, in microseconds
 */
gint64 keyfob_clock_monotonic (KeyfobClock *self);

G_END_DECLS
