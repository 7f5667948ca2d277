/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/*
 * What a click in the tray or on a notification does. The window is another process; D-Bus reaches
 * it by org.freedesktop.Application, and starts it where it does not run.
 */

/**
 * keyfob_desktop_sign_in:
 * @activation_token: (nullable): lets the browser come to the front
 *
 * Begins a sign-in by browser, also where the token is still good. Where the sign-in fails or asks
 * something the window opens and shows the error or the question of @host; a sign-in that is
 * cancelled opens no window.
 */
void keyfob_desktop_sign_in (KeyfobHost *host, const char *activation_token);

/**
 * keyfob_desktop_open_window:
 * @activation_token: (nullable): lets the window come to the front
 *
 * Shows the window, or raises it.
 */
void keyfob_desktop_open_window (GDBusConnection *connection, const char *activation_token);

/**
 * keyfob_desktop_activate_action:
 * @action: name of an action of the window's application
 * @parameter: (nullable): parameter of the action; a floating reference is taken
 * @activation_token: (nullable): lets the window come to the front
 */
void keyfob_desktop_activate_action (GDBusConnection *connection,
                                     const char *action,
                                     GVariant *parameter,
                                     const char *activation_token);

/**
 * keyfob_desktop_quit_window:
 * @callback: called with the #GDBusConnection and a result that needs no finish; a window that does
 *   not answer is waited for no longer than some seconds
 *
 * Ends the process of the window; where the window does not run it is not started for that.
 */
void keyfob_desktop_quit_window (GDBusConnection *connection,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

G_END_DECLS
