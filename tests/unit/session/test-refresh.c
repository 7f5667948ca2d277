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
#define URL "https://data.example.org"
/* longer than any other program is waited for, seconds */
#define FOR_TOO_LONG 600

typedef struct
{
  KeyfobToken *token;
  KeyfobTokenStore *store; /* with which the refresh began */
  GError *store_error;
  GError *error;
  gboolean removed;
  gboolean done;
} Outcome;

typedef struct
{
  ManualClock *clock;
  KeyfobConfig *config;
  FakeServer *server;
  FakeStore *store;
  KeyfobToken *token; /* what the caller has */
  gboolean saved;
  GCancellable *cancellable;
  Outcome outcome;
} Fixture;

/* @refresh_token: (nullable) */
static KeyfobToken *
make_token (const char *access_token, const char *refresh_token, gint64 received, int life)
{
  g_autoptr (JsonObject) answer = json_object_new ();

  json_object_set_string_member (answer, "access_token", access_token);
  json_object_set_int_member (answer, "expires_in", life);
  if (refresh_token != NULL)
    json_object_set_string_member (answer, "refresh_token", refresh_token);

  return keyfob_token_new_from_answer (answer, received, 0, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->clock = manual_clock_new (NOW);
  fixture->config = keyfob_config_new (URL, NULL, &error);
  g_assert_no_error (error);
  fixture->server = fake_server_new (NOW);
  fixture->token = make_token ("ours", "our-refresh", NOW - 3600, 3590);
  fixture->store = fake_store_new (fixture->token);
  fixture->cancellable = g_cancellable_new ();
}

static void
outcome_clear (Outcome *outcome)
{
  g_clear_object (&outcome->token);
  g_clear_object (&outcome->store);
  g_clear_error (&outcome->store_error);
  g_clear_error (&outcome->error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  outcome_clear (&fixture->outcome);
  g_object_unref (fixture->token);
  g_assert_finalize_object (fixture->store);
  g_assert_finalize_object (fixture->server);
  g_assert_finalize_object (fixture->config);
  g_assert_finalize_object (fixture->cancellable);
  g_assert_finalize_object (fixture->clock);
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;

  outcome->token = keyfob_session_refresh_finish (result, &outcome->store_error, &outcome->error);
  g_set_object (&outcome->store, keyfob_session_get_store (result));
  outcome->removed = keyfob_session_was_removed (result);
  outcome->done = TRUE;
}

static void
start (Fixture *fixture, Outcome *outcome)
{
  const KeyfobSession session = {
    .config = fixture->config,
    .server = KEYFOB_SERVER (fixture->server),
    .store = KEYFOB_TOKEN_STORE (fixture->store),
    .clock = KEYFOB_CLOCK (fixture->clock),
  };

  keyfob_session_refresh_async (&session, fixture->token, fixture->saved, fixture->cancellable,
                                on_refreshed, outcome);
}

static void
wait_for (gboolean *condition)
{
  wait_while (!*condition);
}

static void
refresh (Fixture *fixture)
{
  start (fixture, &fixture->outcome);
  wait_for (&fixture->outcome.done);
}

static void
hold (Fixture *fixture, KeyfobToken *token)
{
  g_set_object (&fixture->store->token, token);
}

static void
assert_token (KeyfobToken *token, const char *access_token)
{
  g_assert_cmpstr (token != NULL ? keyfob_token_get_access_token (token) : NULL, ==, access_token);
}

static void
assert_asked (Fixture *fixture, const char *refresh_token)
{
  g_assert_cmpuint (fixture->server->n_refreshed, ==, refresh_token != NULL ? 1 : 0);
  g_assert_cmpstr (fixture->server->refresh_token, ==, refresh_token);
}

static void
assert_new_and_stored (Fixture *fixture)
{
  g_assert_no_error (fixture->outcome.error);
  g_assert_no_error (fixture->outcome.store_error);
  assert_token (fixture->outcome.token, "refreshed");
  assert_token (fixture->store->token, "refreshed");
}

static void
test_nobody_else (Fixture *fixture, gconstpointer data)
{
  refresh (fixture);
  assert_asked (fixture, "our-refresh");
  assert_new_and_stored (fixture);
  g_assert_cmpuint (fixture->server->n_probed, ==, 0);
}

static void
test_renewed_by_others (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) theirs = make_token ("theirs", "their-refresh", NOW - 30, 3600);

  hold (fixture, theirs);
  refresh (fixture);
  g_assert_no_error (fixture->outcome.error);
  assert_token (fixture->outcome.token, "theirs");
  assert_asked (fixture, NULL);
  g_assert_cmpuint (fixture->store->n_saves, ==, 0);
}

static void
test_renewed_by_others_long_ago (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) theirs = make_token ("theirs", "their-refresh", NOW - 1000, 1010);

  hold (fixture, theirs);
  refresh (fixture);
  assert_asked (fixture, "their-refresh");
  assert_new_and_stored (fixture);
}

