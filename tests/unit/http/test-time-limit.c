/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-auth-error.h"
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
  g_assert_finalize_object (fixture->limit);
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

static GError *
explain (Fixture *fixture, GQuark domain, int code)
{
  return keyfob_time_limit_explain (fixture->limit, g_error_new_literal (domain, code, "a step"));
}

static void
test_time_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  manual_clock_advance (fixture->clock, SECONDS - 1);
  g_assert_false (is_over (fixture));
  manual_clock_advance (fixture->clock, 1);
  g_assert_true (is_over (fixture));

  error = explain (fixture, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_TIMED_OUT);
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (fixture->cancellable);
  g_assert_true (is_over (fixture));

  error = explain (fixture, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED);
}

static void
test_stopped (Fixture *fixture, gconstpointer data)
{
  keyfob_time_limit_stop (fixture->limit);
  g_cancellable_cancel (fixture->cancellable);
  manual_clock_advance (fixture->clock, 2 * SECONDS);
  g_assert_false (is_over (fixture));
  g_assert_cmpfloat (manual_clock_next (fixture->clock), ==, -1);
}

static void
test_other_errors (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = explain (fixture, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK);

  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK);
  g_assert_cmpstr (error->message, ==, "a step");
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
  add ("/time-limit/stopped", test_stopped);
  add ("/time-limit/other-errors", test_other_errors);

  return g_test_run ();
}
