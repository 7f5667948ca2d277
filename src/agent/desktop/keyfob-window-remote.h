/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_WINDOW_REMOTE (keyfob_window_remote_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobWindowRemote, keyfob_window_remote, KEYFOB, WINDOW_REMOTE, GObject)

/**
 * KeyfobWindowRemote:
 *
 * The window's process, as any program reaches it: org.freedesktop.Application on the bus, which
 * starts it where it does not run.
 */

/** Returns: (transfer full): a way to the window */
KeyfobWindowRemote *keyfob_window_remote_new (GDBusConnection *connection);

/**
 * keyfob_window_remote_open:
 * @activation_token: (nullable): lets the window come to the front
 *
 * Shows the window, or raises it.
 */
void keyfob_window_remote_open (KeyfobWindowRemote *self, const char *activation_token);

/**
 * keyfob_window_remote_activate_action:
 * @action: name of an action of the application
 * @parameter: (nullable): what the action takes; a floating reference is taken
 * @activation_token: (nullable): lets the window come to the front
 */
void keyfob_window_remote_activate_action (KeyfobWindowRemote *self,
                                           const char *action,
                                           GVariant *parameter,
                                           const char *activation_token);

/**
 * keyfob_window_remote_quit_async:
 *
 * Ends the window's process; one that does not run is not started for that.
 */
void keyfob_window_remote_quit_async (KeyfobWindowRemote *self,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
void keyfob_window_remote_quit_finish (KeyfobWindowRemote *self, GAsyncResult *result);

G_END_DECLS
