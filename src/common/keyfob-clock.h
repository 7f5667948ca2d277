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
 * The wall clock and a clock that never jumps. Tests derive a clock whose time they set.
 */
struct _KeyfobClockClass
{
  GObjectClass parent_class;

  gint64 (*now) (KeyfobClock *self); /* microseconds */
  gint64 (*monotonic) (KeyfobClock *self);
  GSource *(*timer) (KeyfobClock *self, gint64 delay);
  GSource *(*watch) (KeyfobClock *self);
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

/** Returns: the wall clock, Unix time in seconds and parts of them */
double keyfob_clock_now_exactly (KeyfobClock *self);

/**
 * keyfob_clock_monotonic:
 *
 * Returns: a clock that never jumps and goes on while the machine sleeps, in microseconds
 */
gint64 keyfob_clock_monotonic (KeyfobClock *self);

/**
 * keyfob_clock_timer:
 * @delay: microseconds by keyfob_clock_monotonic()
 *
 * The time in which the machine sleeps counts, unlike for a timeout of GLib: after a sleep that was
 * longer than the rest of @delay the source is ready at once.
 *
 * Returns: (transfer full): a source that is ready once, with a #GSourceFunc as callback
 */
GSource *keyfob_clock_timer (KeyfobClock *self, gint64 delay);

/**
 * keyfob_clock_watch:
 *
 * The source is ready each time the wall clock was set, by a person or a time server, or the
 * machine woke up; not while a time server makes the clock go a little faster or slower. Waiting
 * costs nothing.
 *
 * Returns: (transfer full): a source, with a #GSourceFunc as callback
 */
GSource *keyfob_clock_watch (KeyfobClock *self);

/**
 * keyfob_clock_watch_descriptor:
 * @fd: a timerfd with TFD_TIMER_CANCEL_ON_SET, or in tests another non-blocking descriptor that is
 *   readable when the clock was set; closed with the source
 *
 * Returns: (transfer full): the source of keyfob_clock_watch(), on @fd
 */
GSource *keyfob_clock_watch_descriptor (int fd);

G_END_DECLS
