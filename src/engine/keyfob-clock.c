/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-clock.h"

G_DEFINE_TYPE (KeyfobClock, keyfob_clock, G_TYPE_OBJECT)

static gint64
keyfob_clock_real_now (KeyfobClock *self)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static gint64
keyfob_clock_real_monotonic (KeyfobClock *self)
{
  return g_get_monotonic_time ();
}

static void
keyfob_clock_class_init (KeyfobClockClass *klass)
{
  klass->now = keyfob_clock_real_now;
  klass->monotonic = keyfob_clock_real_monotonic;
}

static void
keyfob_clock_init (KeyfobClock *self)
{
}

KeyfobClock *
keyfob_clock_new (void)
{
  return g_object_new (KEYFOB_TYPE_CLOCK, NULL);
}

gint64
keyfob_clock_now (KeyfobClock *self)
{
  g_return_val_if_fail (KEYFOB_IS_CLOCK (self), 0);

  return KEYFOB_CLOCK_GET_CLASS (self)->now (self);
}

gint64
keyfob_clock_monotonic (KeyfobClock *self)
{
  g_return_val_if_fail (KEYFOB_IS_CLOCK (self), 0);

  return KEYFOB_CLOCK_GET_CLASS (self)->monotonic (self);
}
