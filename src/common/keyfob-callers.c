/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-callers.h"

#include <time.h>

#include <glib/gi18n-lib.h>

/*
 * Two filters of GDBus, which run in the thread of the bus, see every message before anything else
 * does. A filter may return another message in place of the one it was given. Both make use of
 * that:
 *
 * - The calls of a program that is not known yet are held. Once it is known Keyfob sends one
 * message to itself for each of them, in whose place the filter returns the call.
 * - A signal that goes to several programs is several messages. The filter returns the first, keeps
 * the others, and gives each message that follows the place at the end of that queue, so that none
 *   overtakes another; one message to Keyfob itself for each that is left over brings those out.
 */

#define TICK_PATH "/org/keyfob/Keyfob/tick"
#define TICK_INTERFACE "org.keyfob.Keyfob.Tick"
#define TICK_CALL "Call"     /* (s): brings a held call of the program with that name */
#define TICK_OUTPUT "Output" /* brings out a message; never leaves */

#define MOST_CALLS 1000       /* of one program that are not answered yet */
#define MOST_IN_SANDBOX 10    /* the same, for a program in a sandbox */
#define LARGEST_CALL 65536    /* bytes of all arguments */
#define LONGEST_STRING 4096   /* bytes, as the longest path has */
#define LONGEST_ADDRESS 16384 /* the same for the address that a browser ended at */
#define MOST_ELEMENTS 4096    /* of an array or a dictionary */

/* A program on the bus. */
typedef struct
{
  KeyfobCaller *caller; /* (nullable): until it is known */
  guint n_doubts;       /* how often what was known of it came to nothing */
  gint64 called;        /* when its first call came, see KeyfobCredentials */
  GQueue held;          /* GDBusMessage: calls that wait for that, or behind such calls */
  GHashTable *calls; /* serial → whether an answer is wanted, of calls that are not answered yet */
  guint watch;       /* for the end of the program; belongs to the main thread */
  gboolean gone;     /* it has left the bus; calls of it are still held */
} Client;

struct _KeyfobCallers
{
  GDBusConnection *connection;
  KeyfobCallersAllow allow;
  const char *denial;
  char *own_name; /* (nullable): none without a bus */
  guint filter;
  const char *const *telling_names; /* see keyfob_caller_get_telling_names() */
  guint names_watch;                /* for their owners; 0 none */

  GTask *settling; /* (nullable): waits until no call is held; belongs to the main thread */

  GMutex lock;         /* of what follows */
  GHashTable *clients; /* unique name → Client */
  GQueue output;       /* GDBusMessage: what goes out before anything else */
};

static void
client_free (Client *client)
{
  g_clear_pointer (&client->caller, keyfob_caller_unref);
  g_queue_clear_full (&client->held, g_object_unref);
  g_hash_table_unref (client->calls);
  g_free (client);
}

static void
clear (KeyfobCallers *self)
{
  g_clear_object (&self->connection);
  g_free (self->own_name);
  g_hash_table_unref (self->clients);
  g_queue_clear_full (&self->output, g_object_unref);
  g_mutex_clear (&self->lock);
}

static void
unref (KeyfobCallers *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) clear);
}

static void
send (KeyfobCallers *self, GDBusMessage *message)
{
  g_autoptr (GError) error = NULL;

  if (!g_dbus_connection_send_message (self->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE,
                                       NULL, &error))
    g_debug ("%s", error->message);
  g_object_unref (message);
}

