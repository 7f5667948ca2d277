/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "fake-web-server.h"
#include "keyfob-auth-error.h"
#include "keyfob-http.h"
#include "keyfob-json.h"
#include "keyfob-py-oidc-server.h"
#include "keyfob-secret.h"
#include "manual-clock.h"
#include "wait.h"

#define NOW G_GINT64_CONSTANT (1900000000)
#define NOW_DATE "Sun, 17 Mar 2030 17:46:40 GMT"
#define CALLBACK "http://localhost:53100/callback"
#define ESCAPED "http%3A%2F%2Flocalhost%3A53100%2Fcallback"
#define JSON "application/json"

typedef struct
{
  FakeWebServer *web;
  ManualClock *clock;
  SoupSession *session;
  KeyfobServer *server;
  GCancellable *cancellable;
  GAsyncResult *result;
} Fixture;

static void
use_url (Fixture *fixture, const char *url)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobConfig) config =
      keyfob_config_new (url, g_variant_new_parsed ("{'scope': <'openid profile'>}"), &error);

  g_assert_no_error (error);
  g_clear_object (&fixture->server);
  fixture->server =
      keyfob_py_oidc_server_new (config, fixture->session, KEYFOB_CLOCK (fixture->clock));
}

static void
set_up (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *url = NULL;

  fixture->web = fake_web_server_new (NULL);
  fixture->clock = manual_clock_new (NOW);
  fixture->session = keyfob_http_session_new ();
  fixture->cancellable = g_cancellable_new ();
  fake_web_server_set_header (fixture->web, "Date", NOW_DATE);
  url = fake_web_server_dup_url (fixture->web, "/api/");
  use_url (fixture, url);
}

static void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  g_clear_object (&fixture->result);
  g_assert_finalize_object (g_steal_pointer (&fixture->server));
  soup_session_abort (fixture->session);
  g_clear_object (&fixture->session);
  g_clear_object (&fixture->clock);
  g_clear_object (&fixture->web);
  g_clear_object (&fixture->cancellable);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->result = g_object_ref (result);
}

static GAsyncResult *
wait_for_result (Fixture *fixture)
{
  wait_while (fixture->result == NULL);

  return fixture->result;
}

static KeyfobLogin *
begin_login (Fixture *fixture, gboolean server_pkce, GError **error)
{
  g_clear_object (&fixture->result);
  keyfob_server_begin_login_async (fixture->server, CALLBACK, NULL, server_pkce,
                                   fixture->cancellable, on_done, fixture);

  return keyfob_server_begin_login_finish (fixture->server, wait_for_result (fixture), error);
}

static KeyfobToken *
exchange (Fixture *fixture, const char *verifier, GError **error)
{
  g_clear_object (&fixture->result);
  keyfob_server_exchange_code_async (fixture->server, "the code", CALLBACK, verifier,
                                     fixture->cancellable, on_done, fixture);

  return keyfob_server_token_finish (fixture->server, wait_for_result (fixture), error);
}

static KeyfobToken *
make_token (const char *text)
{
  g_autoptr (JsonObject) object = keyfob_json_parse_object (text, strlen (text));

  return keyfob_token_new_from_answer (object, NOW, 0, NULL);
}

static KeyfobToken *
refresh (Fixture *fixture, KeyfobToken *token, GError **error)
{
  g_clear_object (&fixture->result);
  keyfob_server_refresh_async (fixture->server, token, fixture->cancellable, on_done, fixture);

  return keyfob_server_token_finish (fixture->server, wait_for_result (fixture), error);
}

