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
 *   once with an error
 */
gboolean keyfob_launcher_launch_finish (KeyfobLauncher *self, GAsyncResult *result, GError **error);

/** Returns: (transfer full): a launcher that starts the default browser of the desktop */
KeyfobLauncher *keyfob_browser_launcher_new (void);

G_END_DECLS
