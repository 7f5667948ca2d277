/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fake-browser.h"
#include "keyfob-auth-error.h"
#include "keyfob-loopback-listener.h"
#include "keyfob-loopback.h"
#include "manual-clock.h"
#include "wait.h"

#define STATE "right-state"

/* The address family that this machine seems not to have. The test program's bind() stands before
 * the C library's, so what is tested is what the system call would bring about. */
static sa_family_t missing_family = AF_UNSPEC;

int
bind (int fd, const struct sockaddr *address, socklen_t length)
{
  if (missing_family != AF_UNSPEC && address->sa_family == missing_family)
    {
      errno = EADDRNOTAVAIL;
      return -1;
    }

  return syscall (SYS_bind, fd, address, length);
}

/* how often the log has said that the browser has to wait */
static guint n_told;

static GLogWriterOutput
count_told (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") && strstr (fields[i].value, "has to wait") != NULL)
      n_told++;

  return g_log_writer_default (level, fields, n_fields, user_data);
}

/* Whether this machine seems to have no sock_diag(7), so that nobody's user can be told. */
static gboolean lacks_diag = FALSE;

int
socket (int domain, int type, int protocol)
{
  if (lacks_diag && domain == AF_NETLINK)
    {
      errno = EAFNOSUPPORT;
      return -1;
    }

  return syscall (SYS_socket, domain, type, protocol);
}

/* Whether this program seems to be another user's than all others of this test. */
static gboolean is_somebody_else = FALSE;

uid_t
geteuid (void)
{
  uid_t user = syscall (SYS_geteuid);

  return is_somebody_else ? user + 1 : user;
}

typedef struct
{
  KeyfobLoopback *loopback;
  ManualClock *clock;
  GPtrArray *ended;
  guint16 port;
  GCancellable *cancellable;
  char *trouble;

  gboolean done;
  char *code;
  char *state;
  char *issuer;
  GError *error;
} Fixture;

static KeyfobLoopback *
make_loopback (Fixture *fixture)
{
  return keyfob_loopback_new (KEYFOB_CLOCK (fixture->clock), fixture->ended);
}

static void
on_trouble (KeyfobLoopback *loopback, const char *sentence, Fixture *fixture)
{
  g_free (fixture->trouble);
  fixture->trouble = g_strdup (sentence);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->clock = manual_clock_new (0);
  fixture->ended = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->port = fake_browser_find_port ();
  fixture->cancellable = g_cancellable_new ();
  fixture->loopback = make_loopback (fixture);
  g_signal_connect (fixture->loopback, "trouble", G_CALLBACK (on_trouble), fixture);
  keyfob_loopback_listen (fixture->loopback, &fixture->port, 1, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  keyfob_loopback_close (fixture->loopback);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  manual_clock_advance (fixture->clock, KEYFOB_LOOPBACK_LINGER);
  g_assert_cmpuint (fixture->ended->len, ==, 0);
  g_assert_finalize_object (fixture->loopback);
  g_assert_true (fake_browser_is_port_free (fixture->port));
  g_ptr_array_unref (fixture->ended);
  g_object_unref (fixture->clock);
  g_object_unref (fixture->cancellable);
  g_free (fixture->trouble);
  g_free (fixture->code);
  g_free (fixture->state);
  g_free (fixture->issuer);
  g_clear_error (&fixture->error);
}

static void
on_waited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  keyfob_loopback_wait_finish (fixture->loopback, result, &fixture->code, &fixture->state,
                               &fixture->issuer, &fixture->error);
  fixture->done = TRUE;
}

static void
wait_for (Fixture *fixture, const char *state)
{
  fixture->done = FALSE;
  keyfob_loopback_wait_async (fixture->loopback, state, fixture->cancellable, on_waited, fixture);
}

static void
run_until_done (Fixture *fixture)
{
  wait_while (!fixture->done);
}

static gboolean
can_bind (const char *address, guint16 port)
{
  g_autoptr (GSocketAddress) socket_address = g_inet_socket_address_new_from_string (address, port);
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();

  return g_socket_listener_add_address (listener, socket_address, G_SOCKET_TYPE_STREAM,
                                        G_SOCKET_PROTOCOL_TCP, NULL, NULL, NULL);
}

