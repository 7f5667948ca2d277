/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-launcher.h"

#include <gio/gdesktopappinfo.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-source.h"

#define PORTAL "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define SYSTEMD "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"

/* A browser that still runs after this time has started. A program that only hands the address over
 * to a running browser ends earlier, with status 0. */
#define START_SECONDS 5
/* Portal and systemd answer before they start anything; whichever does not is left out. */
#define ANSWER_MILLISECONDS 5000

G_DEFINE_INTERFACE (KeyfobLauncher, keyfob_launcher, G_TYPE_OBJECT)

static void
keyfob_launcher_default_init (KeyfobLauncherInterface *iface)
{
}

#define KEYFOB_TYPE_BROWSER_LAUNCHER (keyfob_browser_launcher_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobBrowserLauncher,
                      keyfob_browser_launcher,
                      KEYFOB,
                      BROWSER_LAUNCHER,
                      GObject)

struct _KeyfobBrowserLauncher
{
  GObject parent_instance;

  GDBusConnection *connection; /* (nullable) */
  GStrv environment;           /* (nullable): of the browser */
};

static void keyfob_browser_launcher_iface_init (KeyfobLauncherInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (KeyfobBrowserLauncher,
                               keyfob_browser_launcher,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KEYFOB_TYPE_LAUNCHER,
                                                      keyfob_browser_launcher_iface_init))

/* What a launch waits for. Each begins where the one before did not open the address. */
typedef enum
{
  WAY_PORTAL,
  WAY_SYSTEMD,
  WAY_PROCESS,
} Way;

/* Each callback that is still to come has a reference. */
typedef struct
{
  GDBusConnection *connection; /* (nullable) */
  GStrv environment;           /* (nullable): of the browser */
  char *uri;
  char *activation_token; /* (nullable) */
  Way way;
  GAppInfo *browser;  /* (nullable): %NULL before it was looked up, and where there is none */
  char **command;     /* (nullable): of the browser; %NULL where systemd cannot start it */
  GTask *task;        /* (nullable): %NULL once it was completed */
  GSource *patience;  /* (nullable) */
  guint subscription; /* to how the portal, or systemd, fares */
  gboolean active;    /* the unit of systemd has begun to start */
} Launch;

static void
launch_clear (gpointer data)
{
  Launch *launch = data;

  g_clear_object (&launch->connection);
  g_clear_object (&launch->browser);
  g_strfreev (launch->command);
  g_strfreev (launch->environment);
  g_free (launch->activation_token);
  g_free (launch->uri);
}

static Launch *
launch_ref (Launch *launch)
{
  return g_atomic_rc_box_acquire (launch);
}

static void
launch_unref (gpointer launch)
{
  g_atomic_rc_box_release_full (launch, launch_clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Launch, launch_unref)

static void
fail (GTask *task, const GError *cause)
{
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_error_copy (cause));
  else
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NO_BROWSER, "%s",
                             g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED)
                                 ? _ ("No browser is set up to open web pages. Copy the link and "
                                      "open it in a browser on this computer, or use another "
                                      "device.")
                                 : _ ("The browser does not start. Copy the link and open it in a "
                                      "browser on this computer, or use another device."));
}

static void
stop_listening (Launch *launch)
{
  if (launch->subscription != 0)
    g_dbus_connection_signal_unsubscribe (launch->connection, launch->subscription);
  launch->subscription = 0;
}

/* @error: (nullable): %NULL where the browser has started */
static void
complete (Launch *launch, const GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&launch->task);

  stop_listening (launch);
  g_clear_pointer (&launch->patience, keyfob_source_free);
  if (task == NULL)
    return;

  if (error == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  /* the message of the desktop may quote the address, which contains the state */
  g_debug ("The browser was not opened: %s %d", g_quark_to_string (error->domain), error->code);
  fail (task, error);
}

static gboolean
on_patience_over (gpointer user_data)
{
  complete (user_data, NULL);

  return G_SOURCE_REMOVE;
}

/* What has not failed by then has worked. */
static void
start_patience (Launch *launch)
{
  launch->patience = g_timeout_source_new_seconds (START_SECONDS);
  g_source_set_callback (launch->patience, on_patience_over, launch_ref (launch), launch_unref);
  g_source_attach (launch->patience, g_main_context_get_thread_default ());
}

static void
listen_to (Launch *launch,
           const char *sender,
           const char *interface,
           const char *signal,
           const char *path,
           GDBusSignalCallback callback)
{
  launch->subscription = g_dbus_connection_signal_subscribe (
      launch->connection, sender, interface, signal, path, NULL, G_DBUS_SIGNAL_FLAGS_NONE, callback,
      launch_ref (launch), launch_unref);
}

