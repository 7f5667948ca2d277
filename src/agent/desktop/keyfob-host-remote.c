/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-remote.h"

#include "keyfob-host-state.h"

#define INTERFACE "org.keyfob.Keyfob.Host1"

struct _KeyfobHostRemote
{
  GObject parent_instance;

  GDBusConnection *connection;
  KeyfobWindowRemote *window;
};

G_DEFINE_FINAL_TYPE (KeyfobHostRemote, keyfob_host_remote, G_TYPE_OBJECT)

typedef struct
{
  KeyfobHostRemote *remote;
  KeyfobBusHost1 *host;
} Call;

static void
call_free (Call *call)
{
  g_object_unref (call->remote);
  g_object_unref (call->host);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
begin_call (KeyfobHostRemote *self,
            KeyfobBusHost1 *host,
            const char *method,
            GVariant *arguments,
            GAsyncReadyCallback callback)
{
  g_autofree char *path = keyfob_host_remote_dup_path (host);
  Call *call = g_new0 (Call, 1);

  call->remote = g_object_ref (self);
  call->host = g_object_ref (host);
  g_dbus_connection_call (self->connection, g_dbus_connection_get_unique_name (self->connection),
                          path, INTERFACE, method, arguments, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          -1, NULL, callback, call);
}

static void
on_error (KeyfobHostRemote *self, GParamSpec *pspec, KeyfobBusHost1 *host)
{
  KeyfobHostState state = keyfob_host_state_parse (keyfob_bus_host1_get_state (host));
  gboolean trouble = *keyfob_bus_host1_get_error (host) != '\0';

  if (state == KEYFOB_HOST_SIGNING_IN && !trouble)
    return;

  g_signal_handlers_disconnect_by_func (host, on_error, self);
  if (trouble)
    keyfob_window_remote_open (self->window, NULL);
}

/* Who signs in from a tray sees nothing of what the window would say. */
static void
on_sign_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  KeyfobHostRemote *self = call->remote;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer == NULL)
    {
      g_debug ("The sign-in did not begin: %s", error->message);
      keyfob_window_remote_open (self->window, NULL);
      return;
    }

  g_signal_handlers_disconnect_by_func (call->host, on_error, self);
  g_signal_connect_object (call->host, "notify::error", G_CALLBACK (on_error), self,
                           G_CONNECT_SWAPPED);
  on_error (self, NULL, call->host);
}

static void
on_cancelled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer == NULL)
    g_debug ("The sign-in at %s was not cancelled: %s", keyfob_bus_host1_get_name (call->host),
             error->message);
}

static void
keyfob_host_remote_dispose (GObject *object)
{
  KeyfobHostRemote *self = KEYFOB_HOST_REMOTE (object);

  g_clear_object (&self->window);
  g_clear_object (&self->connection);

  G_OBJECT_CLASS (keyfob_host_remote_parent_class)->dispose (object);
}

static void
keyfob_host_remote_class_init (KeyfobHostRemoteClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_host_remote_dispose;
}

static void
keyfob_host_remote_init (KeyfobHostRemote *self)
{
}

KeyfobHostRemote *
keyfob_host_remote_new (GDBusConnection *connection, KeyfobWindowRemote *window)
{
  KeyfobHostRemote *self = g_object_new (KEYFOB_TYPE_HOST_REMOTE, NULL);

  self->connection = g_object_ref (connection);
  self->window = g_object_ref (window);

  return self;
}

char *
keyfob_host_remote_dup_path (KeyfobBusHost1 *host)
{
  GDBusObject *object = g_dbus_interface_get_object (G_DBUS_INTERFACE (host));

  return g_strdup (g_dbus_object_get_object_path (object));
}

void
keyfob_host_remote_sign_in (KeyfobHostRemote *self,
                            KeyfobBusHost1 *host,
                            const char *activation_token)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "force", "b", TRUE);
  if (activation_token != NULL)
    g_variant_dict_insert (&options, "activation-token", "s", activation_token);

  begin_call (self, host, "SignIn", g_variant_new ("(@a{sv})", g_variant_dict_end (&options)),
              on_sign_in);
}

void
keyfob_host_remote_cancel (KeyfobHostRemote *self, KeyfobBusHost1 *host)
{
  begin_call (self, host, "Cancel", NULL, on_cancelled);
}
