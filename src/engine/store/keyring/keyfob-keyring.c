/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-keyring.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-keyring-error.h"
#include "keyfob-keyring-store.h"
#include "keyfob-source.h"

#define SECRETS_NAME "org.freedesktop.secrets"
#define SECRETS_PATH "/org/freedesktop/secrets"
#define SERVICE_INTERFACE "org.freedesktop.Secret.Service"
/* Seconds after which the keyring counts as silent; a later answer counts all the same. */
#define TIME_LIMIT 5

struct _KeyfobKeyring
{
  GObject parent_instance;

  KeyfobClock *clock;
  KeyfobKeyringState state;
  KeyfobTokenStore *store; /* (nullable): from the first answer of the service on */
  GError *error;
  gboolean is_out_of_reach; /* nothing is asked */
  gboolean is_asked;        /* the service was asked to open a session and has not answered yet */
  gboolean is_told;         /* the service has sent a signal since it was asked */
  GSource *time_limit;
  GPtrArray *waiting; /* GTasks of keyfob_keyring_open_async() */
  GDBusConnection *connection;
  guint name_watch;
  guint service_watch;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (KeyfobKeyring, keyfob_keyring, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

static void
emit_changed (KeyfobKeyring *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
return_to_waiting (KeyfobKeyring *self)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiting->len; i++)
    {
      GTask *task = g_ptr_array_index (waiting, i);

      if (self->state == KEYFOB_KEYRING_SILENT)
        g_task_return_error (task, g_error_copy (self->error));
      else
        g_task_return_boolean (task, TRUE);
    }
}

static void
set_state (KeyfobKeyring *self, KeyfobKeyringState state, GError *error)
{
  g_clear_pointer (&self->time_limit, keyfob_source_free);
  self->state = state;
  g_clear_error (&self->error);
  self->error = error;

  emit_changed (self);
  return_to_waiting (self);
}

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobKeyring) self = KEYFOB_KEYRING (user_data);
  g_autoptr (GError) error = NULL;

  if (!keyfob_keyring_store_check_finish (KEYFOB_KEYRING_STORE (source), result, &error))
    g_debug ("Default collection: %s", error->message);
  if (self->state == KEYFOB_KEYRING_THERE)
    {
      emit_changed (self);
      return;
    }

  self->is_asked = FALSE;
  g_signal_connect_object (self->store, "notify::locked", G_CALLBACK (emit_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->store, "changed", G_CALLBACK (emit_changed), self,
                           G_CONNECT_SWAPPED);
  set_state (self, KEYFOB_KEYRING_THERE, NULL);
}

/* The keyring counts as open only when it is known whether it is locked: to save a token in a
 * locked one asks the user for a password. */
static void
check (KeyfobKeyring *self)
{
  keyfob_keyring_store_check_async (KEYFOB_KEYRING_STORE (self->store), NULL, checked_cb,
                                    g_object_ref (self));
}

static void
take_service (KeyfobKeyring *self, SecretService *service)
{
  self->store = keyfob_keyring_store_new (service, self->clock);
  check (self);
}

static void
set_absent (KeyfobKeyring *self, const GError *why)
{
  g_debug ("No Secret Service: %s", why->message);
  set_state (self, KEYFOB_KEYRING_ABSENT,
             g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                                  _ ("There is no keyring. Start one, or have the token kept in a "
                                     "file.")));
}

static gboolean
time_limit_cb (gpointer user_data)
{
  set_state (user_data, KEYFOB_KEYRING_SILENT, keyfob_keyring_error_new_silent ());

  return G_SOURCE_REMOVE;
}

static void
reopened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  keyfob_keyring_open_finish (KEYFOB_KEYRING (source), result, NULL);
}

static void
reopen (KeyfobKeyring *self)
{
  keyfob_keyring_open_async (self, reopened_cb, NULL);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KeyfobKeyring *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  /* The keyring is disposed then: a call that may never end holds no reference to it. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  /* Where the service left the bus instead, the watch of its name tells of the next one. */
  if (reply != NULL && self->state == KEYFOB_KEYRING_SILENT)
    reopen (self);
}

/* The call has no time limit, so that a service which hangs answers when it goes on. It is one of
 * the service itself: its program may answer a Ping all the time. */
static void
wait_for_answer (KeyfobKeyring *self)
{
  g_dbus_connection_call (self->connection, SECRETS_NAME, SECRETS_PATH, SERVICE_INTERFACE,
                          "ReadAlias", g_variant_new ("(s)", "default"), NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, self->cancellable, answered_cb,
                          self);
}

static void
service_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobKeyring) self = KEYFOB_KEYRING (user_data);
  g_autoptr (SecretService) service = NULL;
  g_autoptr (GError) error = NULL;

  service = secret_service_open_finish (result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (service != NULL)
    {
      take_service (self, service);
      return;
    }

  self->is_asked = FALSE;
  if (keyfob_keyring_error_is_no_service (error))
    set_absent (self, error);
  else
    {
      gboolean silent = keyfob_keyring_error_is_silence (error);

      set_state (self, KEYFOB_KEYRING_SILENT, keyfob_keyring_error_take (g_steal_pointer (&error)));
      if (silent)
        wait_for_answer (self);
      else if (self->is_told)
        reopen (self);
    }
}