static void
on_launched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Launch) launch = user_data;
  g_autoptr (GError) error = NULL;

  g_app_info_launch_default_for_uri_finish (result, &error);
  complete (launch, error);
}

/* The watch is kept for as long as the browser runs, since an ended child has to be waited for. */
static void
on_exited (GPid pid, int wait_status, gpointer user_data)
{
  g_autoptr (Launch) launch = user_data;
  g_autoptr (GError) error = NULL;

  g_spawn_close_pid (pid);
  g_spawn_check_wait_status (wait_status, &error);
  complete (launch, error);
}

static void
on_process (GDesktopAppInfo *app_info, GPid pid, gpointer user_data)
{
  *(GPid *) user_data = pid;
}

static GAppLaunchContext *
create_context (Launch *launch)
{
  GAppLaunchContext *context = g_app_launch_context_new ();
  const char *activation_token = launch->activation_token;
  g_auto (GStrv) own = g_listenv ();

  /* is for the agent only: some browsers use libsoup, too */
  g_app_launch_context_unsetenv (context, "SOUP_FORCE_HTTP1");
  for (gsize i = 0; launch->environment != NULL && own[i] != NULL; i++)
    if (g_environ_getenv (launch->environment, own[i]) == NULL)
      g_app_launch_context_unsetenv (context, own[i]);
  for (gsize i = 0; launch->environment != NULL && launch->environment[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (launch->environment[i], "=", 2);

      g_app_launch_context_setenv (context, parts[0], parts[1]);
    }
  if (activation_token != NULL && *activation_token != '\0')
    {
      g_app_launch_context_setenv (context, "XDG_ACTIVATION_TOKEN", activation_token);
      g_app_launch_context_setenv (context, "DESKTOP_STARTUP_ID", activation_token);
    }

  return context;
}

/* A browser that the bus starts has no process of ours. */
static gboolean
is_started_by_bus (GAppInfo *browser)
{
  return !G_IS_DESKTOP_APP_INFO (browser)
         || g_desktop_app_info_get_boolean (G_DESKTOP_APP_INFO (browser), "DBusActivatable");
}

/* In a thread, since starting it waits for the new process. */
static void
start_process (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Launch *launch = task_data;
  g_autoptr (GAppLaunchContext) context = create_context (launch);
  GList uris = { .data = launch->uri };
  GError *error = NULL;
  GPid pid = 0;

  if (!is_started_by_bus (launch->browser)
      && !g_desktop_app_info_launch_uris_as_manager (
          G_DESKTOP_APP_INFO (launch->browser), &uris, context,
          G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, on_process, &pid, &error))
    g_task_return_error (task, error);
  else
    g_task_return_int (task, pid);
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Launch) launch = user_data;
  g_autoptr (GAppLaunchContext) context = NULL;
  g_autoptr (GError) error = NULL;
  GPid pid = g_task_propagate_int (G_TASK (result), &error);

  if (error != NULL)
    {
      complete (launch, error);
    }
  else if (pid == 0)
    {
      context = create_context (launch);
      g_app_info_launch_default_for_uri_async (launch->uri, context,
                                               g_task_get_cancellable (launch->task), on_launched,
                                               launch_ref (launch));
    }
  else
    {
      start_patience (launch);
      g_child_watch_add (pid, on_exited, launch_ref (launch));
    }
}

static void
run_in_thread (Launch *launch, GTaskThreadFunc function, GAsyncReadyCallback callback)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, launch_ref (launch));

  g_task_set_source_tag (task, function);
  g_task_set_task_data (task, launch_ref (launch), launch_unref);
  g_task_run_in_thread (task, function);
}

static void
open_by_process (Launch *launch)
{
  launch->way = WAY_PROCESS;
  run_in_thread (launch, start_process, on_started);
}

/* Replaces all but letters, digits and @kept by @mark and the number of the byte. */
static char *
escape (const char *text, const char *kept, const char *mark)
{
  GString *escaped = g_string_new (NULL);

  for (; *text != '\0'; text++)
    if (g_ascii_isalnum (*text) || strchr (kept, *text) != NULL)
      g_string_append_c (escaped, *text);
    else
      g_string_append_printf (escaped, "%s%02x", mark, (guint8) *text);

  return g_string_free (escaped, FALSE);
}

/* The name that the desktops have agreed on for the unit of a program, see
 * https://systemd.io/DESKTOP_ENVIRONMENTS. */
