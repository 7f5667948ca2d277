/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-sleep-guard.h"

#include "keyfob-host.h"
#include "wait.h"

/* What it does with logind is tried with the whole agent. */
static void
test_without_a_system_bus (void)
{
  g_autoptr (GListStore) hosts = g_list_store_new (KEYFOB_TYPE_HOST);
  KeyfobSleepGuard *guard = keyfob_sleep_guard_new (G_LIST_MODEL (hosts));

  /* the answer that there is none is still under way, and has a reference until then */
  wait_while (G_OBJECT (guard)->ref_count > 1);

  g_assert_finalize_object (guard);
}

static void
test_ends_before_it_has_begun (void)
{
  g_autoptr (GListStore) hosts = g_list_store_new (KEYFOB_TYPE_HOST);
  KeyfobSleepGuard *guard = keyfob_sleep_guard_new (G_LIST_MODEL (hosts));

  g_object_run_dispose (G_OBJECT (guard));
  wait_while (G_OBJECT (guard)->ref_count > 1);

  g_assert_finalize_object (guard);
}

int
main (int argc, char *argv[])
{
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere", TRUE);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/sleep-guard/without-a-system-bus", test_without_a_system_bus);
  g_test_add_func ("/sleep-guard/ends-before-it-has-begun", test_ends_before_it_has_begun);

  return g_test_run ();
}
