/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <locale.h>

#include "keyfob-clock-format.h"

static const struct
{
  const char *format;
  const char *used;
} formats[] = {
  { "%H:%M", "%-I:%M\xc2\xa0%p" },
  { "good until %A %H:%M", "good until %A %-I:%M\xc2\xa0%p" },
  { "It leaves the clipboard at %H:%M:%S.", "It leaves the clipboard at %-I:%M:%S\xc2\xa0%p." },
  { "%-d %B %Y", "%-d %B %Y" },
};

static void
test_formats (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *used = keyfob_clock_format_use (formats[i].format, TRUE);
      g_autofree char *kept = keyfob_clock_format_use (formats[i].format, FALSE);

      g_assert_cmpstr (used, ==, formats[i].used);
      g_assert_cmpstr (kept, ==, formats[i].format);
    }
}

static void
test_time (void)
{
  g_autoptr (GDateTime) time = g_date_time_new_utc (2026, 11, 21, 21, 5, 0);
  g_autofree char *format = keyfob_clock_format_use ("ends at %H:%M", TRUE);
  g_autofree char *text = g_date_time_format (time, format);

  g_assert_cmpstr (text, ==, "ends at 9:05\xc2\xa0PM");
}

/* In a locale that says 21:05, and with nothing chosen. */
static void
test_locale (void)
{
  g_autoptr (GDateTime) time = g_date_time_new_utc (2026, 11, 21, 21, 5, 0);
  g_autofree char *text = keyfob_clock_format_print (time, "%H:%M");

  g_assert_false (keyfob_clock_format_has_12_hours ());
  g_assert_cmpstr (text, ==, "21:05");
}

/* Also while a program runs. */
static void
test_desktop (void)
{
  g_autoptr (GSettings) settings = g_settings_new ("org.gnome.desktop.interface");

  g_settings_set_string (settings, "clock-format", "12h");
  g_assert_false (keyfob_clock_format_has_12_hours ());

  keyfob_clock_format_follow_desktop ();
  g_assert_true (keyfob_clock_format_has_12_hours ());
  g_settings_set_string (settings, "clock-format", "24h");
  g_assert_false (keyfob_clock_format_has_12_hours ());
}

int
main (int argc, char *argv[])
{
  setlocale (LC_ALL, "C");
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clock-format/formats", test_formats);
  g_test_add_func ("/clock-format/time", test_time);
  g_test_add_func ("/clock-format/locale", test_locale);
  g_test_add_func ("/clock-format/desktop", test_desktop);

  return g_test_run ();
}