static char *
dup_unit_name (GAppInfo *browser)
{
  const char *id = g_app_info_get_id (browser);
  g_autofree char *name = g_strndup (id, g_str_has_suffix (id, ".desktop") ? strlen (id) - 8 : 200);
  g_autofree char *escaped = escape (name, "_.:", "\\x");

  return g_strdup_printf ("app-keyfob-%s@%08x.service", escaped, g_random_int ());
}

static void
add_variable (GVariantBuilder *builder, const char *name, const char *value)
{
  g_autofree char *variable = g_strconcat (name, "=", value, NULL);

  if (value != NULL && *value != '\0' && g_utf8_validate (variable, -1, NULL))
    g_variant_builder_add (builder, "s", variable);
}

/* systemd has the environment of the session, except where the session did not tell it. */
static GVariant *
create_environment (Launch *launch)
{
  const char *const names[] = { "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_CURRENT_DESKTOP" };
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    add_variable (&builder, names[i], g_getenv (names[i]));
  add_variable (&builder, "XDG_ACTIVATION_TOKEN", launch->activation_token);
  add_variable (&builder, "DESKTOP_STARTUP_ID", launch->activation_token);

  return g_variant_builder_end (&builder);
}

static GVariant *
create_unit (Launch *launch, const char *name)
{
  GVariantBuilder builder;
  g_autofree char *folder =
      g_desktop_app_info_get_string (G_DESKTOP_APP_INFO (launch->browser), "Path");

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("(ssa(sv)a(sa(sv)))"));
  g_variant_builder_add (&builder, "s", name);
  g_variant_builder_add (&builder, "s", "fail");
  g_variant_builder_open (&builder, G_VARIANT_TYPE ("a(sv)"));
  g_variant_builder_add (&builder, "(sv)", "Description",
                         g_variant_new_string (g_app_info_get_display_name (launch->browser)));
  g_variant_builder_add (&builder, "(sv)", "Slice", g_variant_new_string ("app.slice"));
  /* started when the program runs, not when systemd has made a process for it */
  g_variant_builder_add (&builder, "(sv)", "Type", g_variant_new_string ("exec"));
  g_variant_builder_add (&builder, "(sv)", "CollectMode",
                         g_variant_new_string ("inactive-or-failed"));
  /* a program that ends may leave the browser behind */
  g_variant_builder_add (&builder, "(sv)", "KillMode", g_variant_new_string ("process"));
  if (folder != NULL && g_path_is_absolute (folder) && g_utf8_validate (folder, -1, NULL))
    g_variant_builder_add (&builder, "(sv)", "WorkingDirectory", g_variant_new_string (folder));
  g_variant_builder_add (&builder, "(sv)", "Environment", create_environment (launch));
  g_variant_builder_add (
      &builder, "(sv)", "ExecStart",
      g_variant_new_parsed ("[(%s, %^as, false)]", launch->command[0], launch->command));
  g_variant_builder_close (&builder);
  g_variant_builder_add_parsed (&builder, "@a(sa(sv)) []");

  return g_variant_builder_end (&builder);
}

/* A unit that fails has the state "failed", however soon it vanishes; one that ends well has
 * "inactive", as it has before it begins to start. */
static void
on_unit_changed (GDBusConnection *connection,
                 const char *sender,
                 const char *path,
                 const char *interface,
                 const char *signal,
                 GVariant *arguments,
                 gpointer user_data)
{
  Launch *launch = user_data;
  g_autoptr (GVariant) changed = NULL;
  g_autoptr (GError) error = NULL;
  const char *state = NULL;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;

  changed = g_variant_get_child_value (arguments, 1);
  if (!g_variant_lookup (changed, "ActiveState", "&s", &state))
    return;

  if (g_str_equal (state, "failed"))
    error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "The browser has ended");
  if (error != NULL || (launch->active && g_str_equal (state, "inactive")))
    complete (launch, error);
  launch->active = !g_str_equal (state, "inactive");
}

static void
on_unit_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Launch) launch = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (launch->task == NULL)
    return;

  if (answer != NULL)
    {
      start_patience (launch);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      complete (launch, error);
    }
  else
    {
      g_debug ("systemd does not start the browser: %s", error->message);
      stop_listening (launch);
      open_by_process (launch);
    }
}

/* A service, not a scope around a process of ours: what a process may do is inherited, wherever it
 * is moved to, and browsers need more than the agent (see keyfob-agent.service). */
