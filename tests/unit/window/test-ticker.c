/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <gio/gio.h>

#include "keyfob-ticker.h"
#include "manual-clock.h"

#define NOW G_GINT64_CONSTANT (1795297200)

static void
count (guint *n)
{
  (*n)++;
}

/* Once a minute while it runs, and not at all otherwise. */
static void
test_once_a_minute (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (NOW);
  g_autoptr (KeyfobTicker) ticker = keyfob_ticker_new (KEYFOB_CLOCK (clock));
  guint n_ticks = 0;

  g_signal_connect_swapped (ticker, "notify::now", G_CALLBACK (count), &n_ticks);
  g_assert_cmpint (keyfob_ticker_get_now (ticker), ==, NOW);
  g_assert_cmpfloat (manual_clock_next (clock), ==, -1);

  keyfob_ticker_set_running (ticker, TRUE);
  g_assert_cmpfloat (manual_clock_next (clock), ==, 60);
  manual_clock_advance (clock, 59);
  g_assert_cmpuint (n_ticks, ==, 0);
  manual_clock_advance (clock, 1);
  g_assert_cmpuint (n_ticks, ==, 1);
  g_assert_cmpint (keyfob_ticker_get_now (ticker), ==, NOW + 60);
  manual_clock_advance (clock, 60);
  g_assert_cmpuint (n_ticks, ==, 2);

  keyfob_ticker_set_running (ticker, FALSE);
  g_assert_cmpfloat (manual_clock_next (clock), ==, -1);
  manual_clock_advance (clock, 600);
  g_assert_cmpuint (n_ticks, ==, 2);
}

/* Who comes back to the window reads the time as it is, not as it was. */
static void
test_starts_with_a_look (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (NOW);
  g_autoptr (KeyfobTicker) ticker = keyfob_ticker_new (KEYFOB_CLOCK (clock));

  manual_clock_set_now (clock, NOW + 1000);
  keyfob_ticker_set_running (ticker, TRUE);
  g_assert_cmpint (keyfob_ticker_get_now (ticker), ==, NOW + 1000);
}

static void
stop (KeyfobTicker *ticker)
{
  keyfob_ticker_set_running (ticker, FALSE);
}

static void
test_stopped_by_its_tick (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (NOW);
  g_autoptr (KeyfobTicker) ticker = keyfob_ticker_new (KEYFOB_CLOCK (clock));

  g_signal_connect (ticker, "notify::now", G_CALLBACK (stop), NULL);
  keyfob_ticker_set_running (ticker, TRUE);
  manual_clock_advance (clock, 60);
  g_assert_cmpfloat (manual_clock_next (clock), ==, -1);
}

static void
test_notifies_only_changes (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (NOW);
  g_autoptr (KeyfobTicker) ticker = keyfob_ticker_new (KEYFOB_CLOCK (clock));
  guint n_now = 0;

  g_signal_connect_swapped (ticker, "notify::now", G_CALLBACK (count), &n_now);

  keyfob_ticker_update (ticker);
  g_assert_cmpuint (n_now, ==, 0);
  keyfob_ticker_set_running (ticker, TRUE);
  g_assert_cmpuint (n_now, ==, 0);
}

static void
test_finalize (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (NOW);
  KeyfobTicker *ticker = keyfob_ticker_new (KEYFOB_CLOCK (clock));

  keyfob_ticker_set_running (ticker, TRUE);
  g_assert_finalize_object (ticker);
  g_assert_cmpfloat (manual_clock_next (clock), ==, -1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/ticker/once-a-minute", test_once_a_minute);
  g_test_add_func ("/ticker/starts-with-a-look", test_starts_with_a_look);
  g_test_add_func ("/ticker/stopped-by-its-tick", test_stopped_by_its_tick);
  g_test_add_func ("/ticker/notifies-only-changes", test_notifies_only_changes);
  g_test_add_func ("/ticker/finalize", test_finalize);

  return g_test_run ();
}
