/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "fake-browser.h"
#include "fake-launcher.h"
#include "fake-server.h"
#include "keyfob-auth-error.h"
#include "keyfob-code-flow.h"
#include "keyfob-loopback.h"
#include "manual-clock.h"
#include "wait.h"

#define NOW 1800000000
#define TIMEOUT 120
#define ISSUER "https://provider.example"

typedef struct
{
  guint16 port;
  ManualClock *clock;
  FakeServer *server;
  FakeLauncher *launcher;
  GPtrArray *ended;
  KeyfobConfig *config;
  KeyfobCodeFlow *flow;
  GCancellable *cancellable;

  gboolean done;
  KeyfobToken *token;
  GError *error;

  guint n_notified;
} Fixture;

static KeyfobConfig *
make_config (guint16 port, const char *issuer, gboolean server_pkce)
{
  GVariantDict options;
  g_autoptr (GError) error = NULL;
  KeyfobConfig *config;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert_value (
      &options, "redirect-ports",
      g_variant_new_fixed_array (G_VARIANT_TYPE_UINT16, &port, 1, sizeof port));
  g_variant_dict_insert (&options, "timeout", "u", TIMEOUT);
  if (issuer != NULL)
    g_variant_dict_insert (&options, "issuer", "s", issuer);
  if (server_pkce)
    g_variant_dict_insert (&options, "server-pkce", "b", TRUE);

  config = keyfob_config_new ("https://data.example.org", g_variant_dict_end (&options), &error);
  g_assert_no_error (error);

  return config;
}

static void
set_config (Fixture *fixture, const char *issuer, gboolean server_pkce)
{
  g_clear_object (&fixture->flow);
  g_clear_object (&fixture->config);
  fixture->config = make_config (fixture->port, issuer, server_pkce);
  fixture->flow = keyfob_code_flow_new (fixture->config, KEYFOB_SERVER (fixture->server),
                                        KEYFOB_LAUNCHER (fixture->launcher),
                                        KEYFOB_CLOCK (fixture->clock), fixture->ended);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->port = fake_browser_find_port ();
  fixture->clock = manual_clock_new (NOW);
  fixture->server = fake_server_new (NOW);
  fixture->launcher = fake_launcher_new ();
  fixture->cancellable = g_cancellable_new ();
  fixture->ended = g_ptr_array_new_with_free_func (g_object_unref);
  set_config (fixture, NULL, FALSE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->flow);
  /* however it went */
  manual_clock_advance (fixture->clock, KEYFOB_LOOPBACK_LINGER);
  g_assert_cmpuint (fixture->ended->len, ==, 0);
  g_ptr_array_unref (fixture->ended);
  g_assert_true (fake_browser_is_port_free (fixture->port));
  g_clear_object (&fixture->token);
  g_clear_error (&fixture->error);
  g_assert_finalize_object (fixture->cancellable);
  g_assert_finalize_object (fixture->launcher);
  g_assert_finalize_object (fixture->server);
  g_object_unref (fixture->config);
  g_object_unref (fixture->clock);
}

static void
on_run (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->token = keyfob_flow_run_finish (KEYFOB_FLOW (source), result, &fixture->error);
  fixture->done = TRUE;
}

static void
start (Fixture *fixture)
{
  keyfob_flow_run_async (KEYFOB_FLOW (fixture->flow), fixture->cancellable, on_run, fixture);
}

static void
finish (Fixture *fixture)
{
  wait_while (!fixture->done);
}

static void
run (Fixture *fixture)
{
  start (fixture);
  finish (fixture);
}

static const char *
get_page (Fixture *fixture)
{
  g_assert_nonnull (fixture->launcher->browser);

  return fake_browser_wait (fixture->launcher->browser);
}

