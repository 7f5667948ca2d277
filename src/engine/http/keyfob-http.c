/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-http.h"

#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-network-error.h"
#include "keyfob-proxy-resolver.h"
#include "keyfob-secret.h"
#include "keyfob-text.h"
#include "keyfob-time-limit.h"

#define CHUNK 16384
/* Answers with which a proxy asks for the password: a further one is to a wrong password, which
 * locks accounts where it is told again. */
#define MAX_CHALLENGES 1
/* Interim answers (RFC 9110 section 15.2) to one request: few servers send any. */
#define MAX_INTERIM 16
/* The longest time that Keyfob stays away at the request of a server, seconds. */
#define MAX_RETRY_AFTER G_GINT64_CONSTANT (86400)
/* More than any balancer or gateway sets. */
#define MAX_COOKIES 50
#define MAX_CAUSE 300 /* characters */
#define PROXY_AUTHORIZATION "Proxy-Authorization"
#define FORM_TYPE "application/x-www-form-urlencoded"

typedef struct
{
  SoupMessage *message;
  SoupCookieJar *cookies; /* (nullable) */
  KeyfobClock *clock;
  KeyfobAnswer *answer;
  GInputStream *stream;
  GByteArray *body;
  guint8 *chunk;
  KeyfobTimeLimit *limit;
  gulong got_informational;
  char *proxy_authorization; /* (nullable): tells the proxy the password, once */
  guint n_challenges;        /* of the proxy */
  guint n_interim;
} Exchange;

static void
exchange_free (Exchange *exchange)
{
  explicit_bzero (exchange->chunk, CHUNK);
  g_free (exchange->chunk);
  if (exchange->body->len > 0)
    explicit_bzero (exchange->body->data, exchange->body->len);
  g_byte_array_unref (exchange->body);
  g_clear_pointer (&exchange->answer, keyfob_answer_free);
  g_clear_object (&exchange->stream);
  keyfob_time_limit_free (exchange->limit);
  g_clear_signal_handler (&exchange->got_informational, exchange->message);
  g_object_unref (exchange->message);
  g_clear_pointer (&exchange->proxy_authorization, keyfob_secret_free);
  g_clear_object (&exchange->cookies);
  g_object_unref (exchange->clock);
  g_free (exchange);
}

/* Whether @tunnel is the message that asks a proxy for a way for the message of @exchange. */
static gboolean
is_tunnel_of (SoupMessage *tunnel, Exchange *exchange)
{
  return soup_message_get_connection_id (tunnel)
         == soup_message_get_connection_id (exchange->message);
}

/* On a connection that the proxy keeps open after 407, libsoup tells a wrong password up to twenty
 * times, and asks for a way to the proxy instead of the host; where the proxy closes, it goes on
 * without end. So every try has a connection of its own, and a second 407 is the last. The
 * path of the request, which libsoup puts into a digest in clear, is no business of the proxy. */
static void
on_tunnel_answer (SoupMessage *tunnel, GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);
  g_autoptr (GUri) host = NULL;

  if (!is_tunnel_of (tunnel, exchange)
      || soup_message_get_status (tunnel) != SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED)
    return;

  host = g_uri_parse_relative (soup_message_get_uri (exchange->message), "/", SOUP_HTTP_URI_FLAGS,
                               NULL);
  soup_message_set_uri (tunnel, host);
  soup_message_headers_replace (soup_message_get_response_headers (tunnel), "Connection", "close");
  if (++exchange->n_challenges > MAX_CHALLENGES)
    g_cancellable_cancel (keyfob_time_limit_get_cancellable (exchange->limit));
}

/* Keeps what libsoup made of the password and the challenge: the next try is another message. */
static void
on_tunnel_answered (SoupMessage *tunnel, GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);

  if (is_tunnel_of (tunnel, exchange) && exchange->proxy_authorization == NULL)
    exchange->proxy_authorization = g_strdup (soup_message_headers_get_one (
        soup_message_get_request_headers (tunnel), PROXY_AUTHORIZATION));
}

static void
on_tunnel_starting (SoupMessage *tunnel, GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);

  if (is_tunnel_of (tunnel, exchange) && exchange->proxy_authorization != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (tunnel), PROXY_AUTHORIZATION,
                                  exchange->proxy_authorization);
}

/* libsoup makes a message of its own that asks a proxy for a way to the host. The password is taken
 * from the proxy's address for every request, since that may change: libsoup would first tell the
 * one that it keeps. */
