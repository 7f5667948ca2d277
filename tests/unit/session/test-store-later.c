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
  KeyfobToken *token; /* what could not be stored */
  gboolean done;
  KeyfobToken *stored;
  GError *error;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) old = fake_server_make_token (NOW - 3600, "old", 3600);

  fixture->clock = manual_clock_new (NOW);
  fixture->config = keyfob_config_new ("https://data.example.org", NULL, NULL);
  fixture->store = fake_store_new (old);
  fixture->token = fake_server_make_token (NOW, "new", 3600);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->stored);
  g_clear_error (&fixture->error);
  g_object_unref (fixture->token);
  g_assert_finalize_object (fixture->store);
  g_assert_finalize_object (fixture->config);
  g_assert_finalize_object (fixture->clock);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->stored = keyfob_session_store_later_finish (result, &fixture->error);
  fixture->done = TRUE;
}

static void
save (Fixture *fixture)
{
  const KeyfobSession session = {
    .config = fixture->config,
    .store = KEYFOB_TOKEN_STORE (fixture->store),
    .clock = KEYFOB_CLOCK (fixture->clock),
  };

  keyfob_session_store_later_async (&session, fixture->token, on_saved, fixture);
  wait_while (!fixture->done);
}

static void
assert_stored (Fixture *fixture, const char *access_token)
{
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (keyfob_token_get_access_token (fixture->stored), ==, access_token);
  g_assert_cmpstr (keyfob_token_get_access_token (fixture->store->token), ==, access_token);
}

static void
test_over_the_old_one (Fixture *fixture, gconstpointer data)
{
  save (fixture);
  assert_stored (fixture, "new");
}

static void
test_into_an_empty_place (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->store->token);
  save (fixture);
  assert_stored (fixture, "new");
}

static void
test_newer_one_stays (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->store->token);
  fixture->store->token = fake_server_make_token (NOW + 60, "newer", 3600);
  save (fixture);
  assert_stored (fixture, "newer");
  g_assert_cmpuint (fixture->store->n_saves, ==, 0);
}

static void
test_still_full (Fixture *fixture, gconstpointer data)
{
  fixture->store->save_error = KEYFOB_AUTH_ERROR_STORE;
  save (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_null (fixture->stored);
}

static gboolean
on_given_up (gpointer user_data)
{
  Fixture *fixture = user_data;

  if (fixture->store->saving == NULL)
    return G_SOURCE_CONTINUE;

  manual_clock_advance (fixture->clock, 30);
  return G_SOURCE_REMOVE;
}

static gboolean
set_flag (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;

  return G_SOURCE_REMOVE;
}

/* What it has not written by then it must not write any more, and until that is certain nobody else
 * may write. */
static void
test_store_that_never_answers (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = keyfob_token_store_dup_lock_path (KEYFOB_TOKEN_STORE (fixture->store));
  g_autoptr (GAsyncResult) locked = NULL;
  g_autoptr (KeyfobLock) lock = NULL;
  gboolean over = FALSE;
  GTask *saving;

  fixture->store->hangs = TRUE;
  g_idle_add (on_given_up, fixture);
  save (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_cmpfloat (manual_clock_next (fixture->clock), <, 0);

  saving = fixture->store->saving;
  g_assert_false (fixture->store->asked_user);
  g_assert_true (g_cancellable_is_cancelled (g_task_get_cancellable (saving)));

  keyfob_lock_acquire_async (path, keyfob_config_get_host_key (fixture->config), NULL,
                             acquire_lock_done, &locked);
  g_timeout_add (200, set_flag, &over);
  wait_while (!over);
  g_assert_null (locked);

  g_task_return_boolean (saving, TRUE);
  g_clear_object (&fixture->store->saving);
  wait_while (locked == NULL);
  lock = keyfob_lock_acquire_finish (locked, NULL);
  g_assert_nonnull (lock);
}

static void
test_locked_keyring_is_not_asked_for (Fixture *fixture, gconstpointer data)
{
  fixture->store->locked = TRUE;
  save (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED);
  g_assert_cmpuint (fixture->store->n_saves, ==, 0);
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/store-later/", name, NULL);

  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("over-the-old-one", test_over_the_old_one);
  add ("into-an-empty-place", test_into_an_empty_place);
  add ("newer-one-stays", test_newer_one_stays);
  add ("still-full", test_still_full);
  add ("store-that-never-answers", test_store_that_never_answers);
  add ("locked-keyring-is-not-asked-for", test_locked_keyring_is_not_asked_for);

  return g_test_run ();
}
