/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-sleep-guard.h"

#include <gio/gunixfdlist.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "keyfob-host.h"

#define LOGIND "org.freedesktop.login1"
#define LOGIND_PATH "/org/freedesktop/login1"
#define LOGIND_MANAGER "org.freedesktop.login1.Manager"

struct _KeyfobSleepGuard
{
  GObject parent_instance;

  GListModel *hosts;
  GDBusConnection *system_bus;
  guint watch;
  guint subscription;
  gboolean about_to_sleep;
  GCancellable *cancellable; /* of a lock that is being taken */
  int lock;                  /* -1 for none */
};

G_DEFINE_FINAL_TYPE (KeyfobSleepGuard, keyfob_sleep_guard, G_TYPE_OBJECT)

static void
drop_lock (KeyfobSleepGuard *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->lock >= 0)
    g_close (self->lock, NULL);
  self->lock = -1;
}

static void
on_inhibited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobSleepGuard) self = KEYFOB_SLEEP_GUARD (user_data);
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_with_unix_fd_list_finish (
      G_DBUS_CONNECTION (source), &fds, result, &error);
  gint32 index;

  if (answer == NULL)
    {
      g_debug ("No lock against sleep: %s", error->message);
      return;
    }

  g_variant_get (answer, "(h)", &index);
  if (self->lock < 0 && fds != NULL)
    self->lock = g_unix_fd_list_get (fds, index, NULL);
  g_debug ("Sleep waits for tokens that are being renewed");
}

static void
take_lock (KeyfobSleepGuard *self)
{
  drop_lock (self);
  self->cancellable = g_cancellable_new ();
  g_dbus_connection_call_with_unix_fd_list (
      self->system_bus, LOGIND, LOGIND_PATH, LOGIND_MANAGER, "Inhibit",
      g_variant_new ("(ssss)", "sleep", "Keyfob", _ ("A session is being renewed"), "delay"),
      G_VARIANT_TYPE ("(h)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, self->cancellable,
      on_inhibited, g_object_ref (self));
}

/* Returns: (nullable) (transfer full): one that must not be cut off. A sign-in waits for the user,
 * who is about to put the machine to sleep. */
static KeyfobHost *
find_busy_host (KeyfobSleepGuard *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (self->hosts); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (self->hosts, i);

      if (keyfob_host_is_busy (host) && keyfob_host_get_activity (host) != KEYFOB_HOST_IN_SIGN_IN)
        return g_steal_pointer (&host);
    }

  return NULL;
}

static void
let_sleep (KeyfobSleepGuard *self, GAsyncReadyCallback on_rest)
{
  g_autoptr (KeyfobHost) busy = find_busy_host (self);

  if (busy == NULL)
    {
      drop_lock (self);
      return;
    }

  g_debug ("A token is renewed before the machine sleeps");
  keyfob_host_join_async (busy, on_rest, g_object_ref (self));
}

static void
on_host_at_rest (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobSleepGuard) self = KEYFOB_SLEEP_GUARD (user_data);
  g_autoptr (KeyfobToken) token = NULL;

  keyfob_host_join_finish (KEYFOB_HOST (source), result, &token, NULL);
  if (self->about_to_sleep)
    let_sleep (self, on_host_at_rest);
}

static void
on_prepare_for_sleep (GDBusConnection *connection,
                      const char *sender,
                      const char *object_path,
                      const char *interface,
                      const char *signal,
                      GVariant *parameters,
                      gpointer user_data)
{
  KeyfobSleepGuard *self = KEYFOB_SLEEP_GUARD (user_data);

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    return;

  g_variant_get (parameters, "(b)", &self->about_to_sleep);
  if (self->about_to_sleep)
    let_sleep (self, on_host_at_rest);
  else
    take_lock (self);
}

static void
on_logind_appeared (GDBusConnection *connection,
                    const char *name,
                    const char *owner,
                    gpointer user_data)
{
  take_lock (KEYFOB_SLEEP_GUARD (user_data));
}

static void
on_logind_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  drop_lock (KEYFOB_SLEEP_GUARD (user_data));
}

static void
on_system_bus (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobSleepGuard) self = KEYFOB_SLEEP_GUARD (user_data);
  g_autoptr (GDBusConnection) bus = g_bus_get_finish (result, NULL);

  /* the agent may have ended meanwhile */
  if (bus == NULL || self->hosts == NULL)
    return;

  self->system_bus = g_steal_pointer (&bus);
  self->subscription = g_dbus_connection_signal_subscribe (
      self->system_bus, LOGIND, LOGIND_MANAGER, "PrepareForSleep", LOGIND_PATH, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_prepare_for_sleep, self, NULL);
  self->watch =
      g_bus_watch_name_on_connection (self->system_bus, LOGIND, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                      on_logind_appeared, on_logind_vanished, self, NULL);
}

static void
keyfob_sleep_guard_dispose (GObject *object)
{
  KeyfobSleepGuard *self = KEYFOB_SLEEP_GUARD (object);

  g_clear_handle_id (&self->watch, g_bus_unwatch_name);
  if (self->subscription != 0)
    g_dbus_connection_signal_unsubscribe (self->system_bus, self->subscription);
  self->subscription = 0;
  self->about_to_sleep = FALSE;
  drop_lock (self);
  g_clear_object (&self->system_bus);
  g_clear_object (&self->hosts);

  G_OBJECT_CLASS (keyfob_sleep_guard_parent_class)->dispose (object);
}

static void
keyfob_sleep_guard_class_init (KeyfobSleepGuardClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_sleep_guard_dispose;
}

static void
keyfob_sleep_guard_init (KeyfobSleepGuard *self)
{
  self->lock = -1;
}

KeyfobSleepGuard *
keyfob_sleep_guard_new (GListModel *hosts)
{
  KeyfobSleepGuard *self = g_object_new (KEYFOB_TYPE_SLEEP_GUARD, NULL);

  self->hosts = g_object_ref (hosts);
  g_bus_get (G_BUS_TYPE_SYSTEM, NULL, on_system_bus, g_object_ref (self));

  return self;
}
