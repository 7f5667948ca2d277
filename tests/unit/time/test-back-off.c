/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-back-off.h"

#include "keyfob-auth-error.h"
#include "manual-clock.h"

#define START 1700000000

typedef struct
{
  ManualClock *clock;
  KeyfobBackOff *back_off;
  GError *error;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->clock = manual_clock_new (START);
  fixture->back_off = keyfob_back_off_new (KEYFOB_CLOCK (fixture->clock));
  fixture->error =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_SERVER, "It is out of order.");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_error_free (fixture->error);
  g_assert_finalize_object (fixture->back_off);
  g_assert_finalize_object (fixture->clock);
}

static void
test_never_asked (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (keyfob_back_off_get_retry (fixture->back_off), ==, 0);
  g_assert_cmpint (keyfob_back_off_get_pause_end (fixture->back_off), ==, 0);
  g_assert_false (keyfob_back_off_is_put_off (fixture->back_off));

  /* a token of the store that ended while the machine was off says nothing of the server */
  keyfob_back_off_note_dead_token (fixture->back_off);
  g_assert_cmpint (keyfob_back_off_get_pause_end (fixture->back_off), ==, 0);
}

static void
test_asked (Fixture *fixture, gconstpointer data)
{
  keyfob_back_off_note_asked (fixture->back_off);
  g_assert_cmpint (keyfob_back_off_get_pause_end (fixture->back_off), ==, START + 120);

  keyfob_back_off_note_dead_token (fixture->back_off);
  keyfob_back_off_note_dead_token (fixture->back_off);
  g_assert_cmpint (keyfob_back_off_get_pause_end (fixture->back_off), >=, START + 240);
}

static void
test_jitter (Fixture *fixture, gconstpointer data)
{
  guint n_seconds = 0;
  g_autoptr (GHashTable) seconds = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < 200; i++)
    {
      gint64 wait;

      keyfob_back_off_forget (fixture->back_off);
      keyfob_back_off_note_failure (fixture->back_off, fixture->error);
      wait = keyfob_back_off_get_retry (fixture->back_off) - START;
      g_assert_cmpint (wait, >=, 120);
      g_assert_cmpint (wait, <=, 150);
      n_seconds += g_hash_table_add (seconds, GINT_TO_POINTER ((int) wait));
    }

  /* many machines that have lost the same server do not come back all at once */
  g_assert_cmpuint (n_seconds, >, 20);
}

static void
test_clock_is_set (Fixture *fixture, gconstpointer data)
{
  gint64 retry;

  keyfob_auth_error_set_retry_after (fixture->error, 300);
  keyfob_back_off_note_asked (fixture->back_off);
  keyfob_back_off_note_failure (fixture->back_off, fixture->error);
  retry = keyfob_back_off_get_retry (fixture->back_off);
  g_assert_true (keyfob_back_off_is_put_off (fixture->back_off));

  manual_clock_set_now (fixture->clock, START - 5000);
  keyfob_back_off_shift (fixture->back_off, -5000);
  g_assert_cmpint (keyfob_back_off_get_retry (fixture->back_off), ==, retry - 5000);
  g_assert_cmpint (keyfob_back_off_get_pause_end (fixture->back_off), ==, START - 5000 + 300);
  g_assert_true (keyfob_back_off_is_put_off (fixture->back_off));
}

/* The network comes and goes, so that each time the next try is due at once. */
static void
test_network_that_flaps (Fixture *fixture, gconstpointer data)
{
  guint n_tries = 0;

  fixture->error->code = KEYFOB_AUTH_ERROR_NETWORK;
  for (gint64 second = 0; second < 3600; second++)
    {
      manual_clock_set_now (fixture->clock, START + second);
      keyfob_back_off_hurry (fixture->back_off);
      if (keyfob_back_off_get_retry (fixture->back_off) > START + second)
        continue;

      keyfob_back_off_note_asked (fixture->back_off);
      keyfob_back_off_note_failure (fixture->back_off, fixture->error);
      n_tries++;
    }
  g_assert_cmpuint (n_tries, >=, 3600 / 120);
  g_assert_cmpuint (n_tries, <=, 6 + 3600 / 120);

  /* after some rest it is quick again */
  manual_clock_set_now (fixture->clock, START + 7200);
  keyfob_back_off_note_asked (fixture->back_off);
  keyfob_back_off_note_failure (fixture->back_off, fixture->error);
  keyfob_back_off_hurry (fixture->back_off);
  g_assert_cmpint (keyfob_back_off_get_retry (fixture->back_off), ==, START + 7203);
}

/* Where nobody told that the clock was set. */
static void
test_asked_in_the_future (Fixture *fixture, gconstpointer data)
{
  keyfob_back_off_note_asked (fixture->back_off);
  manual_clock_set_now (fixture->clock, START - 5000);
  g_assert_cmpint (keyfob_back_off_get_pause_end (fixture->back_off), ==, 0);
  g_assert_false (keyfob_back_off_is_put_off (fixture->back_off));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, function) \
  g_test_add ("/back-off/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("never-asked", test_never_asked);
  ADD ("asked", test_asked);
  ADD ("jitter", test_jitter);
  ADD ("network-that-flaps", test_network_that_flaps);
  ADD ("clock-is-set", test_clock_is_set);
  ADD ("asked-in-the-future", test_asked_in_the_future);

  return g_test_run ();
}
