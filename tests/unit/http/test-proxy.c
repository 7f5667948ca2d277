/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <string.h>

#include "fake-web-server.h"
#include "keyfob-auth-error.h"
#include "keyfob-http.h"
#include "keyfob-proxy-resolver.h"
#include "manual-clock.h"
#include "wait.h"

#define NOW G_GINT64_CONSTANT (1900000000)

#define ASK "407 Proxy Authentication Required"
#define TARGET "CONNECT server.example:443 "
/* libsoup has a path here, where RFC 7616 has the target; that of the request is not told */
#define DIGEST_TARGET "uri=\"/\""
#define BASIC "Basic realm=\"p\""
#define DIGEST "Digest realm=\"p\", qop=\"auth\", nonce=\"abc\""
#define STALE DIGEST ", stale=true"
#define NEXT "\r\nProxy-Authenticate: "
/* user:new */
#define RIGHT "Proxy-Authorization: Basic dXNlcjpuZXc="

/* A proxy that answers every request with one status, and one that tells the right password with
 * success. Counted, since the thread of a connection that was given up may start after the test. */
typedef struct
{
  GSocketService *service;
  guint16 port;
  const char *status;
  const char *challenge;
  gboolean stays_open;
  int n_requests;  /* atomic */
  int n_passwords; /* atomic */
  int n_astray;    /* atomic: for anything else than a way to the host */
  int n_tunnels;   /* atomic */
} Proxy;

/* Returns: whether the connection stays open */
static gboolean
answer_request (Proxy *proxy, const char *request, GOutputStream *out)
{
  gboolean is_right = strstr (request, RIGHT) != NULL;
  g_autofree char *answer = g_strdup_printf (
      "HTTP/1.1 %s\r\nProxy-Authenticate: %s\r\nConnection: %s\r\nContent-Length: 0\r\n\r\n",
      is_right ? "200 Connected" : proxy->status, proxy->challenge,
      proxy->stays_open ? "keep-alive" : "close");

  g_atomic_int_inc (&proxy->n_requests);
  if (strstr (request, "Proxy-Authorization:") != NULL)
    g_atomic_int_inc (&proxy->n_passwords);
  if (!g_str_has_prefix (request, TARGET)
      || (strstr (request, "Digest") != NULL && strstr (request, DIGEST_TARGET) == NULL))
    g_atomic_int_inc (&proxy->n_astray);
  if (is_right)
    g_atomic_int_inc (&proxy->n_tunnels);
  g_output_stream_write_all (out, answer, strlen (answer), NULL, NULL, NULL);

  return proxy->stays_open && !is_right;
}

/* In a thread of its own */
static gboolean
on_run (GThreadedSocketService *service,
        GSocketConnection *connection,
        GObject *source,
        gpointer user_data)
{
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  gboolean is_open = TRUE;

  while (is_open)
    {
      char request[4096];
      gssize length = g_input_stream_read (in, request, sizeof request - 1, NULL, NULL);

      /* the end of the connection, perhaps before anything is asked for */
      if (length <= 0)
        return TRUE;

      request[length] = '\0';
      is_open = answer_request (user_data, request, out);
    }
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);

  return TRUE;
}

static void
proxy_release (gpointer proxy, GClosure *closure)
{
  g_atomic_rc_box_release (proxy);
}

static Proxy *
proxy_new (const char *status, const char *challenge, gboolean stays_open)
{
  Proxy *proxy = g_atomic_rc_box_new0 (Proxy);
  g_autoptr (GError) error = NULL;

  proxy->status = status;
  proxy->challenge = challenge;
  proxy->stays_open = stays_open;
  /* without a limit: a thread that ends starts a service again that had reached it, also one that
   * is closed */
  proxy->service = g_threaded_socket_service_new (-1);
  proxy->port =
      g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (proxy->service), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect_data (proxy->service, "run", G_CALLBACK (on_run),
                         g_atomic_rc_box_acquire (proxy), proxy_release, 0);

  return proxy;
}