static void
open_by_systemd (Launch *launch)
{
  g_autofree char *name = dup_unit_name (launch->browser);
  g_autofree char *label = escape (name, "", "_");
  g_autofree char *path = g_strconcat (SYSTEMD_PATH "/unit/", label, NULL);

  launch->way = WAY_SYSTEMD;
  listen_to (launch, SYSTEMD, "org.freedesktop.DBus.Properties", "PropertiesChanged", path,
             on_unit_changed);
  /* without it, systemd sends no signals */
  g_dbus_connection_call (launch->connection, SYSTEMD, SYSTEMD_PATH, SYSTEMD ".Manager",
                          "Subscribe", NULL, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          ANSWER_MILLISECONDS, NULL, NULL, NULL);
  g_dbus_connection_call (launch->connection, SYSTEMD, SYSTEMD_PATH, SYSTEMD ".Manager",
                          "StartTransientUnit", create_unit (launch, name), G_VARIANT_TYPE ("(o)"),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, ANSWER_MILLISECONDS,
                          g_task_get_cancellable (launch->task), on_unit_made, launch_ref (launch));
}

/* The value of Exec, as the specification of desktop entries has it, with the address in it; for
 * systemd, which replaces $NAME in it.
 *
 * Returns: (nullable): %NULL where systemd cannot start it: there is no such program, or the bus or
 * a terminal has to
 */
static char **
create_command (GAppInfo *browser, const char *uri)
{
  g_auto (GStrv) words = NULL;
  g_autofree char *program = NULL;
  g_autoptr (GPtrArray) command = g_ptr_array_new_with_free_func (g_free);
  gboolean named = FALSE;

  if (is_started_by_bus (browser) || g_app_info_get_id (browser) == NULL
      || g_desktop_app_info_get_boolean (G_DESKTOP_APP_INFO (browser), "Terminal")
      || g_app_info_get_commandline (browser) == NULL
      || !g_shell_parse_argv (g_app_info_get_commandline (browser), NULL, &words, NULL))
    return NULL;

  program = g_find_program_in_path (words[0]);
  if (program == NULL || !g_path_is_absolute (program))
    return NULL;

  g_ptr_array_add (command, g_steal_pointer (&program));
  for (char **word = words + 1; *word != NULL; word++)
    {
      g_autoptr (GString) text = g_string_new (*word);

      if (strlen (*word) == 2 && **word == '%' && strchr ("fFickdDnNvm", (*word)[1]) != NULL)
        continue;
      named |=
          g_string_replace (text, "%u", uri, 0) > 0 || g_string_replace (text, "%U", uri, 0) > 0;
      g_string_replace (text, "$", "$$", 0);
      if (!g_utf8_validate (text->str, -1, NULL))
        return NULL;
      g_ptr_array_add (command, g_string_free (g_steal_pointer (&text), FALSE));
    }
  if (!named)
    g_ptr_array_add (command, g_strdup (uri));
  g_ptr_array_add (command, NULL);

  return (char **) g_ptr_array_free (g_steal_pointer (&command), FALSE);
}

/* In a thread, since it reads files. */
static void
find_browser (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Launch *launch = task_data;
  g_autofree char *scheme = g_uri_parse_scheme (launch->uri);

  launch->browser = g_app_info_get_default_for_uri_scheme (scheme);
  if (launch->browser != NULL)
    launch->command = create_command (launch->browser, launch->uri);
  g_task_return_boolean (task, TRUE);
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Launch) launch = user_data;

  if (launch->connection != NULL && launch->command != NULL)
    open_by_systemd (launch);
  else
    open_by_process (launch);
}

static void
open_without_portal (Launch *launch)
{
  stop_listening (launch);
  g_clear_pointer (&launch->patience, keyfob_source_free);
  launch->way = WAY_SYSTEMD;
  run_in_thread (launch, find_browser, on_found);
}

static void
on_portal_response (GDBusConnection *connection,
                    const char *sender,
                    const char *path,
                    const char *interface,
                    const char *signal,
                    GVariant *arguments,
                    gpointer user_data)
{
  Launch *launch = user_data;
  g_autoptr (GError) error = NULL;
  guint32 response = 2;

  if (g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(ua{sv})")))
    g_variant_get_child (arguments, 0, "u", &response);

  if (response == 0)
    {
      complete (launch, NULL);
    }
  else if (response == 1)
    {
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "The user opens no browser");
      complete (launch, error);
    }
  else
    {
      g_debug ("The portal opens no browser");
      open_without_portal (launch);
    }
}

static void
on_portal_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Launch) launch = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  /* its response can be here before its answer */
  if (launch->task == NULL || launch->way != WAY_PORTAL)
    return;

  if (answer != NULL)
    {
      /* without a response, it asks the user which browser to take */
      start_patience (launch);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      complete (launch, error);
    }
  else
    {
      g_debug ("There is no portal: %s %d", g_quark_to_string (error->domain), error->code);
      open_without_portal (launch);
    }
}

