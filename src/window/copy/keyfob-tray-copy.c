/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-tray-copy.h"

#include <glib/gi18n-lib.h>

#include "keyfob-agent-client.h"
#include "keyfob-auth-error.h"
#include "keyfob-clock-format.h"
#include "keyfob-copy-window.h"
#include "keyfob-copy.h"
#include "keyfob-notification-client.h"

#define APPLICATION_PATH "/org/keyfob/Keyfob"
#define AGENT_PATH "/org/keyfob/Keyfob/Agent"
#define AGENT_INTERFACE "org.keyfob.Keyfob.Agent1"

/* keys of the two notifications */
#define COPIED "copied"
#define FAILED "failed"

/* How long a failure is shown at most: the process has to stay for a click on it. */
#define FAILURE_SECONDS 120

struct _KeyfobTrayCopy
{
  GObject parent_instance;

  GtkApplication *application; /* unowned: owns this */
  KeyfobClipboard *clipboard;
  KeyfobNotificationClient *notifications; /* (nullable): none before the first copy */

  /* while a failure is shown */
  KeyfobBusHost1 *host;
  char *failure;
  guint timeout;
};

G_DEFINE_FINAL_TYPE (KeyfobTrayCopy, keyfob_tray_copy, G_TYPE_OBJECT)

/* A copy, or what is done to make one possible. */
typedef struct
{
  KeyfobTrayCopy *owner;
  GApplication *application; /* held until the end */
  KeyfobBusHost1 *host;      /* (nullable): before it is known */
} Request;

static Request *
request_new (KeyfobTrayCopy *self, KeyfobBusHost1 *host)
{
  Request *request = g_new0 (Request, 1);

  request->owner = g_object_ref (self);
  request->application = g_object_ref (G_APPLICATION (self->application));
  request->host = host != NULL ? g_object_ref (host) : NULL;
  g_application_hold (request->application);

  return request;
}

static void
request_free (Request *request)
{
  g_application_release (request->application);
  g_object_unref (request->application);
  g_object_unref (request->owner);
  g_clear_object (&request->host);
  g_free (request);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static const char *
get_name (KeyfobBusHost1 *host)
{
  const char *name = keyfob_bus_host1_get_name (host);

  return name != NULL ? name : _ ("a server");
}

static char *
describe_end (KeyfobTrayCopy *self)
{
  guint seconds = keyfob_clipboard_get_seconds_left (self->clipboard);
  gboolean after_paste = gtk_application_get_windows (self->application) == NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) end = g_date_time_add_seconds (now, seconds);

  if (seconds == 0)
    return g_strdup (after_paste ? _ ("It leaves the clipboard once it is pasted.")
                                 : _ ("It stays on the clipboard until something else is copied."));

  /* Translators: %H:%M:%S is the time of day, see strftime */
  return keyfob_clock_format_print (
      end, after_paste ? _ ("It leaves the clipboard once it is pasted, at the "
                            "latest at %H:%M:%S.")
                       : _ ("It leaves the clipboard at %H:%M:%S."));
}

static void
show_copied (KeyfobTrayCopy *self, KeyfobBusHost1 *host)
{
  g_autofree char *summary = g_strdup_printf (_ ("Header of %s copied"), get_name (host));
  g_autofree char *body = describe_end (self);

  keyfob_notification_client_show (
      self->notifications, COPIED, summary, body,
      (const char *const[]){ "default", _ ("Open Keyfob"), "clear", _ ("Clear now"), NULL }, -1);
}

/* What was told to be copied is not on the clipboard any more, or something else is. */
static void
on_clipboard_changed (KeyfobTrayCopy *self)
{
  if (self->notifications != NULL)
    keyfob_notification_client_withdraw (self->notifications, COPIED);
}

static void
forget_failure (KeyfobTrayCopy *self)
{
  if (self->timeout == 0)
    return;

  keyfob_notification_client_withdraw (self->notifications, FAILED);
  g_clear_handle_id (&self->timeout, g_source_remove);
  g_clear_object (&self->host);
  g_clear_pointer (&self->failure, g_free);
  g_application_release (G_APPLICATION (self->application));
}