static void
on_request_queued (SoupSession *session, SoupMessage *message, GTask *task)
{
  if (!g_str_equal (soup_message_get_method (message), "CONNECT"))
    return;

  soup_message_add_flags (message, SOUP_MESSAGE_DO_NOT_USE_AUTH_CACHE);
  g_signal_connect_object (message, "starting", G_CALLBACK (on_tunnel_starting), task, 0);
  g_signal_connect_object (message, "got-headers", G_CALLBACK (on_tunnel_answer), task, 0);
  g_signal_connect_object (message, "got-body", G_CALLBACK (on_tunnel_answered), task, 0);
}

/* libsoup reads one after the other, and lets nothing else run, for as long as they come; it looks
 * whether it is cancelled in between. */
static void
on_interim_answer (SoupMessage *message, Exchange *exchange)
{
  if (++exchange->n_interim > MAX_INTERIM)
    g_cancellable_cancel (keyfob_time_limit_get_cancellable (exchange->limit));
}

/* libsoup passes on the answer of a proxy that refuses to connect. Over https, an answer of the
 * host has a certificate. */
static gboolean
is_answered_by_proxy (SoupMessage *message)
{
  return g_str_equal (g_uri_get_scheme (soup_message_get_uri (message)), "https")
         && soup_message_get_tls_peer_certificate (message) == NULL;
}

static GError *
new_proxy_error (guint status)
{
  switch (status)
    {
    case SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED:
      return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PROXY_NEED_AUTH, "The proxy asks who");
    case SOUP_STATUS_FORBIDDEN:
      return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PROXY_NOT_ALLOWED, "The proxy forbids it");
    default:
      return g_error_new (G_IO_ERROR, G_IO_ERROR_PROXY_FAILED, "The proxy answers %u", status);
    }
}

static gboolean
leads_to_proxy (SoupSession *session, Exchange *exchange)
{
  GProxyResolver *resolver = soup_session_get_proxy_resolver (session);

  return KEYFOB_IS_PROXY_RESOLVER (resolver)
         && keyfob_proxy_resolver_leads_to_proxy (KEYFOB_PROXY_RESOLVER (resolver),
                                                  soup_message_get_uri (exchange->message));
}

static gboolean
is_about_connecting (const GError *error)
{
  return error->domain == G_RESOLVER_ERROR
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE)
         /* no such kind of proxy */
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
}

static void
set_details (GError *error, const char *url, const GError *cause)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *words = keyfob_text_clean (cause->message, -1, MAX_CAUSE);

  g_variant_dict_insert (&dict, "url", "s", url);
  g_variant_dict_insert (&dict, "cause", "s", words);
  keyfob_auth_error_set_details (error, g_variant_dict_end (&dict));
}

static void
fail (GTask *task, GError *cause)
{
  Exchange *exchange = g_task_get_task_data (task);
  g_autoptr (GError) held = cause;
  GError *error;
  g_autofree char *url = g_uri_to_string_partial (soup_message_get_uri (exchange->message),
                                                  G_URI_HIDE_QUERY | G_URI_HIDE_USERINFO);

  if (keyfob_time_limit_has_passed (exchange->limit))
    {
      g_clear_error (&held);
      held = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "The time limit is over");
    }

  if (exchange->n_interim > MAX_INTERIM)
    {
      g_clear_error (&held);
      held = g_error_new_literal (SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_PARSING,
                                  "Too many interim answers");
    }
  else if (exchange->n_challenges > MAX_CHALLENGES)
    {
      g_clear_error (&held);
      held = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PROXY_AUTH_FAILED,
                                  "The proxy does not take the password");
    }
  else if (is_about_connecting (held) && leads_to_proxy (g_task_get_source_object (task), exchange))
    {
      g_clear_error (&held);
      held = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PROXY_FAILED, "No proxy there");
    }

  g_debug ("No answer from %s: %s", url, held->message);
  error = keyfob_network_error_new (
      held, url, soup_message_get_tls_peer_certificate_errors (exchange->message));
  if (error->domain == KEYFOB_AUTH_ERROR)
    set_details (error, url, held);
  g_task_return_error (task, error);
}

