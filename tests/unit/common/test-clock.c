/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-clock.h"

#include <sys/eventfd.h>

static gboolean
on_timer (gpointer user_data)
{
  g_main_loop_quit (user_data);

  /* asks for more, and must not get it: a timer is ready once */
  return G_SOURCE_CONTINUE;
}

static gboolean
on_set (gpointer user_data)
{
  *(guint *) user_data += 1;

  return G_SOURCE_CONTINUE;
}

static void
test_now (void)
{
  g_autoptr (KeyfobClock) clock = keyfob_clock_new ();
  gint64 before = g_get_real_time () / G_USEC_PER_SEC;
  gint64 now = keyfob_clock_now (clock);

  g_assert_cmpint (now, >=, before);
  g_assert_cmpint (now, <=, before + 5);
}

static void
test_timer (void)
{
  g_autoptr (KeyfobClock) clock = keyfob_clock_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  gint64 before = keyfob_clock_monotonic (clock);
  g_autoptr (GSource) timer = keyfob_clock_timer (clock, 20 * 1000);

  g_source_set_callback (timer, on_timer, loop, NULL);
  g_source_attach (timer, NULL);
  g_main_loop_run (loop);

  g_assert_cmpint (keyfob_clock_monotonic (clock) - before, >=, 20 * 1000);
  g_assert_true (g_source_is_destroyed (timer));
}

static void
test_timer_at_once (void)
{
  g_autoptr (KeyfobClock) clock = keyfob_clock_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GSource) timer = keyfob_clock_timer (clock, -1);

  g_source_set_callback (timer, on_timer, loop, NULL);
  g_source_attach (timer, NULL);
  g_main_loop_run (loop);

  g_assert_true (g_source_is_destroyed (timer));
}

/* An event on the descriptor stands for a clock that is set. */
static void
test_watch (void)
{
  int fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  g_autoptr (GSource) watch = keyfob_clock_watch_descriptor (fd);
  guint n_set = 0;

  g_source_set_callback (watch, on_set, &n_set, NULL);
  g_source_attach (watch, NULL);

  for (guint i = 1; i <= 3; i++)
    {
      g_assert_cmpint (eventfd_write (fd, 1), ==, 0);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_cmpuint (n_set, ==, i);
    }

  g_assert_false (g_source_is_destroyed (watch));
  g_source_destroy (watch);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/clock/now", test_now);
  g_test_add_func ("/clock/timer", test_timer);
  g_test_add_func ("/clock/timer-at-once", test_timer_at_once);
  g_test_add_func ("/clock/watch", test_watch);

  return g_test_run ();
}