static gboolean
on_timeout (gpointer user_data)
{
  forget_failure (KEYFOB_TRAY_COPY (user_data));

  return G_SOURCE_REMOVE;
}

/* Returns: (nullable): the action that helps, with its label; %NULL where only the window may */
static const char *
find_help (KeyfobBusHost1 *host, const GError *error, const char **label)
{
  if (keyfob_bus_host1_get_name (host) == NULL || error->domain != KEYFOB_AUTH_ERROR)
    return NULL;

  switch ((KeyfobAuthError) error->code)
    {
    case KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED:
    case KEYFOB_AUTH_ERROR_EXPIRED:
      *label = _ ("Sign in");
      return "sign-in";
    case KEYFOB_AUTH_ERROR_LOCKED:
      *label = _ ("Unlock");
      return "unlock";
    case KEYFOB_AUTH_ERROR_TOKENS_LOCKED:
      *label = _ ("Unlock tokens");
      return "unlock-tokens";
    default:
      *label = _ ("Try again");
      return "again";
    }
}

static void
show_failed (KeyfobTrayCopy *self, KeyfobBusHost1 *host, const GError *error)
{
  g_autofree char *summary = g_strdup_printf (_ ("Header of %s not copied"), get_name (host));
  const char *label = _ ("Open Keyfob");
  const char *action = find_help (host, error, &label);

  forget_failure (self);
  self->host = g_object_ref (host);
  self->failure = keyfob_agent_client_explain (error);
  self->timeout = g_timeout_add_seconds (FAILURE_SECONDS, on_timeout, self);
  g_application_hold (G_APPLICATION (self->application));
  keyfob_notification_client_show (self->notifications, FAILED, summary, self->failure,
                                   (const char *const[]){ "default", _ ("Open Keyfob"),
                                                          action != NULL ? action : "open", label,
                                                          NULL },
                                   -1);
}

static void
on_window_copied (KeyfobTrayCopy *self, KeyfobBusHost1 *host)
{
  show_copied (self, host);
}

static void
show_window (KeyfobTrayCopy *self, KeyfobBusHost1 *host, const char *failure)
{
  KeyfobCopyWindow *window =
      keyfob_copy_window_new (self->application, self->clipboard, host, failure);

  g_signal_connect_object (window, "copied", G_CALLBACK (on_window_copied), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (window));
}

static void
on_copied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;

  if (keyfob_copy_finish (KEYFOB_CLIPBOARD (source), result, &error))
    show_copied (request->owner, request->host);
  else
    show_failed (request->owner, request->host, error);
}

/* @request: (transfer full) */
static void
copy (Request *request)
{
  KeyfobTrayCopy *self = request->owner;

  forget_failure (self);
  if (keyfob_clipboard_needs_window (self->clipboard))
    {
      show_window (self, request->host, NULL);
      request_free (request);
      return;
    }

  keyfob_copy_async (self->clipboard, request->host, KEYFOB_COPY_HEADER, NULL, on_copied, request);
}

static void
on_host (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;

  request->host = keyfob_bus_host1_proxy_new_finish (result, &error);
  if (request->host == NULL)
    g_message ("The host to copy for cannot be read: %s", error->message);
  else
    copy (g_steal_pointer (&request));
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GVariant *answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  g_clear_pointer (&answer, g_variant_unref);
  request_free (user_data);
}

/* By the bus, as the desktop does, so that GTK takes the token. */
static void
open_keyfob (Request *request, const char *activation_token)
{
  GVariantDict platform;

  g_variant_dict_init (&platform, NULL);
  if (activation_token != NULL)
    {
      g_variant_dict_insert (&platform, "activation-token", "s", activation_token);
      g_variant_dict_insert (&platform, "desktop-startup-id", "s", activation_token);
    }
  g_dbus_connection_call (g_application_get_dbus_connection (request->application),
                          KEYFOB_APPLICATION_ID, APPLICATION_PATH, "org.freedesktop.Application",
                          "Activate", g_variant_new ("(@a{sv})", g_variant_dict_end (&platform)),
                          NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_opened, request);
}

/* The window shows why a sign-in did not begin. */
static void
on_sign_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;

  if (!keyfob_bus_host1_call_sign_in_finish (KEYFOB_BUS_HOST1 (source), result, NULL))
    open_keyfob (g_steal_pointer (&request), NULL);
}

