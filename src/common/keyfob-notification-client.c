/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-notification-client.h"

#define NAME "org.freedesktop.Notifications"
#define PATH "/org/freedesktop/Notifications"

/* reasons of NotificationClosed */
#define EXPIRED 1 /* no longer on screen, but perhaps in the list of a notification centre */
#define DISMISSED 2

typedef struct
{
  guint32 id;             /* 0 until the daemon has answered */
  gboolean in_call;       /* the daemon is being called for this notification */
  GVariant *next;         /* (nullable): content to send, `(ssasi)` */
  gboolean withdrawn;     /* to be closed when the call is answered */
  gboolean has_timed_out; /* no longer on screen */
} Note;

struct _KeyfobNotificationClient
{
  GObject parent_instance;

  GDBusConnection *connection;
  GHashTable *notes;      /* key → Note */
  char *activation_token; /* (nullable): of the click that follows */
  guint32 token_id;       /* notification that activation_token is for */
  guint subscription;     /* to the signals of the daemon */
  guint watch;            /* of the daemon's name */
};

G_DEFINE_FINAL_TYPE (KeyfobNotificationClient, keyfob_notification_client, G_TYPE_OBJECT)

enum
{
  SEEN,
  FAILED,
  INVOKED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

typedef struct
{
  KeyfobNotificationClient *client;
  char *key;
} Call;

static void
call_free (Call *call)
{
  g_object_unref (call->client);
  g_free (call->key);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
note_free (Note *note)
{
  g_clear_pointer (&note->next, g_variant_unref);
  g_free (note);
}

static void
stop_listening (KeyfobNotificationClient *self)
{
  if (self->subscription != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, self->subscription);
  self->subscription = 0;
  g_clear_handle_id (&self->watch, g_bus_unwatch_name);
  g_clear_pointer (&self->activation_token, g_free);
}

static void
forget (KeyfobNotificationClient *self, const char *key)
{
  g_hash_table_remove (self->notes, key);
  if (g_hash_table_size (self->notes) == 0)
    stop_listening (self);
}

static void
fail (KeyfobNotificationClient *self, const char *key)
{
  forget (self, key);
  g_signal_emit (self, signals[FAILED], 0, key);
}

static const char *
find_key (KeyfobNotificationClient *self, guint32 id)
{
  GHashTableIter iter;
  gpointer key, note;

  g_hash_table_iter_init (&iter, self->notes);
  while (g_hash_table_iter_next (&iter, &key, &note))
    if (((Note *) note)->id == id)
      return key;

  return NULL;
}

static void
on_token (KeyfobNotificationClient *self, guint32 id, const char *token)
{
  g_free (self->activation_token);
  self->activation_token = g_strdup (token);
  self->token_id = id;
}

static void
on_invoked (KeyfobNotificationClient *self, guint32 id, const char *action)
{
  g_autofree char *key = g_strdup (find_key (self, id));
  g_autofree char *token = g_steal_pointer (&self->activation_token);

  if (key == NULL)
    return;

  g_signal_emit (self, signals[SEEN], 0, key);
  g_signal_emit (self, signals[INVOKED], 0, key, action, self->token_id == id ? token : NULL);
}

static void
on_closed (KeyfobNotificationClient *self, guint32 id, guint32 reason)
{
  g_autofree char *key = g_strdup (find_key (self, id));

  if (key == NULL)
    return;

  if (reason == EXPIRED)
    ((Note *) g_hash_table_lookup (self->notes, key))->has_timed_out = TRUE;
  else
    forget (self, key);
  if (reason == EXPIRED || reason == DISMISSED)
    g_signal_emit (self, signals[SEEN], 0, key);
}

static void
on_signal (GDBusConnection *connection,
           const char *sender,
           const char *path,
           const char *interface,
           const char *signal,
           GVariant *arguments,
           gpointer user_data)
{
  g_autoptr (KeyfobNotificationClient) self = g_object_ref (user_data);
  const char *text;
  guint32 id, reason;

  if (g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(us)")))
    {
      g_variant_get (arguments, "(u&s)", &id, &text);
      if (g_str_equal (signal, "ActivationToken"))
        on_token (self, id, text);
      else if (g_str_equal (signal, "ActionInvoked"))
        on_invoked (self, id, text);
    }
  else if (g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(uu)")))
    {
      g_variant_get (arguments, "(uu)", &id, &reason);
      on_closed (self, id, reason);
    }
}

static void
on_daemon_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  g_autoptr (KeyfobNotificationClient) self = g_object_ref (user_data);
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer key, note;

  /* what the daemon has shown is gone with it; a call that waits may start the next daemon */
  g_hash_table_iter_init (&iter, self->notes);
  while (g_hash_table_iter_next (&iter, &key, &note))
    if (!((Note *) note)->in_call)
      g_ptr_array_add (gone, g_strdup (key));
  for (guint i = 0; i < gone->len; i++)
    fail (self, g_ptr_array_index (gone, i));
  if (g_hash_table_size (self->notes) == 0)
    stop_listening (self);
}

static void
listen (KeyfobNotificationClient *self)
{
  if (self->subscription != 0)
    return;

  self->subscription =
      g_dbus_connection_signal_subscribe (self->connection, NAME, NAME, NULL, PATH, NULL,
                                          G_DBUS_SIGNAL_FLAGS_NONE, on_signal, self, NULL);
  self->watch = g_bus_watch_name_on_connection (
      self->connection, NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_daemon_vanished, self, NULL);
}

static void
close_note (KeyfobNotificationClient *self, guint32 id)
{
  g_dbus_connection_call (self->connection, NAME, PATH, NAME, "CloseNotification",
                          g_variant_new ("(u)", id), NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
                          NULL, NULL, NULL);
}

static void send (KeyfobNotificationClient *self, const char *key, Note *note);

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  KeyfobNotificationClient *self = call->client;
  Note *note = g_hash_table_lookup (self->notes, call->key);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (note == NULL)
    return;

  note->in_call = FALSE;
  if (answer == NULL)
    {
      g_debug ("The notification is not shown: %s", error->message);
      fail (self, call->key);
      return;
    }

  g_variant_get (answer, "(u)", &note->id);
  if (note->withdrawn)
    {
      close_note (self, note->id);
      forget (self, call->key);
    }
  else if (note->next != NULL)
    {
      send (self, call->key, note);
    }
}

static gboolean
has_capability (GVariant *capabilities, const char *name)
{
  g_autofree const char **names = NULL;

  if (capabilities == NULL)
    return FALSE;

  g_variant_get (capabilities, "(^a&s)", &names);

  return g_strv_contains (names, name);
}

static void
on_capabilities (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  KeyfobNotificationClient *self = call->client;
  Note *note = g_hash_table_lookup (self->notes, call->key);
  g_autoptr (GVariant) capabilities =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_autoptr (GVariant) content = NULL;
  g_autofree const char **actions = NULL;
  g_autofree char *escaped = NULL;
  const char *summary, *body;
  GVariantDict hints;
  int seconds;

  if (note == NULL)
    return;

  if (note->withdrawn)
    {
      if (note->id != 0)
        close_note (self, note->id);
      forget (self, call->key);
      return;
    }

  content = g_steal_pointer (&note->next);
  g_variant_get (content, "(&s&s^a&si)", &summary, &body, &actions, &seconds);
  /* without it a daemon must not get any: some show a dialog instead */
  if (!has_capability (capabilities, "actions"))
    actions[0] = NULL;
  if (has_capability (capabilities, "body-markup"))
    escaped = g_markup_escape_text (body, -1);
  g_variant_dict_init (&hints, NULL);
  g_variant_dict_insert (&hints, "desktop-entry", "s", KEYFOB_APPLICATION_ID);
  g_dbus_connection_call (
      self->connection, NAME, PATH, NAME, "Notify",
      g_variant_new ("(susss^as@a{sv}i)", "Keyfob", note->id, KEYFOB_APPLICATION_ID, summary,
                     escaped != NULL ? escaped : body, actions, g_variant_dict_end (&hints),
                     seconds < 0 ? -1 : seconds * 1000),
      G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_sent, g_steal_pointer (&call));
}

static void
send (KeyfobNotificationClient *self, const char *key, Note *note)
{
  Call *call = g_new0 (Call, 1);

  call->client = g_object_ref (self);
  call->key = g_strdup (key);
  note->in_call = TRUE;
  /* each time, since the daemon may be another one by now */
  g_dbus_connection_call (self->connection, NAME, PATH, NAME, "GetCapabilities", NULL,
                          G_VARIANT_TYPE ("(as)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                          on_capabilities, call);
}

static void
keyfob_notification_client_dispose (GObject *object)
{
  KeyfobNotificationClient *self = KEYFOB_NOTIFICATION_CLIENT (object);
  GHashTableIter iter;
  gpointer note;

  /* a click on a notification would come to nothing */
  g_hash_table_iter_init (&iter, self->notes);
  while (g_hash_table_iter_next (&iter, NULL, &note))
    {
      if (((Note *) note)->id != 0)
        close_note (self, ((Note *) note)->id);
      g_hash_table_iter_remove (&iter);
    }
  if (self->connection != NULL)
    stop_listening (self);
  g_clear_object (&self->connection);

  G_OBJECT_CLASS (keyfob_notification_client_parent_class)->dispose (object);
}

static void
keyfob_notification_client_finalize (GObject *object)
{
  KeyfobNotificationClient *self = KEYFOB_NOTIFICATION_CLIENT (object);

  g_hash_table_unref (self->notes);

  G_OBJECT_CLASS (keyfob_notification_client_parent_class)->finalize (object);
}

static void
keyfob_notification_client_class_init (KeyfobNotificationClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_notification_client_dispose;
  object_class->finalize = keyfob_notification_client_finalize;

  signals[SEEN] = g_signal_new ("seen", KEYFOB_TYPE_NOTIFICATION_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[FAILED] = g_signal_new ("failed", KEYFOB_TYPE_NOTIFICATION_CLIENT, G_SIGNAL_RUN_LAST, 0,
                                  NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[INVOKED] =
      g_signal_new ("invoked", KEYFOB_TYPE_NOTIFICATION_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
}

static void
keyfob_notification_client_init (KeyfobNotificationClient *self)
{
  self->notes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) note_free);
}

KeyfobNotificationClient *
keyfob_notification_client_new (GDBusConnection *connection)
{
  KeyfobNotificationClient *self = g_object_new (KEYFOB_TYPE_NOTIFICATION_CLIENT, NULL);

  self->connection = g_object_ref (connection);

  return self;
}

void
keyfob_notification_client_show (KeyfobNotificationClient *self,
                                 const char *key,
                                 const char *summary,
                                 const char *body,
                                 const char *const *actions,
                                 int seconds)
{
  Note *note = g_hash_table_lookup (self->notes, key);

  if (note == NULL)
    {
      note = g_new0 (Note, 1);
      g_hash_table_insert (self->notes, g_strdup (key), note);
    }

  g_clear_pointer (&note->next, g_variant_unref);
  note->next = g_variant_ref_sink (g_variant_new ("(ss^asi)", summary, body, actions, seconds));
  note->withdrawn = FALSE;
  note->has_timed_out = FALSE;
  listen (self);
  if (!note->in_call)
    send (self, key, note);
}

void
keyfob_notification_client_withdraw (KeyfobNotificationClient *self, const char *key)
{
  Note *note = g_hash_table_lookup (self->notes, key);

  if (note == NULL)
    return;

  if (note->in_call)
    {
      note->withdrawn = TRUE;
      return;
    }

  close_note (self, note->id);
  forget (self, key);
}

static gboolean
is_visible (const Note *note)
{
  return !note->withdrawn && !note->has_timed_out;
}

gboolean
keyfob_notification_client_is_shown (KeyfobNotificationClient *self, const char *key)
{
  Note *note = g_hash_table_lookup (self->notes, key);

  return note != NULL && is_visible (note);
}

gboolean
keyfob_notification_client_is_showing (KeyfobNotificationClient *self)
{
  GHashTableIter iter;
  gpointer note;

  g_hash_table_iter_init (&iter, self->notes);
  while (g_hash_table_iter_next (&iter, NULL, &note))
    if (is_visible (note))
      return TRUE;

  return FALSE;
}
