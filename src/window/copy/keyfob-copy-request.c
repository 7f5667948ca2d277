/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-copy-request.h"

#include "keyfob-agent-client.h"
#include "keyfob-auth-error.h"
#include "keyfob-copy-window.h"
#include "keyfob-copy.h"

typedef struct
{
  GtkApplication *application;
  KeyfobClipboard *clipboard;
  KeyfobBusHost1 *host;
} Request;

static void
request_free (Request *request)
{
  g_application_release (G_APPLICATION (request->application));
  g_object_unref (request->application);
  g_object_unref (request->clipboard);
  g_clear_object (&request->host);
  g_free (request);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static void
show_window (Request *request, const char *trouble)
{
  GtkWidget *window =
      keyfob_copy_window_new (request->application, request->clipboard, request->host, trouble);

  gtk_window_present (GTK_WINDOW (window));
}

static void
on_copied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *trouble = NULL;

  if (keyfob_copy_finish (KEYFOB_CLIPBOARD (source), result, &error))
    return;

  trouble = keyfob_agent_client_explain (error);
  show_window (request, trouble);
}

static void
on_host (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;

  request->host = keyfob_bus_host1_proxy_new_finish (result, &error);
  if (request->host == NULL)
    {
      g_message ("The host whose header is wanted cannot be read: %s", error->message);
      return;
    }

  if (keyfob_clipboard_needs_window (request->clipboard))
    {
      show_window (request, NULL);
      return;
    }

  keyfob_copy_async (request->clipboard, request->host, KEYFOB_COPY_HEADER, NULL, on_copied,
                     request);
  g_steal_pointer (&request);
}

void
keyfob_copy_request_start (GtkApplication *application,
                           KeyfobClipboard *clipboard,
                           const char *path)
{
  GDBusConnection *connection;
  Request *request;

  g_return_if_fail (GTK_IS_APPLICATION (application));
  g_return_if_fail (KEYFOB_IS_CLIPBOARD (clipboard));
  g_return_if_fail (path != NULL);

  connection = g_application_get_dbus_connection (G_APPLICATION (application));
  if (connection == NULL || !g_variant_is_object_path (path))
    return;

  /* lets the errors of the agent arrive with their codes */
  (void) KEYFOB_AUTH_ERROR;

  request = g_new0 (Request, 1);
  request->application = g_object_ref (application);
  request->clipboard = g_object_ref (clipboard);
  g_application_hold (G_APPLICATION (application));
  keyfob_bus_host1_proxy_new (connection, G_DBUS_PROXY_FLAGS_NONE, KEYFOB_AGENT_NAME, path, NULL,
                              on_host, request);
}