/* Whatever comes before, the right request afterwards must still work. */
static void
assert_still_waiting (Fixture *fixture)
{
  g_autoptr (FakeBrowser) browser = NULL;

  g_assert_false (fixture->done);
  browser = fake_browser_get (fixture->port, "/callback?code=good&state=" STATE);
  run_until_done (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (fixture->code, ==, "good");
  keyfob_loopback_respond (fixture->loopback, NULL);
  g_assert_cmpuint (fake_browser_get_status (browser), ==, 200);
}

/* What the loopback answers to an own browser, or one whose user cannot be told. */
static FakeBrowser *
visit (Fixture *fixture, const char *path, gboolean is_unknown)
{
  FakeBrowser *browser;

  lacks_diag = is_unknown;
  browser = fake_browser_get (fixture->port, path);
  fake_browser_wait (browser);
  lacks_diag = FALSE;

  return browser;
}

static void
assert_says (Fixture *fixture, const char *path, gboolean is_unknown, const char *text)
{
  g_autoptr (FakeBrowser) browser = visit (fixture, path, is_unknown);

  if (strstr (fake_browser_wait (browser), text) == NULL)
    g_error ("No “%s” in: %s", text, fake_browser_wait (browser));
}

static char *
dup_redirect (Fixture *fixture, const char *path, gboolean is_unknown)
{
  g_autoptr (FakeBrowser) browser = visit (fixture, path, is_unknown);

  g_assert_cmpuint (fake_browser_get_status (browser), ==, 302);

  return fake_browser_dup_location (browser);
}

/* The page and the question have the same number in them. */
static void
assert_asked (Fixture *fixture, const char *path)
{
  const char *question = keyfob_loopback_get_question (fixture->loopback);
  g_auto (GStrv) words = g_strsplit (question, " shows the number ", 2);
  g_autofree char *number = g_strndup (words[1], strspn (words[1], "0123456789"));

  g_assert_cmpuint (strlen (number), ==, 4);
  assert_says (fixture, path, TRUE, "Is this your browser?");
  assert_says (fixture, path, TRUE, number);
  g_assert_cmpstr (keyfob_loopback_get_question (fixture->loopback), ==, question);
}

#define CALLBACK "/callback?code=c&state=" STATE

static void
test_asked_about_callback (Fixture *fixture, gconstpointer data)
{
  wait_for (fixture, STATE);
  assert_says (fixture, CALLBACK, TRUE, "Is this your browser?");
  assert_asked (fixture, CALLBACK);
  assert_says (fixture, "/callback?code=other&state=" STATE, TRUE, "has been taken care of");
  g_assert_false (fixture->done);

  keyfob_loopback_go_on (fixture->loopback);
  g_assert_null (keyfob_loopback_get_question (fixture->loopback));
  run_until_done (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (fixture->code, ==, "c");
  assert_says (fixture, CALLBACK, TRUE, "has been taken care of");
  keyfob_loopback_respond (fixture->loopback, NULL);
  assert_says (fixture, CALLBACK, TRUE, "You are signed in");
}

static void
test_asked_about_refusal (Fixture *fixture, gconstpointer data)
{
  wait_for (fixture, STATE);
  assert_says (fixture, "/callback?error=access_denied&state=" STATE, TRUE, "your browser?");
  g_assert_false (fixture->done);
  keyfob_loopback_go_on (fixture->loopback);
  run_until_done (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_DENIED);
}

/* A browser that is the user's needs no answer, and takes the place of one that waits for it. */
static void
test_asked_in_vain (Fixture *fixture, gconstpointer data)
{
  wait_for (fixture, STATE);
  assert_says (fixture, CALLBACK, TRUE, "Is this your browser?");
  assert_still_waiting (fixture);
  g_assert_null (keyfob_loopback_get_question (fixture->loopback));
  keyfob_loopback_go_on (fixture->loopback);
  assert_says (fixture, CALLBACK, TRUE, "You are signed in");
}

static void
test_asked_and_cancelled (Fixture *fixture, gconstpointer data)
{
  wait_for (fixture, STATE);
  assert_says (fixture, CALLBACK, TRUE, "Is this your browser?");
  g_cancellable_cancel (fixture->cancellable);
  run_until_done (fixture);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (keyfob_loopback_get_question (fixture->loopback));
  keyfob_loopback_go_on (fixture->loopback);
  g_assert_null (fixture->code);
}

/* Root may pass on what anybody sends; another user acts for themselves. */
static void
test_other_user (Fixture *fixture, gconstpointer data)
{
  g_autofree char *uri = keyfob_loopback_lead_to (fixture->loopback, "https://provider.example/");
  const char *paths[] = { CALLBACK, "/callback?error=access_denied&state=" STATE,
                          strstr (uri, "/open/"), "/" };

  wait_for (fixture, STATE);
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (FakeBrowser) browser = NULL;

      is_somebody_else = TRUE;
      browser = visit (fixture, paths[i], FALSE);
      is_somebody_else = FALSE;
      if (geteuid () == 0)
        g_assert_cmpuint (fake_browser_get_status (browser), !=, 403);
      else
        g_assert_cmpuint (fake_browser_get_status (browser), ==, 403);
    }
  g_assert_true ((keyfob_loopback_get_question (fixture->loopback) != NULL) == (geteuid () == 0));
  g_assert_null (fixture->trouble);
  assert_still_waiting (fixture);
}

#define SIGN_IN "https://provider.example/auth?state=" STATE

static char *
lead_to_sign_in (Fixture *fixture)
{
  g_autofree char *uri = keyfob_loopback_lead_to (fixture->loopback, SIGN_IN);

  return g_strdup (strstr (uri, "/open/"));
}

static void
count (KeyfobLoopback *loopback, guint *counter)
{
  (*counter)++;
}

static void
test_asked_about_visitor (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = lead_to_sign_in (fixture);
  g_autofree char *ticket = NULL;
  g_autofree char *location = NULL;
  guint n_questions = 0;

  g_signal_connect (fixture->loopback, "question", G_CALLBACK (count), &n_questions);
  wait_for (fixture, STATE);
  ticket = dup_redirect (fixture, path, TRUE);
  g_assert_true (g_str_has_prefix (ticket, "/open/"));
  g_assert_cmpstr (ticket, !=, path);
  g_assert_cmpuint (n_questions, ==, 1);
  assert_asked (fixture, ticket);
  assert_says (fixture, path, TRUE, "opened already");

  keyfob_loopback_go_on (fixture->loopback);
  g_assert_null (keyfob_loopback_get_question (fixture->loopback));
  /* whoever has read the short address only has no more than before */
  assert_says (fixture, path, TRUE, "opened already");
  location = dup_redirect (fixture, ticket, TRUE);
  g_assert_cmpstr (location, ==, SIGN_IN);
  assert_says (fixture, ticket, TRUE, "opened already");
  g_assert_cmpuint (n_questions, ==, 2);
  assert_still_waiting (fixture);
}

static void
test_visitor_and_own_browser (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = lead_to_sign_in (fixture);
  g_autofree char *ticket = NULL;
  g_autofree char *location = NULL;

  wait_for (fixture, STATE);
  ticket = dup_redirect (fixture, path, TRUE);
  location = dup_redirect (fixture, path, FALSE);
  g_assert_cmpstr (location, ==, SIGN_IN);
  g_assert_null (keyfob_loopback_get_question (fixture->loopback));
  keyfob_loopback_go_on (fixture->loopback);
  assert_says (fixture, ticket, TRUE, "opened already");
  assert_still_waiting (fixture);
}

static void
test_success (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeBrowser) browser = NULL;
  const char *page;

  wait_for (fixture, STATE);
  browser = fake_browser_get (fixture->port,
                              "/callback?code=a%2Bb+c&state=" STATE "&iss=https%3A%2F%2Fidp.example"
                              "&session_state=x&session_state=y");
  run_until_done (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (fixture->code, ==, "a+b c");
  g_assert_cmpstr (fixture->state, ==, STATE);
  g_assert_cmpstr (fixture->issuer, ==, "https://idp.example");
  g_assert_false (fake_browser_is_done (browser));

  keyfob_loopback_respond (fixture->loopback, NULL);
  keyfob_loopback_close (fixture->loopback);

  page = fake_browser_wait (browser);
  g_assert_true (g_str_has_prefix (page, "HTTP/1.1 200 "));
  g_assert_nonnull (strstr (page, "You are signed in"));
  g_assert_true (g_str_has_suffix (page, "</html>\n"));
  g_assert_null (strstr (page, STATE));
  g_assert_null (strstr (page, "a+b"));
}

static void
test_headers (Fixture *fixture, gconstpointer data)
{
  const char *const headers[] = {
    "\r\nCache-Control: no-store\r\n",
    "\r\nReferrer-Policy: no-referrer\r\n",
    "\r\nX-Content-Type-Options: nosniff\r\n",
    "\r\nContent-Security-Policy: default-src 'none'; style-src 'sha256-",
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'\r\n",
    "\r\nContent-Type: text/html; charset=utf-8\r\n",
    "\r\nConnection: close\r\n",
  };
  const char *const paths[] = { ("/callback?code=c&state=" STATE), "/callback?code=c&state=no",
                                "/" };

  wait_for (fixture, STATE);
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (FakeBrowser) browser = fake_browser_get (fixture->port, paths[i]);
      const char *page;

      run_until_done (fixture);
      keyfob_loopback_respond (fixture->loopback, NULL);
      page = fake_browser_wait (browser);
      for (gsize j = 0; j < G_N_ELEMENTS (headers); j++)
        g_assert_nonnull (strstr (page, headers[j]));
    }
}

