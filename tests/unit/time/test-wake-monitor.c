/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-wake-monitor.h"

#include "fake-network.h"
#include "manual-clock.h"
#include "wait.h"

#define START 1700000000

typedef struct
{
  ManualClock *clock;
  FakeNetwork *network;
  KeyfobWakeMonitor *monitor;
  guint n_woke;
  GArray *shifts; /* of gint64 */
} Fixture;

static void
on_woke (Fixture *fixture)
{
  fixture->n_woke++;
}

static void
on_clock_set (Fixture *fixture, gint64 seconds)
{
  g_array_append_val (fixture->shifts, seconds);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->clock = manual_clock_new (START);
  fixture->network = fake_network_new ();
  fixture->shifts = g_array_new (FALSE, FALSE, sizeof (gint64));
  fixture->monitor =
      keyfob_wake_monitor_new (G_NETWORK_MONITOR (fixture->network), KEYFOB_CLOCK (fixture->clock));
  g_signal_connect_swapped (fixture->monitor, "woke", G_CALLBACK (on_woke), fixture);
  g_signal_connect_swapped (fixture->monitor, "clock-set", G_CALLBACK (on_clock_set), fixture);
}

static gboolean
is_last_reference (gpointer object)
{
  return ((GObject *) object)->ref_count == 1;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  /* the answer that there is no system bus is still under way */
  wait_while (!is_last_reference (fixture->monitor));

  g_assert_finalize_object (fixture->monitor);
  g_assert_finalize_object (fixture->network);
  g_assert_finalize_object (fixture->clock);
  g_array_unref (fixture->shifts);
}

static void
dispatch_pending (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_network (Fixture *fixture, gconstpointer data)
{
  fake_network_change (fixture->network, FALSE);
  g_assert_cmpuint (fixture->n_woke, ==, 0);

  fake_network_change (fixture->network, TRUE);
  g_assert_cmpuint (fixture->n_woke, ==, 1);

  /* another network, such as one that leads into a company */
  fake_network_change (fixture->network, TRUE);
  g_assert_cmpuint (fixture->n_woke, ==, 2);
}

static void
test_captive_portal (Fixture *fixture, gconstpointer data)
{
  fake_network_set_portal (fixture->network, TRUE);
  fixture->n_woke = 0;

  fake_network_set_portal (fixture->network, FALSE);
  g_assert_cmpuint (fixture->n_woke, ==, 1);
}

static void
test_clock (Fixture *fixture, gconstpointer data)
{
  static const gint64 jumps[] = { 7200, -7200, 300, -20000000, 3 };

  for (gsize i = 0; i < G_N_ELEMENTS (jumps); i++)
    {
      manual_clock_advance (fixture->clock, 1000);
      manual_clock_set_now (fixture->clock,
                            keyfob_clock_now (KEYFOB_CLOCK (fixture->clock)) + jumps[i]);
      dispatch_pending ();
      g_assert_cmpuint (fixture->shifts->len, ==, i + 1);
      g_assert_cmpint (g_array_index (fixture->shifts, gint64, i), ==, jumps[i]);
    }
}

static void
test_clock_that_is_right (Fixture *fixture, gconstpointer data)
{
  manual_clock_set_now (fixture->clock, START);
  dispatch_pending ();
  manual_clock_set_now (fixture->clock, START + 1);
  dispatch_pending ();
  g_assert_cmpuint (fixture->shifts->len, ==, 0);
}

/* What the monitor does with logind is tried with the whole agent. */
static void
test_ends_before_it_has_begun (Fixture *fixture, gconstpointer data)
{
  g_object_run_dispose (G_OBJECT (fixture->monitor));
}

int
main (int argc, char *argv[])
{
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere", TRUE);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, function) \
  g_test_add ("/wake-monitor/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("network", test_network);
  ADD ("captive-portal", test_captive_portal);
  ADD ("clock", test_clock);
  ADD ("clock-that-is-right", test_clock_that_is_right);
  ADD ("ends-before-it-has-begun", test_ends_before_it_has_begun);

  return g_test_run ();
}