/* Where the portal sends the response of the request with this token. */
static char *
dup_request_path (GDBusConnection *connection, const char *token)
{
  g_autofree char *sender = g_strdup (g_dbus_connection_get_unique_name (connection) + 1);

  return g_strdup_printf (PORTAL_PATH "/request/%s/%s", g_strdelimit (sender, ".", '_'), token);
}

static void
open_by_portal (Launch *launch)
{
  g_autofree char *token = g_strdup_printf ("keyfob%08x", g_random_int ());
  g_autofree char *path = dup_request_path (launch->connection, token);
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "handle_token", "s", token);
  if (launch->activation_token != NULL && g_utf8_validate (launch->activation_token, -1, NULL))
    g_variant_dict_insert (&options, "activation_token", "s", launch->activation_token);

  listen_to (launch, PORTAL, "org.freedesktop.portal.Request", "Response", path,
             on_portal_response);
  g_dbus_connection_call (
      launch->connection, PORTAL, PORTAL_PATH, "org.freedesktop.portal.OpenURI", "OpenURI",
      g_variant_new ("(ss@a{sv})", "", launch->uri, g_variant_dict_end (&options)),
      G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, ANSWER_MILLISECONDS,
      g_task_get_cancellable (launch->task), on_portal_answer, launch_ref (launch));
}

static gboolean
is_web_address (const char *uri)
{
  g_autofree char *scheme = g_uri_parse_scheme (uri);

  return scheme != NULL
         && (g_ascii_strcasecmp (scheme, "https") == 0 || g_ascii_strcasecmp (scheme, "http") == 0);
}

/* All users of the machine can read the address in the command line of the browser. That of a
 * sign-in is a short one without secrets, see keyfob_code_flow_open_page(). */
static void
keyfob_browser_launcher_launch_async (KeyfobLauncher *launcher,
                                      const char *uri,
                                      const char *activation_token,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (launcher, cancellable, callback, user_data);
  g_autoptr (Launch) launch = NULL;

  g_task_set_source_tag (task, keyfob_browser_launcher_launch_async);

  if (!is_web_address (uri))
    {
      g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER, "%s",
                               _ ("The address of the sign-in page is not a web address, so it was "
                                  "not opened. Ask those who run the server."));
      return;
    }

  launch = g_atomic_rc_box_new0 (Launch);
  g_set_object (&launch->connection, KEYFOB_BROWSER_LAUNCHER (launcher)->connection);
  launch->environment = g_strdupv (KEYFOB_BROWSER_LAUNCHER (launcher)->environment);
  launch->uri = g_strdup (uri);
  launch->activation_token = g_strdup (activation_token);
  launch->task = g_steal_pointer (&task);

  if (launch->connection != NULL && g_dbus_connection_get_unique_name (launch->connection) != NULL)
    open_by_portal (launch);
  else
    open_without_portal (launch);
}

static void
keyfob_browser_launcher_iface_init (KeyfobLauncherInterface *iface)
{
  iface->launch_async = keyfob_browser_launcher_launch_async;
}

static void
keyfob_browser_launcher_dispose (GObject *object)
{
  g_clear_object (&KEYFOB_BROWSER_LAUNCHER (object)->connection);
  g_clear_pointer (&KEYFOB_BROWSER_LAUNCHER (object)->environment, g_strfreev);

  G_OBJECT_CLASS (keyfob_browser_launcher_parent_class)->dispose (object);
}

static void
keyfob_browser_launcher_class_init (KeyfobBrowserLauncherClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_browser_launcher_dispose;
}

static void
keyfob_browser_launcher_init (KeyfobBrowserLauncher *self)
{
}

void
keyfob_launcher_launch_async (KeyfobLauncher *self,
                              const char *uri,
                              const char *activation_token,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_LAUNCHER (self));
  g_return_if_fail (uri != NULL);

  KEYFOB_LAUNCHER_GET_IFACE (self)->launch_async (self, uri, activation_token, cancellable,
                                                  callback, user_data);
}

gboolean
keyfob_launcher_launch_finish (KeyfobLauncher *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

KeyfobLauncher *
keyfob_browser_launcher_new (GDBusConnection *connection, const char *const *environment)
{
  KeyfobBrowserLauncher *self = g_object_new (KEYFOB_TYPE_BROWSER_LAUNCHER, NULL);

  g_set_object (&self->connection, connection);
  self->environment = g_strdupv ((GStrv) environment);

  return KEYFOB_LAUNCHER (self);
}