/* The policy allows one style by its hash, which must be that of the style that was sent. */
static void
test_style_allowed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeBrowser) browser = fake_browser_get (fixture->port, "/");
  const char *page = fake_browser_wait (browser);
  const char *style = strstr (page, "<style>") + strlen ("<style>");
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *base64 = NULL;
  g_autofree char *source = NULL;
  guint8 digest[32];
  gsize length = sizeof digest;

  g_checksum_update (checksum, (const guchar *) style, strstr (style, "</style>") - style);
  g_checksum_get_digest (checksum, digest, &length);
  base64 = g_base64_encode (digest, length);
  source = g_strdup_printf ("style-src 'sha256-%s';", base64);
  g_assert_nonnull (strstr (page, source));
  g_assert_null (strstr (page, " style=\""));
}

static void
test_both_families (Fixture *fixture, gconstpointer data)
{
  const char *const addresses[] = { "127.0.0.1", "::1" };
  g_autofree char *request =
      g_strdup_printf ("GET / HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", fixture->port);

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr (FakeBrowser) browser =
          fake_browser_open (addresses[i], fixture->port, request, -1);

      g_assert_cmpuint (fake_browser_get_status (browser), ==, 404);
    }
}

/* @port@ stands for the port */
static const struct
{
  const char *request;
  guint status;
} bad_requests[] = {
  { "GET / HTTP/1.1\r\nHost: localhost:@port@\r\n\r\n", 404 },
  { "GET /favicon.ico HTTP/1.1\r\nHost: localhost:@port@\r\n\r\n", 404 },
  { "GET /callback/?code=c&state=right-state HTTP/1.1\r\nHost: localhost:@port@\r\n\r\n", 404 },
  { "GET //callback?code=c&state=right-state HTTP/1.1\r\nHost: localhost:@port@\r\n\r\n", 404 },
  { "GET /Callback?code=c&state=right-state HTTP/1.1\r\nHost: localhost:@port@\r\n\r\n", 404 },
  { "GET /callback%2F?code=c&state=right-state HTTP/1.1\r\nHost: localhost:@port@\r\n\r\n", 404 },
  { "GET /x/../callbac?code=c&state=right-state HTTP/1.1\r\nHost: localhost:@port@\r\n\r\n", 404 },
  { "HEAD /callback?code=c&state=right-state HTTP/1.1\r\nHost: localhost:@port@\r\n\r\n", 404 },
  { "OPTIONS * HTTP/1.1\r\nHost: localhost:@port@\r\nConnection: close\r\n\r\n", 404 },
  { "POST /callback?code=c&state=right-state HTTP/1.1\r\nHost: localhost:@port@\r\n"
    "Content-Length: 3\r\n\r\na=b",
    404 },
  { "get /callback?code=c&state=right-state HTTP/1.1\r\nHost: localhost:@port@\r\n\r\n", 404 },
  { "GET /callback?code=c&state=right-state HTTP/1.1\r\nHost: 127.0.0.2:@port@\r\n\r\n", 404 },
  /* fetched ahead: the visit is still to come */
  { "GET /callback?code=c&state=right-state HTTP/1.1\r\nHost: localhost:@port@\r\n"
    "Sec-Purpose: prefetch;prerender\r\n\r\n",
    503 },
  { "GET /callback?code=c&state=right-state HTTP/1.1\r\nHost: localhost:@port@\r\n"
    "Purpose: prefetch\r\n\r\n",
    503 },
  { "GET /callback?code=c&state=right-state HTTP/1.1\r\nHost: localhost\r\n\r\n", 404 },
  { "GET /callback?code=c&state=right-state HTTP/1.1\r\nHost: localhost:1\r\n\r\n", 404 },
  { "GET /callback?code=c&state=right-state HTTP/1.1\r\nHost: evil.example:@port@\r\n\r\n", 404 },
  { "GET /callback?code=c&state=right-state HTTP/1.1\r\nHost: localhost:@port@\r\n"
    "Host: evil.example\r\n\r\n",
    404 },
  { "GET /callback?code=c&state=right-state HTTP/1.0\r\n\r\n", 400 },
  { "GET http://evil.example/callback?code=c&state=right-state HTTP/1.1\r\n"
    "Host: localhost:@port@\r\n\r\n",
    404 },
  /* fetched for another page, or into a frame of one */
  { "GET /callback?code=c&state=right-state HTTP/1.1\r\nHost: localhost:@port@\r\n"
    "Sec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n\r\n",
    404 },
  { "GET /callback?code=c&state=right-state HTTP/1.1\r\nHost: localhost:@port@\r\n"
    "Sec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n\r\n",
    404 },
  { "GET /callback?code=c&state=right-state HTTP/1.1\r\nHost: localhost:@port@\r\n"
    "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n\r\n",
    404 },
  { "GET /callback?code=c&state=right-state HTTP/1.1\r\nHost: localhost:@port@\r\n"
    "Sec-Fetch-Dest: script\r\n\r\n",
    404 },
  { "GET /callback?error=access_denied&state=right-state HTTP/1.1\r\nHost: localhost:@port@\r\n"
    "Sec-Fetch-Mode: websocket\r\n\r\n",
    404 },
  { "GET /callback?code=c&state=right-state HTTP/1.1\r\n\r\n", 400 },
  { "GET /callback HTTP/1.1\r\nHost: localhost:@port@\r\n\r\n", 400 },
  { "GET /callback?code=c HTTP/1.1\r\nHost: localhost:@port@\r\n\r\n", 400 },
  { "GET /callback?code=c&state= HTTP/1.1\r\nHost: localhost:@port@\r\n\r\n", 400 },
  { "GET /callback?code=c&state=wrong-state HTTP/1.1\r\nHost: localhost:@port@\r\n\r\n", 400 },
  { "GET /callback?code=c&state=right-stat HTTP/1.1\r\nHost: localhost:@port@\r\n\r\n", 400 },
  { "GET /callback?code=c&state=RIGHT-STATE HTTP/1.1\r\nHost: localhost:@port@\r\n\r\n", 400 },
  { "POST /callback HTTP/1.1\r\nHost: localhost:@port@\r\nContent-Length: 24\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n\r\ncode=c&state=right-state",
    404 },
  { "GET /callback?error=access_denied HTTP/1.1\r\nHost: localhost:@port@\r\n\r\n", 400 },
  { "GET /callback?error=access_denied&state=no HTTP/1.1\r\nHost: localhost:@port@\r\n\r\n", 400 },
  { "rubbish\r\n\r\n", 400 },
  { "\r\n\r\n", 400 },
  { " \n\n", 400 },
  { "GET HTTP/1.1\r\n\r\n", 400 },
  { "GET /callback?code=c&state=right-state\r\nHost: localhost:@port@\r\n\r\n", 400 },
  { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400 },
};

