/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-wake-monitor.h"

#include "keyfob-source.h"

/* the wall clock is asked in whole seconds; less does not matter to anybody, either */
#define LEAST_JUMP 3

struct _KeyfobWakeMonitor
{
  GObject parent_instance;

  GNetworkMonitor *network;
  KeyfobClock *clock;
  GSource *watch;
  gint64 offset; /* of the wall clock against the one that never jumps, microseconds */
  GDBusConnection *system_bus;
  GCancellable *cancellable;
  guint subscription;
};

G_DEFINE_FINAL_TYPE (KeyfobWakeMonitor, keyfob_wake_monitor, G_TYPE_OBJECT)

enum
{
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

/* Also comes when the machine woke up, or the clock was set by next to nothing. */
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
on_prepare_for_sleep (GDBusConnection *connection,
                      const char *sender,
                      const char *object_path,
                      const char *interface,
                      const char *signal,
                      GVariant *parameters,
                      gpointer user_data)
{
  KeyfobWakeMonitor *self = KEYFOB_WAKE_MONITOR (user_data);
  gboolean about_to_sleep = TRUE;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    return;

  g_variant_get (parameters, "(b)", &about_to_sleep);
  if (about_to_sleep)
    return;

  g_debug ("The machine woke up");
  g_signal_emit (self, signals[WOKE], 0);
}

/* The bus has taken the subscription, then. */
static void
on_asked_for_logind (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  gboolean there = FALSE;

  if (answer != NULL)
    g_variant_get (answer, "(b)", &there);
  g_debug (there ? "Watching for sleep" : "Nothing tells of sleep so far");
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

  self->subscription = g_dbus_connection_signal_subscribe (
      bus, "org.freedesktop.login1", "org.freedesktop.login1.Manager", "PrepareForSleep",
      "/org/freedesktop/login1", NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_prepare_for_sleep, self, NULL);
  g_dbus_connection_call (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", "NameHasOwner",
                          g_variant_new ("(s)", "org.freedesktop.login1"), G_VARIANT_TYPE ("(b)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, on_asked_for_logind, NULL);
  self->system_bus = g_steal_pointer (&bus);
}

static void
keyfob_wake_monitor_dispose (GObject *object)
{
  KeyfobWakeMonitor *self = KEYFOB_WAKE_MONITOR (object);

  g_cancellable_cancel (self->cancellable);
  if (self->subscription != 0)
    g_dbus_connection_signal_unsubscribe (self->system_bus, self->subscription);
  self->subscription = 0;
  g_clear_object (&self->system_bus);
  g_clear_object (&self->network);
  g_clear_pointer (&self->watch, keyfob_source_free);
  g_clear_object (&self->clock);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (keyfob_wake_monitor_parent_class)->dispose (object);
}

static void
keyfob_wake_monitor_class_init (KeyfobWakeMonitorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_wake_monitor_dispose;

  signals[WOKE] = g_signal_new ("woke", KEYFOB_TYPE_WAKE_MONITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
  signals[CLOCK_SET] = g_signal_new ("clock-set", KEYFOB_TYPE_WAKE_MONITOR, G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
}

static void
keyfob_wake_monitor_init (KeyfobWakeMonitor *self)
{
  self->cancellable = g_cancellable_new ();
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
  /* where the user has got past a captive portal, NetworkManager tells nothing else */
  g_signal_connect_object (network, "notify::connectivity", G_CALLBACK (on_network_changed), self,
                           G_CONNECT_SWAPPED);
  g_bus_get (G_BUS_TYPE_SYSTEM, self->cancellable, on_system_bus, g_object_ref (self));

  return self;
}