/* @argument: (nullable) */
static void
send_tick (KeyfobCallers *self, const char *member, const char *argument)
{
  GDBusMessage *tick =
      g_dbus_message_new_method_call (self->own_name, TICK_PATH, TICK_INTERFACE, member);

  g_dbus_message_set_flags (tick, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
  if (argument != NULL)
    g_dbus_message_set_body (tick, g_variant_new ("(s)", argument));
  send (self, tick);
}

static gboolean
is_tick (KeyfobCallers *self, GDBusMessage *message, const char *member)
{
  return g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL
         && g_strcmp0 (g_dbus_message_get_path (message), TICK_PATH) == 0
         && g_strcmp0 (g_dbus_message_get_interface (message), TICK_INTERFACE) == 0
         && g_strcmp0 (g_dbus_message_get_member (message), member) == 0;
}

/* @call: (transfer full) */
static void
refuse (KeyfobCallers *self, GDBusMessage *call, const char *name, const char *sentence)
{
  if (!(g_dbus_message_get_flags (call) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED))
    send (self, g_dbus_message_new_method_error_literal (call, name, sentence));
  g_object_unref (call);
}

/* What the main thread does for a program. */
typedef struct
{
  KeyfobCallers *callers;
  char *name;
  guint n_doubts; /* of the program, when it was asked for */
} Job;

static Job *
job_new (KeyfobCallers *self, const char *name)
{
  Job *job = g_new0 (Job, 1);

  job->callers = g_atomic_rc_box_acquire (self);
  job->name = g_strdup (name);

  return job;
}

static void
job_free (Job *job)
{
  unref (job->callers);
  g_free (job->name);
  g_free (job);
}

/* To be called with the lock. */
static gboolean
is_holding (KeyfobCallers *self)
{
  GHashTableIter iter;
  gpointer client;

  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, NULL, &client))
    if (!g_queue_is_empty (&((Client *) client)->held))
      return TRUE;

  return FALSE;
}

static gboolean
check_settled (gpointer user_data)
{
  KeyfobCallers *self = user_data;
  gboolean holding;

  g_mutex_lock (&self->lock);
  holding = is_holding (self);
  g_mutex_unlock (&self->lock);

  if (self->settling != NULL && !holding)
    {
      g_autoptr (GTask) task = g_steal_pointer (&self->settling);

      g_task_return_boolean (task, TRUE);
    }

  return G_SOURCE_REMOVE;
}

/* What a program has called before it left is still to be made, where it may be. */
static void
on_name_vanished (GDBusConnection *connection,
                  const char *sender,
                  const char *path,
                  const char *interface,
                  const char *signal,
                  GVariant *arguments,
                  gpointer user_data)
{
  Job *job = user_data;
  KeyfobCallers *self = job->callers;
  Client *client;
  guint watch = 0;

  g_mutex_lock (&self->lock);
  client = g_hash_table_lookup (self->clients, job->name);
  if (client != NULL)
    {
      watch = client->watch;
      client->watch = 0;
      client->gone = TRUE;
      if (g_queue_is_empty (&client->held))
        g_hash_table_remove (self->clients, job->name);
    }
  g_mutex_unlock (&self->lock);

  if (watch != 0)
    g_dbus_connection_signal_unsubscribe (connection, watch);
}

/* Of a program that has left before it could be asked for, nothing is known. */
static KeyfobCaller *
take_caller (GAsyncResult *result, gboolean *gone)
{
  const KeyfobCredentials unknown = { .uid = G_MAXUINT, .pidfd = -1 };
  g_autoptr (GError) error = NULL;
  KeyfobCaller *caller = keyfob_caller_look_up_finish (result, &error);

  *gone = caller == NULL;
  if (caller != NULL)
    return caller;

  g_debug ("A program that called is gone: %s", error->message);

  return keyfob_caller_new (&unknown);
}

static void
on_known (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Job *job = user_data;
  KeyfobCallers *self = job->callers;
  gboolean gone;
  g_autoptr (KeyfobCaller) caller = take_caller (result, &gone);
  Client *client;
  guint n_held = 0;
  guint watch = 0;

  g_mutex_lock (&self->lock);
  client = g_hash_table_lookup (self->clients, job->name);
  if (client != NULL && client->n_doubts == job->n_doubts)
    {
      g_clear_pointer (&client->caller, keyfob_caller_unref);
      client->caller = keyfob_caller_ref (caller);
      n_held = g_queue_get_length (&client->held);
      if (gone)
        {
          client->gone = TRUE;
          watch = client->watch;
          client->watch = 0;
        }
    }
  g_mutex_unlock (&self->lock);

  if (watch != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, watch);
  for (guint i = 0; i < n_held; i++)
    send_tick (self, TICK_CALL, job->name);
  job_free (job);
}

