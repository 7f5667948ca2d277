/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-wake-monitor.h"

#include <gio/gunixfdlist.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "keyfob-source.h"

#define LOGIND "org.freedesktop.login1"
#define LOGIND_PATH "/org/freedesktop/login1"
#define LOGIND_MANAGER "org.freedesktop.login1.Manager"

/* seconds; the wall clock is read in whole seconds, so less may come from rounding */
#define LEAST_JUMP 3

struct _KeyfobWakeMonitor
{
  GObject parent_instance;

  GNetworkMonitor *network;
  KeyfobClock *clock;
  GSource *watch;
  gint64 offset; /* wall clock minus monotonic clock, microseconds */
  GDBusConnection *system_bus;
  GCancellable *cancellable;
  guint logind_watch;
  guint subscription;
  gboolean about_to_sleep;
  GCancellable *locking; /* of a lock against sleep that is being taken */
  int lock;              /* file descriptor of the lock; -1 for none */
};

G_DEFINE_FINAL_TYPE (KeyfobWakeMonitor, keyfob_wake_monitor, G_TYPE_OBJECT)

enum
{
  ABOUT_TO_SLEEP,
  WOKE,
  CLOCK_SET,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

static void
on_network_changed (KeyfobWakeMonitor *self)
{
  gboolean available = g_network_monitor_get_network_available (self->network);

  g_debug ("The network is %s", available ? "there" : "gone");

  if (available)
    g_signal_emit (self, signals[WOKE], 0);
}

static gint64
get_offset (KeyfobWakeMonitor *self)
{
  return keyfob_clock_now (self->clock) * G_USEC_PER_SEC - keyfob_clock_monotonic (self->clock);
}

/* Also called when the machine woke up, or the clock was set by very little. */
static gboolean
on_clock_set (gpointer user_data)
{
  KeyfobWakeMonitor *self = KEYFOB_WAKE_MONITOR (user_data);
  gint64 offset = get_offset (self);
  gint64 seconds = (offset - self->offset) / G_USEC_PER_SEC;

  if (ABS (seconds) < LEAST_JUMP)
    return G_SOURCE_CONTINUE;

  g_debug ("The clock was set by %" G_GINT64_FORMAT " seconds", seconds);
  self->offset = offset;
  g_signal_emit (self, signals[CLOCK_SET], 0, seconds);

  return G_SOURCE_CONTINUE;
}

static void
watch_clock (KeyfobWakeMonitor *self)
{
  self->offset = get_offset (self);
  self->watch = keyfob_clock_watch (self->clock);
  g_source_set_callback (self->watch, on_clock_set, self, NULL);
  g_source_attach (self->watch, g_main_context_get_thread_default ());
}

static void
drop_lock (KeyfobWakeMonitor *self)
{
  g_cancellable_cancel (self->locking);
  g_clear_object (&self->locking);
  if (self->lock >= 0)
    g_close (self->lock, NULL);
  self->lock = -1;
}

static void
on_locked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobWakeMonitor) self = KEYFOB_WAKE_MONITOR (user_data);
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
take_lock (KeyfobWakeMonitor *self)
{
  drop_lock (self);
  self->locking = g_cancellable_new ();
  g_dbus_connection_call_with_unix_fd_list (
      self->system_bus, LOGIND, LOGIND_PATH, LOGIND_MANAGER, "Inhibit",
      g_variant_new ("(ssss)", "sleep", "Keyfob", _ ("A session is being renewed"), "delay"),
      G_VARIANT_TYPE ("(h)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, self->locking, on_locked,
      g_object_ref (self));
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
  KeyfobWakeMonitor *self = KEYFOB_WAKE_MONITOR (user_data);
  gboolean is_waited_for = FALSE;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    return;

  g_variant_get (parameters, "(b)", &self->about_to_sleep);
  if (self->about_to_sleep)
    {
      g_signal_emit (self, signals[ABOUT_TO_SLEEP], 0, &is_waited_for);
      if (!is_waited_for)
        drop_lock (self);
      return;
    }

  g_debug ("The machine woke up");
  take_lock (self);
  g_signal_emit (self, signals[WOKE], 0);
}

static void
on_logind_appeared (GDBusConnection *connection,
                    const char *name,
                    const char *owner,
                    gpointer user_data)
{
  g_debug ("Watching for sleep");
  take_lock (KEYFOB_WAKE_MONITOR (user_data));
}

static void
on_logind_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  g_debug ("Nothing tells of sleep so far");
  drop_lock (KEYFOB_WAKE_MONITOR (user_data));
}