static void
test_success (Fixture *fixture, gconstpointer data)
{
  g_autofree char *redirect_uri = g_strdup_printf ("http://localhost:%u/callback", fixture->port);

  keyfob_code_flow_set_prompt (fixture->flow, "login");
  keyfob_code_flow_set_activation_token (fixture->flow, "wayland-token");
  run (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (keyfob_token_get_access_token (fixture->token), ==, "exchanged");

  g_assert_cmpstr (fixture->server->prompt, ==, "login");
  g_assert_cmpstr (fixture->server->code, ==, "the-code");
  g_assert_cmpstr (fixture->server->redirect_uri, ==, redirect_uri);
  g_assert_cmpstr (fixture->server->verifier, ==, FAKE_OWN_VERIFIER);
  g_assert_cmpstr (fixture->launcher->activation_token, ==, "wayland-token");
  g_assert_null (strstr (fixture->launcher->uri, FAKE_OWN_VERIFIER));
  g_assert_null (strstr (fixture->launcher->uri, FAKE_OWN_STATE));

  g_assert_null (keyfob_code_flow_get_trouble (fixture->flow));
  g_assert_nonnull (strstr (get_page (fixture), "You are signed in"));
}

static void
on_login_uri (KeyfobCodeFlow *flow, GParamSpec *pspec, Fixture *fixture)
{
  g_autofree char *uri = NULL;

  g_object_get (flow, "login-uri", &uri, NULL);
  g_assert_cmpstr (uri, ==, keyfob_code_flow_get_login_uri (flow));
  fixture->n_notified++;
  if (fixture->n_notified == 1)
    g_assert_true (g_str_has_prefix (uri, "https://provider.example/auth?"));
  else
    g_assert_null (uri);
}

static void
test_login_uri (Fixture *fixture, gconstpointer data)
{
  g_signal_connect (fixture->flow, "notify::login-uri", G_CALLBACK (on_login_uri), fixture);
  g_assert_null (keyfob_code_flow_get_login_uri (fixture->flow));
  run (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (fixture->n_notified, ==, 2);
}

static void
test_no_launcher (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->flow);
  fixture->flow = keyfob_code_flow_new (fixture->config, KEYFOB_SERVER (fixture->server), NULL,
                                        KEYFOB_CLOCK (fixture->clock), fixture->ended);
  start (fixture);
  wait_while (keyfob_code_flow_get_login_uri (fixture->flow) == NULL);
  g_assert_cmpuint (fixture->launcher->n_launched, ==, 0);

  fake_launcher_visit (fixture->launcher, keyfob_code_flow_get_login_uri (fixture->flow));
  finish (fixture);
  g_assert_no_error (fixture->error);
}

/* Nobody but the person sees that the provider refuses the redirect address. */
static void
test_browser_stays_away (Fixture *fixture, gconstpointer data)
{
  fixture->launcher->stays_away = TRUE;
  start (fixture);
  wait_while (keyfob_code_flow_get_login_uri (fixture->flow) == NULL);

  manual_clock_advance (fixture->clock, 59);
  g_assert_null (keyfob_code_flow_get_trouble (fixture->flow));
  manual_clock_advance (fixture->clock, 1);
  g_assert_nonnull (strstr (keyfob_code_flow_get_trouble (fixture->flow), "has not come back"));
  g_assert_false (fixture->done);

  fake_launcher_visit (fixture->launcher, keyfob_code_flow_get_login_uri (fixture->flow));
  finish (fixture);
  g_assert_no_error (fixture->error);
}

static void
count (GObject *object, GParamSpec *pspec, guint *counter)
{
  (*counter)++;
}

static void
test_no_browser (Fixture *fixture, gconstpointer data)
{
  g_autofree char *trouble = NULL;
  guint n_notified = 0;

  g_signal_connect (fixture->flow, "notify::trouble", G_CALLBACK (count), &n_notified);
  fixture->launcher->launch_error = KEYFOB_AUTH_ERROR_NO_BROWSER;
  start (fixture);
  wait_while (keyfob_code_flow_get_trouble (fixture->flow) == NULL);
  g_object_get (fixture->flow, "trouble", &trouble, NULL);
  g_assert_cmpstr (trouble, ==, "nothing to open it");
  g_assert_cmpuint (n_notified, ==, 1);
  g_assert_false (fixture->done);

  /* the link was copied */
  fake_launcher_visit (fixture->launcher, keyfob_code_flow_get_login_uri (fixture->flow));
  finish (fixture);
  g_assert_no_error (fixture->error);
  g_assert_nonnull (fixture->token);
}

/* Each opening has a short address of its own. */
static void
test_open_page (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = NULL;

  /* nothing to open yet */
  keyfob_code_flow_open_page (fixture->flow, KEYFOB_LAUNCHER (fixture->launcher), NULL);
  g_assert_cmpuint (fixture->launcher->n_launched, ==, 0);

  fixture->launcher->stays_away = TRUE;
  start (fixture);
  wait_while (fixture->launcher->n_launched == 0);
  first = g_strdup (fixture->launcher->uri);

  fixture->launcher->stays_away = FALSE;
  keyfob_code_flow_open_page (fixture->flow, KEYFOB_LAUNCHER (fixture->launcher), "wayland-token");
  finish (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (fixture->launcher->n_launched, ==, 2);
  g_assert_cmpstr (fixture->launcher->activation_token, ==, "wayland-token");
  g_assert_cmpstr (fixture->launcher->uri, !=, first);

  keyfob_code_flow_open_page (fixture->flow, KEYFOB_LAUNCHER (fixture->launcher), NULL);
  g_assert_cmpuint (fixture->launcher->n_launched, ==, 2);
}

static const struct
{
  const char *answer;
  const char *says;
  int code;
} answers[] = {
  { "error=access_denied", "access_denied", KEYFOB_AUTH_ERROR_DENIED },
  { "error=access_denied&error_description=Not+today", "Not today", KEYFOB_AUTH_ERROR_DENIED },
  { "error=server_error&error_description=Out%20of%20order", "Out of order",
    KEYFOB_AUTH_ERROR_SERVER },
  { "error=login_required", "login_required", KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED },
  { "error=interaction_required", "interaction_required", KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED },
  { "error=consent_required", "consent_required", KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED },
};

static void
test_answer (Fixture *fixture, gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);

  fixture->launcher->answer = answers[i].answer;
  run (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, answers[i].code);
  g_assert_nonnull (strstr (fixture->error->message, answers[i].says));
  g_assert_nonnull (strstr (get_page (fixture), "The sign-in did not work"));
  g_assert_nonnull (strstr (get_page (fixture), answers[i].says));
  g_assert_cmpuint (fixture->server->n_exchanged, ==, 0);
}

/* How an attempt gets stuck at each of its steps */
static const struct
{
  const char *name;
  FakeStep hangs_at;
  gboolean stays_away;
  gboolean launcher_hangs;
} steps[] = {
  { "begin", FAKE_STEP_BEGIN_LOGIN, FALSE, FALSE },
  { "launch", FAKE_STEP_NONE, TRUE, TRUE },
  { "browser", FAKE_STEP_NONE, TRUE, FALSE },
  { "exchange", FAKE_STEP_EXCHANGE, FALSE, FALSE },
};

static void
get_stuck (Fixture *fixture, gsize i)
{
  fixture->server->hangs_at = steps[i].hangs_at;
  fixture->launcher->stays_away = steps[i].stays_away;
  fixture->launcher->hangs = steps[i].launcher_hangs;
  start (fixture);

  wait_while (steps[i].stays_away ? fixture->launcher->n_launched == 0
                                  : fixture->server->reached != steps[i].hangs_at);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_false (fixture->done);
  g_assert_false (fake_browser_is_port_free (fixture->port));
}

/* Where a browser was sent away, it may come back. */
static void
assert_port_released (Fixture *fixture, gsize i)
{
  g_assert_true (fake_browser_is_port_free (fixture->port)
                 == (steps[i].hangs_at == FAKE_STEP_BEGIN_LOGIN));
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);

  get_stuck (fixture, i);
  g_cancellable_cancel (fixture->cancellable);
  finish (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED);
  assert_port_released (fixture, i);
  g_assert_null (keyfob_code_flow_get_login_uri (fixture->flow));
  if (fixture->launcher->browser != NULL)
    g_assert_nonnull (strstr (get_page (fixture), "The sign-in was cancelled"));
  g_assert_cmpfloat (manual_clock_next (fixture->clock), <=, KEYFOB_LOOPBACK_LINGER);
}