static void
sign_in (Request *request, const char *activation_token)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (activation_token != NULL)
    g_variant_dict_insert (&options, "activation-token", "s", activation_token);
  keyfob_bus_host1_call_sign_in (request->host, g_variant_dict_end (&options), NULL, on_sign_in,
                                 request);
}

static void
on_unlocked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer == NULL)
    show_failed (request->owner, request->host, error);
  else
    copy (g_steal_pointer (&request));
}

/* The agent may wait for the user to unlock the keyring. */
static void
unlock (Request *request, const char *method)
{
  g_dbus_connection_call (g_application_get_dbus_connection (request->application),
                          KEYFOB_AGENT_NAME, AGENT_PATH, AGENT_INTERFACE, method, NULL, NULL,
                          G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, on_unlocked, request);
}

static void
on_invoked (KeyfobTrayCopy *self, const char *key, const char *action, const char *activation_token)
{
  Request *request = request_new (self, self->host);

  if (g_str_equal (key, FAILED))
    forget_failure (self);

  if (g_str_equal (action, "sign-in"))
    sign_in (request, activation_token);
  else if (g_str_equal (action, "unlock"))
    unlock (request, "Unlock");
  else if (g_str_equal (action, "unlock-tokens"))
    unlock (request, "UnlockTokens");
  else if (g_str_equal (action, "again"))
    copy (request);
  else if (!g_str_equal (action, "clear"))
    open_keyfob (request, activation_token);
  else
    {
      keyfob_clipboard_clear (self->clipboard);
      request_free (request);
    }
}

static void
on_not_shown (KeyfobTrayCopy *self, const char *key)
{
  if (g_str_equal (key, FAILED) && self->host != NULL)
    show_window (self, self->host, self->failure);
  if (g_str_equal (key, FAILED))
    forget_failure (self);
}

static void
keyfob_tray_copy_dispose (GObject *object)
{
  KeyfobTrayCopy *self = KEYFOB_TRAY_COPY (object);

  forget_failure (self);
  if (self->notifications != NULL)
    g_object_run_dispose (G_OBJECT (self->notifications));
  g_clear_object (&self->notifications);
  g_clear_object (&self->clipboard);

  G_OBJECT_CLASS (keyfob_tray_copy_parent_class)->dispose (object);
}

static void
keyfob_tray_copy_class_init (KeyfobTrayCopyClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_tray_copy_dispose;
}

static void
keyfob_tray_copy_init (KeyfobTrayCopy *self)
{
}

KeyfobTrayCopy *
keyfob_tray_copy_new (GtkApplication *application, KeyfobClipboard *clipboard)
{
  KeyfobTrayCopy *self = g_object_new (KEYFOB_TYPE_TRAY_COPY, NULL);

  self->application = application;
  self->clipboard = g_object_ref (clipboard);
  g_signal_connect_object (clipboard, "notify::title", G_CALLBACK (on_clipboard_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (clipboard, "notify::deadline", G_CALLBACK (on_clipboard_changed), self,
                           G_CONNECT_SWAPPED);

  return self;
}

void
keyfob_tray_copy_start (KeyfobTrayCopy *self, const char *path)
{
  GDBusConnection *connection;

  g_return_if_fail (KEYFOB_IS_TRAY_COPY (self));
  g_return_if_fail (path != NULL);

  connection = g_application_get_dbus_connection (G_APPLICATION (self->application));
  if (connection == NULL || !g_variant_is_object_path (path))
    return;

  /* registers the domain, so that errors of the agent get its codes */
  (void) KEYFOB_AUTH_ERROR;

  if (self->notifications == NULL)
    {
      self->notifications = keyfob_notification_client_new (connection);
      g_signal_connect_object (self->notifications, "invoked", G_CALLBACK (on_invoked), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (self->notifications, "failed", G_CALLBACK (on_not_shown), self,
                               G_CONNECT_SWAPPED);
    }
  keyfob_bus_host1_proxy_new (connection, G_DBUS_PROXY_FLAGS_NONE, KEYFOB_AGENT_NAME, path, NULL,
                              on_host, request_new (self, NULL));
}
