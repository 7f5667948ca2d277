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

/**
 * keyfob_window_request:
 * @action: name of an action of the window
 * @parameter: (nullable): its parameter; a floating reference is taken
 *
 * Activates @action once it is known which hosts there are; of several requests before that, the
 * last one counts.
 */
void keyfob_window_request (KeyfobWindow *self, const char *action, GVariant *parameter);

/**
 * keyfob_window_offer_link:
 * @link: see keyfob_add_link_dup_address()
 *
 * Opens the page that adds a server, with the address of the link typed; nothing is added by that.
 * A link that is no good is told of.
 */
void keyfob_window_offer_link (KeyfobWindow *self, const char *link);

G_END_DECLS
