/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-launcher.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"

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

static void
fail (GTask *task, const GError *cause)
{
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_error_copy (cause));
  else
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NO_BROWSER, "%s",
                             g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED)
                                 ? _ ("No browser is set up to open web pages. Copy the link and "
                                      "open it in a browser on this computer.")
                                 : _ ("The browser does not start. Copy the link and open it in a "
                                      "browser on this computer."));
}

static void
on_launched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (g_app_info_launch_default_for_uri_finish (result, &error))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  /* the message of the desktop may quote the address, which contains the state */
  g_debug ("The browser was not opened: %s %d", g_quark_to_string (error->domain), error->code);
  fail (task, error);
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
  g_autoptr (GAppLaunchContext) context = create_context (activation_token);

  g_task_set_source_tag (task, keyfob_browser_launcher_launch_async);

  if (is_web_address (uri))
    g_app_info_launch_default_for_uri_async (uri, context, cancellable, on_launched,
                                             g_steal_pointer (&task));
  else
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER, "%s",
                             _ ("The address of the sign-in page is not a web address, so it was "
                                "not opened. Ask those who run the server."));
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