static char *
build_request (Fixture *fixture, const char *pattern)
{
  g_auto (GStrv) parts = g_strsplit (pattern, "@port@", -1);
  g_autofree char *port = g_strdup_printf ("%u", fixture->port);

  return g_strjoinv (port, parts);
}

static void
test_bad_request (Fixture *fixture, gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *request = build_request (fixture, bad_requests[i].request);
  g_autoptr (FakeBrowser) browser = NULL;

  wait_for (fixture, STATE);
  browser = fake_browser_open ("127.0.0.1", fixture->port, request, -1);
  g_assert_cmpuint (fake_browser_get_status (browser), ==, bad_requests[i].status);

  assert_still_waiting (fixture);
}

#define AS_A_BROWSER                                        \
  ("GET /callback?code=good&state=right-state HTTP/1.1\r\n" \
   "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n")

/* @port@ stands for the port; what an odd parameter or header does to a good code: nothing */
static const char *const good_requests[] = {
  "GET /callback?code=good&state=right-state&hd=100% HTTP/1.1\r\n",
  "GET /callback?hd=100%&code=good&state=right-state HTTP/1.1\r\n",
  "GET /callback?code=good&state=right-state&hd=%4 HTTP/1.1\r\n",
  "GET /callback?code=good&state=right-state&hd=%zz%%%00 HTTP/1.1\r\n",
  "GET /callback?code=good&state=right-state&hd=a b  c HTTP/1.1\r\n",
  "GET /callback?hd=a HTTP/1.1 b&code=good&state=right-state HTTP/1.1\r\n",
  "GET /callback?hd=f\xc3\xbcr&code=good&state=right-state HTTP/1.1\r\n",
  "GET /callback?hd=f\xfcr\x01\t\x7f&code=good&state=right-state HTTP/1.1\r\n",
  "GET /callback?hd=<\"\\^`{|}[]>&code=good&state=right-state HTTP/1.1\r\n",
  "GET /callback?code=good&state=right-state#_=_ HTTP/1.1\r\n",
  "GET /callback?code=good&state=right-state&error= HTTP/1.1\r\n",
  "GET /callback?code=good&state=right-state&iss=a&iss=a&code=good HTTP/1.1\r\n",
  "GET /callback?&&code=good&state=&state=right-state&&?&x&=y HTTP/1.1\r\n",
  "GET http://localhost:@port@/callback?code=good&state=right-state HTTP/1.1\r\n",
  "GET /callback?code=good&state=right-state HTTP/1.0\r\n",
  "GET /callback?code=good&state=right-state HTTP/1.1\n",
  AS_A_BROWSER,
  "GET /callback?code=good&state=right-state HTTP/1.1\r\nno colon\r\n: no name\r\nX-\xff: \xff\r\n",
};

static void
test_good_request (Fixture *fixture, gconstpointer data)
{
  g_autofree char *head = build_request (fixture, data);
  g_autofree char *request = g_strdup_printf ("%sHost: localhost:%u\r\n\r\n", head, fixture->port);
  g_autoptr (FakeBrowser) browser = NULL;

  wait_for (fixture, STATE);
  browser = fake_browser_open ("127.0.0.1", fixture->port, request, -1);
  run_until_done (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (fixture->code, ==, "good");
  keyfob_loopback_respond (fixture->loopback, NULL);
  g_assert_cmpuint (fake_browser_get_status (browser), ==, 200);
}

/* Responses that belong to the sign-in and bring no code: each ends it, with a page that says why
 */
static const struct
{
  const char *query;
  int code;
  const char *says;
} refusals[] = {
  { "error=server_error&error_description=&state=right-state", KEYFOB_AUTH_ERROR_SERVER,
    "server_error" },
  { "error=server_error&error_description=50%&state=right-state", KEYFOB_AUTH_ERROR_SERVER,
    "“50%”" },
  { "error=access_denied&error_description=f\xfcr f\xc3\xbcr%FC%&state=right-state",
    KEYFOB_AUTH_ERROR_DENIED, "f" },
  { "error=access_denied&error_description=one&error_description=two&state=right-state",
    KEYFOB_AUTH_ERROR_DENIED, "“one”" },
  { "error=access_denied&error=server_error&state=right-state", KEYFOB_AUTH_ERROR_DENIED,
    "access_denied" },
  { "error=odd%ZZ&state=right-state", KEYFOB_AUTH_ERROR_SERVER, "odd%ZZ" },
  { "error=access_denied&state=right-state&code=good", KEYFOB_AUTH_ERROR_DENIED, "access_denied" },
  { "state=right-state", KEYFOB_AUTH_ERROR_BAD_ANSWER, "without a code" },
  { "state=right-state&code=", KEYFOB_AUTH_ERROR_BAD_ANSWER, "without a code" },
  { "state=right-state&code=%ff", KEYFOB_AUTH_ERROR_BAD_ANSWER, "without a code" },
  { "state=right-state&code=a&code=b", KEYFOB_AUTH_ERROR_BAD_ANSWER, "without a code" },
  { "state=right-state&state=other&code=a", KEYFOB_AUTH_ERROR_BAD_ANSWER, "without a code" },
};

static void
assert_refused (Fixture *fixture, const char *request, gsize length, int code, const char *says)
{
  g_autoptr (FakeBrowser) browser = NULL;

  wait_for (fixture, STATE);
  browser = fake_browser_open ("127.0.0.1", fixture->port, request, length);
  run_until_done (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, code);
  g_assert_nonnull (strstr (fixture->error->message, says));
  keyfob_loopback_respond (fixture->loopback, fixture->error->message);
  g_assert_nonnull (strstr (fake_browser_wait (browser), "The sign-in did not work"));
  g_assert_nonnull (strstr (fake_browser_wait (browser), says));
}

static void
test_refusal (Fixture *fixture, gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *request = g_strdup_printf (
      "GET /callback?%s HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", refusals[i].query, fixture->port);

  assert_refused (fixture, request, strlen (request), refusals[i].code, refusals[i].says);
}

static GString *
build_long_request (const char *start, gsize length)
{
  GString *request = g_string_new (start);

  while (request->len < length)
    g_string_append (request, "0123456789abcdef");

  return request;
}

/* A quarter of a megabyte is what a browser takes at most as header of a redirect. */
static void
test_long_description (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) request =
      build_long_request ("GET /callback?error=access_denied&error_description=long-", 256 * 1024);

  g_string_append_printf (request, "&state=" STATE " HTTP/1.1\r\nHost: localhost:%u\r\n\r\n",
                          fixture->port);
  assert_refused (fixture, request->str, request->len, KEYFOB_AUTH_ERROR_DENIED, "“long-0123");
}

