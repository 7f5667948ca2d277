/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-application.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "keyfob-about.h"
#include "keyfob-add-link.h"
#include "keyfob-agent-client.h"
#include "keyfob-autostart.h"
#include "keyfob-callers.h"
#include "keyfob-clipboard-guard.h"
#include "keyfob-clipboard.h"
#include "keyfob-clock-format.h"
#include "keyfob-clock.h"
#include "keyfob-flatpak.h"
#include "keyfob-preferences-window.h"
#include "keyfob-secret.h"
#include "keyfob-ui.h"
#include "keyfob-tray-copy.h"
#include "keyfob-window.h"

#define AGENT_UNIT "keyfob-agent.service"

/* Seconds that the agent has for its answers when the program is told to end. */
#define END_TIME 5

struct _KeyfobApplication
{
  AdwApplication parent_instance;

  KeyfobCallers *callers; /* (nullable): none without a bus */
  KeyfobAgentClient *client;
  KeyfobClock *clock;
  GSettings *settings;
  KeyfobAutostart *autostart;
  KeyfobClipboard *clipboard;
  KeyfobTrayCopy *tray_copy;
  KeyfobClipboardGuard *clipboard_guard; /* (nullable): none without a bus */
  GtkWindow *help;                       /* (nullable): weak */
  guint end_id;                          /* of the source that ends the program */
  gboolean holding; /* the process, because it must not end while it owns the clipboard */
};

G_DEFINE_FINAL_TYPE (KeyfobApplication, keyfob_application, ADW_TYPE_APPLICATION)

/* Closing lets each window save its size, and carry out what could still be undone. What the agent
 * is asked for then, or what was copied, keeps the program until that is over. */
static void
close_windows (KeyfobApplication *self)
{
  GtkWindow *window;

  while ((window = gtk_application_get_active_window (GTK_APPLICATION (self))))
    {
      gtk_window_close (window);
      if (window == gtk_application_get_active_window (GTK_APPLICATION (self)))
        break;
    }
  if (window != NULL)
    g_application_quit (G_APPLICATION (self));
}

static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  close_windows (KEYFOB_APPLICATION (user_data));
}

static gboolean
on_end_time (gpointer user_data)
{
  KeyfobApplication *self = KEYFOB_APPLICATION (user_data);

  self->end_id = 0;
  g_application_quit (G_APPLICATION (self));

  return G_SOURCE_REMOVE;
}

/* The session ends, or somebody ends the program. */
static gboolean
on_signal (gpointer user_data)
{
  KeyfobApplication *self = KEYFOB_APPLICATION (user_data);

  if (self->end_id != 0)
    {
      g_application_quit (G_APPLICATION (self));
      return G_SOURCE_CONTINUE;
    }

  self->end_id = g_timeout_add_seconds (END_TIME, on_end_time, self);
  keyfob_clipboard_clear (self->clipboard);
  close_windows (self);

  return G_SOURCE_CONTINUE;
}

static void
handle_signals (KeyfobApplication *self)
{
  const int numbers[] = { SIGTERM, SIGINT, SIGHUP };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_unix_signal_add (numbers[i], on_signal, self);
}

/* A session manager asks before the session ends, and does not wait for long after that. */
static void
on_query_end (GtkApplication *application)
{
  for (GList *l = gtk_application_get_windows (application); l != NULL; l = l->next)
    gtk_widget_activate_action (GTK_WIDGET (l->data), "win.finish", NULL);
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  KeyfobApplication *self = KEYFOB_APPLICATION (user_data);

  keyfob_about_show (gtk_application_get_active_window (GTK_APPLICATION (self)), self->client);
}

static GtkWindow *
find_window (KeyfobApplication *self, GType type)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  for (GList *l = windows; l != NULL; l = l->next)
    {
      if (G_TYPE_CHECK_INSTANCE_TYPE (l->data, type))
        return l->data;
    }

  return NULL;
}

/* The agent activates this too, for the menu of the tray, perhaps while there is no window. */
static void
on_preferences (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  KeyfobApplication *self = KEYFOB_APPLICATION (user_data);
  GtkWindow *preferences = find_window (self, KEYFOB_TYPE_PREFERENCES_WINDOW);

  if (preferences == NULL)
    {
      g_application_activate (G_APPLICATION (self));
      preferences = GTK_WINDOW (keyfob_preferences_window_new (
          find_window (self, KEYFOB_TYPE_WINDOW), self->client, self->autostart, self->settings));
    }

  gtk_window_present (preferences);
}