static void
ask_for_caller (KeyfobCallers *self, const char *name)
{
  Job *job = job_new (self, name);
  gint64 called = 0;
  Client *client;

  g_mutex_lock (&self->lock);
  client = g_hash_table_lookup (self->clients, name);
  if (client != NULL)
    {
      job->n_doubts = client->n_doubts;
      called = client->called;
    }
  g_mutex_unlock (&self->lock);

  if (client != NULL)
    keyfob_caller_look_up_async (self->connection, name, called, on_known, job);
  else
    job_free (job);
}

/* The name is watched before it is asked for, so that its end is noticed in any case. */
static gboolean
look_up (gpointer user_data)
{
  Job *job = user_data;
  KeyfobCallers *self = job->callers;
  Client *client;
  guint watch = g_dbus_connection_signal_subscribe (
      self->connection, "org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged",
      "/org/freedesktop/DBus", job->name, G_DBUS_SIGNAL_FLAGS_NONE, on_name_vanished,
      job_new (self, job->name), (GDestroyNotify) job_free);

  g_mutex_lock (&self->lock);
  client = g_hash_table_lookup (self->clients, job->name);
  if (client != NULL)
    client->watch = watch;
  g_mutex_unlock (&self->lock);

  if (client == NULL)
    g_dbus_connection_signal_unsubscribe (self->connection, watch);
  else
    ask_for_caller (self, job->name);

  return G_SOURCE_REMOVE;
}

/* Once doubt() has seen the same signal, in the thread of the bus. */
static void
on_telling_name (GDBusConnection *connection,
                 const char *sender,
                 const char *path,
                 const char *interface,
                 const char *signal,
                 GVariant *arguments,
                 gpointer user_data)
{
  KeyfobCallers *self = user_data;
  const char *name, *before, *after;

  g_variant_get (arguments, "(&s&s&s)", &name, &before, &after);
  if (!g_strv_contains (self->telling_names, name))
    return;

  ask_for_caller (self, before);
  ask_for_caller (self, after);
}

/* Of all names that begin like that of the window, as that of the agent does. */
static void
watch_telling_names (KeyfobCallers *self)
{
  if (self->telling_names[0] != NULL)
    self->names_watch = g_dbus_connection_signal_subscribe (
        self->connection, "org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged",
        "/org/freedesktop/DBus", KEYFOB_APPLICATION_ID, G_DBUS_SIGNAL_FLAGS_MATCH_ARG0_NAMESPACE,
        on_telling_name, g_atomic_rc_box_acquire (self), (GDestroyNotify) unref);
}

static gint64
boot_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);

  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static Client *
add_client (KeyfobCallers *self, const char *name)
{
  Client *client = g_new0 (Client, 1);
  Job *job = job_new (self, name);

  g_queue_init (&client->held);
  client->calls = g_hash_table_new (NULL, NULL);
  g_hash_table_insert (self->clients, g_strdup (name), client);

  client->called = boot_time ();
  g_idle_add_full (G_PRIORITY_DEFAULT, look_up, job, (GDestroyNotify) job_free);

  return client;
}

/* The limits of what methods take, for all of them. D-Bus limits how deep containers are nested. */
static gboolean
is_too_big (GVariant *value, gsize longest_string)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
      || g_variant_is_of_type (value, G_VARIANT_TYPE_OBJECT_PATH)
      || g_variant_is_of_type (value, G_VARIANT_TYPE_SIGNATURE))
    return g_variant_get_size (value) > longest_string;
  if (!g_variant_is_container (value))
    return FALSE;
  if (g_variant_n_children (value) > MOST_ELEMENTS)
    return TRUE;

  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      if (is_too_big (child, longest_string))
        return TRUE;
    }

  return FALSE;
}

