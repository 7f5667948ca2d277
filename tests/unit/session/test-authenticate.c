/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <string.h>

#include "acquire-lock.h"
#include "fake-flow.h"
#include "fake-server.h"
#include "fake-store.h"
#include "keyfob-auth-error.h"
#include "keyfob-session.h"
#include "manual-clock.h"
#include "wait.h"

#define NOW 1800000000
#define NONE (-1)

/* One row is one situation and what must come of it. */
typedef struct
{
  const char *name;

  int stored; /* seconds that the stored token is good for, NONE for no token */
  int cached; /* the same for the token that the caller has */
  gboolean force;
  gboolean has_flow;
  int refresh_error;
  int flow_error;
  int lookup_error;
  int save_error;

  const char *token; /* what is handed out; NULL: the error below */
  int error;
  guint n_lookups;
  guint n_refreshed;
  guint n_flows;
  const char *left_in_store; /* (nullable) */
} Row;

#define OK NONE, NONE, NONE, NONE

static const Row rows[] = {
  /* what is good is used as it is */
  { "stored", 300, NONE, FALSE, TRUE, OK, "stored", NONE, 1, 0, 0, "stored" },
  { "stored-at-margin", 60, NONE, FALSE, TRUE, OK, "stored", NONE, 1, 0, 0, "stored" },
  { "cached", 300, 200, FALSE, TRUE, OK, "cached", NONE, 0, 0, 0, "stored" },

  /* what is not is refreshed */
  { "stored-near-end", 59, NONE, FALSE, TRUE, OK, "refreshed", NONE, 2, 1, 0, "refreshed" },
  { "stored-past-end", 0, NONE, FALSE, FALSE, OK, "refreshed", NONE, 2, 1, 0, "refreshed" },
  { "cached-near-end", 10, 10, FALSE, FALSE, OK, "refreshed", NONE, 1, 1, 0, "refreshed" },
  { "cached-is-not-the-newest", 300, 10, FALSE, FALSE, OK, "stored", NONE, 1, 0, 0, "stored" },

  /* a dead refresh token is for the user */
  { "dead", 0, NONE, FALSE, TRUE, KEYFOB_AUTH_ERROR_EXPIRED, NONE, NONE, NONE, "interactive", NONE,
    3, 1, 1, "interactive" },
  { "dead-user-wanted", 0, NONE, FALSE, TRUE, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED, NONE, NONE,
    NONE, "interactive", NONE, 3, 1, 1, "interactive" },
  { "dead-nobody-there", 0, NONE, FALSE, FALSE, KEYFOB_AUTH_ERROR_EXPIRED, NONE, NONE, NONE, NULL,
    KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED, 3, 1, 0, "stored" },
  { "none", NONE, NONE, FALSE, TRUE, OK, "interactive", NONE, 1, 0, 1, "interactive" },
  { "none-nobody-there", NONE, NONE, FALSE, FALSE, OK, NULL, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED,
    1, 0, 0, NULL },
  { "denied", NONE, NONE, FALSE, TRUE, NONE, KEYFOB_AUTH_ERROR_DENIED, NONE, NONE, NULL,
    KEYFOB_AUTH_ERROR_DENIED, 1, 0, 1, NULL },

  /* trouble on the way is not */
  { "network-time-left", 30, NONE, FALSE, TRUE, KEYFOB_AUTH_ERROR_NETWORK, NONE, NONE, NONE,
    "stored", NONE, 2, 1, 0, "stored" },
  { "network", 0, NONE, FALSE, TRUE, KEYFOB_AUTH_ERROR_NETWORK, NONE, NONE, NONE, NULL,
    KEYFOB_AUTH_ERROR_NETWORK, 2, 1, 0, "stored" },
  { "tls", 0, NONE, FALSE, TRUE, KEYFOB_AUTH_ERROR_TLS, NONE, NONE, NONE, NULL,
    KEYFOB_AUTH_ERROR_TLS, 2, 1, 0, "stored" },
  { "server", 0, NONE, FALSE, TRUE, KEYFOB_AUTH_ERROR_SERVER, NONE, NONE, NONE, NULL,
    KEYFOB_AUTH_ERROR_SERVER, 2, 1, 0, "stored" },
  { "server-time-left", 30, NONE, FALSE, TRUE, KEYFOB_AUTH_ERROR_SERVER, NONE, NONE, NONE, "stored",
    NONE, 2, 1, 0, "stored" },
  { "unavailable", 0, NONE, FALSE, TRUE, KEYFOB_AUTH_ERROR_UNAVAILABLE, NONE, NONE, NONE, NULL,
    KEYFOB_AUTH_ERROR_UNAVAILABLE, 2, 1, 0, "stored" },
  { "captive-portal", 0, NONE, FALSE, TRUE, KEYFOB_AUTH_ERROR_BAD_ANSWER, NONE, NONE, NONE, NULL,
    KEYFOB_AUTH_ERROR_BAD_ANSWER, 2, 1, 0, "stored" },

  /* force asks the user at once */
  { "force", 300, NONE, TRUE, TRUE, OK, "interactive", NONE, 0, 0, 1, "interactive" },
  { "force-cached", 300, 300, TRUE, TRUE, OK, "interactive", NONE, 0, 0, 1, "interactive" },
  { "force-nobody-there", 300, NONE, TRUE, FALSE, OK, NULL, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED,
    0, 0, 0, "stored" },
  { "force-locked", 300, NONE, TRUE, TRUE, NONE, NONE, KEYFOB_AUTH_ERROR_LOCKED, NONE,
    "interactive", NONE, 0, 0, 1, "interactive" },

  /* a store that fails */
  { "locked", 300, NONE, FALSE, TRUE, NONE, NONE, KEYFOB_AUTH_ERROR_LOCKED, NONE, NULL,
    KEYFOB_AUTH_ERROR_LOCKED, 1, 0, 0, "stored" },
  { "broken", 300, NONE, FALSE, TRUE, NONE, NONE, KEYFOB_AUTH_ERROR_STORE, NONE, NULL,
    KEYFOB_AUTH_ERROR_STORE, 1, 0, 0, "stored" },
  { "full-refreshed", 0, NONE, FALSE, TRUE, NONE, NONE, NONE, KEYFOB_AUTH_ERROR_STORE, "refreshed",
    NONE, 2, 1, 0, "stored" },
  { "full-interactive", NONE, NONE, FALSE, TRUE, NONE, NONE, NONE, KEYFOB_AUTH_ERROR_LOCKED,
    "interactive", NONE, 1, 0, 1, NULL },
};