static void
test_timeout (Fixture *fixture, gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);

  get_stuck (fixture, i);
  manual_clock_advance (fixture->clock, TIMEOUT - 1);
  g_assert_false (fixture->done);
  manual_clock_advance (fixture->clock, 1);
  finish (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_TIMED_OUT);
  assert_port_released (fixture, i);
  if (fixture->launcher->browser != NULL)
    g_assert_nonnull (strstr (get_page (fixture), "Nobody completed the sign-in in time"));
}

static void
test_cancelled_before (Fixture *fixture, gconstpointer data)
{
  g_cancellable_cancel (fixture->cancellable);
  fixture->server->hangs_at = FAKE_STEP_BEGIN_LOGIN;
  run (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED);
  g_assert_cmpuint (fixture->launcher->n_launched, ==, 0);
}

static void
test_ports_taken (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocketListener) other = g_socket_listener_new ();

  g_assert_true (g_socket_listener_add_inet_port (other, fixture->port, NULL, NULL));
  run (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NO_PORT);
  g_assert_cmpuint (fixture->server->n_begun, ==, 0);
  g_socket_listener_close (other);
}

static void
test_begin_fails (Fixture *fixture, gconstpointer data)
{
  fixture->server->begin_error = KEYFOB_AUTH_ERROR_NETWORK;
  run (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK);
  g_assert_cmpuint (fixture->launcher->n_launched, ==, 0);
}