/* The agent activates this for the menu of the tray. */
static void
on_copy_header (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  keyfob_tray_copy_start (KEYFOB_APPLICATION (user_data)->tray_copy,
                          g_variant_get_string (parameter, NULL));
}

/* Has the window do what the desktop asks for. */
static void
request (KeyfobApplication *self, const char *action, GVariant *parameter)
{
  g_application_activate (G_APPLICATION (self));
  keyfob_window_request (KEYFOB_WINDOW (find_window (self, KEYFOB_TYPE_WINDOW)), action, parameter);
}

/* The desktop file offers this. */
static void
on_add_server (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  request (KEYFOB_APPLICATION (user_data), "win.add-host", NULL);
}

/* The agent activates this for the search of the desktop. */
static void
on_search (GSimpleAction *action, GVariant *text, gpointer user_data)
{
  request (KEYFOB_APPLICATION (user_data), "win.search", text);
}

/* Answers that need neither a network nor another program. */
static void
on_help (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  KeyfobApplication *self = KEYFOB_APPLICATION (user_data);
  GtkApplication *application = GTK_APPLICATION (user_data);
  g_autoptr (GtkBuilder) builder = NULL;

  if (self->help == NULL)
    {
      builder = gtk_builder_new_from_resource ("/org/keyfob/Keyfob/keyfob-help-window.ui");
      g_set_weak_pointer (&self->help, GTK_WINDOW (gtk_builder_get_object (builder, "help")));
      keyfob_ui_complete_accessibility (GTK_WIDGET (self->help));
      gtk_window_set_transient_for (self->help, find_window (self, KEYFOB_TYPE_WINDOW));
      gtk_window_set_application (self->help, application);
    }

  gtk_window_present (self->help);
}

/* GTK would make this from a resource of its own naming, and then with each window. */
static void
on_shortcuts (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkWindow *window = find_window (KEYFOB_APPLICATION (user_data), KEYFOB_TYPE_WINDOW);
  GtkApplicationWindow *parent = GTK_APPLICATION_WINDOW (window);
  g_autoptr (GtkBuilder) builder = NULL;

  if (window == NULL)
    return;

  if (gtk_application_window_get_help_overlay (parent) == NULL)
    {
      builder = gtk_builder_new_from_resource ("/org/keyfob/Keyfob/keyfob-shortcuts-window.ui");
      gtk_application_window_set_help_overlay (
          parent, GTK_SHORTCUTS_WINDOW (gtk_builder_get_object (builder, "shortcuts")));
    }

  gtk_window_present (GTK_WINDOW (gtk_application_window_get_help_overlay (parent)));
}

static const GActionEntry actions[] = {
  { .name = "quit", .activate = on_quit },
  { .name = "about", .activate = on_about },
  { .name = "help", .activate = on_help },
  { .name = "shortcuts", .activate = on_shortcuts },
  { .name = "preferences", .activate = on_preferences },
  { .name = "copy-header", .parameter_type = "s", .activate = on_copy_header },
  { .name = "add-server", .activate = on_add_server },
  { .name = "search", .parameter_type = "s", .activate = on_search },
};

/* After the last window is closed, the process stays until the copied secret was pasted, replaced
 * or cleared; some Wayland compositors need it until it is replaced. The agent is not needed for
 * that. */
static void
update_hold (KeyfobApplication *self)
{
  GApplication *application = G_APPLICATION (self);
  gboolean has_window = gtk_application_get_windows (GTK_APPLICATION (self)) != NULL;
  gboolean hold = keyfob_clipboard_is_owner (self->clipboard);

  keyfob_clipboard_set_clear_after_paste (self->clipboard, !has_window);
  if (!has_window)
    g_clear_object (&self->client);

  if (hold == self->holding)
    return;

  self->holding = hold;
  if (hold)
    g_application_hold (application);
  else
    g_application_release (application);
}

static void
start_clipboard (KeyfobApplication *self)
{
  GDBusConnection *connection = g_application_get_dbus_connection (G_APPLICATION (self));
  GdkDisplay *display = gdk_display_get_default ();

  self->clipboard =
      keyfob_clipboard_new (gdk_display_get_clipboard (display), self->clock, self->settings);
  g_signal_connect_object (self->clipboard, "notify::owner", G_CALLBACK (update_hold), self,
                           G_CONNECT_SWAPPED);
  self->tray_copy = keyfob_tray_copy_new (GTK_APPLICATION (self), self->clipboard);
  if (connection != NULL)
    self->clipboard_guard = keyfob_clipboard_guard_new (connection, self->clipboard);
}

