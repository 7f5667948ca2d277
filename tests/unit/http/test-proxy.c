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

#define BASIC "Basic realm=\"p\""
#define SEVERAL "Negotiate\r\nProxy-Authenticate: NTLM\r\nProxy-Authenticate: " BASIC
#define DIGEST "Digest realm=\"p\", qop=\"auth\", nonce=\"n\", stale=false"

/* A proxy that answers every request with one status. Counted, since the thread of a connection
 * that was given up may start after the test. */
typedef struct
{
  GSocketService *service;
  guint16 port;
  const char *status;
  const char *challenge;
  gboolean keeps;  /* the connection, as Squid does */
  int n_requests;  /* atomic */
  int n_passwords; /* atomic */
} Proxy;

/* In a thread of its own */
static gboolean
on_run (GThreadedSocketService *service,
        GSocketConnection *connection,
        GObject *source,
        gpointer user_data)
{
  Proxy *proxy = user_data;
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autofree char *answer =
      g_strdup_printf ("HTTP/1.1 %s\r\nProxy-Authenticate: %s\r\nConnection: %s\r\n"
                       "Content-Length: 0\r\n\r\n",
                       proxy->status, proxy->challenge, proxy->keeps ? "keep-alive" : "close");
  char request[4096];
  gssize length;

  do
    {
      length = g_input_stream_read (in, request, sizeof request - 1, NULL, NULL);

      /* the end of the connection that is given up before it asks for anything */
      if (length <= 0)
        break;

      request[length] = '\0';
      g_atomic_int_inc (&proxy->n_requests);
      if (strstr (request, "Proxy-Authorization:") != NULL)
        g_atomic_int_inc (&proxy->n_passwords);
      g_output_stream_write_all (out, answer, strlen (answer), NULL, NULL, NULL);
    }
  while (proxy->keeps);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);

  return TRUE;
}

static void
proxy_release (gpointer proxy, GClosure *closure)
{
  g_atomic_rc_box_release (proxy);
}

static Proxy *
proxy_new (const char *status, const char *challenge, gboolean keeps)
{
  Proxy *proxy = g_atomic_rc_box_new0 (Proxy);
  g_autoptr (GError) error = NULL;

  proxy->status = status;
  proxy->challenge = challenge;
  proxy->keeps = keeps;
  proxy->service = g_threaded_socket_service_new (2);
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

/* Asks for @url through the proxy that @address, as the system's settings have it, names. */
static KeyfobAnswer *
ask (const char *address, const char *url, GError **error)
{
  g_autoptr (GAsyncResult) answered = NULL;
  g_autoptr (SoupSession) session = keyfob_http_session_new ();
  g_autoptr (ManualClock) clock = manual_clock_new (NOW);
  g_autoptr (GProxyResolver) settings = g_simple_proxy_resolver_new (address, NULL);
  g_autoptr (GProxyResolver) resolver = keyfob_proxy_resolver_new (settings);

  soup_session_set_proxy_resolver (session, resolver);
  keyfob_http_send_async (session, NULL, "GET", url, NULL, NULL, 10, KEYFOB_CLOCK (clock), NULL,
                          on_done, &answered);
  wait_while (answered == NULL);

  return keyfob_http_send_finish (answered, error);
}

static void
assert_refused_by (Proxy *proxy, const char *format, const char *says, int n_passwords)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *address = NULL;
  g_autofree char *port = g_strdup_printf ("%u", proxy->port);
  KeyfobAnswer *answer;

  address = g_strconcat (format, port, NULL);
  answer = ask (address, "https://server.example/login", &error);

  g_test_message ("%s, %s: %s", proxy->status, proxy->challenge,
                  error != NULL ? error->message : "no error");
  g_assert_null (answer);
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK);
  g_assert_nonnull (strstr (error->message, says));
  g_assert_cmpint (g_atomic_int_get (&proxy->n_passwords), ==, n_passwords);
  g_assert_cmpint (g_atomic_int_get (&proxy->n_requests), <=, n_passwords + 1);
  proxy_free (proxy);
}

static void
assert_refused (const char *format, const char *status, const char *says, int n_passwords)
{
  assert_refused_by (proxy_new (status, BASIC, FALSE), format, says, n_passwords);
}

/* libsoup by itself tells a wrong password again and again, which locks accounts. */
static void
test_wrong_password_is_told_once (void)
{
  const char *const challenges[] = {
    BASIC,
    DIGEST,
    SEVERAL,
  };
  const char *const passwords[] = { "http://user:old@127.0.0.1:", "http://user:p%40ss@127.0.0.1:" };

  for (gsize i = 0; i < G_N_ELEMENTS (challenges); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (passwords); j++)
      for (int keeps = FALSE; keeps <= TRUE; keeps++)
        assert_refused_by (proxy_new ("407 Proxy Authentication Required", challenges[i], keeps),
                           passwords[j], "the proxy wants another password", 1);
}

static void
test_trouble_is_the_proxys (void)
{
  assert_refused ("http://127.0.0.1:", "407 Proxy Authentication Required",
                  "the proxy wants a password", 0);
  assert_refused ("http://127.0.0.1:", "403 Forbidden", "the proxy does not allow it", 0);
  assert_refused ("http://127.0.0.1:", "502 Bad Gateway", "through the proxy", 0);
  assert_refused ("http://127.0.0.1:", "500 Internal Server Error", "through the proxy", 0);
  assert_refused ("http://127.0.0.1:", "503 Service Unavailable", "through the proxy", 0);
  assert_refused ("http://127.0.0.1:", "504 Gateway Timeout", "through the proxy", 0);
  assert_refused ("http://127.0.0.1:", "404 Not Found", "through the proxy", 0);
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

/* The nonce of an earlier request may be too old. */
static void
test_stale_nonce_is_replaced_once (void)
{
  static const char stale[] =
      "Digest realm=\"p\", qop=\"auth\", nonce=\"n\", algorithm=MD5, Stale=TRUE";

  for (int keeps = FALSE; keeps <= TRUE; keeps++)
    assert_refused_by (proxy_new ("407 Proxy Authentication Required", stale, keeps),
                       "http://user:old@127.0.0.1:", "the proxy wants another password", 2);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/proxy/wrong-password-is-told-once", test_wrong_password_is_told_once);
  g_test_add_func ("/proxy/stale-nonce-is-replaced-once", test_stale_nonce_is_replaced_once);
  g_test_add_func ("/proxy/trouble-is-the-proxys", test_trouble_is_the_proxys);
  g_test_add_func ("/proxy/no-proxy-there", test_no_proxy_there);
  g_test_add_func ("/proxy/loopback-is-asked-directly", test_loopback_is_asked_directly);

  return g_test_run ();
}
