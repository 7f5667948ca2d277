/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-time-limit.h"
#include "manual-clock.h"

#define SECONDS 60

typedef struct
{
  ManualClock *clock;
  GCancellable *cancellable;
  KeyfobTimeLimit *limit;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->clock = manual_clock_new (0);
  fixture->cancellable = g_cancellable_new ();
  fixture->limit =
      keyfob_time_limit_new (KEYFOB_CLOCK (fixture->clock), SECONDS, fixture->cancellable);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->limit, keyfob_time_limit_free);
  g_assert_finalize_object (fixture->cancellable);
  g_assert_finalize_object (fixture->clock);
}

static gboolean
is_over (Fixture *fixture)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;

  return g_cancellable_is_cancelled (keyfob_time_limit_get_cancellable (fixture->limit));
}

static void
test_time_up (Fixture *fixture, gconstpointer data)
{
  manual_clock_advance (fixture->clock, SECONDS - 1);
  g_assert_false (is_over (fixture));
  g_assert_false (keyfob_time_limit_has_passed (fixture->limit));

  manual_clock_advance (fixture->clock, 1);
  g_assert_true (is_over (fixture));
  g_assert_true (keyfob_time_limit_has_passed (fixture->limit));
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_cancellable_cancel (fixture->cancellable);
  g_assert_true (is_over (fixture));
  g_assert_false (keyfob_time_limit_has_passed (fixture->limit));
}

static void
test_freed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) steps =
      g_object_ref (keyfob_time_limit_get_cancellable (fixture->limit));

  g_clear_pointer (&fixture->limit, keyfob_time_limit_free);
  g_cancellable_cancel (fixture->cancellable);
  manual_clock_advance (fixture->clock, 2 * SECONDS);
  while (g_main_context_iteration (NULL, FALSE))
    ;

  g_assert_false (g_cancellable_is_cancelled (steps));
  g_assert_cmpfloat (manual_clock_next (fixture->clock), ==, -1);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/time-limit/time-up", test_time_up);
  add ("/time-limit/cancelled", test_cancelled);
  add ("/time-limit/freed", test_freed);

  return g_test_run ();
}