static void
test_others_lost_the_refresh_token (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) theirs = make_token ("theirs", NULL, NOW - 30, 3600);

  hold (fixture, theirs);
  refresh (fixture);
  assert_token (fixture->outcome.token, "theirs");
  assert_asked (fixture, NULL);
  g_assert_cmpstr (keyfob_token_get_refresh_token (fixture->outcome.token), ==, "our-refresh");
  g_assert_cmpstr (keyfob_token_get_refresh_token (fixture->store->token), ==, "our-refresh");
}

static void
test_others_put_an_old_one_back (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) older = make_token ("older", "used-up", NOW - 7200, 3600);

  hold (fixture, older);
  refresh (fixture);
  assert_asked (fixture, "our-refresh");
  assert_new_and_stored (fixture);
}

static void
test_not_saved_yet (Fixture *fixture, gconstpointer data)
{
  hold (fixture, NULL);
  refresh (fixture);
  assert_asked (fixture, "our-refresh");
  assert_new_and_stored (fixture);
}

static void
test_others_removed_it (Fixture *fixture, gconstpointer data)
{
  hold (fixture, NULL);
  fixture->saved = TRUE;
  refresh (fixture);
  g_assert_error (fixture->outcome.error, KEYFOB_AUTH_ERROR,
                  KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED);
  g_assert_true (fixture->outcome.removed);
  assert_asked (fixture, NULL);
  g_assert_null (fixture->store->token);
}

static void
test_others_lost_it (Fixture *fixture, gconstpointer data)
{
  hold (fixture, NULL);
  fixture->saved = TRUE;
  fixture->store->loses = TRUE;
  refresh (fixture);
  assert_asked (fixture, "our-refresh");
  assert_new_and_stored (fixture);
}

static void
test_store_that_cannot_be_read (Fixture *fixture, gconstpointer data)
{
  fixture->store->lookup_error = KEYFOB_AUTH_ERROR_STORE;
  refresh (fixture);
  assert_asked (fixture, "our-refresh");
  assert_new_and_stored (fixture);
}

static void
test_locked_keyring_is_not_asked_for (Fixture *fixture, gconstpointer data)
{
  fixture->store->lookup_error = KEYFOB_AUTH_ERROR_LOCKED;
  fixture->store->locked = TRUE;
  refresh (fixture);
  g_assert_no_error (fixture->outcome.error);
  assert_token (fixture->outcome.token, "refreshed");
  g_assert_error (fixture->outcome.store_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED);
  g_assert_cmpuint (fixture->store->n_saves, ==, 0);
}