static void
test_long_cookie (Fixture *fixture, gconstpointer data)
{
  g_autofree char *start = g_strdup_printf ("GET /callback?error=e&state=" STATE
                                            " HTTP/1.1\r\nHost: localhost:%u\r\nCookie: a=",
                                            fixture->port);
  g_autoptr (GString) request = build_long_request (start, 256 * 1024);

  g_string_append (request, "\r\n\r\n");
  assert_refused (fixture, request->str, request->len, KEYFOB_AUTH_ERROR_SERVER, "“e”");
}

/* What is longer still is cut off: it is answered, and ends the sign-in if it belongs to it. */
static void
test_too_long (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) request = build_long_request (data, 4 * 1024 * 1024);

  assert_refused (fixture, request->str, request->len, KEYFOB_AUTH_ERROR_DENIED, "too-long");
}

/* A refusal that does not say to which sign-in it belongs is shown, and ends none. What any page
 * can make of its words is not repeated outside of the browser. */
static void
test_refusal_without_state (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeBrowser) browser = NULL;

  wait_for (fixture, STATE);
  browser = fake_browser_get (fixture->port,
                              "/callback?error=access_denied&error_description=Not%20today");
  g_assert_nonnull (strstr (fake_browser_wait (browser), "Not today"));
  g_assert_nonnull (strstr (fixture->trouble, "cancel and try again"));
  g_assert_null (strstr (fixture->trouble, "Not today"));

  assert_still_waiting (fixture);
}

/* A browser that insists on https is answered at once, in its own terms. */
static void
test_tls (Fixture *fixture, gconstpointer data)
{
  static const guint8 hello[] = { 0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc };
  g_autoptr (FakeBrowser) browser = NULL;
  const char *alert;

  wait_for (fixture, STATE);
  browser = fake_browser_open ("::1", fixture->port, (const char *) hello, sizeof hello);
  alert = fake_browser_wait (browser);
  g_assert_cmpmem (alert, 3, "\x15\x03\x01", 3);
  g_assert_nonnull (strstr (fixture->trouble, "“http”"));

  assert_still_waiting (fixture);
}

static void
test_head_has_no_content (Fixture *fixture, gconstpointer data)
{
  g_autofree char *request = g_strdup_printf ("HEAD /callback?code=c&state=" STATE
                                              " HTTP/1.1\r\nHost: localhost:%u\r\n\r\n",
                                              fixture->port);
  g_autoptr (FakeBrowser) browser = NULL;

  wait_for (fixture, STATE);
  browser = fake_browser_open ("127.0.0.1", fixture->port, request, -1);
  g_assert_true (g_str_has_suffix (fake_browser_wait (browser), "\r\n\r\n"));

  assert_still_waiting (fixture);
}

/* Reload, and back, show how the sign-in went, until the port is released. */
static void
test_again_after_the_end (Fixture *fixture, gconstpointer data)
{
  const char *failure = data;
  const char *says = failure != NULL ? failure : "You are signed in";
  g_autoptr (FakeBrowser) first = NULL;
  g_autoptr (FakeBrowser) again = NULL;
  g_autoptr (FakeBrowser) other = NULL;

  wait_for (fixture, STATE);
  first = fake_browser_get (fixture->port, "/callback?code=secret&state=" STATE);
  run_until_done (fixture);
  keyfob_loopback_respond (fixture->loopback, failure);
  keyfob_loopback_close (fixture->loopback);
  g_assert_nonnull (strstr (fake_browser_wait (first), says));

  manual_clock_advance (fixture->clock, KEYFOB_LOOPBACK_LINGER - 1);
  again = fake_browser_get (fixture->port, "/callback?code=secret&state=" STATE);
  g_assert_nonnull (strstr (fake_browser_wait (again), says));
  g_assert_null (strstr (fake_browser_wait (again), "secret"));
  g_assert_null (strstr (fake_browser_wait (again), STATE));

  other = fake_browser_get (fixture->port, "/callback?code=c&state=other");
  g_assert_nonnull (strstr (fake_browser_wait (other), "No sign-in waits"));

  manual_clock_advance (fixture->clock, 1);
  g_assert_true (fake_browser_is_port_free (fixture->port));
}

/* A connection that a browser opens in advance. */
static GSocket *
connect_in_advance (Fixture *fixture)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("::1", fixture->port);
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_IPV6, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

  g_assert_true (g_socket_connect (socket, address, NULL, NULL));

  return socket;
}

/* A provider may know only the first of the ports, so the next sign-in takes the port over; a tab
 * of the last one still finds its page there. */
