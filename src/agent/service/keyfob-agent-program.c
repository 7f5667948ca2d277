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
#include "keyfob-bare-token.h"
#include "keyfob-clock-format.h"
#include "keyfob-launcher.h"
#include "keyfob-host.h"
#include "keyfob-http.h"
#include "keyfob-idle-exit.h"
#include "keyfob-memory-trimmer.h"
#include "keyfob-notifications.h"
#include "keyfob-proxy.h"
#include "keyfob-question-notifications.h"
#include "keyfob-search-provider.h"
#include "keyfob-secret.h"
#include "keyfob-tray.h"

/* The longest wait at the end for what should not be interrupted, and how much longer it is where a
 * token may come, which ends the one before: a server has 30 seconds to answer, then the token is
 * saved. The unit has a little more patience than both together. */
#define QUIT_SECONDS 5
#define RENEWAL_SECONDS 35
#define LAST_ANSWER_MILLISECONDS 2000 /* of the bus or the peer, once all else is over */

/* What keeps a private agent from a message bus, and from what would connect to one: a bus that it
 * started would stay behind. Settings are read from the disk as ever. */
static const char *const private_environment[][2] = {
  { "DBUS_SESSION_BUS_ADDRESS", "disabled:" },
  { "GIO_USE_VFS", "local" },
  { "GIO_USE_NETWORK_MONITOR", "netlink" },
};

struct _KeyfobAgentProgram
{
  GObject parent_instance;

  GMainLoop *loop;
  KeyfobContext *context;
  KeyfobAgent *agent;
  KeyfobTray *tray;                                    /* while the agent has its name */
  KeyfobNotifications *notifications;                  /* while the agent has its name */
  KeyfobQuestionNotifications *question_notifications; /* while the agent has its name */
  KeyfobSearchProvider *search;                        /* (nullable): not in a private agent */
  KeyfobIdleExit *idle_exit;                           /* (nullable): with leave_after */
  int leave_after;                                     /* seconds without a call; 0 never */
  guint name;
  guint deadline;
  gboolean patient;  /* the agent waits longer for a token */
  int peer_fd;       /* of the only client of a private agent; -1 none */
  char *host;        /* (nullable): that this client has named */
  gboolean is_bare;  /* the token file is to hold a single token */
  GStrv environment; /* (nullable): before a private agent has changed it */
};

G_DEFINE_FINAL_TYPE (KeyfobAgentProgram, keyfob_agent_program, G_TYPE_OBJECT)

static gboolean
is_private (KeyfobAgentProgram *self)
{
  return self->peer_fd >= 0;
}

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

  if (keyfob_agent_quit_finish (KEYFOB_AGENT (source), result, &error))
    g_debug ("All is saved");
  else if (is_private (self))
    g_printerr ("%s\n", error->message);
  else
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
  /* one that is asked for from now on would not stay */
  keyfob_bearer_files_close (self->context->bearer_files);
  ask_bus (self, on_first_answer);
}

static void
on_tray (KeyfobAgentProgram *self)
{
  static const char *const states[] = {
    [KEYFOB_TRAY_NONE] = "none",
    [KEYFOB_TRAY_HIDDEN] = "hidden",
    [KEYFOB_TRAY_SHOWN] = "shown",
  };
  KeyfobTrayState state = keyfob_tray_get_state (self->tray);
  gboolean shown = state == KEYFOB_TRAY_SHOWN;

  keyfob_agent_set_tray (self->agent, states[state]);
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
         || keyfob_questions_is_open (self->context->questions)
         || keyfob_bearer_files_is_needed (self->context->bearer_files);
}