static void
succeed (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);
  KeyfobAnswer *answer = g_steal_pointer (&exchange->answer);

  g_debug ("%s %s: %u, %u bytes", soup_message_get_method (exchange->message), answer->url,
           answer->status, exchange->body->len);
  answer->body = g_malloc (exchange->body->len + 1);
  answer->length = exchange->body->len;
  if (answer->length > 0)
    memcpy (answer->body, exchange->body->data, answer->length);
  answer->body[answer->length] = '\0';

  g_task_return_pointer (task, answer, (GDestroyNotify) keyfob_answer_free);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  GError *error = NULL;
  gssize n_read = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);
  gsize space = KEYFOB_HTTP_MAX_BODY - exchange->body->len;

  if (n_read < 0)
    {
      fail (task, error);
      return;
    }

  g_byte_array_append (exchange->body, exchange->chunk, MIN ((gsize) n_read, space));
  exchange->answer->cut_off = (gsize) n_read > space;
  if (n_read == 0 || exchange->answer->cut_off)
    {
      succeed (task);
      return;
    }

  g_input_stream_read_async (exchange->stream, exchange->chunk, CHUNK, G_PRIORITY_DEFAULT,
                             keyfob_time_limit_get_cancellable (exchange->limit), on_read,
                             g_steal_pointer (&task));
}

/* An answer with an Age header comes from a cache, so that its Date is in the past. */
static gint64
read_skew (SoupMessageHeaders *headers, gint64 now)
{
  const char *date = soup_message_headers_get_one (headers, "Date");
  g_autoptr (GDateTime) time = date != NULL ? soup_date_time_new_from_http_string (date) : NULL;

  if (time == NULL || soup_message_headers_get_one (headers, "Age") != NULL)
    return 0;

  return g_date_time_to_unix (time) - now;
}

/* RFC 9110 section 10.2.3: seconds, or a date by the server's clock. */
static gint64
read_retry_after (SoupMessageHeaders *headers, gint64 server_now)
{
  const char *text = soup_message_headers_get_one (headers, "Retry-After");
  g_autoptr (GDateTime) time = NULL;
  guint64 seconds;

  if (text == NULL)
    return 0;
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &seconds, NULL))
    return MIN ((gint64) seconds, MAX_RETRY_AFTER);

  time = soup_date_time_new_from_http_string (text);

  return time != NULL ? CLAMP (g_date_time_to_unix (time) - server_now, 0, MAX_RETRY_AFTER) : 0;
}

/* The jar takes the cookies over. */
static void
keep_cookies (Exchange *exchange)
{
  g_autoptr (GSList) received = soup_cookies_from_response (exchange->message);
  GSList *kept = soup_cookie_jar_all_cookies (exchange->cookies);
  guint n_kept = g_slist_length (kept);

  for (GSList *link = received; link != NULL; link = link->next)
    {
      if (n_kept++ < MAX_COOKIES)
        soup_cookie_jar_add_cookie (exchange->cookies, link->data);
      else
        soup_cookie_free (link->data);
    }

  soup_cookies_free (kept);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  GError *error = NULL;
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);
  KeyfobAnswer *answer;

  exchange->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (exchange->stream == NULL)
    {
      fail (task, error);
      return;
    }
  if (leads_to_proxy (SOUP_SESSION (source), exchange) && is_answered_by_proxy (exchange->message))
    {
      fail (task, new_proxy_error (soup_message_get_status (exchange->message)));
      return;
    }

  if (exchange->cookies != NULL)
    keep_cookies (exchange);

  answer = exchange->answer = g_new0 (KeyfobAnswer, 1);
  answer->url = g_uri_to_string_partial (soup_message_get_uri (exchange->message),
                                         G_URI_HIDE_QUERY | G_URI_HIDE_USERINFO);
  answer->status = soup_message_get_status (exchange->message);
  answer->content_type = g_strdup (soup_message_headers_get_content_type (headers, NULL));
  answer->location = g_strdup (soup_message_headers_get_one (headers, "Location"));
  answer->authenticate = g_strdup (soup_message_headers_get_list (headers, "WWW-Authenticate"));
  answer->now = keyfob_clock_now_exactly (exchange->clock);
  answer->skew = read_skew (headers, (gint64) answer->now);
  answer->retry_after = read_retry_after (headers, (gint64) answer->now + answer->skew);

  g_input_stream_read_async (exchange->stream, exchange->chunk, CHUNK, G_PRIORITY_DEFAULT,
                             keyfob_time_limit_get_cancellable (exchange->limit), on_read,
                             g_steal_pointer (&task));
}

static Exchange *
exchange_new (SoupMessage *message,
              SoupCookieJar *cookies,
              KeyfobClock *clock,
              GCancellable *cancellable,
              guint seconds)
{
  Exchange *exchange = g_new0 (Exchange, 1);

  exchange->message = g_object_ref (message);
  g_set_object (&exchange->cookies, cookies);
  exchange->got_informational =
      g_signal_connect (message, "got-informational", G_CALLBACK (on_interim_answer), exchange);
  exchange->clock = g_object_ref (clock);
  exchange->body = g_byte_array_new ();
  exchange->chunk = g_malloc (CHUNK);
  exchange->limit = keyfob_time_limit_new (clock, seconds, cancellable);

  return exchange;
}

