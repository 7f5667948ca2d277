/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-loopback.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

#include "keyfob-auth-error.h"
#include "keyfob-callback.h"
#include "keyfob-loopback-listener.h"
#include "keyfob-result-page.h"
#include "keyfob-secret.h"
#include "keyfob-source.h"

#define CALLBACK_PATH "/callback"
/* No browser sends a body with GET: a small body is discarded, a larger one closes the connection.
 */
#define MAX_BODY (64 * 1024)
/* how long the server waits for a browser to receive the last page */
#define LINGER_SECONDS 5

struct _KeyfobLoopback
{
  GObject parent_instance;

  KeyfobLoopbackListener *listener;
  SoupServer *server;
  char *host;
  char *redirect_uri;

  GTask *waiting; /* (nullable): of keyfob_loopback_wait_async() */
  GSource *cancelled;
  char *expected_state;
  char *accepted_state;

  SoupServerMessage *pending; /* (nullable): waits for its response */
  guint n_unsent;             /* messages whose response is not sent completely */
  guint linger_id;
};

G_DEFINE_FINAL_TYPE (KeyfobLoopback, keyfob_loopback, G_TYPE_OBJECT)

static GTask *
stop_waiting (KeyfobLoopback *self)
{
  g_clear_pointer (&self->cancelled, keyfob_source_free);
  g_clear_pointer (&self->expected_state, keyfob_secret_free);

  return g_steal_pointer (&self->waiting);
}

static void
end_server (KeyfobLoopback *self)
{
  g_clear_handle_id (&self->linger_id, g_source_remove);
  if (self->server != NULL)
    soup_server_disconnect (self->server);
  g_clear_object (&self->server);
}

static gboolean
on_linger_over (gpointer user_data)
{
  KeyfobLoopback *self = user_data;

  self->linger_id = 0;
  end_server (self);

  return G_SOURCE_REMOVE;
}

static void
on_finished (SoupServerMessage *message, KeyfobLoopback *self)
{
  guint linger_id = self->linger_id;

  self->n_unsent--;

  /* the server still uses this message, so it is ended later */
  if (self->n_unsent == 0 && linger_id != 0)
    {
      self->linger_id =
          g_idle_add_full (G_PRIORITY_DEFAULT, on_linger_over, g_object_ref (self), g_object_unref);
      g_source_remove (linger_id);
    }
}

static void
track_delivery (KeyfobLoopback *self, SoupServerMessage *message)
{
  self->n_unsent++;
  g_signal_connect_object (message, "finished", G_CALLBACK (on_finished), self, 0);
}

static void
answer (KeyfobLoopback *self, KeyfobResultPage page, SoupServerMessage *message)
{
  keyfob_result_page_answer (page, NULL, message);
  track_delivery (self, message);
}

/* @callback: (nullable)
 *
 * An error without a state ends no sign-in, but is shown. */
static void
answer_unexpected (KeyfobLoopback *self, KeyfobCallback *callback, SoupServerMessage *message)
{
  g_autoptr (GError) error = NULL;

  if (callback != NULL && callback->state == NULL)
    error = keyfob_callback_to_error (callback);

  keyfob_result_page_answer (KEYFOB_RESULT_PAGE_UNEXPECTED, error != NULL ? error->message : NULL,
                             message);
  track_delivery (self, message);
}

/* A page that the browser fetches in advance may never be shown. */
static gboolean
is_prefetch (SoupServerMessage *message)
{
  static const char *const names[] = { "Sec-Purpose", "Purpose", "X-Purpose", "X-Moz" };
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *purpose = soup_message_headers_get_list (headers, names[i]);

      if (purpose != NULL
          && (strstr (purpose, "prefetch") != NULL || strstr (purpose, "preview") != NULL
              || strstr (purpose, "prerender") != NULL))
        return TRUE;
    }

  return FALSE;
}

/* Whether @host is the redirect URI's, or that of the loopback address in its place. */
static gboolean
is_own_host (KeyfobLoopback *self, const char *host)
{
  static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *own =
          g_strdup_printf ("%s:%u", names[i], keyfob_loopback_listener_get_port (self->listener));

      if (g_ascii_strcasecmp (host, own) == 0)
        return TRUE;
    }

  return FALSE;
}

