/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-agent-program.h"

#include <signal.h>

#include <glib-unix.h>
#include <glib/gi18n-lib.h>

#include "keyfob-agent.h"
#include "keyfob-autostart.h"
#include "keyfob-launcher.h"
#include "keyfob-host.h"
#include "keyfob-http.h"
#include "keyfob-idle-exit.h"
#include "keyfob-memory-trimmer.h"
#include "keyfob-notifications.h"
#include "keyfob-question-notifications.h"
#include "keyfob-secret.h"
#include "keyfob-tray.h"

/* The longest wait at the end for what should not be interrupted, and how much longer it is where a
 * token may come, which ends the one before: a server has 30 seconds to answer, then the token is
 * saved. The unit has a little more patience than both together. */
#define QUIT_SECONDS 5
#define RENEWAL_SECONDS 35

struct _KeyfobAgentProgram
{
  GObject parent_instance;

  GMainLoop *loop;
  KeyfobContext *context;
  KeyfobAgent *agent;
  KeyfobMemoryTrimmer *trimmer;
  KeyfobTray *tray;                                    /* while the agent has its name */
  KeyfobNotifications *notifications;                  /* while the agent has its name */
  KeyfobQuestionNotifications *question_notifications; /* while the agent has its name */
  KeyfobIdleExit *idle_exit;                           /* (nullable): with leave_after */
  int leave_after;                                     /* seconds without a call; 0 never */
  guint name;
  guint deadline;
  gboolean patient; /* the agent waits longer for a token */
};

G_DEFINE_FINAL_TYPE (KeyfobAgentProgram, keyfob_agent_program, G_TYPE_OBJECT)

static gboolean
on_deadline (gpointer user_data)
{
  KeyfobAgentProgram *self = KEYFOB_AGENT_PROGRAM (user_data);

  if (self->patient || !keyfob_agent_is_renewing (self->agent))
    {
      g_message ("Ending with work undone");
      self->deadline = 0;
      g_main_loop_quit (self->loop);
    }
  else
    {
      g_debug ("A token is still to come");
      self->patient = TRUE;
      self->deadline = g_timeout_add_seconds (RENEWAL_SECONDS, on_deadline, self);
    }

  return G_SOURCE_REMOVE;
}

static void
on_agent_quit (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KeyfobAgentProgram *self = KEYFOB_AGENT_PROGRAM (user_data);

  g_autoptr (GError) error = NULL;

  if (!keyfob_agent_quit_finish (KEYFOB_AGENT (source), result, &error))
    g_message ("%s", error->message);
  g_main_loop_quit (self->loop);
}

static void
quit (KeyfobAgentProgram *self)
{
  if (self->deadline != 0)
    return;

  g_debug ("Ending");
  self->deadline = g_timeout_add_seconds (QUIT_SECONDS, on_deadline, self);
  keyfob_agent_quit_async (self->agent, on_agent_quit, self);
}

static void
on_last_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobAgentProgram) self = user_data;
  GVariant *answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  g_clear_pointer (&answer, g_variant_unref);
  quit (self);
}

static void
ask_bus (KeyfobAgentProgram *self, GAsyncReadyCallback callback)
{
  g_dbus_connection_call (self->context->connection, "org.freedesktop.DBus",
                          "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetId", NULL, NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, callback, g_object_ref (self));
}

static void
on_settled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobAgentProgram) self = user_data;

  ask_bus (self, on_last_answer);
}

/* Some of the calls may wait until it is known who makes them. */
static void
on_first_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KeyfobAgentProgram *self = user_data;
  GVariant *answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  g_clear_pointer (&answer, g_variant_unref);
  keyfob_callers_settle_async (self->context->callers, on_settled, self);
}

/* Releases the name first: from then on the bus starts another agent for new calls, and all calls
 * that came before are here when the bus answers. */
static void
on_leave (KeyfobAgentProgram *self)
{
  g_clear_handle_id (&self->name, g_bus_unown_name);
  ask_bus (self, on_first_answer);
}

static void
on_tray (KeyfobAgentProgram *self, gboolean shown)
{
  if (self->idle_exit == NULL)
    return;

  keyfob_agent_set_leaves (self->agent, !shown);
  keyfob_idle_exit_set_tray (self->idle_exit, shown);
}

static gboolean
on_signal (gpointer user_data)
{
  quit (user_data);

  return G_SOURCE_CONTINUE;
}

/* Whether something would be lost if the agent left now. */
static gboolean
is_busy (gpointer user_data)
{
  KeyfobAgentProgram *self = KEYFOB_AGENT_PROGRAM (user_data);
  GListModel *hosts = keyfob_agent_get_hosts (self->agent);

  for (guint i = 0; i < g_list_model_get_n_items (hosts); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (hosts, i);

      if (keyfob_host_is_busy (host) || keyfob_host_is_unsaved (host))
        return TRUE;
    }

  return keyfob_notifications_is_showing (self->notifications)
         || keyfob_questions_is_open (self->context->questions);
}

