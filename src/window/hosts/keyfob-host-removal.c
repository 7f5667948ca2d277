/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-removal.h"

#include <glib/gi18n-lib.h>

#include "keyfob-ui.h"
#include "keyfob-status-text.h"

/* A removal that waits for the answer of the user or of the agent, or the undoing of one. */
typedef struct
{
  KeyfobAgentClient *client;
  AdwToastOverlay *toasts;
  KeyfobBusHost1 *host; /* NULL for undoing */
} Request;

static Request *
request_new (KeyfobAgentClient *client, AdwToastOverlay *toasts, KeyfobBusHost1 *host)
{
  Request *request = g_new0 (Request, 1);

  request->client = g_object_ref (client);
  request->toasts = g_object_ref (toasts);
  g_set_object (&request->host, host);

  return request;
}

static void
request_free (Request *request)
{
  g_object_unref (request->client);
  g_object_unref (request->toasts);
  g_clear_object (&request->host);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static gboolean
has_token (KeyfobBusHost1 *host)
{
  return keyfob_host_state_can_sign_out (
      keyfob_host_state_parse (keyfob_bus_host1_get_state (host)));
}

static void
show_error (AdwToastOverlay *toasts, const GError *error)
{
  g_autofree char *text = keyfob_agent_client_explain (error);

  keyfob_ui_show_toast (toasts, text);
}

static void
show_removed (AdwToastOverlay *toasts, KeyfobBusHost1 *host)
{
  g_autofree char *text = g_strdup_printf (_ ("%s removed"), keyfob_bus_host1_get_name (host));
  AdwToast *toast = keyfob_ui_create_toast (text);

  if (!has_token (host))
    {
      adw_toast_set_button_label (toast, _ ("Undo"));
      adw_toast_set_action_name (toast, "win.undo-remove");
      adw_toast_set_action_target (toast, "(s@a{sv})", keyfob_bus_host1_get_url (host),
                                   keyfob_bus_host1_get_options (host));
    }
  adw_toast_overlay_add_toast (toasts, toast);
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;

  if (keyfob_bus_agent1_call_remove_host_finish (KEYFOB_BUS_AGENT1 (source), result, &error))
    show_removed (request->toasts, request->host);
  else
    show_error (request->toasts, error);
}

/* Takes @request. */
static void
remove_host (Request *request)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (request->client);

  /* the agent ended while the user was asked; the next one still has the host */
  if (agent == NULL)
    {
      request_free (request);
      return;
    }

  keyfob_bus_agent1_call_remove_host (agent,
                                      g_dbus_proxy_get_object_path (G_DBUS_PROXY (request->host)),
                                      NULL, on_removed, request);
}

static void
on_response (AdwMessageDialog *dialog, const char *response, Request *request)
{
  if (g_str_equal (response, "remove"))
    remove_host (request_new (request->client, request->toasts, request->host));
}

static void
on_dialog_closed (gpointer data, GClosure *closure)
{
  request_free (data);
}

/* Takes @request. */
static void
ask (Request *request)
{
  GtkWindow *parent = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (request->toasts)));
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (parent, NULL, NULL));

  adw_message_dialog_format_heading (dialog, _ ("Remove %s?"),
                                     keyfob_bus_host1_get_name (request->host));
  adw_message_dialog_set_body (dialog, _ ("Its token is removed from this computer. To use the "
                                          "host again, add it and sign in."));
  adw_message_dialog_add_responses (dialog, "cancel", _ ("Cancel"), "remove", _ ("Remove"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), request, on_dialog_closed,
                         0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_undone (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  if (!keyfob_bus_agent1_call_add_host_finish (KEYFOB_BUS_AGENT1 (source), &path, result, &error))
    show_error (request->toasts, error);
}

void
keyfob_host_removal_start (KeyfobAgentClient *client, AdwToastOverlay *toasts, KeyfobBusHost1 *host)
{
  Request *request;

  g_return_if_fail (KEYFOB_IS_AGENT_CLIENT (client));
  g_return_if_fail (ADW_IS_TOAST_OVERLAY (toasts));
  g_return_if_fail (KEYFOB_BUS_IS_HOST1 (host));

  request = request_new (client, toasts, host);
  if (has_token (host))
    ask (request);
  else
    remove_host (request);
}

void
keyfob_host_removal_undo (KeyfobAgentClient *client,
                          AdwToastOverlay *toasts,
                          const char *url,
                          GVariant *options)
{
  KeyfobBusAgent1 *agent;

  g_return_if_fail (KEYFOB_IS_AGENT_CLIENT (client));
  g_return_if_fail (ADW_IS_TOAST_OVERLAY (toasts));
  g_return_if_fail (url != NULL && options != NULL);

  agent = keyfob_agent_client_get_agent (client);
  if (agent == NULL)
    return;

  keyfob_bus_agent1_call_add_host (agent, url, options, NULL, on_undone,
                                   request_new (client, toasts, NULL));
}