static void
test_port_for_the_next (Fixture *fixture, gconstpointer data)
{
  const guint16 ports[] = { fixture->port, fake_browser_find_port () };
  g_autofree char *redirect_uri = g_strdup_printf ("http://localhost:%u/callback", fixture->port);
  g_autoptr (KeyfobLoopback) next = make_loopback (fixture);
  g_autoptr (GSocket) idle = connect_in_advance (fixture);
  g_autoptr (FakeBrowser) browser = NULL;
  g_autoptr (FakeBrowser) again = NULL;
  g_autoptr (GError) error = NULL;
  char nothing[1];

  wait_for (fixture, STATE);
  browser = fake_browser_get (fixture->port, "/callback?code=c&state=" STATE);
  run_until_done (fixture);
  g_assert_false (keyfob_loopback_listen (next, ports, 1, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NO_PORT);
  g_clear_error (&error);

  keyfob_loopback_respond (fixture->loopback, NULL);
  keyfob_loopback_close (fixture->loopback);
  keyfob_loopback_listen (next, ports, G_N_ELEMENTS (ports), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (keyfob_loopback_get_redirect_uri (next), ==, redirect_uri);

  /* a request on this would go to the last sign-in */
  g_socket_set_timeout (idle, 5);
  g_assert_cmpint (g_socket_receive (idle, nothing, sizeof nothing, NULL, NULL), ==, 0);

  g_assert_cmpuint (fake_browser_get_status (browser), ==, 200);
  again = fake_browser_get (fixture->port, "/callback?code=c&state=" STATE);
  g_assert_nonnull (strstr (fake_browser_wait (again), "You are signed in"));
  keyfob_loopback_close (next);
}

static void
test_loopback_addresses (Fixture *fixture, gconstpointer host)
{
  g_autofree char *request =
      g_strdup_printf ("GET /callback?code=c&state=" STATE " HTTP/1.1\r\nHost: %s:%u\r\n\r\n",
                       (const char *) host, fixture->port);
  g_autoptr (FakeBrowser) browser = NULL;

  wait_for (fixture, STATE);
  browser = fake_browser_open ("127.0.0.1", fixture->port, request, -1);
  run_until_done (fixture);
  keyfob_loopback_respond (fixture->loopback, NULL);
  g_assert_cmpuint (fake_browser_get_status (browser), ==, 200);
}

static void
test_two_browsers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeBrowser) first = NULL;
  g_autoptr (FakeBrowser) second = NULL;
  g_autoptr (FakeBrowser) third = NULL;

  wait_for (fixture, STATE);
  first = fake_browser_get (fixture->port, "/callback?code=first&state=" STATE);
  run_until_done (fixture);
  second = fake_browser_get (fixture->port, "/callback?code=second&state=" STATE);
  g_assert_cmpuint (fake_browser_get_status (second), ==, 409);
  g_assert_nonnull (strstr (fake_browser_wait (second), "has been taken care of"));

  keyfob_loopback_respond (fixture->loopback, NULL);
  g_assert_cmpuint (fake_browser_get_status (first), ==, 200);
  g_assert_cmpstr (fixture->code, ==, "first");

  third = fake_browser_get (fixture->port, "/callback?code=third&state=" STATE);
  g_assert_nonnull (strstr (fake_browser_wait (third), "You are signed in"));
}

static void
test_server_state (Fixture *fixture, gconstpointer data)
{
  g_autofree char *good = g_strdup_printf (
      "/callback?code=c&state=R|http%%3A%%2F%%2Flocalhost%%3A%u%%2Fcallback|V", fixture->port);
  const char *const wrong[] = {
    "/callback?code=c&state=R",
    "/callback?code=c&state=R|V",
    "/callback?code=c&state=R||V",
    "/callback?code=c&state=R|http%3A%2F%2Flocalhost%3A1%2Fcallback|V",
  };
  g_autoptr (FakeBrowser) browser = NULL;

  wait_for (fixture, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (FakeBrowser) other = fake_browser_get (fixture->port, wrong[i]);

      g_assert_cmpuint (fake_browser_get_status (other), ==, 400);
      g_assert_false (fixture->done);
    }

  browser = fake_browser_get (fixture->port, good);
  run_until_done (fixture);
  g_assert_no_error (fixture->error);
  g_assert_true (g_str_has_suffix (fixture->state, "/callback|V"));
  keyfob_loopback_respond (fixture->loopback, NULL);
}

static void
test_denied (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeBrowser) browser = NULL;
  const char *page;

  wait_for (fixture, STATE);
  browser =
      fake_browser_get (fixture->port, "/callback?error=access_denied&state=" STATE
                                       "&error_description=%3Cscript%3Ealert(1)%3C/script%3E%26%22"
                                       "%0D%0Anext%E2%80%AEline");
  run_until_done (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_DENIED);
  g_assert_nonnull (strstr (fixture->error->message, "<script>alert(1)</script>&\" nextline"));

  keyfob_loopback_respond (fixture->loopback, fixture->error->message);
  page = fake_browser_wait (browser);
  g_assert_nonnull (strstr (page, "The sign-in did not work"));
  g_assert_null (strstr (page, "<script"));
  g_assert_nonnull (strstr (page, "&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot; nextline"));
}

static void
test_large_body (Fixture *fixture, gconstpointer data)
{
  const char *head = data;
  g_autofree char *start = g_strdup_printf (
      "POST /callback HTTP/1.1\r\nHost: localhost:%u\r\n%s\r\n", fixture->port, head);
  g_autoptr (GString) request = g_string_new (start);
  g_autoptr (FakeBrowser) browser = NULL;

  g_string_append (request, "100000\r\n");
  for (gsize i = 0; i < 1024 * 1024 / 16; i++)
    g_string_append (request, "0123456789abcdef");

  wait_for (fixture, STATE);
  browser = fake_browser_open ("127.0.0.1", fixture->port, request->str, request->len);
  g_assert_cmpuint (fake_browser_get_status (browser), ==, 404);

  assert_still_waiting (fixture);
}

static guint
count_done (GPtrArray *browsers)
{
  guint n_done = 0;

  for (guint i = 0; i < browsers->len; i++)
    if (fake_browser_is_done (g_ptr_array_index (browsers, i)))
      n_done++;

  return n_done;
}

static void
test_slow_senders (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) slow = g_ptr_array_new_with_free_func (g_object_unref);

  wait_for (fixture, STATE);
  for (int i = 0; i < 8; i++)
    g_ptr_array_add (slow, fake_browser_open (i % 2 ? "127.0.0.1" : "::1", fixture->port,
                                              i < 4 ? "GET /callb" : "", -1));

  /* they hold nobody up */
  assert_still_waiting (fixture);
  g_assert_cmpuint (count_done (slow), ==, 0);

  /* and are dropped in the end */
  for (guint i = 0; i < slow->len; i++)
    fake_browser_wait (g_ptr_array_index (slow, i));
}

