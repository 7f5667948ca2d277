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
 * What opens an address in the user's browser. It returns a #GTask of a boolean whose source object
 * is the launcher.
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
 * @activation_token: (nullable): lets the browser come to the front
 */
void keyfob_launcher_launch_async (KeyfobLauncher *self,
                                   const char *uri,
                                   const char *activation_token,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/** Returns: %FALSE with KEYFOB_AUTH_ERROR_NO_BROWSER where nothing opens it */
gboolean keyfob_launcher_launch_finish (KeyfobLauncher *self, GAsyncResult *result, GError **error);

/** Returns: (transfer full): a launcher that asks the desktop for the default browser */
KeyfobLauncher *keyfob_browser_launcher_new (void);

G_END_DECLS