static void
show_on_desktop (KeyfobAgentProgram *self)
{
  g_autoptr (KeyfobAttentionModel) model = keyfob_attention_model_new (
      keyfob_agent_get_hosts (self->agent), self->context->clock, self->context->settings);

  self->tray = keyfob_tray_new (self->context, model);
  self->notifications = keyfob_notifications_new (self->context, model);
  self->question_notifications = keyfob_question_notifications_new (self->context);
  g_signal_connect_object (self->tray, "quit", G_CALLBACK (quit), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->tray, "shown", G_CALLBACK (on_tray), self, G_CONNECT_SWAPPED);
}

static void
on_name_acquired (GDBusConnection *connection, const char *name, gpointer user_data)
{
  KeyfobAgentProgram *self = KEYFOB_AGENT_PROGRAM (user_data);
  KeyfobClock *clock = self->context->clock;
  g_autofree char *autostart = keyfob_autostart_dup_path ();

  show_on_desktop (self);
  if (self->leave_after <= 0)
    return;

  self->idle_exit =
      keyfob_idle_exit_new (connection, clock, autostart, self->leave_after, is_busy, self);
  keyfob_agent_set_leaves (self->agent, TRUE);
  g_signal_connect_object (self->idle_exit, "leave", G_CALLBACK (on_leave), self,
                           G_CONNECT_SWAPPED);
}

static void
on_name_lost (GDBusConnection *connection, const char *name, gpointer user_data)
{
  KeyfobAgentProgram *self = KEYFOB_AGENT_PROGRAM (user_data);

  if (connection == NULL || g_dbus_connection_is_closed (connection))
    g_debug ("The bus is gone");
  else
    g_message ("Another agent has the name %s", name);

  quit (self);
}

static KeyfobStores *
make_stores (KeyfobClock *clock, const char *store_option)
{
  g_autoptr (KeyfobKeyring) keyring = keyfob_keyring_new (clock);
  g_autofree char *shared_file = store_option != NULL ? g_canonicalize_filename (store_option, NULL)
                                                      : keyfob_token_store_dup_default_path ();
  const char *from_environment = g_getenv ("OIDC_TOKEN_FILE");
  gboolean only_file =
      store_option != NULL || (from_environment != NULL && *from_environment != '\0');

  return keyfob_stores_new (keyring, shared_file, only_file, clock);
}

/* What programs in a sandbox may call, see #KeyfobCallersAllow: neither properties nor the list of
 * objects, which tell of all hosts, nor the menu of the tray. */
static gboolean
allow_in_sandbox (GDBusMessage *call)
{
  const struct
  {
    const char *interface;
    const char *member;
  } allowed[] = {
    { "org.freedesktop.DBus.Peer", "Ping" },
    { "org.keyfob.Keyfob.Agent1", "FindHost" },
    { "org.keyfob.Keyfob.Host1", "GetToken" },
  };
  const char *interface = g_dbus_message_get_interface (call);
  const char *member = g_dbus_message_get_member (call);

  for (gsize i = 0; i < G_N_ELEMENTS (allowed); i++)
    if (g_strcmp0 (interface, allowed[i].interface) == 0
        && g_strcmp0 (member, allowed[i].member) == 0)
      return TRUE;

  return FALSE;
}

static KeyfobContext *
make_context (GDBusConnection *connection, const char *store_option)
{
  g_autoptr (KeyfobClock) clock = keyfob_clock_new ();
  g_autofree char *path = keyfob_host_file_dup_default_path ();
  g_autoptr (KeyfobHostFile) file = keyfob_host_file_new (path, clock);
  g_autofree char *notices_path = keyfob_notices_dup_default_path ();
  g_autoptr (KeyfobNotices) notices = keyfob_notices_new (notices_path, clock);
  g_autoptr (KeyfobSettings) settings = keyfob_settings_new ();
  g_autofree char *lock_path = keyfob_token_lock_dup_default_path ();
  g_autoptr (KeyfobScreenMonitor) screen = keyfob_screen_monitor_new (connection);
  g_autoptr (KeyfobTokenLock) lock = keyfob_token_lock_new (lock_path, clock, settings, screen);
  g_autofree char *permissions_path = keyfob_permissions_dup_default_path ();
  g_autoptr (KeyfobPermissions) permissions =
      keyfob_permissions_new (permissions_path, clock, settings, screen);
  g_autoptr (KeyfobQuestions) questions =
      keyfob_questions_new (connection, clock, permissions, lock, screen);
  g_autoptr (KeyfobLauncher) launcher = keyfob_browser_launcher_new (connection);
  g_autoptr (SoupSession) session = keyfob_http_session_new ();
  g_autoptr (KeyfobStores) stores = make_stores (clock, store_option);

  return keyfob_context_new (connection, keyfob_callers_new (connection, allow_in_sandbox), session,
                             clock, launcher, file, notices, settings, lock, questions, stores);
}

