/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-launcher.h"

#include <gio/gdesktopappinfo.h>
#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-source.h"

/* A browser that still runs after this time has started. A program that only hands the address over
 * to a running browser ends earlier, with status 0. */
#define START_SECONDS 5

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
};

static void keyfob_browser_launcher_iface_init (KeyfobLauncherInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (KeyfobBrowserLauncher,
                               keyfob_browser_launcher,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KEYFOB_TYPE_LAUNCHER,
                                                      keyfob_browser_launcher_iface_init))

typedef struct
{
  char *uri;
  GAppLaunchContext *context;
  GTask *task;       /* (nullable): %NULL once it was completed */
  GSource *patience; /* (nullable) */
} Launch;

static void
launch_free (Launch *launch)
{
  g_clear_pointer (&launch->patience, keyfob_source_free);
  g_clear_object (&launch->task);
  g_object_unref (launch->context);
  g_free (launch->uri);
  g_free (launch);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Launch, launch_free)

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

/* @error: (nullable): %NULL where the browser has started */
static void
complete (Launch *launch, const GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&launch->task);

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

static void
on_launched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Launch) launch = user_data;
  g_autoptr (GError) error = NULL;

  g_app_info_launch_default_for_uri_finish (result, &error);
  complete (launch, error);
}

static gboolean
on_patience_over (gpointer user_data)
{
  complete (user_data, NULL);

  return G_SOURCE_REMOVE;
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

/* Looking the browser up reads files, and starting it waits for the new process, so both are done
 * in a thread. A browser that is started by D-Bus has no process of ours. */
static void
start_process (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Launch *launch = task_data;
  g_autofree char *scheme = g_uri_parse_scheme (launch->uri);
  g_autoptr (GAppInfo) app_info = g_app_info_get_default_for_uri_scheme (scheme);
  GList uris = { .data = launch->uri };
  GError *error = NULL;
  GPid pid = 0;

  if (G_IS_DESKTOP_APP_INFO (app_info)
      && !g_desktop_app_info_get_boolean (G_DESKTOP_APP_INFO (app_info), "DBusActivatable")
      && !g_desktop_app_info_launch_uris_as_manager (
          G_DESKTOP_APP_INFO (app_info), &uris, launch->context,
          G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, on_process, &pid, &error))
    g_task_return_error (task, error);
  else
    g_task_return_int (task, pid);
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Launch) launch = user_data;
  g_autoptr (GError) error = NULL;
  GPid pid = g_task_propagate_int (G_TASK (result), &error);
  Launch *running;

  if (error != NULL)
    {
      complete (launch, error);
      return;
    }

  running = g_steal_pointer (&launch);
  if (pid == 0)
    {
      g_app_info_launch_default_for_uri_async (running->uri, running->context,
                                               g_task_get_cancellable (running->task), on_launched,
                                               running);
      return;
    }

  running->patience = g_timeout_source_new_seconds (START_SECONDS);
  g_source_set_callback (running->patience, on_patience_over, running, NULL);
  g_source_attach (running->patience, g_main_context_get_thread_default ());
  g_child_watch_add (pid, on_exited, running);
}

static GAppLaunchContext *
create_context (const char *activation_token)
{
  GAppLaunchContext *context = g_app_launch_context_new ();

  if (activation_token != NULL && *activation_token != '\0')
    {
      g_app_launch_context_setenv (context, "XDG_ACTIVATION_TOKEN", activation_token);
      g_app_launch_context_setenv (context, "DESKTOP_STARTUP_ID", activation_token);
    }

  return context;
}

static gboolean
is_web_address (const char *uri)
{
  g_autofree char *scheme = g_uri_parse_scheme (uri);

  return scheme != NULL
         && (g_ascii_strcasecmp (scheme, "https") == 0 || g_ascii_strcasecmp (scheme, "http") == 0);
}

/* All users of the machine can read the address in the command line of the browser. It contains the
 * state and the code challenge, but no code verifier, except where the server has put its own
 * verifier into the state. */
static void
keyfob_browser_launcher_launch_async (KeyfobLauncher *launcher,
                                      const char *uri,
                                      const char *activation_token,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (launcher, cancellable, callback, user_data);
  g_autoptr (GTask) start = NULL;
  Launch *launch;

  g_task_set_source_tag (task, keyfob_browser_launcher_launch_async);

  if (!is_web_address (uri))
    {
      g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER, "%s",
                               _ ("The address of the sign-in page is not a web address, so it was "
                                  "not opened. Ask those who run the server."));
      return;
    }

  launch = g_new0 (Launch, 1);
  launch->uri = g_strdup (uri);
  launch->context = create_context (activation_token);
  launch->task = g_steal_pointer (&task);

  start = g_task_new (launcher, NULL, on_started, launch);
  g_task_set_source_tag (start, start_process);
  g_task_set_task_data (start, launch, NULL);
  g_task_run_in_thread (start, start_process);
}

static void
keyfob_browser_launcher_iface_init (KeyfobLauncherInterface *iface)
{
  iface->launch_async = keyfob_browser_launcher_launch_async;
}

static void
keyfob_browser_launcher_class_init (KeyfobBrowserLauncherClass *klass)
{
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
keyfob_browser_launcher_new (void)
{
  return g_object_new (KEYFOB_TYPE_BROWSER_LAUNCHER, NULL);
}