typedef struct
{
  ManualClock *clock;
  KeyfobConfig *config;
  FakeServer *server;
  FakeStore *store;
  FakeFlow *flow;
  GCancellable *cancellable;

  gboolean done;
  KeyfobToken *token;
  GError *store_error;
  GError *error;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->clock = manual_clock_new (NOW);
  fixture->config = keyfob_config_new ("https://data.example.org", NULL, &error);
  g_assert_no_error (error);
  fixture->server = fake_server_new (NOW);
  fixture->store = fake_store_new (NULL);
  fixture->flow = fake_flow_new (NOW);
  fixture->cancellable = g_cancellable_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->token);
  g_clear_error (&fixture->store_error);
  g_clear_error (&fixture->error);
  g_assert_finalize_object (fixture->cancellable);
  g_assert_finalize_object (fixture->flow);
  g_assert_finalize_object (fixture->store);
  g_assert_finalize_object (fixture->server);
  g_assert_finalize_object (fixture->config);
  g_object_unref (fixture->clock);
}

/* of some time ago, so that it can be over */
static KeyfobToken *
make_token (const char *access_token, int seconds)
{
  return fake_server_make_token (NOW - 1000, access_token, seconds + 1000);
}

static void
hold (Fixture *fixture, int seconds)
{
  fixture->store->token = make_token ("stored", seconds);
}

static void
on_authenticated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->token =
      keyfob_session_authenticate_finish (result, &fixture->store_error, &fixture->error);
  fixture->done = TRUE;
}

static void
start (Fixture *fixture, KeyfobToken *cached, gboolean has_flow, gboolean force)
{
  const KeyfobSession session = {
    .config = fixture->config,
    .server = KEYFOB_SERVER (fixture->server),
    .store = KEYFOB_TOKEN_STORE (fixture->store),
    .clock = KEYFOB_CLOCK (fixture->clock),
  };

  keyfob_session_authenticate_async (&session, cached,
                                     has_flow ? KEYFOB_FLOW (fixture->flow) : NULL, force,
                                     fixture->cancellable, on_authenticated, fixture);
}

static void
finish (Fixture *fixture)
{
  wait_while (!fixture->done);
}

static void
assert_token (KeyfobToken *token, const char *access_token)
{
  g_assert_cmpstr (token != NULL ? keyfob_token_get_access_token (token) : NULL, ==, access_token);
}

static void
test_row (Fixture *fixture, gconstpointer data)
{
  const Row *row = data;
  g_autoptr (KeyfobToken) cached = NULL;

  if (row->stored != NONE)
    hold (fixture, row->stored);
  if (row->cached != NONE)
    cached = make_token ("cached", row->cached);
  fixture->server->refresh_error = row->refresh_error;
  fixture->flow->error = row->flow_error;
  fixture->store->lookup_error = row->lookup_error;
  fixture->store->save_error = row->save_error;

  start (fixture, cached, row->has_flow, row->force);
  finish (fixture);

  assert_token (fixture->token, row->token);
  if (row->token == NULL)
    g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, row->error);
  else
    g_assert_no_error (fixture->error);

  if (row->save_error != NONE)
    g_assert_error (fixture->store_error, KEYFOB_AUTH_ERROR, row->save_error);
  else
    g_assert_no_error (fixture->store_error);

  g_assert_cmpuint (fixture->store->n_lookups, ==, row->n_lookups);
  g_assert_cmpuint (fixture->server->n_refreshed, ==, row->n_refreshed);
  g_assert_cmpuint (fixture->flow->n_run, ==, row->n_flows);
  assert_token (fixture->store->token, row->left_in_store);
}

