/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-application.h"

#include <glib/gi18n-lib.h>

#include "keyfob-agent-client.h"
#include "keyfob-autostart.h"
#include "keyfob-clipboard.h"
#include "keyfob-clock.h"
#include "keyfob-copy-window.h"
#include "keyfob-preferences-window.h"
#include "keyfob-secret.h"
#include "keyfob-window.h"

struct _KeyfobApplication
{
  AdwApplication parent_instance;

  KeyfobAgentClient *client;
  KeyfobClock *clock;
  GSettings *settings;
  KeyfobAutostart *autostart;
  KeyfobClipboard *clipboard;
  guint lock_subscription; /* to the properties of the agent */
  gboolean holding;        /* the process, because it must not end while it owns the clipboard */
};

G_DEFINE_FINAL_TYPE (KeyfobApplication, keyfob_application, ADW_TYPE_APPLICATION)

static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  KeyfobApplication *self = KEYFOB_APPLICATION (user_data);
  GtkWindow *window;

  /* closing lets each window save its size */
  while ((window = gtk_application_get_active_window (GTK_APPLICATION (self))))
    {
      gtk_window_close (window);
      if (window == gtk_application_get_active_window (GTK_APPLICATION (self)))
        break;
    }
  if (window != NULL || !self->holding)
    g_application_quit (G_APPLICATION (self));
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  adw_show_about_window (gtk_application_get_active_window (GTK_APPLICATION (user_data)),
                         "application-name", "Keyfob", "application-icon", KEYFOB_APPLICATION_ID,
                         "developer-name", _ ("The Keyfob authors"), "version", KEYFOB_VERSION,
                         "copyright", _ ("© 2026 The Keyfob authors"), "license-type",
                         GTK_LICENSE_BSD_3, "comments",
                         _ ("Signs you in to the servers you work with and keeps "
                            "their tokens in your keyring."),
                         /* Translators: your names, one a line */
                         "translator-credits", _ ("translator-credits"), NULL);
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
          find_window (self, KEYFOB_TYPE_WINDOW), self->autostart, self->settings));
    }

  gtk_window_present (preferences);
}

/* The agent activates this for the menu of the tray. */
static void
on_copy_header (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  KeyfobApplication *self = KEYFOB_APPLICATION (user_data);

  keyfob_copy_window_request (GTK_APPLICATION (self), self->clipboard,
                              g_variant_get_string (parameter, NULL));
}

static const GActionEntry actions[] = {
  { .name = "quit", .activate = on_quit },
  { .name = "about", .activate = on_about },
  { .name = "preferences", .activate = on_preferences },
  { .name = "copy-header", .parameter_type = "s", .activate = on_copy_header },
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

/* Also without a window, while the process stays for what was copied; so not through the client. */
static void
on_agent_properties (GDBusConnection *connection,
                     const char *sender,
                     const char *path,
                     const char *interface,
                     const char *signal,
                     GVariant *parameters,
                     gpointer user_data)
{
  KeyfobApplication *self = KEYFOB_APPLICATION (user_data);
  g_autoptr (GVariant) changed = NULL;
  gboolean locked;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;

  changed = g_variant_get_child_value (parameters, 1);
  if (g_variant_lookup (changed, "TokensLocked", "b", &locked) && locked)
    keyfob_clipboard_clear (self->clipboard);
}

static void
clear_clipboard_on_lock (KeyfobApplication *self)
{
  GDBusConnection *connection = g_application_get_dbus_connection (G_APPLICATION (self));

  if (connection != NULL)
    self->lock_subscription = g_dbus_connection_signal_subscribe (
        connection, KEYFOB_AGENT_NAME, "org.freedesktop.DBus.Properties", "PropertiesChanged",
        "/org/keyfob/Keyfob/Agent", "org.keyfob.Keyfob.Agent1", G_DBUS_SIGNAL_FLAGS_NONE,
        on_agent_properties, self, NULL);
}

static void
start_clipboard (KeyfobApplication *self)
{
  GdkDisplay *display = gdk_display_get_default ();

  self->clipboard =
      keyfob_clipboard_new (gdk_display_get_clipboard (display), self->clock, self->settings);
  g_signal_connect_object (self->clipboard, "notify::owner", G_CALLBACK (update_hold), self,
                           G_CONNECT_SWAPPED);
  clear_clipboard_on_lock (self);
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
  KEYFOB_APPLICATION (self)->autostart = keyfob_autostart_new (autostart);
  start_clipboard (KEYFOB_APPLICATION (self));
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  gtk_application_set_accels_for_action (self, "app.quit", (const char *[]){ "<Control>q", NULL });
  gtk_application_set_accels_for_action (self, "window.close",
                                         (const char *[]){ "<Control>w", NULL });
  gtk_application_set_accels_for_action (self, "app.preferences",
                                         (const char *[]){ "<Control>comma", NULL });
  gtk_application_set_accels_for_action (self, "win.add-host",
                                         (const char *[]){ "<Control>n", NULL });
  gtk_application_set_accels_for_action (self, "win.find", (const char *[]){ "<Control>f", NULL });
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

  if (self->lock_subscription != 0)
    g_dbus_connection_signal_unsubscribe (g_application_get_dbus_connection (application),
                                          self->lock_subscription);
  self->lock_subscription = 0;
  keyfob_clipboard_clear (self->clipboard);

  G_APPLICATION_CLASS (keyfob_application_parent_class)->shutdown (application);
}

static int
keyfob_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("keyfob %s\n", KEYFOB_VERSION);
      return EXIT_SUCCESS;
    }

  return -1;
}

static void
keyfob_application_dispose (GObject *object)
{
  KeyfobApplication *self = KEYFOB_APPLICATION (object);

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
  application_class->shutdown = keyfob_application_shutdown;
  application_class->handle_local_options = keyfob_application_handle_local_options;
  gtk_class->window_added = keyfob_application_window_added;
  gtk_class->window_removed = keyfob_application_window_removed;
}

static void
keyfob_application_init (KeyfobApplication *self)
{
  self->clock = keyfob_clock_new ();

  g_application_add_main_option (G_APPLICATION (self), "version", 'v', G_OPTION_FLAG_NONE,
                                 G_OPTION_ARG_NONE, _ ("Print the version and exit"), NULL);
  g_application_set_option_context_summary (
      G_APPLICATION (self), _ ("Shows the hosts that you sign in to and how each token stands."));
}

KeyfobApplication *
keyfob_application_new (void)
{
  return g_object_new (KEYFOB_TYPE_APPLICATION, "application-id", KEYFOB_APPLICATION_ID,
                       "resource-base-path", "/org/keyfob/Keyfob", NULL);
}
