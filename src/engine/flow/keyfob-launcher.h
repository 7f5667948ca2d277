/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_LAUNCHER (keyfob_launcher_get_type ())
G_DECLARE_INTERFACE (KeyfobLauncher, keyfob_launcher, KEYFOB, LAUNCHER, GObject)

/**
 * KeyfobLauncher:
 *
 * Opens addresses in the user's browser. An implementation completes a launch with a #GTask whose
 * source object is the launcher and whose value is a boolean.
 */
struct _KeyfobLauncherInterface
{
  GTypeInterface parent_iface;

  void (*launch_async) (KeyfobLauncher *self,
                        const char *uri,
                        const char *activation_token,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
};

/**
 * keyfob_launcher_launch_async:
 * @uri: http or https; anything else is refused with KEYFOB_AUTH_ERROR_BAD_ANSWER
 * @activation_token: (nullable): allows the browser to raise its window
 */
void keyfob_launcher_launch_async (KeyfobLauncher *self,
                                   const char *uri,
                                   const char *activation_token,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/**
 * keyfob_launcher_launch_finish:
 *
 * Completes after some seconds, or earlier where the browser has handed the address over.
 *
 * Returns: %FALSE with KEYFOB_AUTH_ERROR_NO_BROWSER where no browser starts, or the browser ends at
 *   once with an error; a portal does not tell the latter
 */
gboolean keyfob_launcher_launch_finish (KeyfobLauncher *self, GAsyncResult *result, GError **error);

/**
 * keyfob_browser_launcher_new:
 * @connection: (nullable): session bus
 * @environment: (nullable): of the browser; %NULL is that of this program
 *
 * A launcher that opens the default browser of the desktop: by the portal where one runs, else by
 * the systemd of the session, so that the browser runs outside of the agent's unit, else by itself.
 *
 * A portal looks into the root folder of the process that asks. xdg-desktop-portal (up to 1.22)
 * takes a process that keeps its memory private, as the agent does, for one in a sandbox that
 * cannot be told, and refuses it at once, so what opens the page is systemd or the program itself;
 * a portal that does not run is not started for that.
 *
 * Returns: (transfer full):
 */
KeyfobLauncher *keyfob_browser_launcher_new (GDBusConnection *connection,
                                             const char *const *environment);

G_END_DECLS
