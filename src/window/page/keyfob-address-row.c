/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-address-row.h"

#include <glib/gi18n-lib.h>

#include "keyfob-ui.h"

struct _KeyfobAddressRow
{
  AdwPreferencesRow parent_instance;

  KeyfobAgentClient *client; /* not owned */
  KeyfobBusHost1 *host;      /* (nullable) */
  GSignalGroup *host_signals;
  gboolean moving;

  GtkWidget *entry;
  GtkWidget *change;
  GtkLabel *outcome;
};

G_DEFINE_FINAL_TYPE (KeyfobAddressRow, keyfob_address_row, ADW_TYPE_PREFERENCES_ROW)

static const char *
get_typed (KeyfobAddressRow *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->entry));
}

static gboolean
is_changed (KeyfobAddressRow *self)
{
  return self->host != NULL
         && g_strcmp0 (get_typed (self), keyfob_bus_host1_get_url (self->host)) != 0;
}

static void
set_outcome (KeyfobAddressRow *self, const char *sentence)
{
  keyfob_ui_set_description (self->entry, self->outcome, sentence);
}

static void
on_typed (KeyfobAddressRow *self)
{
  gboolean changed = is_changed (self);

  gtk_widget_set_visible (self->change, changed);
  if (!self->moving)
    set_outcome (self, changed ? _ ("The token moves along, so the new address has to be on the "
                                    "same site. For another site, add a server.")
                               : NULL);
}

static void
show_address (KeyfobAddressRow *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entry),
                         self->host != NULL ? keyfob_bus_host1_get_url (self->host) : "");
  gtk_widget_set_visible (self->change, FALSE);
  set_outcome (self, NULL);
}

static void
on_reset (GtkWidget *widget, const char *action, GVariant *parameter)
{
  KeyfobAddressRow *self = KEYFOB_ADDRESS_ROW (widget);

  if (is_changed (self))
    show_address (self);
  else
    gtk_widget_activate_action (widget, "win.back", NULL);
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobAddressRow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *sentence = NULL;

  self->moving = FALSE;
  if (keyfob_bus_agent1_call_change_address_finish (KEYFOB_BUS_AGENT1 (source), &path, result,
                                                    &error))
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "win.show-host", "o", path);
      return;
    }

  sentence = keyfob_agent_client_explain (error);
  set_outcome (self, sentence);
}

static void
on_entered (KeyfobAddressRow *self)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->client);

  if (!is_changed (self) || agent == NULL || self->moving)
    return;

  self->moving = TRUE;
  set_outcome (self, _ ("Looking for the sign-in there…"));
  keyfob_bus_agent1_call_change_address (
      agent, g_dbus_proxy_get_object_path (G_DBUS_PROXY (self->host)), get_typed (self),
      g_variant_new ("a{sv}", NULL), NULL, on_changed, g_object_ref (self));
}

static void
show_name (KeyfobAddressRow *self)
{
  keyfob_ui_set_accessible_label (self->entry, _ ("Address of %s"),
                                  keyfob_bus_host1_get_name (self->host));
}

static void
keyfob_address_row_dispose (GObject *object)
{
  KeyfobAddressRow *self = KEYFOB_ADDRESS_ROW (object);

  g_clear_object (&self->host_signals);
  g_clear_object (&self->host);

  G_OBJECT_CLASS (keyfob_address_row_parent_class)->dispose (object);
}

static void
keyfob_address_row_class_init (KeyfobAddressRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = keyfob_address_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-address-row.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddressRow, entry);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddressRow, change);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddressRow, outcome);
  gtk_widget_class_bind_template_callback (widget_class, on_typed);
  gtk_widget_class_bind_template_callback (widget_class, on_entered);
  gtk_widget_class_install_action (widget_class, "address.reset", NULL, on_reset);
}

static void
keyfob_address_row_init (KeyfobAddressRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->host_signals = g_signal_group_new (G_TYPE_DBUS_PROXY);
  g_signal_group_connect_swapped (self->host_signals, "notify::name", G_CALLBACK (show_name), self);
}

void
keyfob_address_row_set_client (KeyfobAddressRow *self, KeyfobAgentClient *client)
{
  g_return_if_fail (KEYFOB_IS_ADDRESS_ROW (self));
  g_return_if_fail (KEYFOB_IS_AGENT_CLIENT (client));

  self->client = client;
}

void
keyfob_address_row_set_host (KeyfobAddressRow *self, KeyfobBusHost1 *host, gboolean again)
{
  g_return_if_fail (KEYFOB_IS_ADDRESS_ROW (self));
  g_return_if_fail (host == NULL || KEYFOB_BUS_IS_HOST1 (host));

  self->moving = FALSE;
  g_set_object (&self->host, host);
  g_signal_group_set_target (self->host_signals, host);
  if (!again)
    show_address (self);
  if (host != NULL)
    show_name (self);
}

gboolean
keyfob_address_row_is_moving (KeyfobAddressRow *self)
{
  g_return_val_if_fail (KEYFOB_IS_ADDRESS_ROW (self), FALSE);

  return self->moving;
}
