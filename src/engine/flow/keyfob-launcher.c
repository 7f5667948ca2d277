/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-launcher.h"

G_DEFINE_INTERFACE (KeyfobLauncher, keyfob_launcher, G_TYPE_OBJECT)

static void
keyfob_launcher_default_init (KeyfobLauncherInterface *iface)
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
  g_return_val_if_fail (KEYFOB_IS_LAUNCHER (self), FALSE);

  return KEYFOB_LAUNCHER_GET_IFACE (self)->launch_finish (self, result, error);
}
