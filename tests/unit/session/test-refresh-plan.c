/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-refresh-plan.h"

#define T0 1800000000
#define DAY (24 * 60 * 60)
#define MONTH (30 * DAY)

typedef struct
{
  const char *what;
  KeyfobRefreshFacts facts;
  gint64 due; /* seconds after T0, or KEYFOB_REFRESH_NEVER */
} Case;

static const Case cases[] = {
  { "an-hour-at-80-percent", { T0, T0 + 3600, 0, FALSE, T0, 0, MONTH }, 2880 },
  { "eight-minutes-two-ahead", { T0, T0 + 480, 0, FALSE, T0, 0, MONTH }, 360 },
  { "never-in-the-first-half", { T0, T0 + 120, 0, FALSE, T0, 0, MONTH }, 60 },
  { "spaced", { T0, T0 + 180, 0, FALSE, T0, T0, MONTH }, KEYFOB_REFRESH_SPACING },
  { "hint-not-believed", { T0, T0 + 3600, T0 + 180, FALSE, T0, 0, MONTH }, 2880 },
  { "hint-of-now-not-believed", { T0, T0 + 3600, T0, FALSE, T0, 0, MONTH }, 2880 },
  { "broker-hint-believed", { T0, T0 + 3600, T0 + 1000, TRUE, T0, 0, MONTH }, 800 },
  { "broker-not-in-use-since",
    { T0, T0 + 3600, T0 + 1000, TRUE, T0 - 3600, 0, MONTH },
    KEYFOB_REFRESH_NEVER },
  { "broker-used-within-the-hour", { T0, T0 + 3600, T0 + 1000, TRUE, T0 - 2000, 0, MONTH }, 800 },
  { "broker-long-token-kept-until-an-hour-is-left",
    { T0, T0 + MONTH, T0 + MONTH, TRUE, T0 + MONTH - DAY, 0, MONTH },
    MONTH - 3600 },
  { "broker-long-token-behind-its-session",
    { T0, T0 + MONTH, T0 + 10 * 3600, TRUE, T0 + MONTH, 0, MONTH },
    KEYFOB_REFRESH_NEVER },
  { "broker-hint-of-now", { T0, T0 + 3600, T0, TRUE, T0, 0, MONTH }, KEYFOB_REFRESH_NEVER },
  { "broker-long-token-with-hint-of-now",
    { T0, T0 + MONTH, T0 - 1, TRUE, T0, 0, 0 },
    KEYFOB_REFRESH_NEVER },
  { "broker-unused-that-never-lapses",
    { T0, T0 + 3600, T0 + 180, TRUE, T0 - DAY, 0, 0 },
    KEYFOB_REFRESH_NEVER },
  { "broker-short-session-spaced",
    { T0, T0 + 3600, T0 + 180, TRUE, T0 + 10, T0, MONTH },
    KEYFOB_REFRESH_SPACING },
  { "broker-hint-behind-the-end", { T0, T0 + 3600, T0 + DAY, TRUE, T0 - DAY, 0, MONTH }, 2880 },
  { "broker-without-hint", { T0, T0 + 3600, 0, TRUE, T0, 0, MONTH }, 2880 },
  { "unused-for-a-month", { T0, T0 + 3600, 0, FALSE, T0 - MONTH, 0, MONTH }, KEYFOB_REFRESH_NEVER },
  { "used-a-day-ago", { T0, T0 + 3600, 0, FALSE, T0 - DAY, 0, MONTH }, 2880 },
  { "not-to-lapse", { T0, T0 + 3600, 0, FALSE, 0, 0, 0 }, 2880 },
  { "never-used", { T0, T0 + 3600, 0, FALSE, 0, 0, MONTH }, KEYFOB_REFRESH_NEVER },
  { "used-in-the-future", { T0, T0 + 3600, 0, FALSE, T0 + MONTH, 0, MONTH }, 2880 },
  { "no-end-known", { T0, 0, 0, FALSE, T0, 0, MONTH }, 0 },
  { "dead-on-arrival", { T0, T0 - 5, 0, FALSE, T0, 0, MONTH }, 0 },
  { "dead-on-arrival-spaced", { T0, T0, 0, FALSE, T0, T0, MONTH }, KEYFOB_REFRESH_SPACING },
  { "dead-and-unused", { T0, T0 - 5, 0, FALSE, T0 - MONTH, 0, MONTH }, KEYFOB_REFRESH_NEVER },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  gint64 due = keyfob_refresh_plan_due (&c->facts, 0);

  if (due != KEYFOB_REFRESH_NEVER)
    due -= T0;
  g_assert_cmpint (due, ==, c->due);
}

static void
test_jitter (void)
{
  const KeyfobRefreshFacts hour = { T0, T0 + 3600, 0, FALSE, T0, 0, MONTH };
  const KeyfobRefreshFacts short_lived = { T0, T0 + 120, 0, FALSE, T0, 0, MONTH };

  g_assert_cmpint (keyfob_refresh_plan_due (&hour, 1), ==, T0 + 2880 - 180);
  g_assert_cmpint (keyfob_refresh_plan_due (&hour, 0.5), ==, T0 + 2880 - 90);
  g_assert_cmpint (keyfob_refresh_plan_due (&hour, 7), ==, T0 + 2880 - 180);
  g_assert_cmpint (keyfob_refresh_plan_due (&short_lived, 1), ==, T0 + 60);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/refresh-plan/", cases[i].what, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/refresh-plan/jitter", test_jitter);

  return g_test_run ();
}
