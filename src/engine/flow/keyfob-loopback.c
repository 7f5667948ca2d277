/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-loopback.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-callback.h"
#include "keyfob-loopback-listener.h"
#include "keyfob-loopback-request.h"
#include "keyfob-result-page.h"
#include "keyfob-secret.h"
#include "keyfob-source.h"

/* Sign-ins that have ended and may still get a page; each holds two descriptors or more. */
#define MOST_ENDED 8
#define CALLBACK_PATH "/callback"
#define ENTRANCE_PATH "/open/"
#define ENTRANCE_BYTES 16
#define MAX_ADDRESS (16 * 1024)
#define WHITE_SPACE " \t\r\n"

struct _KeyfobLoopback
{
  GObject parent_instance;

  KeyfobClock *clock;
  GPtrArray *ended;
  KeyfobLoopbackListener *listener;
  char *redirect_uri;

  char *entrance; /* (nullable): path of the short address; %NULL once it has led on */
  char *sign_in;  /* (nullable): where the short address leads to */

  char *ticket; /* (nullable): path at which a browser waits until the user has answered */
  gboolean ticket_is_good; /* the user has answered */
  KeyfobCallback *held;    /* (nullable): counts when the user has answered */
  char *number;            /* (nullable): that the browser shows meanwhile */
  char *question;          /* (nullable) */

  GTask *waiting; /* (nullable): of keyfob_loopback_wait_async() */
  GSource *cancelled;
  char *expected_state;
  char *accepted_state;

  guint pending;          /* connection that waits for its response; 0 for none */
  GBytes *outcome;        /* (nullable): the response that the browser was given */
  gboolean may_come_back; /* whether a browser was sent to the provider */
  GSource *linger;        /* (nullable): timer that releases the port */
};

G_DEFINE_FINAL_TYPE (KeyfobLoopback, keyfob_loopback, G_TYPE_OBJECT)