static void
show_on_desktop (KeyfobAgentProgram *self)
{
  g_autoptr (KeyfobAttentionModel) model = keyfob_attention_model_new (
      keyfob_agent_get_hosts (self->agent), self->context->clock, self->context->settings);

  keyfob_clock_format_follow_desktop ();
  self->tray = keyfob_tray_new (self->context, model);
  self->notifications = keyfob_notifications_new (self->context, model);
  self->question_notifications = keyfob_question_notifications_new (self->context);
  g_signal_connect_object (self->tray, "quit", G_CALLBACK (quit), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->tray, "changed", G_CALLBACK (on_tray), self, G_CONNECT_SWAPPED);
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

/* Returns: whether a file was named that all hosts use */
static gboolean
names_file (const char *store_option)
{
  const char *from_environment = g_getenv ("OIDC_TOKEN_FILE");

  return store_option != NULL || (from_environment != NULL && *from_environment != '\0');
}

static KeyfobStores *
make_stores (KeyfobAgentProgram *self,
             KeyfobClock *clock,
             KeyfobSettings *settings,
             const char *store_option)
{
  g_autoptr (KeyfobKeyring) keyring =
      is_private (self) ? keyfob_keyring_new_out_of_reach (clock) : keyfob_keyring_new (clock);
  g_autofree char *shared_file = store_option != NULL ? g_canonicalize_filename (store_option, NULL)
                                                      : keyfob_token_store_dup_default_path ();
  gboolean only_file = names_file (store_option);
  KeyfobStores *stores = keyfob_stores_new (keyring, shared_file, only_file, clock);

  if (is_private (self) && only_file)
    keyfob_stores_force_file (stores);
  keyfob_stores_set_allows_files (stores, keyfob_settings_get_allow_file_store (settings));

  return stores;
}

/* What a private agent learns of the sessions in a file that was named is not about those in the
 * list of hosts. */
static KeyfobHostFile *
open_host_file (KeyfobAgentProgram *self, KeyfobClock *clock, const char *store_option)
{
  g_autofree char *path = keyfob_host_file_dup_default_path ();

  return is_private (self) && names_file (store_option) ? keyfob_host_file_new_copy (path, clock)
                                                        : keyfob_host_file_new (path, clock);
}

/* What programs in a sandbox may call, see #KeyfobCallersAllow: neither properties nor the list of
 * objects, which tell of all hosts, nor the menu of the tray. */
static gboolean
allow_in_sandbox (GDBusMessage *call, KeyfobCaller *caller)
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

/* What is no proxy is told of in the log, without quoting it, and then that of the system is used.
 */
static void
set_proxy (KeyfobSettings *settings, GParamSpec *pspec, SoupSession *session)
{
  g_autofree char *text = keyfob_settings_dup_proxy (settings);
  g_autoptr (GError) error = NULL;
  g_autofree char *proxy = keyfob_proxy_check (text, &error);

  if (proxy == NULL)
    g_message ("The proxy in the preferences is not used: %s", error->message);
  keyfob_http_session_set_proxy (KEYFOB_HTTP_SESSION (session), proxy != NULL ? proxy : "");
}

static KeyfobContext *
make_context (KeyfobAgentProgram *self, GDBusConnection *connection, const char *store_option)
{
  g_autoptr (KeyfobClock) clock = keyfob_clock_new ();
  g_autoptr (KeyfobHostFile) file = open_host_file (self, clock, store_option);
  /* the client of a private agent tells them at once */
  g_autofree char *notices_path = is_private (self) ? NULL : keyfob_notices_dup_default_path ();
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
  g_autoptr (KeyfobLauncher) launcher = keyfob_browser_launcher_new (
      is_private (self) ? NULL : connection, (const char *const *) self->environment);
  g_autoptr (SoupSession) session = keyfob_http_session_new ();
  g_autoptr (KeyfobStores) stores = make_stores (self, clock, settings, store_option);
  /* the bearer token files in it are those of the agent of the session */
  const char *runtime_folder = is_private (self) ? NULL : g_getenv ("XDG_RUNTIME_DIR");
  KeyfobCallers *callers = keyfob_callers_new (
      connection, allow_in_sandbox,
      _ ("Programs in a sandbox may find a host and ask for its token, and nothing else."));

  g_signal_connect_object (settings, "notify::proxy", G_CALLBACK (set_proxy), session, 0);
  set_proxy (settings, NULL, session);

  return keyfob_context_new (connection, callers, session, clock, launcher, file, notices, settings,
                             lock, questions, stores, runtime_folder);
}

static void
find_bare_token (KeyfobAgentProgram *self, const char *store_option)
{
  KeyfobContext *context = self->context;
  g_autofree char *path = keyfob_stores_dup_shared_path (context->stores);
  g_autofree char *base_url = NULL;

  if (!is_private (self) || !names_file (store_option))
    return;

  context->makes_bare_token = self->is_bare;
  context->has_bare_token = keyfob_bare_token_is_at (path, &base_url) || self->is_bare;
  if (!self->is_bare)
    context->bare_host = g_steal_pointer (&base_url);
}

static void
provide_hosts (KeyfobAgentProgram *self)
{
  g_auto (GStrv) folders = keyfob_provided_hosts_dup_default_folders ();

  self->context->provided = keyfob_provided_hosts_new ((const char *const *) folders);
  if (!is_private (self))
    keyfob_provided_hosts_watch (self->context->provided);
}

static void
make_agent (KeyfobAgentProgram *self, GDBusConnection *connection, const char *store_option)
{
  g_autoptr (KeyfobWakeMonitor) wake_monitor = NULL;

  self->context = make_context (self, connection, store_option);
  self->context->is_private = is_private (self);
  self->context->named_host = g_strdup (self->host);
  provide_hosts (self);
  find_bare_token (self, store_option);
  wake_monitor = keyfob_wake_monitor_new (g_network_monitor_get_default (), self->context->clock);
  self->context->trimmer = keyfob_memory_trimmer_new (self->context->session, self->context->clock);
  self->agent = keyfob_agent_new (self->context, wake_monitor);
}

static void
on_peer_gone (KeyfobAgentProgram *self)
{
  quit (self);
}

static void
on_settled_privately (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KeyfobAgentProgram *self = KEYFOB_AGENT_PROGRAM (user_data);

  keyfob_agent_settle_finish (KEYFOB_AGENT (source), result);
  g_dbus_connection_start_message_processing (self->context->connection);
}

/* The first call of the client waits until it is known which hosts there are, and how they stand.
 */
static void
start_private (KeyfobAgentProgram *self, GDBusConnection *connection)
{
  g_signal_connect_object (connection, "closed", G_CALLBACK (on_peer_gone), self,
                           G_CONNECT_SWAPPED);
  keyfob_agent_settle_async (self->agent, on_settled_privately, self);
}

static gboolean
on_flush_timer (gpointer user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_REMOVE;
}

static void
on_flushed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GMainLoop) loop = user_data;

  g_dbus_connection_flush_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_main_loop_quit (loop);
}