static void
proxy_free (Proxy *proxy)
{
  g_socket_service_stop (proxy->service);
  g_socket_listener_close (G_SOCKET_LISTENER (proxy->service));
  g_clear_object (&proxy->service);
  g_atomic_rc_box_release (proxy);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static KeyfobAnswer *
ask_in_session (SoupSession *session, const char *url, GError **error)
{
  g_autoptr (GAsyncResult) answered = NULL;
  g_autoptr (ManualClock) clock = manual_clock_new (NOW);

  keyfob_http_send_async (session, NULL, "GET", url, NULL, NULL, 10, KEYFOB_CLOCK (clock), NULL,
                          on_done, &answered);
  wait_while (answered == NULL);

  return keyfob_http_send_finish (answered, error);
}

/* @settings: what the system's settings have as proxy */
static SoupSession *
new_session (GProxyResolver *settings)
{
  SoupSession *session = keyfob_http_session_new ();
  g_autoptr (GProxyResolver) resolver = keyfob_proxy_resolver_new (settings);

  soup_session_set_proxy_resolver (session, resolver);

  return session;
}

/* Asks for @url through the proxy that @address, as the system's settings have it, names. */
static KeyfobAnswer *
ask (const char *address, const char *url, GError **error)
{
  g_autoptr (GProxyResolver) settings = g_simple_proxy_resolver_new (address, NULL);
  g_autoptr (SoupSession) session = new_session (settings);

  return ask_in_session (session, url, error);
}

static char *
dup_address (Proxy *proxy, const char *user)
{
  return g_strdup_printf ("http://%s127.0.0.1:%u", user, proxy->port);
}

static void
assert_fails (SoupSession *session, const char *says)
{
  g_autoptr (GError) error = NULL;
  KeyfobAnswer *answer = ask_in_session (session, "https://server.example/login", &error);

  g_test_message ("%s", error != NULL ? error->message : "no error");
  g_assert_null (answer);
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK);
  g_assert_nonnull (strstr (error->message, says));
}

/* The way ends at the proxy, where nothing speaks TLS. */
static void
assert_is_let_through (SoupSession *session)
{
  g_autoptr (GError) error = NULL;
  KeyfobAnswer *answer = ask_in_session (session, "https://server.example/login", &error);

  g_test_message ("%s", error != NULL ? error->message : "no error");
  g_assert_null (answer);
  g_assert_nonnull (error);
  g_assert_null (strstr (error->message, "proxy"));
}

static void
assert_counts (Proxy *proxy, int n_requests, int n_passwords, int n_tunnels)
{
  g_assert_cmpint (g_atomic_int_get (&proxy->n_requests), ==, n_requests);
  g_assert_cmpint (g_atomic_int_get (&proxy->n_passwords), ==, n_passwords);
  g_assert_cmpint (g_atomic_int_get (&proxy->n_tunnels), ==, n_tunnels);
  g_assert_cmpint (g_atomic_int_get (&proxy->n_astray), ==, 0);
}

/* libsoup by itself tells a wrong password again and again, which locks accounts. */
static void
test_wrong_password_is_told_once (void)
{
  const char *const challenges[] = { BASIC, DIGEST, STALE,
                                     "Negotiate" NEXT "NTLM" NEXT DIGEST NEXT BASIC };
  const char *const users[] = { "user:old@", "user:p%40ss@" };

  for (gsize i = 0; i < G_N_ELEMENTS (challenges) * G_N_ELEMENTS (users) * 2; i++)
    {
      Proxy *proxy = proxy_new (ASK, challenges[i / 4], i % 2 == 1);
      g_autofree char *address = dup_address (proxy, users[i / 2 % 2]);
      g_autoptr (GProxyResolver) settings = g_simple_proxy_resolver_new (address, NULL);
      g_autoptr (SoupSession) session = new_session (settings);

      g_test_message ("%s, %s", proxy->challenge, proxy->stays_open ? "stays open" : "closes");
      assert_fails (session, "the proxy wants another password");
      assert_counts (proxy, 2, 1, 0);
      /* the next request is as the first */
      assert_fails (session, "the proxy wants another password");
      assert_counts (proxy, 4, 2, 0);
      proxy_free (proxy);
    }
}

static void
test_right_password_goes_through (void)
{
  for (int stays_open = 0; stays_open < 2; stays_open++)
    {
      Proxy *proxy = proxy_new (ASK, BASIC, stays_open);
      g_autofree char *address = dup_address (proxy, "user:new@");
      g_autoptr (GProxyResolver) settings = g_simple_proxy_resolver_new (address, NULL);
      g_autoptr (SoupSession) session = new_session (settings);

      assert_is_let_through (session);
      assert_counts (proxy, 2, 1, 1);
      proxy_free (proxy);
    }
}

static void
test_changed_password_is_told (void)
{
  for (int stays_open = 0; stays_open < 2; stays_open++)
    {
      Proxy *proxy = proxy_new (ASK, BASIC, stays_open);
      g_autofree char *old = dup_address (proxy, "user:old@");
      g_autofree char *new = dup_address (proxy, "user:new@");
      g_autoptr (GProxyResolver) settings = g_simple_proxy_resolver_new (old, NULL);
      g_autoptr (SoupSession) session = new_session (settings);

      assert_fails (session, "the proxy wants another password");
      g_simple_proxy_resolver_set_default_proxy (G_SIMPLE_PROXY_RESOLVER (settings), new);
      assert_is_let_through (session);
      assert_counts (proxy, 4, 2, 1);
      proxy_free (proxy);
    }
}

