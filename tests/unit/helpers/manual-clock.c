/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "manual-clock.h"

struct _ManualClock
{
  KeyfobClock parent_instance;

  gint64 now;       /* Unix seconds */
  gint64 monotonic; /* microseconds */
  GList *timers;    /* of ManualTimer, not owned */
  GList *watches;   /* of ManualTimer, not owned */
};

typedef struct
{
  GSource source;
  ManualClock *clock;
  gint64 due; /* microseconds by the clock's monotonic time */
} ManualTimer;

G_DEFINE_FINAL_TYPE (ManualClock, manual_clock, KEYFOB_TYPE_CLOCK)

static gboolean
manual_timer_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  if (callback != NULL)
    callback (user_data);

  return G_SOURCE_REMOVE;
}

static void
manual_timer_finalize (GSource *source)
{
  ManualTimer *timer = (ManualTimer *) source;

  timer->clock->timers = g_list_remove (timer->clock->timers, timer);
  g_object_unref (timer->clock);
}

static GSourceFuncs manual_timer_funcs = {
  .dispatch = manual_timer_dispatch,
  .finalize = manual_timer_finalize,
};

static gint64
manual_clock_get_now (KeyfobClock *clock)
{
  return MANUAL_CLOCK (clock)->now * G_USEC_PER_SEC;
}

static gint64
manual_clock_get_monotonic (KeyfobClock *clock)
{
  return MANUAL_CLOCK (clock)->monotonic;
}

static GSource *
manual_clock_timer (KeyfobClock *clock, gint64 delay)
{
  ManualClock *self = MANUAL_CLOCK (clock);
  GSource *source = g_source_new (&manual_timer_funcs, sizeof (ManualTimer));
  ManualTimer *timer = (ManualTimer *) source;

  timer->clock = g_object_ref (self);
  timer->due = self->monotonic + MAX (delay, 0);
  if (delay <= 0)
    g_source_set_ready_time (source, 0);
  self->timers = g_list_prepend (self->timers, timer);

  return source;
}

static gboolean
manual_watch_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  g_source_set_ready_time (source, -1);

  return callback (user_data);
}

static void
manual_watch_finalize (GSource *source)
{
  ManualTimer *watch = (ManualTimer *) source;

  watch->clock->watches = g_list_remove (watch->clock->watches, watch);
  g_object_unref (watch->clock);
}

static GSourceFuncs manual_watch_funcs = {
  .dispatch = manual_watch_dispatch,
  .finalize = manual_watch_finalize,
};

static GSource *
manual_clock_watch (KeyfobClock *clock)
{
  ManualClock *self = MANUAL_CLOCK (clock);
  GSource *source = g_source_new (&manual_watch_funcs, sizeof (ManualTimer));
  ManualTimer *watch = (ManualTimer *) source;

  watch->clock = g_object_ref (self);
  self->watches = g_list_prepend (self->watches, watch);

  return source;
}

static void
manual_clock_class_init (ManualClockClass *klass)
{
  KeyfobClockClass *clock_class = KEYFOB_CLOCK_CLASS (klass);

  clock_class->now = manual_clock_get_now;
  clock_class->monotonic = manual_clock_get_monotonic;
  clock_class->timer = manual_clock_timer;
  clock_class->watch = manual_clock_watch;
}

static void
manual_clock_init (ManualClock *self)
{
  self->monotonic = G_USEC_PER_SEC;
}

/* the timer that is due first, %NULL where there is none */
static ManualTimer *
first_timer (ManualClock *self)
{
  ManualTimer *first = NULL;

  for (GList *l = self->timers; l != NULL; l = l->next)
    {
      ManualTimer *timer = l->data;

      if (!g_source_is_destroyed (&timer->source) && (first == NULL || timer->due < first->due))
        first = timer;
    }

  return first;
}

static void
pass (ManualClock *self, gint64 until)
{
  self->now += until / G_USEC_PER_SEC - self->monotonic / G_USEC_PER_SEC;
  self->monotonic = until;
}

ManualClock *
manual_clock_new (gint64 now)
{
  ManualClock *self = g_object_new (MANUAL_TYPE_CLOCK, NULL);

  self->now = now;

  return self;
}

void
manual_clock_set_now (ManualClock *self, gint64 now)
{
  self->now = now;
  for (GList *l = self->watches; l != NULL; l = l->next)
    g_source_set_ready_time (l->data, 0);
}

void
manual_clock_advance (ManualClock *self, double seconds)
{
  gint64 until = self->monotonic + (gint64) (seconds * G_USEC_PER_SEC);
  ManualTimer *timer;

  while ((timer = first_timer (self)) != NULL && timer->due <= until)
    {
      pass (self, MAX (timer->due, self->monotonic));
      g_source_set_ready_time (&timer->source, 0);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }

  pass (self, until);
}

void
manual_clock_sleep (ManualClock *self, gint64 seconds)
{
  self->monotonic += seconds * G_USEC_PER_SEC;
  for (GList *l = self->timers; l != NULL; l = l->next)
    {
      ManualTimer *timer = l->data;

      if (timer->due <= self->monotonic)
        g_source_set_ready_time (&timer->source, 0);
    }

  /* as the kernel does */
  manual_clock_set_now (self, self->now + seconds);
}

double
manual_clock_next (ManualClock *self)
{
  ManualTimer *timer = first_timer (self);

  return timer != NULL ? (timer->due - self->monotonic) / (double) G_USEC_PER_SEC : -1;
}
