/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-screen-monitor.h"

#define LOGIND "org.freedesktop.login1"
#define LOGIND_PATH "/org/freedesktop/login1"
#define LOGIND_MANAGER "org.freedesktop.login1.Manager"
#define LOGIND_SESSION "org.freedesktop.login1.Session"
#define PROPERTIES "org.freedesktop.DBus.Properties"

/* How long an answer is waited for: programs that ask for a token at the start wait, too. */
#define PATIENCE_MS 2000

/* Bus name and interface of each screen saver, and where its object is. */
static const struct
{
  const char *name;
  const char *path;
} savers[] = {
  { "org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver" },
  { "org.gnome.ScreenSaver", "/org/gnome/ScreenSaver" },
};

#define N_SAVERS G_N_ELEMENTS (savers)

/* What tells of the screen. */
typedef enum
{
  SOURCE_HINT = N_SAVERS, /* LockedHint of the session in logind */
  SOURCE_REQUEST,         /* Lock of logind, which need not be followed by anything */
  N_SOURCES,
} Source;

struct _KeyfobScreenMonitor
{
  GObject parent_instance;

  GDBusConnection *session_bus;
  GDBusConnection *system_bus; /* (nullable) */
  GCancellable *cancellable;
  guint saver_watches[N_SAVERS];
  guint saver_subscriptions[N_SAVERS];
  guint logind_watch;
  guint logind_subscription;
  char *session; /* (nullable): object path of the user's session in logind */
  guint session_subscription;
  guint properties_subscription;
  gboolean locked_by[N_SOURCES];
  gboolean told[N_SOURCES]; /* whether it is known how the source stands */
  gboolean locked;
  gboolean ready;
};

G_DEFINE_FINAL_TYPE (KeyfobScreenMonitor, keyfob_screen_monitor, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_LOCKED,
  PROP_READY,
  N_PROPS,
};
static GParamSpec *properties[N_PROPS];

static void
update (KeyfobScreenMonitor *self)
{
  gboolean locked = FALSE;
  gboolean ready = TRUE;

  for (guint i = 0; i < N_SOURCES; i++)
    {
      locked |= self->locked_by[i];
      ready &= self->told[i];
    }

  g_object_freeze_notify (G_OBJECT (self));
  if (self->locked != locked)
    {
      g_debug ("The screen is %s", locked ? "locked" : "unlocked");
      self->locked = locked;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOCKED]);
    }
  if (ready && !self->ready)
    {
      self->ready = TRUE;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READY]);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

static void
take_word (KeyfobScreenMonitor *self, guint source, gboolean locked)
{
  self->told[source] = TRUE;
  self->locked_by[source] = locked;
  /* Lock of logind only asks for a lock; what opens the screen answers that, too */
  if (!locked)
    self->locked_by[SOURCE_REQUEST] = FALSE;
  update (self);
}

/* What was said before stays. */
static void
take_silence (KeyfobScreenMonitor *self, guint source)
{
  self->told[source] = TRUE;
  update (self);
}

/* screen savers */

/* What a call to a screen saver needs when it is answered. */
typedef struct
{
  KeyfobScreenMonitor *monitor;
  guint saver;
} SaverCall;

static void
on_active_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree SaverCall *call = user_data;
  g_autoptr (KeyfobScreenMonitor) self = call->monitor;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  gboolean active;

  if (answer == NULL)
    {
      g_debug ("%s does not say how it stands: %s", savers[call->saver].name, error->message);
      take_silence (self, call->saver);
      return;
    }

  g_variant_get (answer, "(b)", &active);
  take_word (self, call->saver, active);
}

static guint
find_saver (const char *name)
{
  guint i = 0;

  while (i + 1 < N_SAVERS && !g_str_equal (savers[i].name, name))
    i++;

  return i;
}

static void
on_saver_appeared (GDBusConnection *connection,
                   const char *name,
                   const char *owner,
                   gpointer user_data)
{
  KeyfobScreenMonitor *self = KEYFOB_SCREEN_MONITOR (user_data);
  SaverCall *call = g_new0 (SaverCall, 1);

  call->monitor = g_object_ref (self);
  call->saver = find_saver (name);
  g_dbus_connection_call (connection, name, savers[call->saver].path, name, "GetActive", NULL,
                          G_VARIANT_TYPE ("(b)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, PATIENCE_MS,
                          self->cancellable, on_active_answer, call);
}

static void
on_saver_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  take_silence (KEYFOB_SCREEN_MONITOR (user_data), find_saver (name));
}

