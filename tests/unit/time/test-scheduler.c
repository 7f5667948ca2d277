/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-scheduler.h"

#include "manual-clock.h"

#define START 1000000

typedef struct
{
  ManualClock *clock;
  KeyfobScheduler *scheduler;
  GObject *one;
  GObject *two;
  GPtrArray *due; /* in the order in which they were told */
} Fixture;

static void
on_due (GPtrArray *due, GObject *object)
{
  g_ptr_array_add (due, object);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->clock = manual_clock_new (START);
  fixture->scheduler = keyfob_scheduler_new (KEYFOB_CLOCK (fixture->clock));
  fixture->one = g_object_new (G_TYPE_OBJECT, NULL);
  fixture->two = g_object_new (G_TYPE_OBJECT, NULL);
  fixture->due = g_ptr_array_new ();
  g_signal_connect_swapped (fixture->scheduler, "due", G_CALLBACK (on_due), fixture->due);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->scheduler);
  g_assert_finalize_object (fixture->one);
  g_assert_finalize_object (fixture->two);
  g_assert_finalize_object (fixture->clock);
  g_ptr_array_unref (fixture->due);
}

static void
test_no_timer_when_nothing_is_due (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpfloat (manual_clock_next (fixture->clock), <, 0);

  keyfob_scheduler_set (fixture->scheduler, fixture->one, START + 60);
  g_assert_cmpfloat (manual_clock_next (fixture->clock), ==, 60);

  keyfob_scheduler_unset (fixture->scheduler, fixture->one);
  g_assert_cmpfloat (manual_clock_next (fixture->clock), <, 0);
}

static void
test_one_timer_for_all (Fixture *fixture, gconstpointer data)
{
  keyfob_scheduler_set (fixture->scheduler, fixture->one, START + 60);
  keyfob_scheduler_set (fixture->scheduler, fixture->two, START + 30);
  g_assert_cmpfloat (manual_clock_next (fixture->clock), ==, 30);

  manual_clock_advance (fixture->clock, 30);
  g_assert_cmpuint (fixture->due->len, ==, 1);
  g_assert_true (g_ptr_array_index (fixture->due, 0) == fixture->two);
  g_assert_cmpfloat (manual_clock_next (fixture->clock), ==, 30);

  manual_clock_advance (fixture->clock, 30);
  g_assert_cmpuint (fixture->due->len, ==, 2);
  g_assert_cmpfloat (manual_clock_next (fixture->clock), <, 0);
}

static void
test_later_time_replaces (Fixture *fixture, gconstpointer data)
{
  keyfob_scheduler_set (fixture->scheduler, fixture->one, START + 10);
  keyfob_scheduler_set (fixture->scheduler, fixture->one, START + 50);

  manual_clock_advance (fixture->clock, 49);
  g_assert_cmpuint (fixture->due->len, ==, 0);
  manual_clock_advance (fixture->clock, 1);
  g_assert_cmpuint (fixture->due->len, ==, 1);
}

static void
dispatch_pending (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_clock_that_jumps (Fixture *fixture, gconstpointer data)
{
  keyfob_scheduler_set (fixture->scheduler, fixture->one, START + 86400);
  g_assert_cmpfloat (manual_clock_next (fixture->clock), ==, 86400);

  manual_clock_set_now (fixture->clock, START + 80000);
  dispatch_pending ();
  g_assert_cmpuint (fixture->due->len, ==, 0);
  g_assert_cmpfloat (manual_clock_next (fixture->clock), ==, 6400);

  manual_clock_set_now (fixture->clock, START + 90000);
  dispatch_pending ();
  g_assert_cmpuint (fixture->due->len, ==, 1);
}

static void
test_far_future (Fixture *fixture, gconstpointer data)
{
  keyfob_scheduler_set (fixture->scheduler, fixture->one, G_MAXINT64 - 1);
  g_assert_cmpfloat (manual_clock_next (fixture->clock), >, 86400);
}

static void
test_clock_set_back (Fixture *fixture, gconstpointer data)
{
  keyfob_scheduler_set (fixture->scheduler, fixture->one, START + 60);
  manual_clock_set_now (fixture->clock, START - 100);
  manual_clock_advance (fixture->clock, 60);
  g_assert_cmpuint (fixture->due->len, ==, 0);

  manual_clock_advance (fixture->clock, 100);
  g_assert_cmpuint (fixture->due->len, ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, function) \
  g_test_add ("/scheduler/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("no-timer-when-nothing-is-due", test_no_timer_when_nothing_is_due);
  ADD ("one-timer-for-all", test_one_timer_for_all);
  ADD ("later-time-replaces", test_later_time_replaces);
  ADD ("clock-that-jumps", test_clock_that_jumps);
  ADD ("far-future", test_far_future);
  ADD ("clock-set-back", test_clock_set_back);

  return g_test_run ();
}