static void
test_many_connections (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) idle = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (FakeBrowser) browser = NULL;

  wait_for (fixture, STATE);
  browser = fake_browser_get (fixture->port, "/callback?code=good&state=" STATE);
  run_until_done (fixture);

  for (int i = 0; i < 3 * KEYFOB_LOOPBACK_MAX_CONNECTIONS; i++)
    g_ptr_array_add (idle, fake_browser_open ("::1", fixture->port, "", -1));

  /* the first are dropped for the last, before their deadline; who waits for an answer stays */
  wait_while (count_done (idle) < 2 * KEYFOB_LOOPBACK_MAX_CONNECTIONS);
  g_assert_cmpuint (count_done (idle), <, idle->len);
  keyfob_loopback_respond (fixture->loopback, NULL);
  g_assert_cmpuint (fake_browser_get_status (browser), ==, 200);
  keyfob_loopback_close (fixture->loopback);
  manual_clock_advance (fixture->clock, KEYFOB_LOOPBACK_LINGER);
}

/* Makes every further descriptor one too many; returns what the limit was. */
static struct rlimit
use_up_descriptors (void)
{
  int lowest_free = dup (STDERR_FILENO);
  struct rlimit before;
  struct rlimit now;

  g_assert_cmpint (lowest_free, >=, 0);
  close (lowest_free);
  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &before));
  now = before;
  now.rlim_cur = lowest_free;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &now));

  return before;
}

static void
test_no_descriptors (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string ("127.0.0.1", fixture->port);
  g_autoptr (GSocket) socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  struct rlimit before = use_up_descriptors ();

  wait_for (fixture, STATE);
  g_assert_true (g_socket_connect (socket, address, NULL, NULL));

  /* it is refused, instead of asking for attention for ever */
  while (!(g_socket_condition_check (socket, G_IO_IN | G_IO_HUP) & (G_IO_IN | G_IO_HUP)))
    g_main_context_iteration (NULL, FALSE);
  g_assert_false (g_main_context_pending (NULL));

  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &before));
  assert_still_waiting (fixture);
}

static gboolean
set_flag (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;

  return G_SOURCE_REMOVE;
}

/* A connection that cannot even be refused stays in the queue of the system, where it would ask for
 * attention for ever. */
static void
test_no_spare_descriptor (void)
{
  static const char request[] = "GET / HTTP/1.1\r\n\r\n";
  struct rlimit before = use_up_descriptors ();
  g_autoptr (KeyfobLoopbackListener) listener = keyfob_loopback_listener_new ();
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  guint16 port;
  gboolean over = FALSE;
  gboolean requested = FALSE;
  guint n_iterations = 0;

  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &before));
  port = fake_browser_find_port ();
  g_assert_true (keyfob_loopback_listener_listen (listener, &port, 1, NULL));
  g_signal_connect_swapped (listener, "request", G_CALLBACK (set_flag), &requested);
  address = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_main_context_iteration (NULL, FALSE); /* the main loop has its own descriptors now */

  use_up_descriptors ();
  n_told = 0;
  g_assert_true (g_socket_connect (socket, address, NULL, NULL));
  g_assert_cmpint (g_socket_send (socket, request, strlen (request), NULL, NULL), >, 0);
  g_timeout_add (1000, set_flag, &over);
  while (!over)
    {
      g_main_context_iteration (NULL, TRUE);
      n_iterations++;
    }
  g_assert_cmpuint (n_iterations, <, 20);
  g_assert_cmpuint (n_told, ==, 1);
  g_assert_false (requested);

  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &before));
  wait_while (!requested);
}

static void
test_browser_gone (Fixture *fixture, gconstpointer data)
{
  g_autofree char *request = g_strdup_printf (
      "GET /callback?code=c&state=" STATE " HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", fixture->port);
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string ("127.0.0.1", fixture->port);
  g_autoptr (GSocket) socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

  wait_for (fixture, STATE);
  g_assert_true (g_socket_connect (socket, address, NULL, NULL));
  g_assert_cmpint (g_socket_send (socket, request, strlen (request), NULL, NULL), >, 0);
  run_until_done (fixture);
  g_socket_close (socket, NULL);

  keyfob_loopback_respond (fixture->loopback, NULL);
  keyfob_loopback_close (fixture->loopback);
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  wait_for (fixture, STATE);
  g_cancellable_cancel (fixture->cancellable);
  run_until_done (fixture);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_closed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeBrowser) browser = NULL;

  wait_for (fixture, STATE);
  keyfob_loopback_close (fixture->loopback);
  run_until_done (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED);
  g_assert_null (keyfob_loopback_get_redirect_uri (fixture->loopback));
  browser = fake_browser_get (fixture->port, "/callback?code=c&state=" STATE);
  g_assert_nonnull (strstr (fake_browser_wait (browser), "No sign-in waits"));
}

static void
test_closed_before (Fixture *fixture, gconstpointer data)
{
  keyfob_loopback_close (fixture->loopback);
  g_assert_true (fake_browser_is_port_free (fixture->port));
}

static void
test_closed_unanswered (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeBrowser) browser = NULL;

  wait_for (fixture, STATE);
  browser = fake_browser_get (fixture->port, "/callback?code=c&state=" STATE);
  run_until_done (fixture);
  keyfob_loopback_close (fixture->loopback);
  g_assert_nonnull (strstr (fake_browser_wait (browser), "The sign-in was ended"));
}

