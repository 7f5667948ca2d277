/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-agent-client.h"
#include "keyfob-autostart.h"
#include "keyfob-clipboard.h"
#include "keyfob-clock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_WINDOW (keyfob_window_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobWindow, keyfob_window, KEYFOB, WINDOW, AdwApplicationWindow)

/**
 * KeyfobWindow:
 *
 * The main window: the list of hosts, and pages to add a host, to sign in on another device and to
 * change the settings of a host.
 */

/**
 * keyfob_window_new:
 * @application: the application of the window
 * @client: the client of the agent
 * @clock: the clock of all times that are shown
 * @clipboard: the clipboard that gets copied tokens
 * @autostart: whether the agent starts at login
 * @settings: the settings of the application
 *
 * Returns: (transfer floating): the window
 */
GtkWidget *keyfob_window_new (GtkApplication *application,
                              KeyfobAgentClient *client,
                              KeyfobClock *clock,
                              KeyfobClipboard *clipboard,
                              KeyfobAutostart *autostart,
                              GSettings *settings);

G_END_DECLS