static void
on_active_changed (GDBusConnection *connection,
                   const char *sender,
                   const char *path,
                   const char *interface,
                   const char *signal,
                   GVariant *parameters,
                   gpointer user_data)
{
  gboolean active;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    return;

  g_variant_get (parameters, "(b)", &active);
  take_word (KEYFOB_SCREEN_MONITOR (user_data), find_saver (interface), active);
}

static void
watch_savers (KeyfobScreenMonitor *self)
{
  gboolean has_bus = g_dbus_connection_get_unique_name (self->session_bus) != NULL;

  for (guint i = 0; i < N_SAVERS; i++)
    {
      if (!has_bus)
        {
          self->told[i] = TRUE;
          continue;
        }

      /* of any path: KDE has the object at two */
      self->saver_subscriptions[i] = g_dbus_connection_signal_subscribe (
          self->session_bus, savers[i].name, savers[i].name, "ActiveChanged", NULL, NULL,
          G_DBUS_SIGNAL_FLAGS_NONE, on_active_changed, self, NULL);
      self->saver_watches[i] = g_bus_watch_name_on_connection (
          self->session_bus, savers[i].name, G_BUS_NAME_WATCHER_FLAGS_NONE, on_saver_appeared,
          on_saver_vanished, self, NULL);
    }
}

/* logind */

static void
unsubscribe (GDBusConnection *connection, guint *id)
{
  if (*id != 0)
    g_dbus_connection_signal_unsubscribe (connection, *id);
  *id = 0;
}

static void
on_hint_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobScreenMonitor) self = KEYFOB_SCREEN_MONITOR (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) value = NULL;

  if (answer != NULL)
    g_variant_get (answer, "(v)", &value);
  else
    g_debug ("logind does not say how the session stands: %s", error->message);

  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    take_word (self, SOURCE_HINT, g_variant_get_boolean (value));
  else
    take_silence (self, SOURCE_HINT);
}

static void
on_session_signal (GDBusConnection *connection,
                   const char *sender,
                   const char *path,
                   const char *interface,
                   const char *signal,
                   GVariant *parameters,
                   gpointer user_data)
{
  KeyfobScreenMonitor *self = KEYFOB_SCREEN_MONITOR (user_data);

  if (g_str_equal (signal, "Lock"))
    take_word (self, SOURCE_REQUEST, TRUE);
  else if (g_str_equal (signal, "Unlock"))
    take_word (self, SOURCE_HINT, FALSE);
}

static void
on_session_changed (GDBusConnection *connection,
                    const char *sender,
                    const char *path,
                    const char *interface,
                    const char *signal,
                    GVariant *parameters,
                    gpointer user_data)
{
  KeyfobScreenMonitor *self = KEYFOB_SCREEN_MONITOR (user_data);
  g_autoptr (GVariant) changed = NULL;
  gboolean hint;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;

  changed = g_variant_get_child_value (parameters, 1);
  if (g_variant_lookup (changed, "LockedHint", "b", &hint))
    take_word (self, SOURCE_HINT, hint);
}

static void
leave_session (KeyfobScreenMonitor *self)
{
  unsubscribe (self->system_bus, &self->session_subscription);
  unsubscribe (self->system_bus, &self->properties_subscription);
  g_clear_pointer (&self->session, g_free);
}

static void
on_session_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobScreenMonitor) self = KEYFOB_SCREEN_MONITOR (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  const char *path;

  if (answer == NULL)
    {
      g_debug ("logind knows no session of the user: %s", error->message);
      take_silence (self, SOURCE_HINT);
      return;
    }

  g_variant_get (answer, "(&o)", &path);
  if (g_strcmp0 (path, self->session) == 0)
    return;

  leave_session (self);
  self->session = g_strdup (path);
  self->session_subscription = g_dbus_connection_signal_subscribe (
      self->system_bus, LOGIND, LOGIND_SESSION, NULL, path, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
      on_session_signal, self, NULL);
  self->properties_subscription = g_dbus_connection_signal_subscribe (
      self->system_bus, LOGIND, PROPERTIES, "PropertiesChanged", path, LOGIND_SESSION,
      G_DBUS_SIGNAL_FLAGS_NONE, on_session_changed, self, NULL);
  g_dbus_connection_call (self->system_bus, LOGIND, path, PROPERTIES, "Get",
                          g_variant_new ("(ss)", LOGIND_SESSION, "LockedHint"),
                          G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, PATIENCE_MS,
                          self->cancellable, on_hint_answer, g_object_ref (self));
}

/* The agent may be a service of the user, which is in no session itself; "auto" then means the one
 * with the display. */
