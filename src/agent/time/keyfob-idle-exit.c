/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-idle-exit.h"

#include "keyfob-autostart.h"
#include "keyfob-source.h"

#define PATH "/org/keyfob/Keyfob/Agent"

/* Shared with the thread of the bus, which must not touch the object. */
typedef struct
{
  KeyfobIdleExit *self; /* for the main thread only; NULL once disposed of */
} Link;

struct _KeyfobIdleExit
{
  GObject parent_instance;

  GDBusConnection *connection;
  KeyfobIdleExitBusy is_busy;
  gpointer is_busy_data;
  KeyfobClock *clock;
  char *autostart;
  guint seconds;

  Link *link;
  guint filter;
  GHashTable *lookers; /* bus name → id of the watch */
  gboolean tray;
  gint64 called; /* when the last call came, by keyfob_clock_monotonic() */
  GSource *timer;
};

G_DEFINE_FINAL_TYPE (KeyfobIdleExit, keyfob_idle_exit, G_TYPE_OBJECT)

enum
{
  SIGNAL_LEAVE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
start_timer (KeyfobIdleExit *self, gint64 delay, GSourceFunc on_timer)
{
  g_clear_pointer (&self->timer, keyfob_source_free);
  self->timer = keyfob_clock_timer (self->clock, delay);
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_attach (self->timer, NULL);
}

static gboolean
is_seen (KeyfobIdleExit *self)
{
  return self->tray || g_hash_table_size (self->lookers) > 0;
}

static void
on_autostart (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobIdleExit) self = user_data;

  /* a program may have called while the entry was read */
  if (keyfob_autostart_read_finish (result) || self->link == NULL || is_seen (self)
      || self->timer != NULL)
    return;

  g_debug ("Nobody needs the agent any more");
  g_signal_emit (self, signals[SIGNAL_LEAVE], 0);
}

static gboolean
on_timer (gpointer user_data)
{
  KeyfobIdleExit *self = KEYFOB_IDLE_EXIT (user_data);
  gint64 idle = keyfob_clock_monotonic (self->clock) - self->called;
  gint64 left = self->seconds * G_USEC_PER_SEC - idle;

  g_clear_pointer (&self->timer, keyfob_source_free);
  if (left > 0)
    start_timer (self, left, on_timer);
  else if (self->is_busy (self->is_busy_data))
    start_timer (self, self->seconds * G_USEC_PER_SEC, on_timer);
  else
    keyfob_autostart_read_async (self->autostart, NULL, on_autostart, g_object_ref (self));

  return G_SOURCE_REMOVE;
}

/* No timer runs while the agent is seen. */
static void
update (KeyfobIdleExit *self)
{
  if (is_seen (self))
    g_clear_pointer (&self->timer, keyfob_source_free);
  else if (self->timer == NULL)
    start_timer (self, self->seconds * G_USEC_PER_SEC, on_timer);
}

static void
on_looker_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  KeyfobIdleExit *self = KEYFOB_IDLE_EXIT (user_data);

  g_hash_table_remove (self->lookers, name);
  self->called = keyfob_clock_monotonic (self->clock);
  update (self);
}

static void
add_looker (KeyfobIdleExit *self, const char *name)
{
  guint watch;

  if (g_hash_table_contains (self->lookers, name))
    return;

  watch = g_bus_watch_name_on_connection (self->connection, name, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                          NULL, on_looker_vanished, self, NULL);
  g_hash_table_insert (self->lookers, g_strdup (name), GUINT_TO_POINTER (watch));
}

typedef struct
{
  Link *link;
  char *looker; /* NULL for other calls */
} Call;

static void
call_free (Call *call)
{
  g_atomic_rc_box_release (call->link);
  g_free (call->looker);
  g_free (call);
}

static gboolean
on_called (gpointer user_data)
{
  Call *call = user_data;
  KeyfobIdleExit *self = call->link->self;

  if (self == NULL)
    return G_SOURCE_REMOVE;

  self->called = keyfob_clock_monotonic (self->clock);
  if (call->looker != NULL)
    add_looker (self, call->looker);
  update (self);

  return G_SOURCE_REMOVE;
}

/* Runs in the thread of the bus. */
static GDBusMessage *
on_message (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer data)
{
  const char *path = g_dbus_message_get_path (message);
  const char *member = g_dbus_message_get_member (message);
  Call *call;

  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL
      || path == NULL || !g_str_has_prefix (path, PATH))
    return message;

  call = g_new0 (Call, 1);
  call->link = g_atomic_rc_box_acquire (data);
  if (g_strcmp0 (member, "Looked") == 0 || g_strcmp0 (member, "GetManagedObjects") == 0)
    call->looker = g_strdup (g_dbus_message_get_sender (message));
  g_idle_add_full (G_PRIORITY_DEFAULT, on_called, call, (GDestroyNotify) call_free);

  return message;
}

static void
unwatch (gpointer watch)
{
  g_bus_unwatch_name (GPOINTER_TO_UINT (watch));
}

static void
keyfob_idle_exit_dispose (GObject *object)
{
  KeyfobIdleExit *self = KEYFOB_IDLE_EXIT (object);

  g_clear_pointer (&self->timer, keyfob_source_free);
  if (self->link != NULL)
    self->link->self = NULL;
  g_clear_pointer (&self->link, g_atomic_rc_box_release);
  if (self->filter != 0)
    g_dbus_connection_remove_filter (self->connection, self->filter);
  self->filter = 0;
  g_clear_pointer (&self->lookers, g_hash_table_unref);
  g_clear_object (&self->connection);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->autostart, g_free);

  G_OBJECT_CLASS (keyfob_idle_exit_parent_class)->dispose (object);
}

static void
keyfob_idle_exit_class_init (KeyfobIdleExitClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_idle_exit_dispose;

  signals[SIGNAL_LEAVE] = g_signal_new ("leave", KEYFOB_TYPE_IDLE_EXIT, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 0);
}

static void
keyfob_idle_exit_init (KeyfobIdleExit *self)
{
  self->lookers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unwatch);
  self->link = g_atomic_rc_box_new0 (Link);
  self->link->self = self;
}

KeyfobIdleExit *
keyfob_idle_exit_new (GDBusConnection *connection,
                      KeyfobClock *clock,
                      const char *autostart,
                      guint seconds,
                      KeyfobIdleExitBusy is_busy,
                      gpointer is_busy_data)
{
  KeyfobIdleExit *self = g_object_new (KEYFOB_TYPE_IDLE_EXIT, NULL);

  self->connection = g_object_ref (connection);
  self->is_busy = is_busy;
  self->is_busy_data = is_busy_data;
  self->clock = g_object_ref (clock);
  self->autostart = g_strdup (autostart);
  self->seconds = seconds;
  self->called = keyfob_clock_monotonic (clock);
  self->filter =
      g_dbus_connection_add_filter (connection, on_message, g_atomic_rc_box_acquire (self->link),
                                    (GDestroyNotify) g_atomic_rc_box_release);
  update (self);

  return self;
}

void
keyfob_idle_exit_set_tray (KeyfobIdleExit *self, gboolean tray)
{
  g_return_if_fail (KEYFOB_IS_IDLE_EXIT (self));

  self->tray = tray;
  update (self);
}