static void
make_agent (KeyfobAgentProgram *self, GDBusConnection *connection, const char *store_option)
{
  g_autoptr (KeyfobWakeMonitor) wake_monitor = NULL;

  self->context = make_context (connection, store_option);
  wake_monitor = keyfob_wake_monitor_new (g_network_monitor_get_default (), self->context->clock);
  self->trimmer = keyfob_memory_trimmer_new (self->context->session, self->context->clock);
  self->agent = keyfob_agent_new (self->context, wake_monitor);
}

static void
serve (KeyfobAgentProgram *self, GDBusConnection *connection)
{
  guint term, interrupt;

  term = g_unix_signal_add (SIGTERM, on_signal, self);
  interrupt = g_unix_signal_add (SIGINT, on_signal, self);
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  self->name = g_bus_own_name_on_connection (connection, KEYFOB_AGENT_NAME,
                                             G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE, on_name_acquired,
                                             on_name_lost, self, NULL);

  g_main_loop_run (self->loop);

  g_clear_object (&self->idle_exit);
  g_clear_object (&self->question_notifications);
  g_clear_object (&self->notifications);
  g_clear_object (&self->tray);
  g_clear_handle_id (&self->name, g_bus_unown_name);
  g_source_remove (term);
  g_source_remove (interrupt);
  if (!g_dbus_connection_is_closed (connection))
    g_dbus_connection_flush_sync (connection, NULL, NULL);
}

/* Has the bus, or systemd behind it, start the agent, so that it is started again after a crash.
 * Where the bus cannot start the agent, this process becomes the agent. */
static gboolean
start_by_bus (GDBusConnection *connection)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (
      connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "StartServiceByName", g_variant_new ("(su)", KEYFOB_AGENT_NAME, 0), NULL,
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  if (answer == NULL)
    g_message ("The bus does not start the agent: %s", error->message);

  return answer != NULL;
}

static void
keyfob_agent_program_dispose (GObject *object)
{
  KeyfobAgentProgram *self = KEYFOB_AGENT_PROGRAM (object);

  g_clear_handle_id (&self->deadline, g_source_remove);
  g_clear_object (&self->agent);
  g_clear_object (&self->trimmer);
  g_clear_pointer (&self->context, keyfob_context_unref);
  g_clear_pointer (&self->loop, g_main_loop_unref);

  G_OBJECT_CLASS (keyfob_agent_program_parent_class)->dispose (object);
}

static void
keyfob_agent_program_class_init (KeyfobAgentProgramClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_agent_program_dispose;
}

static void
keyfob_agent_program_init (KeyfobAgentProgram *self)
{
  self->loop = g_main_loop_new (NULL, FALSE);
}

KeyfobAgentProgram *
keyfob_agent_program_new (void)
{
  return g_object_new (KEYFOB_TYPE_AGENT_PROGRAM, NULL);
}

int
keyfob_agent_program_run (KeyfobAgentProgram *self, int argc, char *argv[])
{
  g_autofree char *store = NULL;
  gboolean start = FALSE;
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "store", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME, &store,
      N_ ("Keep tokens in this file, not in the keyring"), N_ ("FILE") },
    { "start", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &start,
      N_ ("Let the bus start the agent, and exit"), NULL },
    { "leave-after", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &self->leave_after,
      N_ ("End after so many seconds in which nobody needs the agent"), N_ ("SECONDS") },
    { "version", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &version,
      N_ ("Print the version and exit"), NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) options = g_option_context_new (NULL);
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (options, _ ("Keeps the tokens of your hosts and hands them out."));
  g_option_context_add_main_entries (options, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (options, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  if (version)
    {
      g_print ("keyfob-agent %s\n", KEYFOB_VERSION);
      return 0;
    }

  connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  if (start && connection != NULL && start_by_bus (connection))
    return 0;

  keyfob_secret_keep_memory_private ();
  if (connection != NULL)
    make_agent (self, connection, store);
  if (self->agent == NULL || !keyfob_agent_export (self->agent, &error))
    g_printerr (_ ("The message bus of the session cannot be reached: %s\n"), error->message);
  else
    serve (self, connection);
  keyfob_secret_let_leak_check_in ();

  return error == NULL ? 0 : 1;
}