static void
test_begin_login (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobLogin) login = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *challenge = NULL;

  fake_web_server_redirect (fixture->web, 307,
                            "https://id.example.org/authorize?client_id=c&state=r%7Cx%7Cv"
                            "&redirect_uri=" ESCAPED "&code_challenge=x"
                            "&code_challenge_method=S256&nonce=n");
  login = begin_login (fixture, FALSE, &error);

  g_assert_no_error (error);
  challenge = keyfob_secret_challenge (login->code_verifier);
  expected = g_strconcat ("https://id.example.org/authorize?client_id=c&state=", login->state,
                          "&redirect_uri=" ESCAPED "&code_challenge=", challenge,
                          "&code_challenge_method=S256&nonce=n", NULL);
  g_assert_cmpstr (login->uri, ==, expected);

  g_assert_cmpstr (fake_web_server_get_method (fixture->web), ==, "GET");
  g_assert_cmpstr (fake_web_server_get_path (fixture->web), ==, "/api/auth/v2/login");
  g_assert_cmpstr (fake_web_server_get_field (fixture->web, "redirect_uri"), ==, CALLBACK);
  g_assert_cmpstr (fake_web_server_get_field (fixture->web, "offline_access"), ==, "true");
  g_assert_null (fake_web_server_get_field (fixture->web, "prompt"));
  g_assert_cmpstr (fake_web_server_get_field (fixture->web, "scope"), ==, "openid profile");
  g_assert_cmpuint (fake_web_server_get_n_fields (fixture->web), ==, 3);
  g_assert_cmpuint (fake_web_server_get_n_requests (fixture->web), ==, 1);
}

static void
test_request_headers (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (KeyfobLogin) login = begin_login (fixture, FALSE, NULL);

  fake_web_server_set_header (fixture->web, "Set-Cookie", "track=1; Path=/");
  keyfob_login_free (g_steal_pointer (&login));
  login = begin_login (fixture, FALSE, NULL);
  keyfob_login_free (g_steal_pointer (&login));
  login = begin_login (fixture, FALSE, NULL);

  g_assert_cmpstr (fake_web_server_get_header (fixture->web, "accept"), ==, JSON);
  g_assert_true (
      g_str_has_prefix (fake_web_server_get_header (fixture->web, "user-agent"), "keyfob/"));
  g_assert_null (fake_web_server_get_header (fixture->web, "cookie"));
  g_assert_null (fake_web_server_get_header (fixture->web, "authorization"));
}

static void
test_every_redirect_status (Fixture *fixture, gconstpointer user_data)
{
  const guint statuses[] = { 301, 302, 303, 307, 308 };

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (KeyfobLogin) login = NULL;

      fake_web_server_redirect (fixture->web, statuses[i],
                                "/idp?client_id=c&redirect_uri=" ESCAPED);
      login = begin_login (fixture, FALSE, &error);
      g_assert_no_error (error);
      g_assert_nonnull (login->code_verifier);
    }
}

static void
test_signed_request_is_kept (Fixture *fixture, gconstpointer user_data)
{
  const char *location = "https://id.example.org/authorize?client_id=c&request_uri=urn%3Aa";
  g_autoptr (KeyfobLogin) login = NULL;

  fake_web_server_redirect (fixture->web, 302, location);
  login = begin_login (fixture, FALSE, NULL);

  g_assert_cmpstr (login->uri, ==, location);
  g_assert_true (login->server_pkce);
}

static void
test_login_page (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (KeyfobLogin) login = NULL;
  g_autofree char *start = fake_web_server_dup_url (fixture->web, "/api/auth/v2/login?");

  fake_web_server_answer (fixture->web, 200, "text/html", "<title>Welcome</title>", -1);
  login = begin_login (fixture, FALSE, NULL);

  g_assert_true (g_str_has_prefix (login->uri, start));
  g_assert_null (login->state);
  g_assert_null (login->code_verifier);
  g_assert_cmpstr (login->redirect_uri, ==, CALLBACK);
  g_assert_true (login->server_pkce);
}

