/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-settings.h"

#define DAY (G_GINT64_CONSTANT (24) * 60 * 60)

static void
count (guint *changes)
{
  *changes += 1;
}

static void
test_lapse_after (void)
{
  g_autoptr (GSettings) user = g_settings_new ("org.keyfob.Keyfob");
  KeyfobSettings *settings = keyfob_settings_new ();
  guint changes = 0;
  gint64 seconds;

  g_assert_cmpint (keyfob_settings_get_lapse_after (settings), ==, 30 * DAY);

  g_signal_connect_swapped (settings, "notify::lapse-after", G_CALLBACK (count), &changes);
  g_settings_set_uint (user, "lapse-after-days", 7);
  g_assert_cmpuint (changes, ==, 1);
  g_object_get (settings, "lapse-after", &seconds, NULL);
  g_assert_cmpint (seconds, ==, 7 * DAY);

  g_settings_set_uint (user, "lapse-after-days", 0);
  g_assert_cmpint (keyfob_settings_get_lapse_after (settings), ==, 0);

  g_settings_reset (user, "lapse-after-days");
  g_assert_finalize_object (settings);
}

static void
test_notice_minutes (void)
{
  g_autoptr (GSettings) user = g_settings_new ("org.keyfob.Keyfob");
  KeyfobSettings *settings = keyfob_settings_new ();
  guint changes = 0;

  g_signal_connect_swapped (settings, "notify::notice-minutes", G_CALLBACK (count), &changes);
  g_settings_set_uint (user, "expiry-notice-minutes", 42);
  g_assert_cmpuint (changes, ==, 1);
  g_assert_cmpuint (keyfob_settings_get_notice_minutes (settings), ==, 42);

  g_settings_reset (user, "expiry-notice-minutes");
  g_assert_finalize_object (settings);
}

static void
test_without_a_schema (void)
{
  g_autoptr (KeyfobSettings) settings = NULL;

  /* a process looks for schemas once */
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      return;
    }

  g_unsetenv ("GSETTINGS_SCHEMA_DIR");
  settings = keyfob_settings_new ();
  g_assert_cmpint (keyfob_settings_get_lapse_after (settings), ==, 30 * DAY);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/settings/lapse-after", test_lapse_after);
  g_test_add_func ("/settings/notice-minutes", test_notice_minutes);
  g_test_add_func ("/settings/without-a-schema", test_without_a_schema);

  return g_test_run ();
}