static void
test_port_taken (Fixture *fixture, gconstpointer data)
{
  guint16 ports[] = { fake_browser_find_port (), fake_browser_find_port () };
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (data, ports[0]);
  g_autoptr (GSocketListener) other = g_socket_listener_new ();
  g_autoptr (KeyfobLoopback) loopback = make_loopback (fixture);
  g_autofree char *second = g_strdup_printf ("http://localhost:%u/callback", ports[1]);
  g_autoptr (GError) error = NULL;

  g_socket_listener_add_address (other, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL,
                                 NULL, &error);
  g_assert_no_error (error);

  g_assert_false (keyfob_loopback_listen (loopback, ports, 1, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NO_PORT);
  g_clear_error (&error);
  g_assert_null (keyfob_loopback_get_redirect_uri (loopback));

  keyfob_loopback_listen (loopback, ports, 2, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (keyfob_loopback_get_redirect_uri (loopback), ==, second);
  keyfob_loopback_close (loopback);
}

static void
test_port_not_shared (Fixture *fixture, gconstpointer data)
{
  guint16 port = fake_browser_find_port ();
  const char *const addresses[] = { "127.0.0.1", "::1", "0.0.0.0", "::" };
  g_autoptr (KeyfobLoopback) loopback = make_loopback (fixture);
  g_autoptr (KeyfobLoopback) second = make_loopback (fixture);
  g_autoptr (GError) error = NULL;

  keyfob_loopback_listen (loopback, &port, 1, &error);
  g_assert_no_error (error);
  g_assert_false (keyfob_loopback_listen (second, &port, 1, NULL));

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr (GSocketAddress) address =
          g_inet_socket_address_new_from_string (addresses[i], port);
      g_autoptr (GSocket) socket = g_socket_new (g_socket_address_get_family (address),
                                                 G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
      int yes = 1;

      setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
      g_assert_false (g_socket_bind (socket, address, TRUE, NULL)
                      && g_socket_listen (socket, NULL));
    }
  keyfob_loopback_close (loopback);
}

static void
test_missing_family (Fixture *fixture, gconstpointer data)
{
  sa_family_t family = GPOINTER_TO_INT (data);
  guint16 port = fake_browser_find_port ();
  g_autofree char *request = g_strdup_printf ("GET / HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", port);
  g_autoptr (KeyfobLoopback) loopback = make_loopback (fixture);
  g_autoptr (FakeBrowser) browser = NULL;
  g_autofree char *entrance = NULL;
  g_autoptr (GError) error = NULL;

  missing_family = family;
  keyfob_loopback_listen (loopback, &port, 1, &error);
  missing_family = AF_UNSPEC;
  g_assert_no_error (error);

  browser = fake_browser_open (family == AF_INET ? "::1" : "127.0.0.1", port, request, -1);
  g_assert_cmpuint (fake_browser_get_status (browser), ==, 404);
  entrance = keyfob_loopback_lead_to (loopback, "https://provider.example/auth");
  g_assert_true (
      g_str_has_prefix (entrance, family == AF_INET ? "http://[::1]:" : "http://127.0.0.1:"));
  g_assert_true (can_bind (family == AF_INET ? "127.0.0.1" : "::1", port));
  keyfob_loopback_close (loopback);
}

static void
add (const char *path, gconstpointer data, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

static void
add_tables (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good_requests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/loopback/good-request/%" G_GSIZE_FORMAT, i);

      add (path, good_requests[i], test_good_request);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strdup_printf ("/loopback/refusal/%" G_GSIZE_FORMAT, i);

      add (path, GSIZE_TO_POINTER (i), test_refusal);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad_requests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/loopback/bad-request/%" G_GSIZE_FORMAT, i);

      add (path, GSIZE_TO_POINTER (i), test_bad_request);
    }
}

int
main (int argc, char *argv[])
{
  g_log_set_writer_func (count_told, NULL, NULL);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/loopback/success", NULL, test_success);
  add ("/loopback/headers", NULL, test_headers);
  add ("/loopback/style-allowed", NULL, test_style_allowed);
  add ("/loopback/both-families", NULL, test_both_families);
  add_tables ();
  add ("/loopback/refusal-without-state", NULL, test_refusal_without_state);
  add ("/loopback/address/ipv4", "127.0.0.1", test_loopback_addresses);
  add ("/loopback/address/ipv6", "[::1]", test_loopback_addresses);
  add ("/loopback/two-browsers", NULL, test_two_browsers);
  add ("/loopback/server-state", NULL, test_server_state);
  add ("/loopback/denied", NULL, test_denied);
  add ("/loopback/large-body/length", "Content-Length: 1048584\r\n", test_large_body);
  add ("/loopback/large-body/chunked", "Transfer-Encoding: chunked\r\n", test_large_body);
  add ("/loopback/large-body/expect", "Expect: 100-continue\r\nContent-Length: 1048584\r\n",
       test_large_body);
  add ("/loopback/long-description", NULL, test_long_description);
  add ("/loopback/long-cookie", NULL, test_long_cookie);
  add ("/loopback/too-long/description",
       "GET /callback?state=" STATE "&error=access_denied&error_description=too-long",
       test_too_long);
  add ("/loopback/tls", NULL, test_tls);
  add ("/loopback/head-has-no-content", NULL, test_head_has_no_content);
  add ("/loopback/slow-senders", NULL, test_slow_senders);
  add ("/loopback/many-connections", NULL, test_many_connections);
  add ("/loopback/no-descriptors", NULL, test_no_descriptors);
  g_test_add_func ("/loopback/no-spare-descriptor", test_no_spare_descriptor);
  add ("/loopback/browser-gone", NULL, test_browser_gone);
  add ("/loopback/other-user", NULL, test_other_user);
  add ("/loopback/asked/callback", NULL, test_asked_about_callback);
  add ("/loopback/asked/refusal", NULL, test_asked_about_refusal);
  add ("/loopback/asked/in-vain", NULL, test_asked_in_vain);
  add ("/loopback/asked/cancelled", NULL, test_asked_and_cancelled);
  add ("/loopback/asked/visitor", NULL, test_asked_about_visitor);
  add ("/loopback/asked/visitor-and-own-browser", NULL, test_visitor_and_own_browser);
  add ("/loopback/cancelled", NULL, test_cancelled);
  add ("/loopback/closed", NULL, test_closed);
  add ("/loopback/closed-before", NULL, test_closed_before);
  add ("/loopback/again/signed-in", NULL, test_again_after_the_end);
  add ("/loopback/again/failed", "The keyring is full.", test_again_after_the_end);
  add ("/loopback/port-for-the-next", NULL, test_port_for_the_next);
  add ("/loopback/closed-unanswered", NULL, test_closed_unanswered);
  add ("/loopback/port-taken/ipv4", "127.0.0.1", test_port_taken);
  add ("/loopback/port-taken/ipv6", "::1", test_port_taken);
  add ("/loopback/port-not-shared", NULL, test_port_not_shared);
  add ("/loopback/missing-family/ipv4", GINT_TO_POINTER (AF_INET), test_missing_family);
  add ("/loopback/missing-family/ipv6", GINT_TO_POINTER (AF_INET6), test_missing_family);

  return g_test_run ();
}