static void
test_refresh_token (Fixture *fixture, gconstpointer data)
{
  hold (fixture, 0);
  start (fixture, NULL, FALSE, FALSE);
  finish (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (fixture->server->refresh_token, ==, "old-refresh");
}

static void
test_no_refresh_token (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) answer = json_object_new ();

  json_object_set_string_member (answer, "access_token", "stored");
  json_object_set_int_member (answer, "expires_in", 1030);
  fixture->store->token = keyfob_token_new_from_answer (answer, NOW - 1000, 0, NULL);

  start (fixture, NULL, TRUE, FALSE);
  finish (fixture);
  assert_token (fixture->token, "interactive");
  g_assert_cmpuint (fixture->server->n_refreshed, ==, 0);
}

static void
test_short_life (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    int left;
    const char *given;
  } cases[] = { { 15, "short" }, { 14, "refreshed" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KeyfobToken) token =
          fake_server_make_token (NOW - (60 - cases[i].left), "short", 60);

      g_set_object (&fixture->store->token, token);
      start (fixture, NULL, FALSE, FALSE);
      finish (fixture);
      assert_token (fixture->token, cases[i].given);
      g_clear_object (&fixture->token);
      fixture->done = FALSE;
    }
}

static void
test_words (Fixture *fixture, gconstpointer data)
{
  start (fixture, NULL, FALSE, FALSE);
  finish (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED);
  g_assert_cmpstr (fixture->error->message, ==,
                   "You are not signed in at data.example.org. Sign in first.");
}

static void
test_sign_in_waits_for_another_program (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = keyfob_token_store_dup_lock_path (KEYFOB_TOKEN_STORE (fixture->store));
  KeyfobLock *lock = acquire_lock (path, keyfob_config_get_host_key (fixture->config), NULL);

  start (fixture, NULL, TRUE, TRUE);
  wait_while (fixture->flow->n_run == 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (fixture->store->n_saves, ==, 0);

  /* what the other program stores is of the old session */
  hold (fixture, 300);
  keyfob_lock_free (lock);
  finish (fixture);
  assert_token (fixture->token, "interactive");
  assert_token (fixture->store->token, "interactive");
}

static void
test_cancelled_refresh (Fixture *fixture, gconstpointer data)
{
  /* its answer may have ended the old token by now */
  hold (fixture, 30);
  fixture->server->hangs_at = FAKE_STEP_REFRESH;
  start (fixture, NULL, TRUE, FALSE);
  wait_while (fixture->server->reached != FAKE_STEP_REFRESH);

  g_cancellable_cancel (fixture->cancellable);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  fake_server_answer_refresh (fixture->server);
  finish (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (fixture->flow->n_run, ==, 0);
  assert_token (fixture->store->token, "refreshed");
}

static void
test_cancelled_save (Fixture *fixture, gconstpointer data)
{
  /* the old refresh token is dead by then */
  hold (fixture, 0);
  fixture->store->cancelled_by_save = fixture->cancellable;
  start (fixture, NULL, TRUE, FALSE);
  finish (fixture);
  g_assert_no_error (fixture->error);
  assert_token (fixture->token, "refreshed");
  assert_token (fixture->store->token, "refreshed");
}

static gboolean
give_up_save (gpointer user_data)
{
  Fixture *fixture = user_data;

  if (fixture->store->saving == NULL)
    return G_SOURCE_CONTINUE;

  manual_clock_advance (fixture->clock, 120);
  return G_SOURCE_REMOVE;
}

/* The user need not see the question of the password manager. */
static void
test_question_without_an_answer (Fixture *fixture, gconstpointer data)
{
  fixture->store->hangs = TRUE;
  start (fixture, NULL, TRUE, TRUE);
  g_idle_add (give_up_save, fixture);
  finish (fixture);

  assert_token (fixture->token, "interactive");
  g_assert_error (fixture->store_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED);
  g_assert_nonnull (strstr (fixture->store_error->message, "has not let Keyfob store the token"));
  g_assert_true (fixture->store->asked_user);
  g_assert_true (g_cancellable_is_cancelled (g_task_get_cancellable (fixture->store->saving)));

  g_task_return_boolean (fixture->store->saving, TRUE);
  g_clear_object (&fixture->store->saving);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
add (const char *path, gconstpointer data, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/authenticate/", rows[i].name, NULL);

      add (path, &rows[i], test_row);
    }
  add ("/authenticate/refresh-token", NULL, test_refresh_token);
  add ("/authenticate/no-refresh-token", NULL, test_no_refresh_token);
  add ("/authenticate/short-life", NULL, test_short_life);
  add ("/authenticate/words", NULL, test_words);
  add ("/authenticate/sign-in-waits-for-another-program", NULL,
       test_sign_in_waits_for_another_program);
  add ("/authenticate/question-without-an-answer", NULL, test_question_without_an_answer);
  add ("/authenticate/cancelled-refresh", NULL, test_cancelled_refresh);
  add ("/authenticate/cancelled-save", NULL, test_cancelled_save);

  return g_test_run ();
}