static void
test_full_disk (Fixture *fixture, gconstpointer data)
{
  fixture->store->save_error = KEYFOB_AUTH_ERROR_STORE;
  refresh (fixture);
  g_assert_no_error (fixture->outcome.error);
  assert_token (fixture->outcome.token, "refreshed");
  g_assert_error (fixture->outcome.store_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
}

static void
test_dead (Fixture *fixture, gconstpointer data)
{
  fixture->server->refresh_error = KEYFOB_AUTH_ERROR_EXPIRED;
  refresh (fixture);
  g_assert_error (fixture->outcome.error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_EXPIRED);
  g_assert_cmpuint (fixture->server->n_refreshed, ==, 1);
  assert_token (fixture->store->token, "ours");
}

static void
test_dead_because_others_were_faster (Fixture *fixture, gconstpointer data)
{
  fixture->store->put_by_others = make_token ("theirs", "their-refresh", NOW, 3600);
  fixture->server->refresh_error = KEYFOB_AUTH_ERROR_EXPIRED;
  refresh (fixture);
  g_assert_no_error (fixture->outcome.error);
  assert_token (fixture->outcome.token, "theirs");
  g_assert_cmpuint (fixture->server->n_refreshed, ==, 1);
}

static void
test_trouble_on_the_way (Fixture *fixture, gconstpointer data)
{
  fixture->server->refresh_error = KEYFOB_AUTH_ERROR_NETWORK;
  refresh (fixture);
  g_assert_error (fixture->outcome.error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK);
  assert_token (fixture->store->token, "ours");
}

static void
use_broker_token (Fixture *fixture)
{
  g_clear_object (&fixture->token);
  fixture->token = make_token ("ours", "ours", NOW - 3600, 3590);
  hold (fixture, fixture->token);
}

static void
test_broker (Fixture *fixture, gconstpointer data)
{
  use_broker_token (fixture);
  refresh (fixture);
  g_assert_cmpuint (fixture->server->n_probed, ==, 1);
  assert_asked (fixture, "ours");
  assert_new_and_stored (fixture);
}

static void
test_broker_out_of_reach (Fixture *fixture, gconstpointer data)
{
  use_broker_token (fixture);
  fixture->server->probe_error = KEYFOB_AUTH_ERROR_NETWORK;
  refresh (fixture);
  g_assert_error (fixture->outcome.error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK);
  assert_asked (fixture, NULL);
}

static void
test_two_at_once (Fixture *fixture, gconstpointer data)
{
  Outcome second = { 0 };

  start (fixture, &fixture->outcome);
  start (fixture, &second);
  wait_for (&fixture->outcome.done);
  wait_for (&second.done);
  g_assert_cmpuint (fixture->server->n_refreshed, ==, 1);
  assert_token (fixture->outcome.token, "refreshed");
  assert_token (second.token, "refreshed");
  outcome_clear (&second);
}

static KeyfobLock *
lock_as_another_program (Fixture *fixture)
{
  g_autofree char *path = keyfob_token_store_dup_lock_path (KEYFOB_TOKEN_STORE (fixture->store));
  g_autoptr (GError) error = NULL;
  KeyfobLock *lock = acquire_lock (path, keyfob_config_get_host_key (fixture->config), &error);

  g_assert_no_error (error);

  return lock;
}

/* The caller goes over to another store while the server is asked. */
static void
test_store_of_the_beginning (Fixture *fixture, gconstpointer data)
{
  KeyfobLock *lock = lock_as_another_program (fixture);
  FakeStore *first = fixture->store;

  start (fixture, &fixture->outcome);
  fixture->store = fake_store_new (NULL);
  keyfob_lock_free (lock);
  wait_for (&fixture->outcome.done);
  g_assert_true (fixture->outcome.store == KEYFOB_TOKEN_STORE (first));
  assert_token (first->token, "refreshed");
  g_assert_null (fixture->store->token);
  g_object_unref (first);
}

static void
test_waits_for_others (Fixture *fixture, gconstpointer data)
{
  KeyfobLock *lock = lock_as_another_program (fixture);
  g_autoptr (KeyfobToken) theirs = make_token ("theirs", "their-refresh", NOW, 3600);

  start (fixture, &fixture->outcome);
  g_assert_cmpuint (fixture->store->n_lookups, ==, 0);

  hold (fixture, theirs);
  keyfob_lock_free (lock);
  wait_for (&fixture->outcome.done);
  assert_token (fixture->outcome.token, "theirs");
  assert_asked (fixture, NULL);
}

static void
test_others_that_hang (Fixture *fixture, gconstpointer data)
{
  KeyfobLock *lock = lock_as_another_program (fixture);
  Outcome later = { 0 };

  start (fixture, &fixture->outcome);
  manual_clock_advance (fixture->clock, FOR_TOO_LONG);
  wait_for (&fixture->outcome.done);
  g_assert_error (fixture->outcome.error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (fixture->outcome.error->message, "data.example.org"));
  assert_asked (fixture, NULL);

  /* whoever hung is gone, and with it its lock */
  keyfob_lock_free (lock);
  start (fixture, &later);
  wait_for (&later.done);
  g_assert_no_error (later.error);
  assert_token (later.token, "refreshed");
  outcome_clear (&later);
}

static void
test_cancelled_while_waiting (Fixture *fixture, gconstpointer data)
{
  KeyfobLock *lock = lock_as_another_program (fixture);

  start (fixture, &fixture->outcome);
  g_cancellable_cancel (fixture->cancellable);
  wait_for (&fixture->outcome.done);
  g_assert_error (fixture->outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_asked (fixture, NULL);
  keyfob_lock_free (lock);
}

static void
test_cancelled_in_the_request (Fixture *fixture, gconstpointer data)
{
  fixture->server->hangs_at = FAKE_STEP_REFRESH;
  start (fixture, &fixture->outcome);
  wait_while (fixture->server->reached != FAKE_STEP_REFRESH);

  /* the answer may have ended the old token by now */
  g_cancellable_cancel (fixture->cancellable);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_false (fixture->outcome.done);
  fake_server_answer_refresh (fixture->server);
  wait_for (&fixture->outcome.done);
  g_assert_no_error (fixture->outcome.error);
  assert_token (fixture->store->token, "refreshed");
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/refresh/", name, NULL);

  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("nobody-else", test_nobody_else);
  add ("renewed-by-others", test_renewed_by_others);
  add ("renewed-by-others-long-ago", test_renewed_by_others_long_ago);
  add ("others-lost-the-refresh-token", test_others_lost_the_refresh_token);
  add ("others-put-an-old-one-back", test_others_put_an_old_one_back);
  add ("not-saved-yet", test_not_saved_yet);
  add ("others-removed-it", test_others_removed_it);
  add ("others-lost-it", test_others_lost_it);
  add ("store-that-cannot-be-read", test_store_that_cannot_be_read);
  add ("locked-keyring-is-not-asked-for", test_locked_keyring_is_not_asked_for);
  add ("full-disk", test_full_disk);
  add ("dead", test_dead);
  add ("dead-because-others-were-faster", test_dead_because_others_were_faster);
  add ("trouble-on-the-way", test_trouble_on_the_way);
  add ("broker", test_broker);
  add ("broker-out-of-reach", test_broker_out_of_reach);
  add ("two-at-once", test_two_at_once);
  add ("store-of-the-beginning", test_store_of_the_beginning);
  add ("waits-for-others", test_waits_for_others);
  add ("others-that-hang", test_others_that_hang);
  add ("cancelled-while-waiting", test_cancelled_while_waiting);
  add ("cancelled-in-the-request", test_cancelled_in_the_request);

  return g_test_run ();
}