static void
appeared_cb (GDBusConnection *connection,
             const char *name,
             const char *name_owner,
             gpointer user_data)
{
  KeyfobKeyring *self = KEYFOB_KEYRING (user_data);

  /* A service that was asked already will answer. */
  if (self->state == KEYFOB_KEYRING_ABSENT
      || (self->state == KEYFOB_KEYRING_SILENT && !self->is_asked))
    reopen (self);
  else if (self->state == KEYFOB_KEYRING_THERE)
    check (self);
}

/* A service that was asked before it had an object to ask has one now. */
static void
told_cb (GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *signal,
         GVariant *parameters,
         gpointer user_data)
{
  KeyfobKeyring *self = KEYFOB_KEYRING (user_data);

  self->is_told = TRUE;
  if (self->state == KEYFOB_KEYRING_SILENT && !self->is_asked)
    reopen (self);
}

static void
bus_got_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobKeyring) self = KEYFOB_KEYRING (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = g_bus_get_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (connection == NULL)
    {
      self->is_asked = FALSE;
      set_absent (self, error);
      return;
    }

  g_set_object (&self->connection, connection);
  if (self->service_watch == 0)
    self->service_watch = g_dbus_connection_signal_subscribe (
        connection, SECRETS_NAME, SERVICE_INTERFACE, NULL, SECRETS_PATH, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, told_cb, self, NULL);
  if (self->name_watch == 0)
    self->name_watch = g_bus_watch_name_on_connection (
        connection, SECRETS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, appeared_cb, NULL, self, NULL);

  /* Not secret_service_get(): its service is shared, and vanishes with the program on the bus. */
  secret_service_open (SECRET_TYPE_SERVICE, NULL, SECRET_SERVICE_OPEN_SESSION, self->cancellable,
                       service_opened_cb, g_object_ref (self));
}

static void
keyfob_keyring_dispose (GObject *object)
{
  KeyfobKeyring *self = KEYFOB_KEYRING (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->time_limit, keyfob_source_free);
  g_clear_handle_id (&self->name_watch, g_bus_unwatch_name);
  if (self->service_watch != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, self->service_watch);
  self->service_watch = 0;
  g_clear_object (&self->connection);
  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (keyfob_keyring_parent_class)->dispose (object);
}

static void
keyfob_keyring_finalize (GObject *object)
{
  KeyfobKeyring *self = KEYFOB_KEYRING (object);

  g_ptr_array_unref (self->waiting);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (keyfob_keyring_parent_class)->finalize (object);
}

static void
keyfob_keyring_class_init (KeyfobKeyringClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_keyring_dispose;
  G_OBJECT_CLASS (klass)->finalize = keyfob_keyring_finalize;

  signals[CHANGED] = g_signal_new ("changed", KEYFOB_TYPE_KEYRING, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
keyfob_keyring_init (KeyfobKeyring *self)
{
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->cancellable = g_cancellable_new ();
}

KeyfobKeyring *
keyfob_keyring_new (KeyfobClock *clock)
{
  KeyfobKeyring *self = g_object_new (KEYFOB_TYPE_KEYRING, NULL);

  self->clock = g_object_ref (clock);

  return self;
}

KeyfobKeyring *
keyfob_keyring_new_out_of_reach (KeyfobClock *clock)
{
  KeyfobKeyring *self = keyfob_keyring_new (clock);

  self->is_out_of_reach = TRUE;
  self->state = KEYFOB_KEYRING_ABSENT;
  self->error = g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                                     _ ("Tokens of this host are kept in the keyring of the "
                                        "desktop session, which cannot be reached "
                                        "from here. Ask from within that session, or sign in here "
                                        "with “--store FILE” for a session "
                                        "of its own."));

  return self;
}

KeyfobKeyringState
keyfob_keyring_get_state (KeyfobKeyring *self)
{
  g_return_val_if_fail (KEYFOB_IS_KEYRING (self), KEYFOB_KEYRING_ABSENT);

  return self->state;
}

KeyfobTokenStore *
keyfob_keyring_get_store (KeyfobKeyring *self)
{
  g_return_val_if_fail (KEYFOB_IS_KEYRING (self), NULL);

  return self->state == KEYFOB_KEYRING_THERE ? self->store : NULL;
}

const GError *
keyfob_keyring_get_error (KeyfobKeyring *self)
{
  g_return_val_if_fail (KEYFOB_IS_KEYRING (self), NULL);

  return self->error;
}

void
keyfob_keyring_open_async (KeyfobKeyring *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_return_if_fail (KEYFOB_IS_KEYRING (self));

  g_task_set_source_tag (task, keyfob_keyring_open_async);
  g_ptr_array_add (self->waiting, task);

  if (self->state == KEYFOB_KEYRING_THERE || self->is_out_of_reach)
    return_to_waiting (self);
  if (self->state == KEYFOB_KEYRING_THERE || self->state == KEYFOB_KEYRING_OPENING
      || self->is_out_of_reach)
    return;

  self->state = KEYFOB_KEYRING_OPENING;
  g_clear_error (&self->error);
  self->time_limit = keyfob_clock_timer (self->clock, TIME_LIMIT * G_USEC_PER_SEC);
  g_source_set_callback (self->time_limit, time_limit_cb, self, NULL);
  g_source_attach (self->time_limit, g_main_context_get_thread_default ());

  if (!self->is_asked)
    {
      self->is_asked = TRUE;
      self->is_told = FALSE;
      g_bus_get (G_BUS_TYPE_SESSION, self->cancellable, bus_got_cb, g_object_ref (self));
    }
  emit_changed (self);
}

gboolean
keyfob_keyring_open_finish (KeyfobKeyring *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