static void
test_login_failures (Fixture *fixture, gconstpointer user_data)
{
  const struct
  {
    guint status;
    const char *type;
    const char *body;
    KeyfobAuthError code;
    const char *says;
  } cases[] = {
    { 404, JSON, "{\"detail\":\"Not Found\"}", KEYFOB_AUTH_ERROR_SERVER, "/api/auth/v2/login" },
    { 500, JSON, "{\"detail\":\"boom\"}", KEYFOB_AUTH_ERROR_UNAVAILABLE, "“boom”" },
    { 502, "text/html", "<title>Bad Gateway</title>", KEYFOB_AUTH_ERROR_UNAVAILABLE,
      "Bad Gateway" },
    { 400, JSON, "{\"detail\":\"Missing redirect_uri\"}", KEYFOB_AUTH_ERROR_SERVER, "Missing" },
    { 302, NULL, "", KEYFOB_AUTH_ERROR_BAD_ANSWER, "localhost" },
    { 204, NULL, "", KEYFOB_AUTH_ERROR_BAD_ANSWER, "localhost" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      fake_web_server_answer (fixture->web, cases[i].status, cases[i].type, cases[i].body, -1);
      g_assert_null (begin_login (fixture, FALSE, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, KEYFOB_AUTH_ERROR, (int) cases[i].code);
      g_assert_nonnull (strstr (error->message, cases[i].says));
    }
}

static void
test_exchange (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) token = NULL;

  fake_web_server_answer (fixture->web, 200, JSON,
                          "{\"access_token\": \"AT\", \"expires\": 1900000300}", -1);
  token = exchange (fixture, "ver&ifier=ä", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (keyfob_token_get_access_token (token), ==, "AT");
  g_assert_cmpint (keyfob_token_get_expires (token), ==, NOW + 300);
  g_assert_cmpstr (fake_web_server_get_method (fixture->web), ==, "POST");
  g_assert_cmpstr (fake_web_server_get_path (fixture->web), ==, "/api/auth/v2/token");
  g_assert_cmpstr (fake_web_server_get_header (fixture->web, "content-type"), ==,
                   "application/x-www-form-urlencoded");
  g_assert_cmpstr (fake_web_server_get_field (fixture->web, "grant_type"), ==,
                   "authorization_code");
  g_assert_cmpstr (fake_web_server_get_field (fixture->web, "code"), ==, "the code");
  g_assert_cmpstr (fake_web_server_get_field (fixture->web, "redirect_uri"), ==, CALLBACK);
  g_assert_cmpstr (fake_web_server_get_field (fixture->web, "code_verifier"), ==, "ver&ifier=ä");
  g_assert_cmpuint (fake_web_server_get_n_fields (fixture->web), ==, 4);
}

static void
test_exchange_without_verifier (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (exchange (fixture, NULL, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER);
  g_assert_cmpuint (fake_web_server_get_n_requests (fixture->web), ==, 0);
}

static void
test_skew (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (KeyfobToken) ahead = NULL;
  g_autoptr (KeyfobToken) cached = NULL;

  manual_clock_set_now (fixture->clock, NOW - 100);
  fake_web_server_answer (fixture->web, 200, JSON,
                          "{\"access_token\": \"AT\", \"expires\": 1900000300}", -1);
  ahead = exchange (fixture, "v", NULL);
  fake_web_server_set_header (fixture->web, "Age", "10");
  cached = exchange (fixture, "v", NULL);

  g_assert_cmpint (keyfob_token_get_expires (ahead), ==, NOW + 200);
  g_assert_cmpint (keyfob_token_get_expires (cached), ==, NOW + 300);
}

static void
test_refresh_keeps_what_is_not_replaced (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) old =
      make_token ("{\"access_token\": \"AT\", \"refresh_token\": \"R/T\"}");
  g_autoptr (KeyfobToken) kept = NULL;
  g_autoptr (KeyfobToken) rotated = NULL;

  fake_web_server_answer (fixture->web, 200, JSON, "{\"access_token\": \"AT2\"}", -1);
  kept = refresh (fixture, old, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (keyfob_token_get_access_token (kept), ==, "AT2");
  g_assert_cmpstr (keyfob_token_get_refresh_token (kept), ==, "R/T");
  g_assert_cmpstr (fake_web_server_get_field (fixture->web, "refresh-token"), ==, "R/T");
  g_assert_cmpuint (fake_web_server_get_n_fields (fixture->web), ==, 1);

  fake_web_server_answer (fixture->web, 200, JSON,
                          "{\"access_token\": \"AT3\", \"refresh_token\": \"RT3\"}", -1);
  rotated = refresh (fixture, kept, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (keyfob_token_get_refresh_token (rotated), ==, "RT3");
}

static void
test_refresh_without_refresh_token (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) old = make_token ("{\"access_token\": \"AT\"}");

  g_assert_null (refresh (fixture, old, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_EXPIRED);
  g_assert_cmpuint (fake_web_server_get_n_requests (fixture->web), ==, 0);
}

static void
test_refresh_of_a_dead_session (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) old =
      make_token ("{\"access_token\": \"AT\", \"refresh_token\": \"AT\"}");

  fake_web_server_set_header (fixture->web, "WWW-Authenticate", "Basic realm=\"x\"");
  fake_web_server_answer (fixture->web, 401, JSON,
                          "{\"detail\": \"Session expired or not found.\"}", -1);
  g_assert_null (refresh (fixture, old, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_EXPIRED);
  g_assert_cmpuint (fake_web_server_get_n_requests (fixture->web), ==, 1);
}

static void
test_retry_after (Fixture *fixture, gconstpointer user_data)
{
  const struct
  {
    const char *text;
    gint64 seconds;
  } cases[] = {
    { "120", 120 },
    { "0", 0 },
    { "31536000", 86400 },
    { "-5", 0 },
    { "soon", 0 },
    { "Sun, 17 Mar 2030 17:50:00 GMT", 200 }, /* by the server's clock, as the Date is */
    { "Sun, 17 Mar 2030 17:46:39 GMT", 0 },
    { "Mon, 17 Mar 2031 17:46:40 GMT", 86400 },
  };
  g_autoptr (KeyfobToken) old =
      make_token ("{\"access_token\": \"AT\", \"refresh_token\": \"RT\"}");

  manual_clock_set_now (fixture->clock, NOW - 1000);
  fake_web_server_answer (fixture->web, 429, JSON, "{\"detail\": \"Too many\"}", -1);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      fake_web_server_set_header (fixture->web, "Retry-After", cases[i].text);
      g_assert_null (refresh (fixture, old, &error));
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE);
      g_assert_cmpint (keyfob_auth_error_get_retry_after (error), ==, cases[i].seconds);
    }
}

static void
test_token_post_follows_no_redirect (Fixture *fixture, gconstpointer user_data)
{
  const guint statuses[] = { 301, 302, 303, 307, 308 };
  g_autoptr (FakeWebServer) other = fake_web_server_new (NULL);
  g_autofree char *elsewhere = fake_web_server_dup_url (other, "/auth/v2/token");

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (GError) error = NULL;

      fake_web_server_redirect (fixture->web, statuses[i], elsewhere);
      g_assert_null (exchange (fixture, "v", &error));
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER);
    }

  g_assert_cmpuint (fake_web_server_get_n_requests (other), ==, 0);
}