static void
keyfob_application_startup (GApplication *application)
{
  GtkApplication *self = GTK_APPLICATION (application);
  g_autofree char *autostart = keyfob_autostart_dup_path ();

  G_APPLICATION_CLASS (keyfob_application_parent_class)->startup (application);
  /* not before: a desktop portal looks once at a program that calls it, as libadwaita has done by
   * now for the style, and refuses one that it cannot look into; there is no token yet */
  keyfob_secret_keep_memory_private ();

  KEYFOB_APPLICATION (self)->settings = g_settings_new (KEYFOB_APPLICATION_ID);
  keyfob_clock_format_follow_desktop ();
  KEYFOB_APPLICATION (self)->autostart = keyfob_autostart_new (
      autostart,
      keyfob_flatpak_is_inside () ? g_application_get_dbus_connection (application) : NULL);
  start_clipboard (KEYFOB_APPLICATION (self));
  handle_signals (KEYFOB_APPLICATION (self));
  g_signal_connect (self, "query-end", G_CALLBACK (on_query_end), NULL);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  gtk_application_set_accels_for_action (self, "app.quit", (const char *[]){ "<Control>q", NULL });
  gtk_application_set_accels_for_action (self, "window.close",
                                         (const char *[]){ "<Control>w", NULL });
  gtk_application_set_accels_for_action (self, "app.help", (const char *[]){ "F1", NULL });
  gtk_application_set_accels_for_action (
      self, "app.shortcuts", (const char *[]){ "<Control>F1", "<Control>question", NULL });
  gtk_application_set_accels_for_action (self, "app.preferences",
                                         (const char *[]){ "<Control>comma", NULL });
  gtk_application_set_accels_for_action (self, "win.add-host",
                                         (const char *[]){ "<Control>n", NULL });
  gtk_application_set_accels_for_action (self, "win.find", (const char *[]){ "<Control>f", NULL });
  gtk_application_set_accels_for_action (self, "win.undo", (const char *[]){ "<Control>z", NULL });
}

static void
keyfob_application_activate (GApplication *application)
{
  KeyfobApplication *self = KEYFOB_APPLICATION (application);
  GtkWindow *window = find_window (self, KEYFOB_TYPE_WINDOW);

  if (self->client == NULL)
    self->client = keyfob_agent_client_new (g_application_get_dbus_connection (application));
  if (window == NULL)
    window = GTK_WINDOW (keyfob_window_new (GTK_APPLICATION (self), self->client, self->clock,
                                            self->clipboard, self->autostart, self->settings));

  gtk_window_present (window);
}

/* Links that offer a server, one at a time: there is one form. */
static void
keyfob_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  g_autofree char *link = g_file_get_uri (files[0]);

  g_application_activate (application);
  keyfob_window_offer_link (
      KEYFOB_WINDOW (find_window (KEYFOB_APPLICATION (application), KEYFOB_TYPE_WINDOW)), link);
}

static void
keyfob_application_window_added (GtkApplication *application, GtkWindow *window)
{
  GTK_APPLICATION_CLASS (keyfob_application_parent_class)->window_added (application, window);

  update_hold (KEYFOB_APPLICATION (application));
}

static void
keyfob_application_window_removed (GtkApplication *application, GtkWindow *window)
{
  GTK_APPLICATION_CLASS (keyfob_application_parent_class)->window_removed (application, window);

  update_hold (KEYFOB_APPLICATION (application));
}

/* Without this, GTK would pass the secret on to a clipboard manager. */
static void
keyfob_application_shutdown (GApplication *application)
{
  KeyfobApplication *self = KEYFOB_APPLICATION (application);

  g_clear_pointer (&self->clipboard_guard, keyfob_clipboard_guard_free);
  g_clear_handle_id (&self->end_id, g_source_remove);
  keyfob_clipboard_clear (self->clipboard);
  g_clear_object (&self->tray_copy);
  g_clear_weak_pointer (&self->help);

  G_APPLICATION_CLASS (keyfob_application_parent_class)->shutdown (application);
}

/* Whether @caller is the agent as systemd runs it: without a way to get privileges, and private, so
 * that a sandbox cannot be excluded. A sandbox has a unit of its own, which it cannot leave. */
static gboolean
is_agent (KeyfobCaller *caller)
{
  return caller->sandbox == KEYFOB_SANDBOX_UNKNOWN && caller->uid == getuid ()
         && g_strcmp0 (caller->unit, AGENT_UNIT) == 0;
}

/* What programs in a sandbox may call, see #KeyfobCallersAllow: a desktop file and a second start
 * of the program show the window by that. No action is theirs: actions remove hosts, and more. */