static void
find_session (KeyfobScreenMonitor *self)
{
  g_dbus_connection_call (self->system_bus, LOGIND, LOGIND_PATH, LOGIND_MANAGER, "GetSession",
                          g_variant_new ("(s)", "auto"), G_VARIANT_TYPE ("(o)"),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, PATIENCE_MS, self->cancellable,
                          on_session_answer, g_object_ref (self));
}

/* The user may log out and in again while the agent runs. */
static void
on_manager_signal (GDBusConnection *connection,
                   const char *sender,
                   const char *path,
                   const char *interface,
                   const char *signal,
                   GVariant *parameters,
                   gpointer user_data)
{
  if (g_str_equal (signal, "SessionNew") || g_str_equal (signal, "SessionRemoved"))
    find_session (KEYFOB_SCREEN_MONITOR (user_data));
}

static void
on_logind_appeared (GDBusConnection *connection,
                    const char *name,
                    const char *owner,
                    gpointer user_data)
{
  find_session (KEYFOB_SCREEN_MONITOR (user_data));
}

static void
on_logind_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  KeyfobScreenMonitor *self = KEYFOB_SCREEN_MONITOR (user_data);

  leave_session (self);
  take_silence (self, SOURCE_HINT);
}

static void
on_system_bus (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobScreenMonitor) self = KEYFOB_SCREEN_MONITOR (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_finish (result, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (bus == NULL)
    {
      take_silence (self, SOURCE_HINT);
      return;
    }

  self->system_bus = g_steal_pointer (&bus);
  self->logind_subscription = g_dbus_connection_signal_subscribe (
      self->system_bus, LOGIND, LOGIND_MANAGER, NULL, LOGIND_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
      on_manager_signal, self, NULL);
  self->logind_watch =
      g_bus_watch_name_on_connection (self->system_bus, LOGIND, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                      on_logind_appeared, on_logind_vanished, self, NULL);
}

static void
keyfob_screen_monitor_dispose (GObject *object)
{
  KeyfobScreenMonitor *self = KEYFOB_SCREEN_MONITOR (object);

  g_cancellable_cancel (self->cancellable);
  for (guint i = 0; i < N_SAVERS; i++)
    {
      g_clear_handle_id (&self->saver_watches[i], g_bus_unwatch_name);
      unsubscribe (self->session_bus, &self->saver_subscriptions[i]);
    }
  g_clear_handle_id (&self->logind_watch, g_bus_unwatch_name);
  unsubscribe (self->system_bus, &self->logind_subscription);
  leave_session (self);
  g_clear_object (&self->system_bus);
  g_clear_object (&self->session_bus);

  G_OBJECT_CLASS (keyfob_screen_monitor_parent_class)->dispose (object);
}

static void
keyfob_screen_monitor_finalize (GObject *object)
{
  g_object_unref (KEYFOB_SCREEN_MONITOR (object)->cancellable);

  G_OBJECT_CLASS (keyfob_screen_monitor_parent_class)->finalize (object);
}

static void
keyfob_screen_monitor_get_property (GObject *object,
                                    guint property_id,
                                    GValue *value,
                                    GParamSpec *pspec)
{
  KeyfobScreenMonitor *self = KEYFOB_SCREEN_MONITOR (object);

  switch (property_id)
    {
    case PROP_LOCKED:
      g_value_set_boolean (value, self->locked);
      break;
    case PROP_READY:
      g_value_set_boolean (value, self->ready);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
keyfob_screen_monitor_class_init (KeyfobScreenMonitorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = keyfob_screen_monitor_dispose;
  object_class->finalize = keyfob_screen_monitor_finalize;
  object_class->get_property = keyfob_screen_monitor_get_property;

  properties[PROP_LOCKED] = g_param_spec_boolean ("locked", NULL, NULL, FALSE, flags);
  properties[PROP_READY] = g_param_spec_boolean ("ready", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
keyfob_screen_monitor_init (KeyfobScreenMonitor *self)
{
  self->cancellable = g_cancellable_new ();
  self->told[SOURCE_REQUEST] = TRUE;
}

KeyfobScreenMonitor *
keyfob_screen_monitor_new (GDBusConnection *connection)
{
  KeyfobScreenMonitor *self = g_object_new (KEYFOB_TYPE_SCREEN_MONITOR, NULL);

  self->session_bus = g_object_ref (connection);
  watch_savers (self);
  g_bus_get (G_BUS_TYPE_SYSTEM, self->cancellable, on_system_bus, g_object_ref (self));

  return self;
}

gboolean
keyfob_screen_monitor_get_locked (KeyfobScreenMonitor *self)
{
  return self->locked;
}

gboolean
keyfob_screen_monitor_get_ready (KeyfobScreenMonitor *self)
{
  return self->ready;
}
