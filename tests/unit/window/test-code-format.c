/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-code-format.h"

static void
test_time_left (void)
{
  const struct
  {
    gint64 seconds;
    const char *words;
  } cases[] = {
    { 600, "10 min left" },      { 599, "9 min left" },    { 120, "2 min left" },
    { 119, "119 seconds left" }, { 2, "2 seconds left" },  { 1, "1 second left" },
    { 0, "0 seconds left" },     { -5, "0 seconds left" }, { G_MAXINT64, "35791394 min left" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = keyfob_code_format_time_left (cases[i].seconds);

      g_assert_cmpstr (words, ==, cases[i].words);
    }
}

static void
test_spell (void)
{
  const char *cases[][2] = {
    { "WDJB-MJHT", "W D J B - M J H T" },
    { "12 34", "1 2 3 4" },
    { "", "" },
    { "ÄÖ", "Ä Ö" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = keyfob_code_format_spell (cases[i][0]);

      g_assert_cmpstr (words, ==, cases[i][1]);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/device-words/time-left", test_time_left);
  g_test_add_func ("/device-words/spell", test_spell);

  return g_test_run ();
}
