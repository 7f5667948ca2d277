/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-request-pace.h"

#include "keyfob-auth-error.h"

#define START 1700000000
#define JITTER 0.5

typedef struct
{
  KeyfobRequestPace pace;
  gint64 now;
  GError *error;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->now = START;
  keyfob_request_pace_init (&fixture->pace);
  fixture->error =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_SERVER, "It is out of order.");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_error_free (fixture->error);
}

static void
test_never_asked (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (keyfob_request_pace_get_retry (&fixture->pace, fixture->now), ==, 0);
  g_assert_cmpint (keyfob_request_pace_get_pause_end (&fixture->pace, fixture->now), ==, 0);
  g_assert_false (keyfob_request_pace_is_put_off (&fixture->pace, fixture->now));

  /* a token of the store that ended while the machine was off says nothing of the server */
  keyfob_request_pace_note_dead_token (&fixture->pace, fixture->now, JITTER);
  g_assert_cmpint (keyfob_request_pace_get_pause_end (&fixture->pace, fixture->now), ==, 0);
}

static void
test_asked (Fixture *fixture, gconstpointer data)
{
  keyfob_request_pace_note_asked (&fixture->pace, fixture->now);
  g_assert_cmpint (keyfob_request_pace_get_pause_end (&fixture->pace, fixture->now), ==,
                   START + 120);

  keyfob_request_pace_note_dead_token (&fixture->pace, fixture->now, JITTER);
  keyfob_request_pace_note_dead_token (&fixture->pace, fixture->now, JITTER);
  g_assert_cmpint (keyfob_request_pace_get_pause_end (&fixture->pace, fixture->now), >=,
                   START + 240);
}

static void
test_clock_is_set (Fixture *fixture, gconstpointer data)
{
  gint64 retry;

  keyfob_auth_error_set_retry_after (fixture->error, 300);
  keyfob_request_pace_note_asked (&fixture->pace, fixture->now);
  keyfob_request_pace_note_failure (&fixture->pace, fixture->now, fixture->error, JITTER);
  retry = keyfob_request_pace_get_retry (&fixture->pace, fixture->now);
  g_assert_true (keyfob_request_pace_is_put_off (&fixture->pace, fixture->now));

  fixture->now = START - 5000;
  keyfob_request_pace_shift (&fixture->pace, -5000);
  g_assert_cmpint (keyfob_request_pace_get_retry (&fixture->pace, fixture->now), ==, retry - 5000);
  g_assert_cmpint (keyfob_request_pace_get_pause_end (&fixture->pace, fixture->now), ==,
                   START - 5000 + 300);
  g_assert_true (keyfob_request_pace_is_put_off (&fixture->pace, fixture->now));
}

/* The network comes and goes, so that each time the next try is due at once. */
static void
test_network_that_flaps (Fixture *fixture, gconstpointer data)
{
  guint n_tries = 0;

  fixture->error->code = KEYFOB_AUTH_ERROR_NETWORK;
  for (gint64 second = 0; second < 3600; second++)
    {
      fixture->now = START + second;
      keyfob_request_pace_hurry (&fixture->pace);
      if (keyfob_request_pace_get_retry (&fixture->pace, fixture->now) > START + second)
        continue;

      keyfob_request_pace_note_asked (&fixture->pace, fixture->now);
      keyfob_request_pace_note_failure (&fixture->pace, fixture->now, fixture->error, JITTER);
      n_tries++;
    }
  g_assert_cmpuint (n_tries, >=, 3600 / 120);
  g_assert_cmpuint (n_tries, <=, 6 + 3600 / 120);

  /* after some rest it is quick again */
  fixture->now = START + 7200;
  keyfob_request_pace_note_asked (&fixture->pace, fixture->now);
  keyfob_request_pace_note_failure (&fixture->pace, fixture->now, fixture->error, JITTER);
  keyfob_request_pace_hurry (&fixture->pace);
  g_assert_cmpint (keyfob_request_pace_get_retry (&fixture->pace, fixture->now), ==, START + 7203);
}

/* Where nobody told that the clock was set. */
static void
test_asked_in_the_future (Fixture *fixture, gconstpointer data)
{
  keyfob_request_pace_note_asked (&fixture->pace, fixture->now);
  fixture->now = START - 5000;
  g_assert_cmpint (keyfob_request_pace_get_pause_end (&fixture->pace, fixture->now), ==, 0);
  g_assert_false (keyfob_request_pace_is_put_off (&fixture->pace, fixture->now));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, function) \
  g_test_add ("/request-pace/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("never-asked", test_never_asked);
  ADD ("asked", test_asked);
  ADD ("network-that-flaps", test_network_that_flaps);
  ADD ("clock-is-set", test_clock_is_set);
  ADD ("asked-in-the-future", test_asked_in_the_future);

  return g_test_run ();
}
