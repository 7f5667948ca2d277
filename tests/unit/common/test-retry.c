/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-retry.h"

#define NOW 1700000000

/* The wait after each of several failures, one after the other. */
static void
test_waits (void)
{
  static const struct
  {
    gint64 base;
    gint64 cap;
    double jitter;
    guint failures;
    gint64 wait;
  } cases[] = {
    { 60, 3600, 0, 0, 60 },     { 60, 3600, 0, 1, 120 },        { 60, 3600, 0, 5, 1920 },
    { 60, 3600, 0, 6, 3600 },   { 60, 3600, 0, 1000000, 3600 }, { 120, 2880, 0, 4, 1920 },
    { 120, 2880, 0.5, 0, 135 }, { 120, 2880, 1, 0, 150 },       { 120, 2880, 1, 9, 3600 },
    { 3, 120, 0, 5, 96 },       { 3, 120, 0, 6, 120 },          { 600, 60, 0, 0, 60 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      KeyfobRetry retry = { .base = cases[i].base,
                            .cap = cases[i].cap,
                            .failures = cases[i].failures };

      g_assert_cmpint (keyfob_retry_note_failure (&retry, NOW, cases[i].jitter), ==, cases[i].wait);
      g_assert_cmpint (retry.not_before, ==, NOW + cases[i].wait);
      g_assert_cmpuint (retry.failures, ==, cases[i].failures + 1);
    }
}

static void
test_reset (void)
{
  KeyfobRetry retry = { .base = 60, .cap = 3600 };

  for (guint i = 0; i < 4; i++)
    keyfob_retry_note_failure (&retry, NOW, 0);
  keyfob_retry_reset (&retry);
  g_assert_cmpint (retry.not_before, ==, 0);
  g_assert_cmpint (keyfob_retry_note_failure (&retry, NOW, 0), ==, 60);
}

static void
test_clock_is_set (void)
{
  KeyfobRetry retry = { .base = 60, .cap = 3600 };

  /* due at once stays that */
  keyfob_retry_shift (&retry, 5000);
  g_assert_cmpint (retry.not_before, ==, 0);

  keyfob_retry_note_failure (&retry, NOW, 0);
  keyfob_retry_shift (&retry, -5000);
  g_assert_cmpint (retry.not_before, ==, NOW - 5000 + 60);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/retry/waits", test_waits);
  g_test_add_func ("/retry/reset", test_reset);
  g_test_add_func ("/retry/clock-is-set", test_clock_is_set);

  return g_test_run ();
}
