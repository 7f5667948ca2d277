/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-clipboard-guard.h"

#include "keyfob-host-state.h"

#define AGENT_PATH "/org/keyfob/Keyfob/Agent"

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"

struct _KeyfobClipboardGuard
{
  GDBusConnection *connection;
  KeyfobClipboard *clipboard;
  guint agent_subscription;
  guint host_subscription;
  guint removal_subscription;
};

/* Returns: (transfer full) (nullable): the properties in a PropertiesChanged */
static GVariant *
get_changed (GVariant *parameters)
{
  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return NULL;

  return g_variant_get_child_value (parameters, 1);
}

static gboolean
is_source (KeyfobClipboardGuard *self, const char *path)
{
  return g_strcmp0 (keyfob_clipboard_get_path (self->clipboard), path) == 0;
}

static void
on_agent_changed (GDBusConnection *connection,
                  const char *sender,
                  const char *path,
                  const char *interface,
                  const char *signal,
                  GVariant *parameters,
                  gpointer user_data)
{
  KeyfobClipboardGuard *self = user_data;
  g_autoptr (GVariant) changed = get_changed (parameters);
  gboolean locked;

  if (changed != NULL && g_variant_lookup (changed, "TokensLocked", "b", &locked) && locked)
    keyfob_clipboard_clear (self->clipboard);
}

static void
on_host_changed (GDBusConnection *connection,
                 const char *sender,
                 const char *path,
                 const char *interface,
                 const char *signal,
                 GVariant *parameters,
                 gpointer user_data)
{
  KeyfobClipboardGuard *self = user_data;
  g_autoptr (GVariant) changed = get_changed (parameters);
  const char *state;

  if (changed != NULL && is_source (self, path) && g_variant_lookup (changed, "State", "&s", &state)
      && keyfob_host_state_parse (state) == KEYFOB_HOST_SIGNED_OUT)
    keyfob_clipboard_clear (self->clipboard);
}

static void
on_object_removed (GDBusConnection *connection,
                   const char *sender,
                   const char *path,
                   const char *interface,
                   const char *signal,
                   GVariant *parameters,
                   gpointer user_data)
{
  KeyfobClipboardGuard *self = user_data;
  const char *removed;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(oas)")))
    return;

  g_variant_get_child (parameters, 0, "&o", &removed);
  if (is_source (self, removed))
    keyfob_clipboard_clear (self->clipboard);
}

KeyfobClipboardGuard *
keyfob_clipboard_guard_new (GDBusConnection *connection, KeyfobClipboard *clipboard)
{
  KeyfobClipboardGuard *self;

  g_return_val_if_fail (G_IS_DBUS_CONNECTION (connection), NULL);
  g_return_val_if_fail (KEYFOB_IS_CLIPBOARD (clipboard), NULL);

  self = g_new0 (KeyfobClipboardGuard, 1);
  self->connection = g_object_ref (connection);
  self->clipboard = g_object_ref (clipboard);
  self->agent_subscription = g_dbus_connection_signal_subscribe (
      connection, KEYFOB_AGENT_NAME, PROPERTIES, "PropertiesChanged", AGENT_PATH,
      KEYFOB_APPLICATION_ID ".Agent1", G_DBUS_SIGNAL_FLAGS_NONE, on_agent_changed, self, NULL);
  self->host_subscription = g_dbus_connection_signal_subscribe (
      connection, KEYFOB_AGENT_NAME, PROPERTIES, "PropertiesChanged", NULL,
      KEYFOB_APPLICATION_ID ".Host1", G_DBUS_SIGNAL_FLAGS_NONE, on_host_changed, self, NULL);
  self->removal_subscription = g_dbus_connection_signal_subscribe (
      connection, KEYFOB_AGENT_NAME, OBJECT_MANAGER, "InterfacesRemoved", AGENT_PATH, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_object_removed, self, NULL);

  return self;
}

void
keyfob_clipboard_guard_free (KeyfobClipboardGuard *self)
{
  g_dbus_connection_signal_unsubscribe (self->connection, self->agent_subscription);
  g_dbus_connection_signal_unsubscribe (self->connection, self->host_subscription);
  g_dbus_connection_signal_unsubscribe (self->connection, self->removal_subscription);
  g_object_unref (self->connection);
  g_object_unref (self->clipboard);
  g_free (self);
}