enum
{
  TROUBLE,
  QUESTION,
  VISITED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* @question: (transfer full) (nullable) */
static void
set_question (KeyfobLoopback *self, char *question)
{
  gboolean is_same = g_strcmp0 (question, self->question) == 0;

  g_free (self->question);
  self->question = question;
  if (!is_same)
    g_signal_emit (self, signals[QUESTION], 0);
}

static void
choose_number (KeyfobLoopback *self)
{
  g_free (self->number);
  self->number = g_strdup_printf ("%d", g_random_int_range (1000, 10000));
}

static void
close_entrance (KeyfobLoopback *self)
{
  g_clear_pointer (&self->entrance, g_free);
  g_clear_pointer (&self->sign_in, keyfob_secret_free);
  g_clear_pointer (&self->ticket, g_free);
  self->ticket_is_good = FALSE;
  if (self->held == NULL)
    set_question (self, NULL);
}

static GTask *
stop_waiting (KeyfobLoopback *self)
{
  g_clear_pointer (&self->held, keyfob_callback_free);
  close_entrance (self);
  g_clear_pointer (&self->cancelled, keyfob_source_free);
  g_clear_pointer (&self->expected_state, keyfob_secret_free);

  return g_steal_pointer (&self->waiting);
}

static void
answer (KeyfobLoopback *self, guint connection, KeyfobResultPage page, const char *detail)
{
  g_autoptr (GBytes) response = keyfob_result_page_respond (page, detail);

  keyfob_loopback_listener_answer (self->listener, connection, response);
}

static void
answer_without_content (KeyfobLoopback *self, guint connection, const char *status)
{
  char *text = g_strdup_printf (
      "HTTP/1.1 %s\r\nContent-Length: 0\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
      status);
  g_autoptr (GBytes) response = g_bytes_new_take (text, strlen (text));

  keyfob_loopback_listener_answer (self->listener, connection, response);
}

static void
redirect (KeyfobLoopback *self, guint connection, const char *uri)
{
  char *text = g_strdup_printf ("HTTP/1.1 302 Found\r\n"
                                "Location: %s\r\n"
                                "Content-Length: 0\r\n"
                                "Cache-Control: no-store\r\n"
                                "Referrer-Policy: no-referrer\r\n"
                                "Connection: close\r\n"
                                "\r\n",
                                uri);
  g_autoptr (GBytes) response =
      g_bytes_new_with_free_func (text, strlen (text), (GDestroyNotify) keyfob_secret_free, text);

  keyfob_loopback_listener_answer (self->listener, connection, response);
}

static void
answer_asked (KeyfobLoopback *self, guint connection)
{
  g_autofree char *sentence =
      /* Translators: %s is a number of four digits */
      g_strdup_printf (_ ("Keyfob cannot tell. If it asks about the number %s, choose “Continue” "
                          "there, then reload this page."),
                       self->number);

  answer (self, connection, KEYFOB_RESULT_PAGE_ASKED, sentence);
}

/* The browser waits at an address that no argument list shows. */
static void
ask_about_visitor (KeyfobLoopback *self, guint connection)
{
  g_autoptr (KeyfobSecret) random = keyfob_secret_random (ENTRANCE_BYTES);

  if (self->ticket != NULL || self->held != NULL || random == NULL)
    {
      answer (self, connection, KEYFOB_RESULT_PAGE_OPENED, NULL);
      return;
    }

  self->ticket = g_strconcat (ENTRANCE_PATH, random, NULL);
  redirect (self, connection, self->ticket);
  choose_number (self);
  set_question (self, /* Translators: %s is a number of four digits */
                g_strdup_printf (_ ("Keyfob cannot tell whose browser opened the sign-in page. "
                                    "Continue only if yours shows the number %s."),
                                 self->number));
}

static void
answer_entrance (KeyfobLoopback *self, guint connection, const char *path, KeyfobLoopbackPeer peer)
{
  gboolean is_entrance = self->waiting != NULL && g_strcmp0 (path, self->entrance) == 0;
  gboolean is_ticket = self->waiting != NULL && g_strcmp0 (path, self->ticket) == 0;

  if (is_entrance)
    g_signal_emit (self, signals[VISITED], 0);

  if (is_entrance && peer == KEYFOB_LOOPBACK_PEER_UNKNOWN)
    {
      ask_about_visitor (self, connection);
    }
  else if (is_entrance || (is_ticket && self->ticket_is_good))
    {
      redirect (self, connection, self->sign_in);
      close_entrance (self);
    }
  else if (is_ticket)
    {
      answer_asked (self, connection);
    }
  else
    {
      answer (self, connection, KEYFOB_RESULT_PAGE_OPENED, NULL);
    }
}

/* @callback: (nullable)
 *
 * An error without a state ends no sign-in, since any web page can send the browser here with one.
 * For the same reason its words are on the page only. */
static void
answer_unexpected (KeyfobLoopback *self, guint connection, KeyfobCallback *callback)
{
  g_autoptr (GError) error = NULL;

  if (callback != NULL && callback->state == NULL)
    error = keyfob_callback_to_error (callback);

  answer (self, connection, KEYFOB_RESULT_PAGE_UNEXPECTED, error != NULL ? error->message : NULL);

  if (error != NULL && self->waiting != NULL)
    g_signal_emit (
        self, signals[TROUBLE], 0,
        _ ("The provider may have ended this sign-in: the page in your browser says why. "
           "Go on there, or cancel and try again."));
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

/* Another Host than that of the redirect URI is a sign of DNS rebinding. The Host is missing where
 * the head was cut off before. */
static gboolean
is_visit (KeyfobLoopback *self, KeyfobLoopbackRequest *request)
{
  return g_str_equal (request->method, "GET")
         && (g_str_equal (request->path, CALLBACK_PATH)
             || g_str_has_prefix (request->path, ENTRANCE_PATH))
         && (request->host == NULL || is_own_host (self, request->host))
         && keyfob_loopback_request_is_navigation (request);
}

/* @callback: (transfer full) */
static void
accept_callback (KeyfobLoopback *self, guint connection, KeyfobCallback *callback)
{
  g_autoptr (KeyfobCallback) accepted = callback;
  g_autoptr (GTask) task = stop_waiting (self);
  g_autoptr (GError) error = keyfob_callback_to_error (accepted);

  self->accepted_state = g_strdup (accepted->state);
  self->pending = connection;
  keyfob_loopback_listener_keep (self->listener, connection);

  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, g_steal_pointer (&accepted),
                           (GDestroyNotify) keyfob_callback_free);
}

static void
hold_callback (KeyfobLoopback *self, guint connection, KeyfobCallback **callback)
{
  if (self->held == NULL)
    {
      self->held = g_steal_pointer (callback);
      choose_number (self);
      set_question (self, /* Translators: %s is a number of four digits */
                    g_strdup_printf (_ ("Keyfob cannot tell whose browser came back. Continue only "
                                        "if yours shows the number %s."),
                                     self->number));
    }
  else if (g_strcmp0 ((*callback)->code, self->held->code) != 0)
    {
      answer (self, connection, KEYFOB_RESULT_PAGE_TAKEN, NULL);
      return;
    }

  answer_asked (self, connection);
}

static gboolean
has_accepted (KeyfobLoopback *self, KeyfobCallback *callback)
{
  return callback != NULL && self->accepted_state != NULL
         && keyfob_callback_matches (callback, self->accepted_state, NULL);
}

/* Returns: (transfer none): the loopback server that has accepted @callback before; NULL for none.
 * It may be one that had the port before. */
static KeyfobLoopback *
find_accepting (KeyfobLoopback *self, KeyfobCallback *callback)
{
  if (has_accepted (self, callback))
    return self;

  for (guint i = 0; i < self->ended->len; i++)
    if (has_accepted (g_ptr_array_index (self->ended, i), callback))
      return g_ptr_array_index (self->ended, i);

  return NULL;
}

static void
answer_callback (KeyfobLoopback *self, guint connection, const char *query, KeyfobLoopbackPeer peer)
{
  g_autoptr (KeyfobCallback) callback = keyfob_callback_parse (query);
  KeyfobLoopback *accepting = find_accepting (self, callback);

  gboolean is_expected =
      callback != NULL && self->waiting != NULL
      && keyfob_callback_matches (callback, self->expected_state, self->redirect_uri);

  if (is_expected && peer == KEYFOB_LOOPBACK_PEER_UNKNOWN)
    hold_callback (self, connection, &callback);
  else if (is_expected)
    accept_callback (self, connection, g_steal_pointer (&callback));
  else if (accepting == NULL)
    answer_unexpected (self, connection, callback);
  else if (accepting->outcome != NULL)
    keyfob_loopback_listener_answer (self->listener, connection, accepting->outcome);
  else
    answer (self, connection, KEYFOB_RESULT_PAGE_TAKEN, NULL);
}

static void
on_request (KeyfobLoopbackListener *listener,
            guint connection,
            GByteArray *head,
            gboolean cut_off,
            KeyfobLoopback *loopback)
{
  g_autoptr (KeyfobLoopback) self = g_object_ref (loopback);
  g_autoptr (KeyfobLoopbackRequest) request =
      keyfob_loopback_request_parse (head->data, head->len, cut_off);
  KeyfobLoopbackPeer peer = keyfob_loopback_listener_look_up_peer (listener, connection);

  if (peer == KEYFOB_LOOPBACK_PEER_OTHER)
    answer (self, connection, KEYFOB_RESULT_PAGE_OTHER_USER, NULL);
  else if (request == NULL || (request->host == NULL && !cut_off))
    answer (self, connection, KEYFOB_RESULT_PAGE_UNEXPECTED, NULL);
  else if (g_str_equal (request->method, "HEAD"))
    answer_without_content (self, connection, "404 Not Found");
  else if (!is_visit (self, request))
    answer (self, connection, KEYFOB_RESULT_PAGE_NOT_FOUND, NULL);
  else if (keyfob_loopback_request_is_prefetch (request))
    /* the browser discards an error, and repeats the request when the page is shown */
    answer_without_content (self, connection, "503 Service Unavailable");
  else if (g_str_equal (request->path, CALLBACK_PATH))
    answer_callback (self, connection, request->query, peer);
  else
    answer_entrance (self, connection, request->path, peer);
}

static void
on_tls (KeyfobLoopbackListener *listener, KeyfobLoopback *self)
{
  g_debug ("A browser came with https");

  if (self->waiting != NULL)
    g_signal_emit (self, signals[TROUBLE], 0,
                   _ ("The browser came back with https, which does not work on this computer. "
                      "Change “https” to “http” in its address bar, or use another device."));
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

  g_clear_pointer (&self->linger, keyfob_source_free);
  g_clear_object (&self->listener);
  g_clear_pointer (&self->ended, g_ptr_array_unref);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (keyfob_loopback_parent_class)->dispose (object);
}

static void
keyfob_loopback_finalize (GObject *object)
{
  KeyfobLoopback *self = KEYFOB_LOOPBACK (object);

  g_free (self->entrance);
  g_free (self->ticket);
  g_free (self->number);
  g_free (self->question);
  g_clear_pointer (&self->sign_in, keyfob_secret_free);
  g_clear_pointer (&self->held, keyfob_callback_free);
  g_clear_pointer (&self->accepted_state, keyfob_secret_free);
  g_clear_pointer (&self->expected_state, keyfob_secret_free);
  g_clear_pointer (&self->outcome, g_bytes_unref);
  g_free (self->redirect_uri);

  G_OBJECT_CLASS (keyfob_loopback_parent_class)->finalize (object);
}

static void
keyfob_loopback_class_init (KeyfobLoopbackClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_loopback_dispose;
  object_class->finalize = keyfob_loopback_finalize;

  signals[TROUBLE] = g_signal_new ("trouble", KEYFOB_TYPE_LOOPBACK, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[VISITED] = g_signal_new ("visited", KEYFOB_TYPE_LOOPBACK, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  signals[QUESTION] = g_signal_new ("question", KEYFOB_TYPE_LOOPBACK, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
}

static void
keyfob_loopback_init (KeyfobLoopback *self)
{
  self->listener = keyfob_loopback_listener_new ();
  g_signal_connect_object (self->listener, "request", G_CALLBACK (on_request), self, 0);
  g_signal_connect_object (self->listener, "tls", G_CALLBACK (on_tls), self, 0);
}

KeyfobLoopback *
keyfob_loopback_new (KeyfobClock *clock, GPtrArray *ended)
{
  KeyfobLoopback *self = g_object_new (KEYFOB_TYPE_LOOPBACK, NULL);

  self->clock = g_object_ref (clock);
  self->ended = g_ptr_array_ref (ended);

  return self;
}

/* Releases @port where a loopback server that has ended holds it. */
static void
release_port (KeyfobLoopback *self, guint16 port)
{
  for (guint i = 0; i < self->ended->len; i++)
    {
      KeyfobLoopback *other = g_ptr_array_index (self->ended, i);

      if (keyfob_loopback_listener_get_port (other->listener) == port)
        keyfob_loopback_listener_close (other->listener);
    }
}

/* The provider may know only the first of @ports, so a port of a sign-in that has ended is taken
 * over before the next one is tried. */
static gboolean
listen_on_any (KeyfobLoopback *self, const guint16 *ports, gsize n_ports, GError **error)
{
  for (gsize i = 0; i < n_ports; i++)
    {
      release_port (self, ports[i]);
      if (keyfob_loopback_listener_listen (self->listener, &ports[i], 1, NULL))
        return TRUE;
    }

  return keyfob_loopback_listener_listen (self->listener, ports, n_ports, error);
}

gboolean
keyfob_loopback_listen (KeyfobLoopback *self, const guint16 *ports, gsize n_ports, GError **error)
{
  guint16 port;

  g_return_val_if_fail (KEYFOB_IS_LOOPBACK (self), FALSE);
  g_return_val_if_fail (self->redirect_uri == NULL, FALSE);

  if (!listen_on_any (self, ports, n_ports, error))
    return FALSE;

  port = keyfob_loopback_listener_get_port (self->listener);
  self->redirect_uri = g_strdup_printf ("http://localhost:%u" CALLBACK_PATH, port);
  g_debug ("Listening on port %u", port);

  return TRUE;
}

const char *
keyfob_loopback_get_redirect_uri (KeyfobLoopback *self)
{
  g_return_val_if_fail (KEYFOB_IS_LOOPBACK (self), NULL);

  return self->redirect_uri;
}

char *
keyfob_loopback_lead_to (KeyfobLoopback *self, const char *uri)
{
  g_autoptr (KeyfobSecret) random = keyfob_secret_random (ENTRANCE_BYTES);
  g_autofree char *authority = NULL;

  g_return_val_if_fail (KEYFOB_IS_LOOPBACK (self), NULL);
  g_return_val_if_fail (self->redirect_uri != NULL, NULL);

  close_entrance (self);
  if (random == NULL)
    return NULL;

  self->entrance = g_strconcat (ENTRANCE_PATH, random, NULL);
  self->sign_in = g_strdup (uri);
  authority = keyfob_loopback_listener_dup_authority (self->listener);

  return g_strconcat ("http://", authority, self->entrance, NULL);
}

const char *
keyfob_loopback_get_question (KeyfobLoopback *self)
{
  g_return_val_if_fail (KEYFOB_IS_LOOPBACK (self), NULL);

  return self->question;
}

void
keyfob_loopback_go_on (KeyfobLoopback *self)
{
  g_return_if_fail (KEYFOB_IS_LOOPBACK (self));

  self->ticket_is_good = self->ticket != NULL;
  if (self->held != NULL)
    accept_callback (self, 0, g_steal_pointer (&self->held));
  else
    set_question (self, NULL);
}

/* @uri: as a person copies it: perhaps without a scheme, or with that of a browser which prefers
 * https
 *
 * Returns: (transfer full) (nullable): the query of @uri where that is the redirect URI */
static char *
dup_own_query (KeyfobLoopback *self, const char *uri)
{
  const char *const schemes[] = { "http://", "https://" };
  const char *rest = uri + strspn (uri, WHITE_SPACE);
  const char *path;
  g_autofree char *host = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_str_has_prefix (rest, schemes[i]))
      rest += strlen (schemes[i]);

  path = strchr (rest, '/');
  if (path == NULL || !g_str_has_prefix (path, CALLBACK_PATH "?"))
    return NULL;

  host = g_strndup (rest, path - rest);
  if (!is_own_host (self, host))
    return NULL;

  path += strlen (CALLBACK_PATH "?");

  return g_strndup (path, strcspn (path, "#" WHITE_SPACE));
}

/* Returns: (nullable): why the sign-in does not go on with @callback */
static GError *
refuse_pasted (KeyfobLoopback *self, KeyfobCallback *callback)
{
  if (callback == NULL)
    return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_FAILED,
                                _ ("That is not the whole address. Copy all of it from the address "
                                   "bar of the browser."));
  if (callback->state != NULL
      && !keyfob_callback_matches (callback, self->expected_state, self->redirect_uri))
    return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_FAILED,
                                _ ("That address belongs to another sign-in. Take the one of the "
                                   "page that you opened for this one."));

  return keyfob_callback_to_error (callback);
}

gboolean
keyfob_loopback_take_address (KeyfobLoopback *self, const char *uri, GError **error)
{
  g_autoptr (KeyfobSecret) query = NULL;
  g_autoptr (KeyfobCallback) callback = NULL;
  GError *refusal = NULL;

  g_return_val_if_fail (KEYFOB_IS_LOOPBACK (self), FALSE);

  if (self->waiting == NULL)
    {
      g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_FAILED,
                           _ ("No sign-in waits for a browser now."));
      return FALSE;
    }

