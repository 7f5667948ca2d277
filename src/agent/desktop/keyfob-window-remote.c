/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-window-remote.h"

#define PATH "/org/keyfob/Keyfob"
#define INTERFACE "org.freedesktop.Application"
#define QUIT_SECONDS 2 /* for a window that hangs */

struct _KeyfobWindowRemote
{
  GObject parent_instance;

  GDBusConnection *connection;
};

G_DEFINE_FINAL_TYPE (KeyfobWindowRemote, keyfob_window_remote, G_TYPE_OBJECT)

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer == NULL)
    g_message ("The window cannot be opened: %s", error->message);
}

/* Once under the name that Wayland has for it, and once under that of X11. */
static GVariant *
platform_data (const char *activation_token)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (activation_token != NULL)
    {
      g_variant_dict_insert (&dict, "activation-token", "s", activation_token);
      g_variant_dict_insert (&dict, "desktop-startup-id", "s", activation_token);
    }

  return g_variant_dict_end (&dict);
}

static GVariant *
action_arguments (const char *action, GVariant *parameter, const char *activation_token)
{
  GVariantBuilder parameters;

  g_variant_builder_init (&parameters, G_VARIANT_TYPE ("av"));
  if (parameter != NULL)
    g_variant_builder_add (&parameters, "v", parameter);

  return g_variant_new ("(sav@a{sv})", action, &parameters, platform_data (activation_token));
}

static void
on_quit (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer == NULL)
    g_debug ("No window to end: %s", error->message);
  g_task_return_boolean (task, TRUE);
}

static void
keyfob_window_remote_dispose (GObject *object)
{
  KeyfobWindowRemote *self = KEYFOB_WINDOW_REMOTE (object);

  g_clear_object (&self->connection);

  G_OBJECT_CLASS (keyfob_window_remote_parent_class)->dispose (object);
}

static void
keyfob_window_remote_class_init (KeyfobWindowRemoteClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_window_remote_dispose;
}

static void
keyfob_window_remote_init (KeyfobWindowRemote *self)
{
}

KeyfobWindowRemote *
keyfob_window_remote_new (GDBusConnection *connection)
{
  KeyfobWindowRemote *self = g_object_new (KEYFOB_TYPE_WINDOW_REMOTE, NULL);

  self->connection = g_object_ref (connection);

  return self;
}

void
keyfob_window_remote_open (KeyfobWindowRemote *self, const char *activation_token)
{
  g_dbus_connection_call (self->connection, KEYFOB_APPLICATION_ID, PATH, INTERFACE, "Activate",
                          g_variant_new ("(@a{sv})", platform_data (activation_token)), NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_answer, NULL);
}

void
keyfob_window_remote_activate_action (KeyfobWindowRemote *self,
                                      const char *action,
                                      GVariant *parameter,
                                      const char *activation_token)
{
  g_dbus_connection_call (self->connection, KEYFOB_APPLICATION_ID, PATH, INTERFACE,
                          "ActivateAction", action_arguments (action, parameter, activation_token),
                          NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_answer, NULL);
}

void
keyfob_window_remote_quit_async (KeyfobWindowRemote *self,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, keyfob_window_remote_quit_async);
  g_dbus_connection_call (self->connection, KEYFOB_APPLICATION_ID, PATH, INTERFACE,
                          "ActivateAction", action_arguments ("quit", NULL, NULL), NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, QUIT_SECONDS * 1000, NULL, on_quit,
                          g_steal_pointer (&task));
}

void
keyfob_window_remote_quit_finish (KeyfobWindowRemote *self, GAsyncResult *result)
{
  g_return_if_fail (g_task_is_valid (result, self));

  g_task_propagate_boolean (G_TASK (result), NULL);
}