static void
test_exchange_fails (Fixture *fixture, gconstpointer data)
{
  fixture->server->exchange_error = KEYFOB_AUTH_ERROR_UNAVAILABLE;
  run (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE);
  g_assert_cmpuint (fixture->server->n_begun, ==, 1);
  g_assert_nonnull (strstr (get_page (fixture), "token route is broken"));
}

static void
test_issuer (Fixture *fixture, gconstpointer data)
{
  set_config (fixture, ISSUER, FALSE);
  fixture->launcher->parameter = "iss=https%3A%2F%2Fprovider.example";
  run (fixture);
  g_assert_no_error (fixture->error);
}

static void
test_mix_up (Fixture *fixture, gconstpointer data)
{
  set_config (fixture, ISSUER, FALSE);
  fixture->launcher->parameter = "iss=https%3A%2F%2Fevil.example";
  run (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER);
  g_assert_cmpuint (fixture->server->n_exchanged, ==, 0);
}

static void
test_unknown_issuer (Fixture *fixture, gconstpointer data)
{
  fixture->launcher->parameter = "iss=https%3A%2F%2Fprovider.example%2Frealms%2Fa";
  run (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (keyfob_code_flow_get_provider (fixture->flow)->issuer, ==,
                   "https://provider.example/realms/a");
}

/* The request went to another host than the one that answers. */
static void
test_issuer_elsewhere (Fixture *fixture, gconstpointer data)
{
  fixture->launcher->parameter = "iss=https%3A%2F%2Fanybody.example";
  run (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER);
  g_assert_cmpuint (fixture->server->n_exchanged, ==, 0);
}

static void
test_server_pkce (Fixture *fixture, gconstpointer data)
{
  set_config (fixture, NULL, TRUE);
  run (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (fixture->server->verifier, ==, FAKE_SERVER_VERIFIER);
  g_assert_cmpuint (fixture->server->n_begun, ==, 1);
}

static void
test_landing_page (Fixture *fixture, gconstpointer data)
{
  fixture->server->has_page = TRUE;
  run (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (fixture->server->verifier, ==, FAKE_SERVER_VERIFIER);
}

static void
test_bare_state (Fixture *fixture, gconstpointer data)
{
  set_config (fixture, NULL, TRUE);
  fixture->server->bare_state = TRUE;
  run (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER);
  g_assert_cmpuint (fixture->server->n_exchanged, ==, 0);
}

/* The server's own verifier is never an answer to a refused code. */
static void
test_refused_code (Fixture *fixture, gconstpointer data)
{
  fixture->server->exchange_error = KEYFOB_AUTH_ERROR_EXPIRED;
  run (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_EXPIRED);
  g_assert_cmpuint (fixture->server->n_begun, ==, 1);
  g_assert_cmpuint (fixture->server->n_exchanged, ==, 1);
  g_assert_cmpuint (fixture->launcher->n_launched, ==, 1);
  g_assert_nonnull (strstr (get_page (fixture), "The sign-in did not work"));
}

static void
test_hold (Fixture *fixture, gconstpointer data)
{
  const char *failure = data;

  keyfob_code_flow_set_hold (fixture->flow, TRUE);
  run (fixture);
  g_assert_no_error (fixture->error);
  g_assert_nonnull (fixture->token);
  g_assert_false (fake_browser_is_done (fixture->launcher->browser));

  keyfob_code_flow_conclude (fixture->flow, failure);
  g_assert_nonnull (strstr (get_page (fixture), failure != NULL ? failure : "You are signed in"));
}

static void
test_hold_forgotten (Fixture *fixture, gconstpointer data)
{
  keyfob_code_flow_set_hold (fixture->flow, TRUE);
  run (fixture);
  g_clear_object (&fixture->token);
  g_assert_finalize_object (g_steal_pointer (&fixture->flow));
  g_assert_nonnull (strstr (get_page (fixture), "ended before it was complete"));

  set_config (fixture, NULL, FALSE);
}

static void
add (const char *path, gconstpointer data, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

static void
add_tables (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *path = g_strdup_printf ("/code-flow/answer/%" G_GSIZE_FORMAT, i);

      add (path, GSIZE_TO_POINTER (i), test_answer);
    }

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autofree char *cancel = g_strconcat ("/code-flow/cancel/", steps[i].name, NULL);
      g_autofree char *timeout = g_strconcat ("/code-flow/timeout/", steps[i].name, NULL);

      add (cancel, GSIZE_TO_POINTER (i), test_cancel);
      add (timeout, GSIZE_TO_POINTER (i), test_timeout);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/code-flow/success", NULL, test_success);
  add ("/code-flow/login-uri", NULL, test_login_uri);
  add ("/code-flow/browser-stays-away", NULL, test_browser_stays_away);
  add ("/code-flow/no-launcher", NULL, test_no_launcher);
  add ("/code-flow/open-page", NULL, test_open_page);
  add ("/code-flow/no-browser", NULL, test_no_browser);
  add_tables ();
  add ("/code-flow/cancelled-before", NULL, test_cancelled_before);
  add ("/code-flow/ports-taken", NULL, test_ports_taken);
  add ("/code-flow/begin-fails", NULL, test_begin_fails);
  add ("/code-flow/exchange-fails", NULL, test_exchange_fails);
  add ("/code-flow/issuer", NULL, test_issuer);
  add ("/code-flow/mix-up", NULL, test_mix_up);
  add ("/code-flow/unknown-issuer", NULL, test_unknown_issuer);
  add ("/code-flow/issuer-elsewhere", NULL, test_issuer_elsewhere);
  add ("/code-flow/server-pkce", NULL, test_server_pkce);
  add ("/code-flow/landing-page", NULL, test_landing_page);
  add ("/code-flow/bare-state", NULL, test_bare_state);
  add ("/code-flow/refused-code", NULL, test_refused_code);
  add ("/code-flow/hold/success", NULL, test_hold);
  add ("/code-flow/hold/failure", "The keyring is full.", test_hold);
  add ("/code-flow/hold/forgotten", NULL, test_hold_forgotten);

  return g_test_run ();
}
