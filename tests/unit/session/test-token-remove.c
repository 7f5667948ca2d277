/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "acquire-lock.h"
#include "fake-server.h"
#include "fake-store.h"
#include "keyfob-auth-error.h"
#include "keyfob-session.h"
#include "manual-clock.h"
#include "wait.h"

#define NOW 1800000000

typedef struct
{
  ManualClock *clock;
  KeyfobConfig *config;
  FakeStore *store;
  gboolean done;
  gboolean removed;
  KeyfobToken *stays;
  GError *error;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) left = fake_server_make_token (NOW - 3600, "left", 7200);

  fixture->clock = manual_clock_new (NOW);
  fixture->config = keyfob_config_new ("https://data.example.org", NULL, NULL);
  fixture->store = fake_store_new (left);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->stays);
  g_clear_error (&fixture->error);
  g_assert_finalize_object (fixture->store);
  g_assert_finalize_object (fixture->config);
  g_assert_finalize_object (fixture->clock);
}

static gboolean
is_old (KeyfobToken *stored, gpointer user_data)
{
  return keyfob_token_get_received (stored) < NOW;
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->removed = keyfob_session_remove_old_finish (result, &fixture->stays, &fixture->error);
  fixture->done = TRUE;
}

static void
start (Fixture *fixture)
{
  const KeyfobSession session = {
    .config = fixture->config,
    .store = KEYFOB_TOKEN_STORE (fixture->store),
    .clock = KEYFOB_CLOCK (fixture->clock),
  };

  keyfob_session_remove_old_async (&session, is_old, on_removed, fixture);
}

static void
finish (Fixture *fixture)
{
  wait_while (!fixture->done);
}

static void
test_old_one_goes (Fixture *fixture, gconstpointer data)
{
  start (fixture);
  finish (fixture);
  g_assert_no_error (fixture->error);
  g_assert_true (fixture->removed);
  g_assert_null (fixture->stays);
  g_assert_null (fixture->store->token);
}

/* Another program may write a token just now, so nothing is removed where there was none. */
static void
test_none_is_there (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->store->token);
  start (fixture);
  finish (fixture);
  g_assert_true (fixture->removed);
  g_assert_null (fixture->stays);
  g_assert_cmpuint (fixture->store->n_removes, ==, 0);
}

static void
test_cannot_be_read (Fixture *fixture, gconstpointer data)
{
  fixture->store->lookup_error = KEYFOB_AUTH_ERROR_LOCKED;
  start (fixture);
  finish (fixture);
  g_assert_false (fixture->removed);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED);
  g_assert_cmpuint (fixture->store->n_removes, ==, 0);
}

/* What it stores before it releases the lock is seen. */
static void
test_waits_for_another_program (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = keyfob_token_store_dup_lock_path (KEYFOB_TOKEN_STORE (fixture->store));
  KeyfobLock *lock = acquire_lock (path, keyfob_config_get_host_key (fixture->config), NULL);
  g_autoptr (KeyfobToken) newer = fake_server_make_token (NOW, "newer", 3600);

  start (fixture);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (fixture->store->n_lookups, ==, 0);

  g_set_object (&fixture->store->token, newer);
  keyfob_lock_free (lock);
  finish (fixture);
  g_assert_no_error (fixture->error);
  g_assert_true (fixture->removed);
  g_assert_true (fixture->stays == newer);
  g_assert_true (fixture->store->token == newer);
  g_assert_cmpuint (fixture->store->n_removes, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, function) \
  g_test_add ("/token-remove/" name, Fixture, NULL, set_up, function, tear_down)

  ADD ("old-one-goes", test_old_one_goes);
  ADD ("none-is-there", test_none_is_there);
  ADD ("cannot-be-read", test_cannot_be_read);
  ADD ("waits-for-another-program", test_waits_for_another_program);

  return g_test_run ();
}