static void
test_bad_token_answers (Fixture *fixture, gconstpointer user_data)
{
  const char *const bodies[] = { "{}", "[]", "", "{\"access_token\": \"a\\nb\"}", "<html>" };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (GError) error = NULL;

      fake_web_server_answer (fixture->web, 200, JSON, bodies[i], -1);
      g_assert_null (exchange (fixture, "v", &error));
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER);
    }
}

static void
test_huge_answer (Fixture *fixture, gconstpointer user_data)
{
  const gsize size = 2 * 1024 * 1024;
  g_autofree char *body = g_malloc (size);
  g_autoptr (GError) error = NULL;

  memset (body, ' ', size);
  memcpy (body, "{\"access_token\": \"AT\"", 21);
  body[size - 1] = '}';
  fake_web_server_answer (fixture->web, 200, JSON, body, size);
  g_assert_null (exchange (fixture, "v", &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER);
  g_assert_nonnull (strstr (error->message, "too long"));

  g_clear_error (&error);
  fake_web_server_answer (fixture->web, 400, JSON, "{\"error\": \"slow_down\"}", -1);
  g_assert_null (exchange (fixture, "v", &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_SLOW_DOWN);
}

static gboolean
cancel_once_asked (gpointer user_data)
{
  Fixture *fixture = user_data;

  if (fake_web_server_get_n_requests (fixture->web) > 0)
    g_cancellable_cancel (fixture->cancellable);

  return fake_web_server_get_n_requests (fixture->web) == 0;
}

static void
test_cancel_while_the_body_comes (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  fake_web_server_answer (fixture->web, 200, JSON, "{\"access_token\": \"AT\"}", -1);
  fake_web_server_stall (fixture->web);
  g_idle_add (cancel_once_asked, fixture);

  g_assert_null (exchange (fixture, "v", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_cancelled_before (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (fixture->cancellable);
  g_assert_null (begin_login (fixture, FALSE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* A machine that sleeps longer than a request may take finds it over when it wakes up. */
static void
test_time_limit_in_sleep (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  fake_web_server_answer (fixture->web, 200, JSON, "{\"access_token\": \"AT\"}", -1);
  fake_web_server_stall (fixture->web);
  keyfob_server_exchange_code_async (fixture->server, "c", CALLBACK, "v", NULL, on_done, fixture);
  wait_while (fake_web_server_get_n_requests (fixture->web) == 0);
  manual_clock_sleep (fixture->clock, 29);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (fixture->result);

  manual_clock_sleep (fixture->clock, 1);
  g_assert_null (keyfob_server_token_finish (fixture->server, wait_for_result (fixture), &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK);
}

static void
test_cookies (Fixture *fixture, gconstpointer user_data)
{
  const char *const set[] = { "node=7; Path=/; HttpOnly", "far=1; Domain=example.org", NULL };

  for (gsize i = 0; set[i] != NULL; i++)
    {
      g_autoptr (KeyfobLogin) login = NULL;
      g_autoptr (KeyfobToken) token = NULL;

      fake_web_server_redirect (fixture->web, 302, "/idp?client_id=c&redirect_uri=" ESCAPED);
      fake_web_server_set_header (fixture->web, "Set-Cookie", set[i]);
      login = begin_login (fixture, FALSE, NULL);
      g_assert_null (fake_web_server_get_header (fixture->web, "cookie"));

      fake_web_server_answer (fixture->web, 200, JSON, "{\"access_token\": \"AT\"}", -1);
      token = exchange (fixture, "the verifier", NULL);
      g_assert_nonnull (token);
      g_assert_cmpstr (fake_web_server_get_header (fixture->web, "cookie"), ==,
                       i == 0 ? "node=7" : NULL);
    }
}

static void
test_time_limit (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *url = fake_web_server_dup_url (fixture->web, "/");

  fake_web_server_answer (fixture->web, 200, JSON, "{\"access_token\": \"AT\"}", -1);
  fake_web_server_stall (fixture->web);
  keyfob_http_send_async (fixture->session, NULL, "GET", url, NULL, NULL, 1,
                          KEYFOB_CLOCK (fixture->clock), NULL, on_done, fixture);
  manual_clock_advance (fixture->clock, 1);

  g_assert_null (keyfob_http_send_finish (wait_for_result (fixture), &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK);
  g_assert_nonnull (strstr (error->message, "too long"));
}

static void
test_nobody_there (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&fixture->web);
  g_assert_null (begin_login (fixture, FALSE, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK);
  g_assert_nonnull (strstr (error->message, "nothing answers"));
}

/* In a thread: reads what is asked before it answers, so that the answer is not lost. */
static gboolean
on_run (GThreadedSocketService *service,
        GSocketConnection *connection,
        GObject *source,
        gpointer user_data)
{
  const char *greeting = user_data;
  char asked[1024];

  g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), asked, sizeof asked,
                       NULL, NULL);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), greeting,
                             strlen (greeting), NULL, NULL, NULL);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);

  return TRUE;
}

static void
assert_raw_server (Fixture *fixture, const char *scheme, const char *greeting, KeyfobAuthError code)
{
  g_autoptr (GSocketService) service = g_threaded_socket_service_new (4);
  g_autoptr (GError) error = NULL;
  g_autofree char *url = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL);

  g_signal_connect (service, "run", G_CALLBACK (on_run), (gpointer) greeting);
  url = g_strdup_printf ("%s://localhost:%u", scheme, port);
  use_url (fixture, url);

  g_assert_null (exchange (fixture, "v", &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, KEYFOB_AUTH_ERROR, (int) code);
  g_socket_service_stop (service);
  g_socket_listener_close (G_SOCKET_LISTENER (service));
}

static void
test_other_servers (Fixture *fixture, gconstpointer user_data)
{
  assert_raw_server (fixture, "http", "", KEYFOB_AUTH_ERROR_NETWORK);
  assert_raw_server (fixture, "http", "SSH-2.0-OpenSSH_9.2\r\n\r\n", KEYFOB_AUTH_ERROR_BAD_ANSWER);
  assert_raw_server (fixture, "https", "HTTP/1.1 400 Bad Request\r\n\r\n", KEYFOB_AUTH_ERROR_TLS);
}

static GTlsCertificate *
load_certificate (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *file = g_test_build_filename (G_TEST_BUILT, "localhost.crt", NULL);
  g_autofree char *key = g_test_build_filename (G_TEST_BUILT, "localhost.key", NULL);
  GTlsCertificate *certificate = g_tls_certificate_new_from_files (file, key, &error);

  g_assert_no_error (error);

  return certificate;
}

static void
trust_certificate (Fixture *fixture)
{
  g_autofree char *file = g_test_build_filename (G_TEST_BUILT, "localhost.crt", NULL);
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (file, NULL);

  soup_session_set_tls_database (fixture->session, database);
}

static void
test_tls (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GTlsCertificate) certificate = load_certificate ();
  g_autoptr (FakeWebServer) web = fake_web_server_new (certificate);
  g_autofree char *url = fake_web_server_dup_url (web, "");
  g_autofree char *other = g_strdup_printf ("https://127.0.0.1:%u", fake_web_server_get_port (web));
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) token = NULL;

  fake_web_server_answer (web, 200, JSON, "{\"access_token\": \"AT\"}", -1);

  use_url (fixture, url);
  g_assert_null (exchange (fixture, "v", &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_TLS);
  g_assert_nonnull (strstr (error->message, "does not trust"));
  g_assert_cmpuint (fake_web_server_get_n_requests (web), ==, 0);

  g_clear_error (&error);
  trust_certificate (fixture);
  use_url (fixture, other);
  g_assert_null (exchange (fixture, "v", &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_TLS);
  g_assert_nonnull (strstr (error->message, "for another host"));
  g_assert_cmpuint (fake_web_server_get_n_requests (web), ==, 0);

  g_clear_error (&error);
  use_url (fixture, url);
  token = exchange (fixture, "v", &error);
  g_assert_no_error (error);
  g_assert_nonnull (token);
}

static KeyfobDeviceCode *
begin_device (Fixture *fixture, GError **error)
{
  g_clear_object (&fixture->result);
  keyfob_server_begin_device_async (fixture->server, fixture->cancellable, on_done, fixture);

  return keyfob_server_begin_device_finish (fixture->server, wait_for_result (fixture), error);
}

static KeyfobToken *
poll_device (Fixture *fixture, GError **error)
{
  g_clear_object (&fixture->result);
  keyfob_server_poll_device_async (fixture->server, "the device code", fixture->cancellable,
                                   on_done, fixture);

  return keyfob_server_token_finish (fixture->server, wait_for_result (fixture), error);
}

static void
test_device (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobDeviceCode) code = NULL;
  g_autoptr (KeyfobToken) token = NULL;

  fake_web_server_answer (fixture->web, 200, JSON,
                          "{\"device_code\": \"DC\", \"user_code\": \"WDJB-MJHT\","
                          " \"verification_uri\": \"https://id.example.org/device\"}",
                          -1);
  code = begin_device (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (code->user_code, ==, "WDJB-MJHT");
  g_assert_cmpstr (fake_web_server_get_method (fixture->web), ==, "POST");
  g_assert_cmpstr (fake_web_server_get_path (fixture->web), ==, "/api/auth/v2/device");
  g_assert_cmpuint (fake_web_server_get_n_fields (fixture->web), ==, 0);

  fake_web_server_answer (fixture->web, 400, JSON,
                          "{\"detail\": \"Upstream OIDC error: "
                          "{\\\"error\\\": \\\"authorization_pending\\\"}\"}",
                          -1);
  g_assert_null (poll_device (fixture, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_PENDING);
  g_assert_cmpstr (fake_web_server_get_field (fixture->web, "device-code"), ==, "the device code");

  g_clear_error (&error);
  fake_web_server_answer (fixture->web, 200, JSON, "{\"access_token\": \"AT\"}", -1);
  token = poll_device (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (keyfob_token_get_access_token (token), ==, "AT");
}

static void
test_no_device_flow (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  fake_web_server_answer (
      fixture->web, 502, JSON,
      "{\"detail\": \"OIDC endpoint 'device_authorization_endpoint' not found in discovery.\"}",
      -1);
  g_assert_null (begin_device (fixture, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNSUPPORTED);
}

static char *
userinfo (Fixture *fixture, const char *body, GError **error)
{
  g_autoptr (KeyfobToken) token =
      make_token ("{\"access_token\": \"AT\", \"token_type\": \"bearer\"}");

  fake_web_server_answer (fixture->web, 200, JSON, body, -1);
  g_clear_object (&fixture->result);
  keyfob_server_userinfo_async (fixture->server, token, fixture->cancellable, on_done, fixture);

  return keyfob_server_userinfo_finish (fixture->server, wait_for_result (fixture), error);
}

static void
test_userinfo (Fixture *fixture, gconstpointer user_data)
{
  const char *const people[][2] = {
    { "{\"first_name\": \"Alice\", \"last_name\": \"Example\", \"username\": \"a\"}",
      "Alice Example" },
    { "{\"first_name\": \"Alice\", \"last_name\": null}", "Alice" },
    { "{\"first_name\": \"\", \"last_name\": \" \", \"username\": \"alice\"}", "alice" },
    { "{\"username\": 7, \"pw_name\": \"al\", \"email\": \"a@example.org\"}", "al" },
    { "{\"email\": \"a@example.org\"}", "a@example.org" },
    { "{\"username\": \"\\u202e\\u0007alice\\n\"}", "alice" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (people); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *name = userinfo (fixture, people[i][0], &error);

      g_assert_no_error (error);
      g_assert_cmpstr (name, ==, people[i][1]);
    }

  g_assert_cmpstr (fake_web_server_get_header (fixture->web, "authorization"), ==, "Bearer AT");
  g_assert_cmpstr (fake_web_server_get_path (fixture->web), ==, "/api/auth/v2/userinfo");
}

static void
test_userinfo_of_nobody (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = userinfo (fixture, "{\"username\": \" \\u202e\"}", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (name, ==, "");
}

static gboolean
probe (Fixture *fixture, GError **error)
{
  g_clear_object (&fixture->result);
  keyfob_server_probe_async (fixture->server, fixture->cancellable, on_done, fixture);

  return keyfob_server_probe_finish (fixture->server, wait_for_result (fixture), error);
}

static void
test_probe (Fixture *fixture, gconstpointer user_data)
{
  const struct
  {
    guint status;
    const char *type;
    const char *body;
    int code; /* -1: the server is there */
  } cases[] = {
    { 401, JSON, "{\"detail\": \"Not authenticated\"}", -1 },
    { 403, JSON, "{\"detail\": \"Not authenticated\"}", -1 },
    { 404, JSON, "{\"detail\": \"Not Found\"}", -1 },
    { 404, "text/html", "<title>404 Not Found</title>", -1 },
    { 200, JSON, "{\"username\": \"guest\"}", -1 },
    { 200, "text/html", "<title>Hotel network</title>", KEYFOB_AUTH_ERROR_BAD_ANSWER },
    { 429, JSON, "{}", KEYFOB_AUTH_ERROR_UNAVAILABLE },
    { 502, "text/html", "<title>502 Bad Gateway</title>", KEYFOB_AUTH_ERROR_UNAVAILABLE },
    { 503, JSON, "{\"detail\": \"OIDC server unavailable\"}", KEYFOB_AUTH_ERROR_UNAVAILABLE },
    { 511, "text/html", "", KEYFOB_AUTH_ERROR_UNAVAILABLE },
  };
  g_autoptr (GError) redirected = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      fake_web_server_answer (fixture->web, cases[i].status, cases[i].type, cases[i].body, -1);
      g_assert_cmpint (probe (fixture, &error), ==, cases[i].code < 0);
      if (cases[i].code < 0)
        g_assert_no_error (error);
      else
        g_assert_error (error, KEYFOB_AUTH_ERROR, cases[i].code);
      g_assert_cmpstr (fake_web_server_get_method (fixture->web), ==, "GET");
      g_assert_null (fake_web_server_get_header (fixture->web, "authorization"));
    }

  fake_web_server_redirect (fixture->web, 302, "http://portal.example.org/");
  g_assert_false (probe (fixture, &redirected));
  g_assert_error (redirected, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER);
}

static void
test_end_session_uri (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *uri = keyfob_server_dup_end_session_uri (fixture->server);
  g_autofree char *expected = fake_web_server_dup_url (fixture->web, "/api/auth/v2/logout");

  g_assert_cmpstr (uri, ==, expected);
}

static void
add (const char *name, void (*test) (Fixture *fixture, gconstpointer user_data))
{
  g_autofree char *path = g_strconcat ("/py-oidc-server/", name, NULL);

  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("begin-login", test_begin_login);
  add ("request-headers", test_request_headers);
  add ("every-redirect-status", test_every_redirect_status);
  add ("signed-request-is-kept", test_signed_request_is_kept);
  add ("login-page", test_login_page);
  add ("login-failures", test_login_failures);
  add ("exchange", test_exchange);
  add ("exchange-without-verifier", test_exchange_without_verifier);
  add ("skew", test_skew);
  add ("refresh-keeps-what-is-not-replaced", test_refresh_keeps_what_is_not_replaced);
  add ("refresh-without-refresh-token", test_refresh_without_refresh_token);
  add ("refresh-of-a-dead-session", test_refresh_of_a_dead_session);
  add ("retry-after", test_retry_after);
  add ("token-post-follows-no-redirect", test_token_post_follows_no_redirect);
  add ("bad-token-answers", test_bad_token_answers);
  add ("huge-answer", test_huge_answer);
  add ("cancel-while-the-body-comes", test_cancel_while_the_body_comes);
  add ("cancelled-before", test_cancelled_before);
  add ("cookies", test_cookies);
  add ("time-limit", test_time_limit);
  add ("time-limit-in-sleep", test_time_limit_in_sleep);
  add ("nobody-there", test_nobody_there);
  add ("other-servers", test_other_servers);
  add ("tls", test_tls);
  add ("device", test_device);
  add ("no-device-flow", test_no_device_flow);
  add ("userinfo", test_userinfo);
  add ("userinfo-of-nobody", test_userinfo_of_nobody);
  add ("probe", test_probe);
  add ("end-session-uri", test_end_session_uri);

  return g_test_run ();
}
