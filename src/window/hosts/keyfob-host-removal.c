/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-removal.h"

#include <glib/gi18n-lib.h>

#include "keyfob-ui.h"
#include "keyfob-status-text.h"

struct _KeyfobHostRemoval
{
  GObject parent_instance;

  KeyfobAgentClient *client;
  AdwToastOverlay *toasts;
};

G_DEFINE_FINAL_TYPE (KeyfobHostRemoval, keyfob_host_removal, G_TYPE_OBJECT)

/* What waits for an answer: of the user, then of the agent. */
typedef struct
{
  KeyfobHostRemoval *self;
  KeyfobBusHost1 *host;
} Request;

static Request *
request_new (KeyfobHostRemoval *self, KeyfobBusHost1 *host)
{
  Request *request = g_new0 (Request, 1);

  request->self = g_object_ref (self);
  request->host = g_object_ref (host);

  return request;
}

static void
request_free (Request *request)
{
  g_object_unref (request->self);
  g_object_unref (request->host);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static gboolean
has_token (KeyfobBusHost1 *host)
{
  return keyfob_host_state_has_token (keyfob_host_state_parse (keyfob_bus_host1_get_state (host)));
}

static void
show_error (KeyfobHostRemoval *self, const GError *error)
{
  g_autofree char *text = keyfob_agent_client_explain (error);

  keyfob_ui_show_toast (self->toasts, text);
}

static void
show_removed (KeyfobHostRemoval *self, KeyfobBusHost1 *host)
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
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;

  if (keyfob_bus_agent1_call_remove_host_finish (KEYFOB_BUS_AGENT1 (source), result, &error))
    show_removed (request->self, request->host);
  else
    show_error (request->self, error);
}

static void
remove_host (KeyfobHostRemoval *self, KeyfobBusHost1 *host)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->client);

  /* it died while the user was asked; the host is there again when it is back */
  if (agent == NULL)
    return;

  keyfob_bus_agent1_call_remove_host (agent, g_dbus_proxy_get_object_path (G_DBUS_PROXY (host)),
                                      NULL, on_removed, request_new (self, host));
}

static void
on_response (AdwMessageDialog *dialog, const char *response, Request *request)
{
  if (g_str_equal (response, "remove"))
    remove_host (request->self, request->host);
}

static void
on_dialog_gone (gpointer data, GClosure *closure)
{
  request_free (data);
}

static void
ask (KeyfobHostRemoval *self, KeyfobBusHost1 *host)
{
  GtkWindow *parent = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self->toasts)));
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (parent, NULL, NULL));

  adw_message_dialog_format_heading (dialog, _ ("Remove %s?"), keyfob_bus_host1_get_name (host));
  adw_message_dialog_set_body (dialog, _ ("Its token is removed from this computer. To use the "
                                          "host again, add it and sign in."));
  adw_message_dialog_add_responses (dialog, "cancel", _ ("Cancel"), "remove", _ ("Remove"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), request_new (self, host),
                         on_dialog_gone, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_undone (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostRemoval) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  if (!keyfob_bus_agent1_call_add_host_finish (KEYFOB_BUS_AGENT1 (source), &path, result, &error))
    show_error (self, error);
}

static void
keyfob_host_removal_dispose (GObject *object)
{
  KeyfobHostRemoval *self = KEYFOB_HOST_REMOVAL (object);

  g_clear_object (&self->client);
  g_clear_object (&self->toasts);

  G_OBJECT_CLASS (keyfob_host_removal_parent_class)->dispose (object);
}

static void
keyfob_host_removal_class_init (KeyfobHostRemovalClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_host_removal_dispose;
}

static void
keyfob_host_removal_init (KeyfobHostRemoval *self)
{
}

KeyfobHostRemoval *
keyfob_host_removal_new (KeyfobAgentClient *client, AdwToastOverlay *toasts)
{
  KeyfobHostRemoval *self;

  g_return_val_if_fail (KEYFOB_IS_AGENT_CLIENT (client), NULL);
  g_return_val_if_fail (ADW_IS_TOAST_OVERLAY (toasts), NULL);

  self = g_object_new (KEYFOB_TYPE_HOST_REMOVAL, NULL);
  self->client = g_object_ref (client);
  self->toasts = g_object_ref (toasts);

  return self;
}

void
keyfob_host_removal_start (KeyfobHostRemoval *self, KeyfobBusHost1 *host)
{
  g_return_if_fail (KEYFOB_IS_HOST_REMOVAL (self));
  g_return_if_fail (KEYFOB_BUS_IS_HOST1 (host));

  if (has_token (host))
    ask (self, host);
  else
    remove_host (self, host);
}

void
keyfob_host_removal_undo (KeyfobHostRemoval *self, const char *url, GVariant *options)
{
  KeyfobBusAgent1 *agent;

  g_return_if_fail (KEYFOB_IS_HOST_REMOVAL (self));
  g_return_if_fail (url != NULL && options != NULL);

  agent = keyfob_agent_client_get_agent (self->client);
  if (agent == NULL)
    return;

  keyfob_bus_agent1_call_add_host (agent, url, options, NULL, on_undone, g_object_ref (self));
}