/* Another Host than that of the redirect URI is a sign of DNS rebinding. */
static gboolean
is_callback (KeyfobLoopback *self, SoupServerMessage *message, const char *path)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *host = soup_message_headers_get_list (headers, "Host");

  return g_str_equal (soup_server_message_get_method (message), "GET")
         && g_str_equal (path, CALLBACK_PATH) && host != NULL && is_own_host (self, host);
}

/* @callback: (transfer full) */
static void
accept_callback (KeyfobLoopback *self, KeyfobCallback *callback, SoupServerMessage *message)
{
  g_autoptr (KeyfobCallback) accepted = callback;
  g_autoptr (GTask) task = stop_waiting (self);
  g_autoptr (GError) error = keyfob_callback_to_error (accepted);

  g_clear_pointer (&self->accepted_state, keyfob_secret_free);
  self->accepted_state = g_strdup (accepted->state);

  keyfob_loopback_listener_lift_deadline (self->listener,
                                          soup_server_message_get_remote_address (message));
  soup_server_message_pause (message);
  g_set_object (&self->pending, message);

  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, g_steal_pointer (&accepted),
                           (GDestroyNotify) keyfob_callback_free);
}

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  g_autoptr (KeyfobLoopback) self = g_object_ref (user_data);
  g_autoptr (KeyfobCallback) callback = NULL;

  if (!is_callback (self, message, path))
    {
      answer (self, KEYFOB_RESULT_PAGE_NOT_FOUND, message);
      return;
    }

  if (is_prefetch (message))
    {
      /* the browser discards an error, and repeats the request when the page is shown */
      soup_server_message_set_status (message, SOUP_STATUS_SERVICE_UNAVAILABLE, NULL);
      track_delivery (self, message);
      return;
    }

  callback = keyfob_callback_parse (g_uri_get_query (soup_server_message_get_uri (message)));
  if (callback != NULL && self->waiting != NULL
      && keyfob_callback_matches (callback, self->expected_state, self->redirect_uri))
    accept_callback (self, g_steal_pointer (&callback), message);
  else if (callback != NULL && self->accepted_state != NULL
           && keyfob_callback_matches (callback, self->accepted_state, self->redirect_uri))
    answer (self, KEYFOB_RESULT_PAGE_TAKEN, message);
  else
    answer_unexpected (self, callback, message);
}

static gboolean
has_large_body (SoupMessageHeaders *headers)
{
  switch (soup_message_headers_get_encoding (headers))
    {
    case SOUP_ENCODING_NONE:
      return FALSE;
    case SOUP_ENCODING_CONTENT_LENGTH:
      return soup_message_headers_get_content_length (headers) > MAX_BODY;
    case SOUP_ENCODING_UNRECOGNIZED:
    case SOUP_ENCODING_CHUNKED:
    case SOUP_ENCODING_EOF:
    case SOUP_ENCODING_BYTERANGES:
    default:
      return TRUE;
    }
}

static void
on_got_headers (SoupServerMessage *message, KeyfobLoopback *self)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  /* libsoup would send only a part of the page */
  soup_message_headers_remove (headers, "Range");

  if (has_large_body (headers))
    keyfob_loopback_listener_drop (self->listener,
                                   soup_server_message_get_remote_address (message));
}

static void
on_request_started (SoupServer *server, SoupServerMessage *message, KeyfobLoopback *self)
{
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  g_signal_connect_object (message, "got-headers", G_CALLBACK (on_got_headers), self, 0);
}

static void
on_incoming (KeyfobLoopbackListener *listener,
             GSocketConnection *connection,
             GSocketAddress *peer,
             KeyfobLoopback *self)
{
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);

  if (local != NULL)
    soup_server_accept_iostream (self->server, G_IO_STREAM (connection), local, peer, NULL);
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (GTask) task = stop_waiting (user_data);

  g_task_return_error_if_cancelled (task);

  return G_SOURCE_REMOVE;
}

static void
keyfob_loopback_dispose (GObject *object)
{
  KeyfobLoopback *self = KEYFOB_LOOPBACK (object);

  g_clear_object (&self->pending);
  end_server (self);
  g_clear_object (&self->listener);

  G_OBJECT_CLASS (keyfob_loopback_parent_class)->dispose (object);
}

static void
keyfob_loopback_finalize (GObject *object)
{
  KeyfobLoopback *self = KEYFOB_LOOPBACK (object);

  g_clear_pointer (&self->accepted_state, keyfob_secret_free);
  g_clear_pointer (&self->expected_state, keyfob_secret_free);
  g_free (self->redirect_uri);
  g_free (self->host);

  G_OBJECT_CLASS (keyfob_loopback_parent_class)->finalize (object);
}

