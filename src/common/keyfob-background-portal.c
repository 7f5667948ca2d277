/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-background-portal.h"

#include <glib/gi18n-lib.h>

#define PORTAL "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define INTERFACE "org.freedesktop.portal.Background"
#define REQUEST "org.freedesktop.portal.Request"

/* What the desktop starts at login; in a Flatpak the path is one inside of it. */
#define AGENT LIBEXECDIR "/keyfob-agent"

typedef struct
{
  GDBusConnection *connection;
  gboolean autostart;
  guint subscription; /* to the answer of the desktop */
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  if (request->subscription != 0)
    g_dbus_connection_signal_unsubscribe (request->connection, request->subscription);
  g_object_unref (request->connection);
  g_free (request);
}

static void
return_refused (GTask *task)
{
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "%s",
                           _ ("the desktop does not allow it"));
}

/* The subscription has a reference to the task until it ends. */
static void
on_response (GDBusConnection *connection,
             const char *sender,
             const char *path,
             const char *interface,
             const char *signal,
             GVariant *arguments,
             gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (G_TASK (user_data));
  Request *request = g_task_get_task_data (task);
  g_autoptr (GVariant) results = NULL;
  gboolean autostart = FALSE;
  guint32 response;

  if (g_task_get_completed (task) || !g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(ua{sv})")))
    return;

  g_dbus_connection_signal_unsubscribe (connection, request->subscription);
  request->subscription = 0;
  g_variant_get (arguments, "(u@a{sv})", &response, &results);
  g_variant_lookup (results, "autostart", "b", &autostart);
  if (response == 0 && autostart == request->autostart)
    g_task_return_boolean (task, TRUE);
  else
    return_refused (task);
}

static void
on_requested (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Request *request = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer != NULL)
    return;

  g_dbus_connection_signal_unsubscribe (request->connection, request->subscription);
  request->subscription = 0;
  g_dbus_error_strip_remote_error (error);
  g_task_return_error (task, error);
}

/* Returns: (transfer full): path of the request, which the portal makes of @token and of the name
 * of
 * @connection on the bus */
static char *
dup_request_path (GDBusConnection *connection, const char *token)
{
  g_autofree char *sender = g_strdup (g_dbus_connection_get_unique_name (connection) + 1);

  return g_strconcat (PORTAL_PATH "/request/", g_strdelimit (sender, ".", '_'), "/", token, NULL);
}

static GVariant *
create_arguments (gboolean autostart, const char *token)
{
  const char *const command[] = { AGENT, "--start", NULL };
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "handle_token", "s", token);
  g_variant_dict_insert (&options, "reason", "s", _ ("Keep your sign-ins alive"));
  g_variant_dict_insert (&options, "autostart", "b", autostart);
  g_variant_dict_insert (&options, "commandline", "^as", command);
  g_variant_dict_insert (&options, "dbus-activatable", "b", FALSE);

  return g_variant_new ("(s@a{sv})", "", g_variant_dict_end (&options));
}

void
keyfob_background_portal_request_async (GDBusConnection *connection,
                                        gboolean autostart,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autofree char *token = g_strdup_printf ("keyfob%u", g_random_int ());
  g_autofree char *path = NULL;
  Request *request;

  g_return_if_fail (G_IS_DBUS_CONNECTION (connection));

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, keyfob_background_portal_request_async);
  request = g_new0 (Request, 1);
  request->connection = g_object_ref (connection);
  request->autostart = autostart;
  g_task_set_task_data (task, request, request_free);

  /* before the call: the answer may be faster than the path of the request */
  path = dup_request_path (connection, token);
  request->subscription = g_dbus_connection_signal_subscribe (
      connection, PORTAL, REQUEST, "Response", path, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_response,
      g_object_ref (task), g_object_unref);
  g_dbus_connection_call (connection, PORTAL, PORTAL_PATH, INTERFACE, "RequestBackground",
                          create_arguments (autostart, token), G_VARIANT_TYPE ("(o)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, cancellable, on_requested,
                          g_object_ref (task));
}

gboolean
keyfob_background_portal_request_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
