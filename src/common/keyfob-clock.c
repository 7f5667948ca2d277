/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-clock.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* a time that never comes */
#define NEVER ((time_t) (sizeof (time_t) == 8 ? G_MAXINT64 : G_MAXINT32))

typedef struct
{
  GSource source;
  int fd;
} TimerSource;

G_DEFINE_TYPE (KeyfobClock, keyfob_clock, G_TYPE_OBJECT)

static gint64
keyfob_clock_real_now (KeyfobClock *self)
{
  return g_get_real_time ();
}

static gint64
keyfob_clock_real_monotonic (KeyfobClock *self)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);

  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static gboolean
timer_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  if (callback != NULL)
    callback (user_data);

  return G_SOURCE_REMOVE;
}

static void
timer_source_finalize (GSource *source)
{
  TimerSource *timer = (TimerSource *) source;

  if (timer->fd >= 0)
    close (timer->fd);
}

static GSourceFuncs timer_source_funcs = {
  .dispatch = timer_source_dispatch,
  .finalize = timer_source_finalize,
};

static GSource *
keyfob_clock_real_timer (KeyfobClock *self, gint64 delay)
{
  GSource *source = g_source_new (&timer_source_funcs, sizeof (TimerSource));
  TimerSource *timer = (TimerSource *) source;
  /* an all-zero value would disarm the timer */
  gint64 usec = MAX (delay, 1);
  struct itimerspec when = {
    .it_value.tv_sec = usec / G_USEC_PER_SEC,
    .it_value.tv_nsec = (usec % G_USEC_PER_SEC) * 1000,
  };

  g_source_set_static_name (source, "KeyfobClock timer");
  timer->fd = timerfd_create (CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
  if (timer->fd >= 0 && timerfd_settime (timer->fd, 0, &when, NULL) == 0)
    g_source_add_unix_fd (source, timer->fd, G_IO_IN);
  else
    g_source_set_ready_time (source, g_get_monotonic_time () + usec);

  return source;
}

/* Each time the clock is set read() fails with ECANCELED, once; the timer stays armed. Arming it
 * anew without reading would answer ECANCELED, too, although that is no failure
 * (timerfd_create(2)). */
static gboolean
watch_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  guint64 n_expirations;

  if (read (((TimerSource *) source)->fd, &n_expirations, sizeof n_expirations) < 0
      && errno != ECANCELED && errno != EAGAIN)
    {
      g_warning ("The clock cannot be watched any more: %s", g_strerror (errno));
      return G_SOURCE_REMOVE;
    }

  return callback == NULL || callback (user_data);
}

static GSourceFuncs watch_source_funcs = {
  .dispatch = watch_source_dispatch,
  .finalize = timer_source_finalize,
};

GSource *
keyfob_clock_watch_descriptor (int fd)
{
  GSource *source = g_source_new (&watch_source_funcs, sizeof (TimerSource));

  g_source_set_static_name (source, "KeyfobClock watch");
  ((TimerSource *) source)->fd = fd;
  if (fd >= 0)
    g_source_add_unix_fd (source, fd, G_IO_IN);

  return source;
}

static GSource *
keyfob_clock_real_watch (KeyfobClock *self)
{
  const struct itimerspec when = { .it_value.tv_sec = NEVER };
  int fd = timerfd_create (CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);

  if (fd >= 0
      && timerfd_settime (fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &when, NULL) != 0)
    g_debug ("The clock cannot be watched: %s", g_strerror (errno));

  return keyfob_clock_watch_descriptor (fd);
}

static void
keyfob_clock_class_init (KeyfobClockClass *klass)
{
  klass->now = keyfob_clock_real_now;
  klass->monotonic = keyfob_clock_real_monotonic;
  klass->timer = keyfob_clock_real_timer;
  klass->watch = keyfob_clock_real_watch;
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

  return KEYFOB_CLOCK_GET_CLASS (self)->now (self) / G_USEC_PER_SEC;
}

double
keyfob_clock_now_exactly (KeyfobClock *self)
{
  g_return_val_if_fail (KEYFOB_IS_CLOCK (self), 0);

  return (double) KEYFOB_CLOCK_GET_CLASS (self)->now (self) / G_USEC_PER_SEC;
}

gint64
keyfob_clock_monotonic (KeyfobClock *self)
{
  g_return_val_if_fail (KEYFOB_IS_CLOCK (self), 0);

  return KEYFOB_CLOCK_GET_CLASS (self)->monotonic (self);
}

GSource *
keyfob_clock_timer (KeyfobClock *self, gint64 delay)
{
  g_return_val_if_fail (KEYFOB_IS_CLOCK (self), NULL);

  return KEYFOB_CLOCK_GET_CLASS (self)->timer (self, delay);
}

GSource *
keyfob_clock_watch (KeyfobClock *self)
{
  g_return_val_if_fail (KEYFOB_IS_CLOCK (self), NULL);

  return KEYFOB_CLOCK_GET_CLASS (self)->watch (self);
}