/* Whether the argument has a code and more of a provider in it. */
static gboolean
takes_address (GDBusMessage *call)
{
  return g_strcmp0 (g_dbus_message_get_member (call), "FinishSignIn") == 0;
}

/* A program in a sandbox is one however often it runs; outside, a batch of many has a right to its
 * calls. */
static gboolean
is_same_program (KeyfobCaller *one, KeyfobCaller *other)
{
  if (one == NULL || other == NULL)
    return FALSE;

  return one == other || (one->pid != 0 && one->pid == other->pid)
         || (keyfob_caller_is_restricted (one) && g_str_equal (one->id, other->id));
}

static guint
count_calls (KeyfobCallers *self, KeyfobCaller *caller)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Client *client = value;

      if (is_same_program (client->caller, caller))
        n += g_hash_table_size (client->calls);
    }

  return n;
}

static void
refuse_one_more (KeyfobCallers *self, GDBusMessage *call)
{
  refuse (self, call, "org.freedesktop.DBus.Error.LimitsExceeded",
          _ ("The program makes too many calls at once. Wait for the answers first."));
}

/* What is on the wire cannot be changed, so this is a copy. @call: (transfer full) */
static GDBusMessage *
want_answer (GDBusMessage *call)
{
  GDBusMessage *copy = g_dbus_message_copy (call, NULL);

  g_dbus_message_set_flags (copy, g_dbus_message_get_flags (call)
                                      & ~G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
  g_object_unref (call);

  return copy;
}

/* D-Bus wants another number for each call that is not answered yet. Who gives the same one again
 * would be counted once, however many calls there are. */
static gboolean
is_repeated (Client *client, GDBusMessage *call)
{
  return g_hash_table_contains (client->calls, GUINT_TO_POINTER (g_dbus_message_get_serial (call)));
}

/* Takes a call of a program that is known, or answers it. @call: (transfer full) */
static GDBusMessage *
take_call (KeyfobCallers *self, Client *client, GDBusMessage *call)
{
  GDBusMessageFlags flags = g_dbus_message_get_flags (call);
  gboolean answered = !(flags & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
  gpointer serial = GUINT_TO_POINTER (g_dbus_message_get_serial (call));
  gboolean restricted = keyfob_caller_is_restricted (client->caller);

  /* an answer would be taken for that of the other call */
  if (is_repeated (client, call))
    {
      g_object_unref (call);
      return NULL;
    }
  if (restricted && !self->allow (call, client->caller))
    {
      refuse (self, call, "org.freedesktop.DBus.Error.AccessDenied", self->denial);
      return NULL;
    }
  if (count_calls (self, client->caller) >= (restricted ? MOST_IN_SANDBOX : MOST_CALLS))
    {
      refuse_one_more (self, call);
      return NULL;
    }

  g_hash_table_insert (client->calls, serial, GINT_TO_POINTER (answered));

  /* a call for which no answer is wanted counts as long as others do */
  return answered ? call : want_answer (call);
}

/* @call: (transfer full) Returns: (nullable) (transfer full): what goes on in its place */
static GDBusMessage *
filter_call (KeyfobCallers *self, GDBusMessage *call)
{
  const char *sender = g_dbus_message_get_sender (call);
  Client *client = g_hash_table_lookup (self->clients, sender);
  GVariant *body = g_dbus_message_get_body (call);

  if (client != NULL && is_repeated (client, call))
    {
      g_object_unref (call);
      return NULL;
    }
  if (body != NULL
      && (g_variant_get_size (body) > LARGEST_CALL
          || is_too_big (body, takes_address (call) ? LONGEST_ADDRESS : LONGEST_STRING)))
    {
      refuse (self, call, "org.freedesktop.DBus.Error.LimitsExceeded",
              _ ("An argument of the call is too long."));
      return NULL;
    }

  if (client == NULL)
    client = add_client (self, sender);
  if (client->caller != NULL && g_queue_is_empty (&client->held))
    return take_call (self, client, call);
  if (g_queue_get_length (&client->held) >= MOST_CALLS)
    {
      refuse_one_more (self, call);
      return NULL;
    }

  g_queue_push_tail (&client->held, call);

  return client->caller != NULL ? take_call (self, client, g_queue_pop_head (&client->held)) : NULL;
}

/* What is known of @name holds no more. Its calls are held from here on, until on_telling_name()
 * has found out anew. */
static void
forget_caller (KeyfobCallers *self, const char *name)
{
  Client *client = g_hash_table_lookup (self->clients, name);

  if (client == NULL)
    return;

  client->n_doubts++;
  g_clear_pointer (&client->caller, keyfob_caller_unref);
}

/* In the thread of the bus, since the next message may be a call of who has just lost the name. */
static void
doubt (KeyfobCallers *self, GDBusMessage *signal)
{
  const char *name, *before, *after;

  if (g_strcmp0 (g_dbus_message_get_sender (signal), "org.freedesktop.DBus") != 0
      || g_strcmp0 (g_dbus_message_get_member (signal), "NameOwnerChanged") != 0
      || g_strcmp0 (g_dbus_message_get_signature (signal), "sss") != 0)
    return;

  g_variant_get (g_dbus_message_get_body (signal), "(&s&s&s)", &name, &before, &after);
  if (!g_strv_contains (self->telling_names, name))
    return;

  forget_caller (self, before);
  forget_caller (self, after);
}

/* @tick: (transfer full) */
static GDBusMessage *
bring_held_call (KeyfobCallers *self, GDBusMessage *tick)
{
  const char *name = g_dbus_message_get_arg0 (tick);
  Client *client = name != NULL ? g_hash_table_lookup (self->clients, name) : NULL;
  GDBusMessage *call =
      client != NULL && client->caller != NULL ? g_queue_pop_head (&client->held) : NULL;

  if (call != NULL)
    call = take_call (self, client, call);
  if (client != NULL && client->gone && g_queue_is_empty (&client->held))
    g_hash_table_remove (self->clients, name);
  g_object_unref (tick);
  g_idle_add_full (G_PRIORITY_DEFAULT, check_settled, g_atomic_rc_box_acquire (self),
                   (GDestroyNotify) unref);

  return call;
}

/* @message: (transfer full) */
static GDBusMessage *
filter_input (KeyfobCallers *self, GDBusMessage *message)
{
  const char *sender = g_dbus_message_get_sender (message);
  GDBusMessageType type = g_dbus_message_get_message_type (message);

  if (type == G_DBUS_MESSAGE_TYPE_SIGNAL)
    doubt (self, message);
  if (type != G_DBUS_MESSAGE_TYPE_METHOD_CALL || sender == NULL)
    return message;
  if (!g_str_equal (sender, self->own_name))
    return filter_call (self, message);

  return is_tick (self, message, TICK_CALL) ? bring_held_call (self, message) : message;
}

/* @answer: (transfer full) */
static GDBusMessage *
filter_answer (KeyfobCallers *self, GDBusMessage *answer)
{
  const char *name = g_dbus_message_get_destination (answer);
  gpointer serial = GUINT_TO_POINTER (g_dbus_message_get_reply_serial (answer));
  Client *client = name != NULL ? g_hash_table_lookup (self->clients, name) : NULL;
  gpointer answered = NULL;

  if (client == NULL || !g_hash_table_lookup_extended (client->calls, serial, NULL, &answered))
    return answer;

  g_hash_table_remove (client->calls, serial);
  if (!answered)
    g_clear_object (&answer);

  return answer;
}

/* Returns: how many programs @signal goes to; one message for each is in the queue */
static guint
push_signal (KeyfobCallers *self, GDBusMessage *signal)
{
  GHashTableIter iter;
  gpointer name, value;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      Client *client = value;
      GDBusMessage *copy;

      if (client->caller == NULL || keyfob_caller_is_restricted (client->caller))
        continue;

      copy = g_dbus_message_copy (signal, NULL);
      g_dbus_message_set_destination (copy, name);
      g_queue_push_tail (&self->output, copy);
      n++;
    }

  return n;
}

/* @message: (transfer full) */
static GDBusMessage *
filter_output (KeyfobCallers *self, GDBusMessage *message)
{
  GDBusMessageType type = g_dbus_message_get_message_type (message);
  gboolean is_signal = type == G_DBUS_MESSAGE_TYPE_SIGNAL;
  guint n = 1;

  if (type == G_DBUS_MESSAGE_TYPE_METHOD_RETURN || type == G_DBUS_MESSAGE_TYPE_ERROR)
    message = filter_answer (self, message);
  if (message == NULL || is_tick (self, message, TICK_OUTPUT))
    n = 0;
  else if (is_signal && g_dbus_message_get_destination (message) == NULL)
    n = push_signal (self, message);
  else
    g_queue_push_tail (&self->output, g_object_ref (message));
  g_clear_object (&message);

  for (guint i = 1; i < n; i++)
    send_tick (self, TICK_OUTPUT, NULL);

  return g_queue_pop_head (&self->output);
}

static GDBusMessage *
on_message (GDBusConnection *connection,
            GDBusMessage *message,
            gboolean incoming,
            gpointer user_data)
{
  KeyfobCallers *self = user_data;
  GDBusMessage *passed;

  g_mutex_lock (&self->lock);
  passed = incoming ? filter_input (self, message) : filter_output (self, message);
  g_mutex_unlock (&self->lock);

  return passed;
}

KeyfobCallers *
keyfob_callers_new (GDBusConnection *connection, KeyfobCallersAllow allow, const char *denial)
{
  KeyfobCallers *self = g_atomic_rc_box_new0 (KeyfobCallers);

  g_mutex_init (&self->lock);
  self->connection = g_object_ref (connection);
  self->allow = allow;
  self->denial = denial;
  self->own_name = g_strdup (g_dbus_connection_get_unique_name (connection));
  self->clients =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) client_free);
  g_queue_init (&self->output);
  self->telling_names = keyfob_caller_get_telling_names ();
  if (self->own_name != NULL)
    {
      self->filter = g_dbus_connection_add_filter (
          connection, on_message, g_atomic_rc_box_acquire (self), (GDestroyNotify) unref);
      watch_telling_names (self);
    }

  return self;
}