static void
keyfob_loopback_class_init (KeyfobLoopbackClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_loopback_dispose;
  object_class->finalize = keyfob_loopback_finalize;
}

static void
keyfob_loopback_init (KeyfobLoopback *self)
{
  self->listener = keyfob_loopback_listener_new ();
  g_signal_connect_object (self->listener, "incoming", G_CALLBACK (on_incoming), self, 0);
}

KeyfobLoopback *
keyfob_loopback_new (void)
{
  return g_object_new (KEYFOB_TYPE_LOOPBACK, NULL);
}

gboolean
keyfob_loopback_listen (KeyfobLoopback *self, const guint16 *ports, gsize n_ports, GError **error)
{
  g_return_val_if_fail (KEYFOB_IS_LOOPBACK (self), FALSE);
  g_return_val_if_fail (self->server == NULL, FALSE);

  if (!keyfob_loopback_listener_listen (self->listener, ports, n_ports, error))
    return FALSE;

  self->host = g_strdup_printf ("localhost:%u", keyfob_loopback_listener_get_port (self->listener));
  self->redirect_uri = g_strconcat ("http://", self->host, CALLBACK_PATH, NULL);
  self->server = soup_server_new ("raw-paths", TRUE, NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  g_signal_connect_object (self->server, "request-started", G_CALLBACK (on_request_started), self,
                           0);
  g_debug ("Listening on %s", self->host);

  return TRUE;
}

const char *
keyfob_loopback_get_redirect_uri (KeyfobLoopback *self)
{
  g_return_val_if_fail (KEYFOB_IS_LOOPBACK (self), NULL);

  return self->redirect_uri;
}

void
keyfob_loopback_wait_async (KeyfobLoopback *self,
                            const char *state,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_LOOPBACK (self));
  g_return_if_fail (self->redirect_uri != NULL);
  g_return_if_fail (self->waiting == NULL);

  self->waiting = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->waiting, keyfob_loopback_wait_async);
  self->expected_state = g_strdup (state);

  if (cancellable != NULL)
    {
      self->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (self->cancelled, G_SOURCE_FUNC (on_cancelled), self, NULL);
      g_source_attach (self->cancelled, g_task_get_context (self->waiting));
    }
}

gboolean
keyfob_loopback_wait_finish (KeyfobLoopback *self,
                             GAsyncResult *result,
                             char **code,
                             char **state,
                             char **issuer,
                             GError **error)
{
  g_autoptr (KeyfobCallback) callback = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  callback = g_task_propagate_pointer (G_TASK (result), error);
  if (callback == NULL)
    return FALSE;

  *code = g_steal_pointer (&callback->code);
  if (state != NULL)
    *state = g_steal_pointer (&callback->state);
  if (issuer != NULL)
    *issuer = g_steal_pointer (&callback->issuer);

  return TRUE;
}

static void
send_pending (KeyfobLoopback *self)
{
  track_delivery (self, self->pending);
  soup_server_message_unpause (self->pending);
  g_clear_object (&self->pending);
}

void
keyfob_loopback_respond (KeyfobLoopback *self, const char *failure)
{
  g_return_if_fail (KEYFOB_IS_LOOPBACK (self));

  if (self->pending == NULL)
    return;

  keyfob_result_page_answer (failure != NULL ? KEYFOB_RESULT_PAGE_FAILED
                                             : KEYFOB_RESULT_PAGE_SIGNED_IN,
                             failure, self->pending);
  send_pending (self);
}

void
keyfob_loopback_close (KeyfobLoopback *self)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (KEYFOB_IS_LOOPBACK (self));

  if (self->redirect_uri == NULL)
    return;

  keyfob_loopback_respond (self, _ ("The sign-in was ended before it was complete."));
  keyfob_loopback_listener_close (self->listener);
  g_clear_pointer (&self->redirect_uri, g_free);

  if (self->n_unsent > 0)
    self->linger_id = g_timeout_add_seconds_full (
        G_PRIORITY_DEFAULT, LINGER_SECONDS, on_linger_over, g_object_ref (self), g_object_unref);
  else
    end_server (self);

  task = stop_waiting (self);
  if (task != NULL)
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED, "%s",
                             _ ("The sign-in was ended before it was complete."));
}