static gboolean
allow_in_sandbox (GDBusMessage *call, KeyfobCaller *caller)
{
  const char *interface = g_dbus_message_get_interface (call);
  const char *member = g_dbus_message_get_member (call);

  if (is_agent (caller))
    return TRUE;
  if (g_strcmp0 (interface, "org.freedesktop.DBus.Peer") == 0)
    return g_strcmp0 (member, "Ping") == 0;

  return g_strcmp0 (member, "Activate") == 0
         && (g_strcmp0 (interface, "org.freedesktop.Application") == 0
             || g_strcmp0 (interface, "org.gtk.Application") == 0);
}

/* GApplication takes the same connection, and exports on it before it tells. */
static void
open_door (KeyfobApplication *self)
{
  g_autoptr (GDBusConnection) connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);

  if (connection != NULL)
    self->callers = keyfob_callers_new (
        connection, allow_in_sandbox,
        _ ("Programs in a sandbox may open the window of Keyfob, and nothing else."));
}

/* Opens the address as its link, here or in the process that has the window.
 *
 * Returns: an exit code, or -1 to go on */
static int
open_address (GApplication *application, const char *const *addresses)
{
  g_autofree char *link = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;

  if (addresses[1] != NULL)
    {
      g_printerr ("%s\n", _ ("Give one address."));
      return 2;
    }
  if (!g_application_register (application, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }

  link = keyfob_add_link_new (addresses[0]);
  file = g_file_new_for_uri (link);
  g_application_open (application, &file, 1, "");

  return g_application_get_is_remote (application) ? EXIT_SUCCESS : -1;
}

/* For desktops that do not ask for the actions of the desktop file on the bus. The window opens by
 * itself after that, where it is not the action that opens it. */
static int
activate_actions (GApplication *application, GVariantDict *options)
{
  const char *const names[] = { "add-server", "preferences" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      if (!g_variant_dict_contains (options, names[i]))
        continue;
      if (!g_application_register (application, NULL, &error))
        {
          g_printerr ("%s\n", error->message);
          return EXIT_FAILURE;
        }
      g_action_group_activate_action (G_ACTION_GROUP (application), names[i], NULL);
    }

  return -1;
}

static int
keyfob_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  g_autofree const char **addresses = NULL;

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("keyfob %s\n", KEYFOB_VERSION);
      return EXIT_SUCCESS;
    }

  open_door (KEYFOB_APPLICATION (application));
  if (g_variant_dict_lookup (options, G_OPTION_REMAINING, "^a&s", &addresses)
      && addresses[0] != NULL)
    return open_address (application, addresses);

  return activate_actions (application, options);
}

static void
keyfob_application_dispose (GObject *object)
{
  KeyfobApplication *self = KEYFOB_APPLICATION (object);

  g_clear_pointer (&self->callers, keyfob_callers_free);
  g_clear_object (&self->client);
  g_clear_object (&self->clock);
  g_clear_object (&self->settings);
  g_clear_object (&self->autostart);
  g_clear_object (&self->clipboard);

  G_OBJECT_CLASS (keyfob_application_parent_class)->dispose (object);
}

static void
keyfob_application_class_init (KeyfobApplicationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);
  GtkApplicationClass *gtk_class = GTK_APPLICATION_CLASS (klass);

  object_class->dispose = keyfob_application_dispose;
  application_class->startup = keyfob_application_startup;
  application_class->activate = keyfob_application_activate;
  application_class->open = keyfob_application_open;
  application_class->shutdown = keyfob_application_shutdown;
  application_class->handle_local_options = keyfob_application_handle_local_options;
  gtk_class->window_added = keyfob_application_window_added;
  gtk_class->window_removed = keyfob_application_window_removed;
}

static void
keyfob_application_init (KeyfobApplication *self)
{
  const GOptionEntry entries[] = {
    { G_OPTION_REMAINING, 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, NULL, NULL,
      N_ ("[ADDRESS]") },
    { "add-server", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL, N_ ("Add a server"), NULL },
    { "preferences", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL, N_ ("Show the preferences"),
      NULL },
    { "version", 'v', G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL,
      N_ ("Print the version and exit"), NULL },
    G_OPTION_ENTRY_NULL,
  };

  self->clock = keyfob_clock_new ();

  g_application_add_main_option_entries (G_APPLICATION (self), entries);
  g_application_set_option_context_summary (
      G_APPLICATION (self), _ ("Shows the hosts that you sign in to and how each token stands."));
}

KeyfobApplication *
keyfob_application_new (void)
{
  return g_object_new (KEYFOB_TYPE_APPLICATION, "application-id", KEYFOB_APPLICATION_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path", "/org/keyfob/Keyfob",
                       "register-session", TRUE, NULL);
}