KeyfobCaller *
keyfob_callers_dup (KeyfobCallers *self, const char *sender)
{
  KeyfobCaller *caller = NULL;
  Client *client;

  if (sender == NULL)
    return keyfob_caller_new_own ();

  g_mutex_lock (&self->lock);
  client = g_hash_table_lookup (self->clients, sender);
  if (client != NULL && client->caller != NULL)
    caller = keyfob_caller_ref (client->caller);
  g_mutex_unlock (&self->lock);

  return caller;
}

void
keyfob_callers_settle_async (KeyfobCallers *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (self->settling == NULL);

  self->settling = g_task_new (NULL, NULL, callback, user_data);
  g_task_set_source_tag (self->settling, keyfob_callers_settle_async);
  check_settled (self);
}

void
keyfob_callers_free (KeyfobCallers *self)
{
  g_autoptr (GArray) watches = g_array_new (FALSE, FALSE, sizeof (guint));
  GHashTableIter iter;
  gpointer client;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, NULL, &client))
    if (((Client *) client)->watch != 0)
      g_array_append_val (watches, ((Client *) client)->watch);
  g_hash_table_remove_all (self->clients);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < watches->len; i++)
    g_dbus_connection_signal_unsubscribe (self->connection, g_array_index (watches, guint, i));
  if (self->names_watch != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, self->names_watch);
  if (self->filter != 0)
    g_dbus_connection_remove_filter (self->connection, self->filter);
  unref (self);
}