static SoupMessage *
build_message (SoupCookieJar *cookies,
               const char *method,
               const char *url,
               GBytes *form,
               const char *authorization)
{
  SoupMessage *message = soup_message_new (method, url);
  SoupMessageHeaders *headers;
  g_autofree char *cookie = NULL;

  if (message == NULL)
    return NULL;

  headers = soup_message_get_request_headers (message);
  soup_message_headers_replace (headers, "Accept", "application/json");
  if (authorization != NULL)
    soup_message_headers_replace (headers, "Authorization", authorization);
  if (cookies != NULL)
    cookie = soup_cookie_jar_get_cookies (cookies, soup_message_get_uri (message), TRUE);
  if (cookie != NULL)
    soup_message_headers_replace (headers, "Cookie", cookie);
  if (form != NULL)
    soup_message_set_request_body_from_bytes (message, FORM_TYPE, form);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  /* the user is never asked for a password; that of a proxy is in the settings of the system */
  soup_message_disable_feature (message, SOUP_TYPE_AUTH_MANAGER);
  /* what is compressed can be read for long, and let nothing else run, before anything comes out */
  soup_message_headers_replace (headers, "Accept-Encoding", "identity");
  soup_message_disable_feature (message, SOUP_TYPE_CONTENT_DECODER);

  return message;
}

static gsize
form_length (const char *const *fields)
{
  gsize length = 0;

  for (gsize i = 0; fields[i] != NULL; i += 2)
    {
      if (fields[i + 1] != NULL)
        length += strlen (fields[i]) + 3 * strlen (fields[i + 1]) + 2;
    }

  return length;
}

static void
append_encoded (GString *form, const char *value)
{
  for (const char *p = value; *p != '\0'; p++)
    {
      if (g_ascii_isalnum (*p) || strchr ("-._*", *p) != NULL)
        g_string_append_c (form, *p);
      else
        g_string_append_printf (form, "%%%02X", (guchar) *p);
    }
}

GBytes *
keyfob_http_form_new (const char *const *fields)
{
  /* large enough from the start: growing would leave a copy of the secrets behind */
  GString *form = g_string_sized_new (form_length (fields));
  gsize length;
  char *text;

  for (gsize i = 0; fields[i] != NULL; i += 2)
    {
      if (fields[i + 1] == NULL)
        continue;
      if (form->len > 0)
        g_string_append_c (form, '&');
      g_string_append (form, fields[i]);
      g_string_append_c (form, '=');
      append_encoded (form, fields[i + 1]);
    }

  length = form->len;
  text = g_string_free (form, FALSE);

  return g_bytes_new_with_free_func (text, length, (GDestroyNotify) keyfob_secret_free, text);
}

void
keyfob_http_send_async (SoupSession *session,
                        SoupCookieJar *cookies,
                        const char *method,
                        const char *url,
                        GBytes *form,
                        const char *authorization,
                        guint seconds,
                        KeyfobClock *clock,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (session, cancellable, callback, user_data);
  g_autoptr (SoupMessage) message = build_message (cookies, method, url, form, authorization);
  Exchange *exchange;
  GError *error = NULL;

  g_task_set_source_tag (task, keyfob_http_send_async);
  /* a complete answer is returned even if cancelled: it may contain the only copy of a new token */
  g_task_set_check_cancellable (task, FALSE);

  if (message == NULL)
    {
      g_autoptr (GError) cause = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "No URL");

      g_task_return_error (task, keyfob_network_error_new (cause, url, 0));
      return;
    }

  if (KEYFOB_IS_HTTP_SESSION (session)
      && !keyfob_http_session_prepare (KEYFOB_HTTP_SESSION (session), message, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  exchange = exchange_new (message, cookies, clock, cancellable, seconds);
  g_task_set_task_data (task, exchange, (GDestroyNotify) exchange_free);
  g_signal_connect_object (session, "request-queued", G_CALLBACK (on_request_queued), task, 0);
  soup_session_send_async (session, message, G_PRIORITY_DEFAULT,
                           keyfob_time_limit_get_cancellable (exchange->limit), on_sent,
                           g_steal_pointer (&task));
}

KeyfobAnswer *
keyfob_http_send_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, keyfob_http_send_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