  if (strlen (uri) <= MAX_ADDRESS)
    query = dup_own_query (self, uri);
  if (query == NULL)
    {
      g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_FAILED,
                   /* Translators: %s is the beginning of an address */
                   _ ("That is not the address that the browser ends at. It begins with “%s?”."),
                   self->redirect_uri);
      return FALSE;
    }

  callback = keyfob_callback_parse (query);
  refusal = refuse_pasted (self, callback);
  if (refusal != NULL)
    {
      g_propagate_error (error, refusal);
      return FALSE;
    }

  accept_callback (self, 0, g_steal_pointer (&callback));

  return TRUE;
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
  self->may_come_back = TRUE;

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

void
keyfob_loopback_respond (KeyfobLoopback *self, const char *failure)
{
  g_return_if_fail (KEYFOB_IS_LOOPBACK (self));

  if (self->accepted_state == NULL || self->outcome != NULL)
    return;

  self->outcome = keyfob_result_page_respond (
      failure != NULL ? KEYFOB_RESULT_PAGE_FAILED : KEYFOB_RESULT_PAGE_SIGNED_IN, failure);
  keyfob_loopback_listener_answer (self->listener, self->pending, self->outcome);
  self->pending = 0;
}

static void
forget (KeyfobLoopback *self)
{
  g_clear_pointer (&self->linger, keyfob_source_free);
  g_clear_object (&self->listener);
  g_ptr_array_remove (self->ended, self);
}

static gboolean
on_linger_over (gpointer user_data)
{
  forget (user_data);

  return G_SOURCE_REMOVE;
}

void
keyfob_loopback_close (KeyfobLoopback *self)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (KEYFOB_IS_LOOPBACK (self));

  if (self->redirect_uri == NULL)
    return;

  keyfob_loopback_respond (self, _ ("The sign-in was ended before it was complete."));
  g_clear_pointer (&self->redirect_uri, g_free);

  if (self->may_come_back)
    {
      if (self->ended->len >= MOST_ENDED)
        forget (g_ptr_array_index (self->ended, 0));
      g_ptr_array_add (self->ended, g_object_ref (self));
      self->linger =
          keyfob_clock_timer (self->clock, KEYFOB_LOOPBACK_LINGER * (gint64) G_USEC_PER_SEC);
      g_source_set_callback (self->linger, on_linger_over, self, NULL);
      g_source_attach (self->linger, g_main_context_get_thread_default ());
    }
  else
    {
      keyfob_loopback_listener_close (self->listener);
    }

  task = stop_waiting (self);
  if (task != NULL)
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED, "%s",
                             _ ("The sign-in was ended before it was complete."));
}