static void
assert_refused (const char *status, const char *says)
{
  for (int stays_open = 0; stays_open < 2; stays_open++)
    {
      Proxy *proxy = proxy_new (status, BASIC, stays_open);
      g_autofree char *address = dup_address (proxy, "");
      g_autoptr (GProxyResolver) settings = g_simple_proxy_resolver_new (address, NULL);
      g_autoptr (SoupSession) session = new_session (settings);

      assert_fails (session, says);
      assert_counts (proxy, 1, 0, 0);
      proxy_free (proxy);
    }
}

static void
test_trouble_is_the_proxys (void)
{
  assert_refused (ASK, "the proxy wants a password");
  assert_refused ("403 Forbidden", "the proxy does not allow it");
  assert_refused ("502 Bad Gateway", "through the proxy");
  assert_refused ("500 Internal Server Error", "through the proxy");
  assert_refused ("503 Service Unavailable", "through the proxy");
  assert_refused ("504 Gateway Timeout", "through the proxy");
  assert_refused ("404 Not Found", "through the proxy");
}

static void
test_no_proxy_there (void)
{
  const char *const addresses[] = { "http://127.0.0.1:9", "http://proxy.invalid:3128",
                                    "socks5://127.0.0.1:9" };

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr (GError) error = NULL;
      KeyfobAnswer *answer = ask (addresses[i], "https://server.example/login", &error);

      g_test_message ("%s: %s", addresses[i], error != NULL ? error->message : "no error");
      g_assert_null (answer);
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK);
      g_assert_nonnull (strstr (error->message, "through the proxy"));
    }
}

/* As curl takes them. To a proxy for SOCKS, the fake speaks nonsense. */
static void
test_spellings (void)
{
  const char *const schemes[] = { "http://", "HTTP://", "Socks5://", "socks5h://", "SOCKS5H://" };

  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      Proxy *proxy = proxy_new ("503 Service Unavailable", BASIC, FALSE);
      g_autofree char *address = g_strdup_printf ("%s127.0.0.1:%u", schemes[i], proxy->port);
      g_autoptr (GProxyResolver) settings = g_simple_proxy_resolver_new (address, NULL);
      g_autoptr (SoupSession) session = new_session (settings);

      g_test_message ("%s", address);
      assert_fails (session, "through the proxy");
      g_assert_cmpint (g_atomic_int_get (&proxy->n_requests), ==, 1);
      proxy_free (proxy);
    }
}

static void
test_no_such_kind (void)
{
  Proxy *proxy = proxy_new ("503 Service Unavailable", BASIC, FALSE);
  g_autofree char *address = g_strdup_printf ("ftp://127.0.0.1:%u", proxy->port);
  g_autoptr (GProxyResolver) settings = g_simple_proxy_resolver_new (address, NULL);
  g_autoptr (SoupSession) session = new_session (settings);

  assert_fails (session, "through the proxy");
  assert_counts (proxy, 0, 0, 0);
  proxy_free (proxy);
}

/* What is sent to this machine stays on it: a refresh token would go to the proxy in clear. */
static void
test_loopback_is_asked_directly (void)
{
  Proxy *proxy = proxy_new ("403 Forbidden", BASIC, FALSE);
  g_autoptr (FakeWebServer) web = fake_web_server_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *address = g_strdup_printf ("http://127.0.0.1:%u", proxy->port);
  g_autofree char *url = fake_web_server_dup_url (web, "/login");
  KeyfobAnswer *answer;

  fake_web_server_answer (web, 200, "application/json", "{}", -1);
  answer = ask (address, url, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpint (g_atomic_int_get (&proxy->n_requests), ==, 0);
  keyfob_answer_free (answer);
  proxy_free (proxy);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/proxy/wrong-password-is-told-once", test_wrong_password_is_told_once);
  g_test_add_func ("/proxy/right-password-goes-through", test_right_password_goes_through);
  g_test_add_func ("/proxy/changed-password-is-told", test_changed_password_is_told);
  g_test_add_func ("/proxy/trouble-is-the-proxys", test_trouble_is_the_proxys);
  g_test_add_func ("/proxy/no-proxy-there", test_no_proxy_there);
  g_test_add_func ("/proxy/spellings", test_spellings);
  g_test_add_func ("/proxy/no-such-kind", test_no_such_kind);
  g_test_add_func ("/proxy/loopback-is-asked-directly", test_loopback_is_asked_directly);

  return g_test_run ();
}