static void
on_system_bus (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobWakeMonitor) self = KEYFOB_WAKE_MONITOR (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_finish (result, &error);

  if (bus == NULL)
    {
      g_debug ("No system bus, so nothing tells of sleep: %s", error->message);
      return;
    }
  if (g_cancellable_is_cancelled (self->cancellable))
    return;

  self->system_bus = g_steal_pointer (&bus);
  self->subscription = g_dbus_connection_signal_subscribe (
      self->system_bus, LOGIND, LOGIND_MANAGER, "PrepareForSleep", LOGIND_PATH, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_prepare_for_sleep, self, NULL);
  self->logind_watch =
      g_bus_watch_name_on_connection (self->system_bus, LOGIND, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                      on_logind_appeared, on_logind_vanished, self, NULL);
}

static void
keyfob_wake_monitor_dispose (GObject *object)
{
  KeyfobWakeMonitor *self = KEYFOB_WAKE_MONITOR (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->logind_watch, g_bus_unwatch_name);
  if (self->subscription != 0)
    g_dbus_connection_signal_unsubscribe (self->system_bus, self->subscription);
  self->subscription = 0;
  drop_lock (self);
  g_clear_object (&self->system_bus);
  g_clear_object (&self->network);
  g_clear_pointer (&self->watch, keyfob_source_free);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (keyfob_wake_monitor_parent_class)->dispose (object);
}

static void
keyfob_wake_monitor_finalize (GObject *object)
{
  g_object_unref (KEYFOB_WAKE_MONITOR (object)->cancellable);

  G_OBJECT_CLASS (keyfob_wake_monitor_parent_class)->finalize (object);
}

static void
keyfob_wake_monitor_class_init (KeyfobWakeMonitorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_wake_monitor_dispose;
  G_OBJECT_CLASS (klass)->finalize = keyfob_wake_monitor_finalize;

  signals[ABOUT_TO_SLEEP] =
      g_signal_new ("about-to-sleep", KEYFOB_TYPE_WAKE_MONITOR, G_SIGNAL_RUN_LAST, 0,
                    g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 0);
  signals[WOKE] = g_signal_new ("woke", KEYFOB_TYPE_WAKE_MONITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
  signals[CLOCK_SET] = g_signal_new ("clock-set", KEYFOB_TYPE_WAKE_MONITOR, G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
}

static void
keyfob_wake_monitor_init (KeyfobWakeMonitor *self)
{
  self->cancellable = g_cancellable_new ();
  self->lock = -1;
}

KeyfobWakeMonitor *
keyfob_wake_monitor_new (GNetworkMonitor *network, KeyfobClock *clock)
{
  KeyfobWakeMonitor *self = g_object_new (KEYFOB_TYPE_WAKE_MONITOR, NULL);

  self->network = g_object_ref (network);
  self->clock = g_object_ref (clock);
  watch_clock (self);
  g_signal_connect_object (network, "network-changed", G_CALLBACK (on_network_changed), self,
                           G_CONNECT_SWAPPED);
  /* when the user has passed a captive portal, only this changes (NetworkManager) */
  g_signal_connect_object (network, "notify::connectivity", G_CALLBACK (on_network_changed), self,
                           G_CONNECT_SWAPPED);
  g_bus_get (G_BUS_TYPE_SYSTEM, self->cancellable, on_system_bus, g_object_ref (self));

  return self;
}

void
keyfob_wake_monitor_let_sleep (KeyfobWakeMonitor *self)
{
  if (self->about_to_sleep)
    drop_lock (self);
}