/* A peer may have stopped to read, and g_dbus_connection_flush_sync() would wait for that for ever.
 * Nothing else runs meanwhile. */
static void
flush_to_peer (GDBusConnection *connection)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (GSource) timer = g_timeout_source_new (LAST_ANSWER_MILLISECONDS);

  g_source_set_callback (timer, on_flush_timer, loop, NULL);
  g_source_attach (timer, context);
  g_main_context_push_thread_default (context);
  g_dbus_connection_flush (connection, NULL, on_flushed, g_main_loop_ref (loop));
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (context);
}

/* A bus that answers has all that was sent before. g_dbus_connection_flush() would never end where
 * the filter of keyfob_callers_new() has taken a message out: GDBus never counts it as written. */
static void
let_messages_out (GDBusConnection *connection)
{
  g_autoptr (GVariant) answer = NULL;

  if (g_dbus_connection_is_closed (connection))
    return;

  if (g_dbus_connection_get_unique_name (connection) != NULL)
    answer = g_dbus_connection_call_sync (
        connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "GetId", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, LAST_ANSWER_MILLISECONDS, NULL, NULL);
  else
    flush_to_peer (connection);
}

/* As nohup(1) leaves SIGHUP. */
static gboolean
is_ignored (int number)
{
  struct sigaction action;

  return sigaction (number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static void
serve (KeyfobAgentProgram *self, GDBusConnection *connection)
{
  /* the last one: the terminal that the agent was started in is gone */
  const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
  guint sources[G_N_ELEMENTS (numbers)];

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    sources[i] = is_ignored (numbers[i]) ? 0 : g_unix_signal_add (numbers[i], on_signal, self);
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  if (is_private (self))
    start_private (self, connection);
  else
    {
      self->search = keyfob_search_provider_new (connection, keyfob_agent_get_hosts (self->agent));
      self->name = g_bus_own_name_on_connection (connection, KEYFOB_AGENT_NAME,
                                                 G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE,
                                                 on_name_acquired, on_name_lost, self, NULL);
    }

  g_main_loop_run (self->loop);

  g_clear_object (&self->idle_exit);
  g_clear_object (&self->question_notifications);
  g_clear_object (&self->notifications);
  g_clear_object (&self->tray);
  g_clear_object (&self->search);
  g_clear_handle_id (&self->name, g_bus_unown_name);
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    g_clear_handle_id (&sources[i], g_source_remove);
  let_messages_out (connection);
}

/* Before anything else runs: what other threads read must not change. */
static void
leave_session (KeyfobAgentProgram *self)
{
  self->environment = g_get_environ ();
  for (gsize i = 0; i < G_N_ELEMENTS (private_environment); i++)
    g_setenv (private_environment[i][0], private_environment[i][1], TRUE);
}

/* Whoever gave this program the other end needs no proof of who it is. */
static GDBusConnection *
connect_to_peer (KeyfobAgentProgram *self, GError **error)
{
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketConnection) stream = NULL;

  socket = g_socket_new_from_fd (self->peer_fd, error);
  if (socket == NULL)
    return NULL;

  stream = g_socket_connection_factory_create_connection (socket);

  return g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL,
                                     G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING, NULL, NULL,
                                     error);
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
  g_clear_pointer (&self->context, keyfob_context_unref);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->host, g_free);
  g_clear_pointer (&self->environment, g_strfreev);

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
  self->peer_fd = -1;
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
    { "peer-fd", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &self->peer_fd,
      N_ ("Serve only the program at the other end of this socket"), N_ ("NUMBER") },
    { "host", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &self->host,
      N_ ("The host that this program asks for"), N_ ("HOST") },
    { "bare", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &self->is_bare,
      N_ ("Have the file hold a single token, that of the host"), NULL },
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

  if (is_private (self))
    leave_session (self);
  connection = is_private (self) ? connect_to_peer (self, &error)
                                 : g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  if (start && connection != NULL && start_by_bus (connection))
    return 0;

  /* A thread that connects to a bus would wait for the main thread with this type, and the main
   * thread for it where libsoup needs the type while a class is made: GLib before 2.78 locks up. */
  g_type_ensure (G_TYPE_PROXY_ADDRESS);
  keyfob_secret_keep_memory_private ();
  /* a file that may not grow is an error of the store, and not the end of a session */
  signal (SIGXFSZ, SIG_IGN);
  if (connection != NULL)
    make_agent (self, connection, store);
  if (self->agent == NULL || !keyfob_agent_export (self->agent, &error))
    g_printerr (_ ("The message bus of the session cannot be reached: %s\n"), error->message);
  else
    serve (self, connection);
  keyfob_secret_let_leak_check_in ();

  return error == NULL ? 0 : 1;
}
