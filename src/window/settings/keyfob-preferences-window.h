/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-agent-client.h"
#include "keyfob-autostart.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_PREFERENCES_WINDOW (keyfob_preferences_window_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobPreferencesWindow,
                      keyfob_preferences_window,
                      KEYFOB,
                      PREFERENCES_WINDOW,
                      AdwPreferencesWindow)

/**
 * KeyfobPreferencesWindow:
 *
 * The settings that are not of a single host. Every change takes effect at once.
 */

/**
 * keyfob_preferences_window_new:
 * @parent: the window to which the preferences belong
 * @client: the agent
 * @autostart: whether the agent starts at login
 * @settings: the settings of the application
 *
 * Returns: (transfer floating): the window
 */
GtkWidget *keyfob_preferences_window_new (GtkWindow *parent,
                                          KeyfobAgentClient *client,
                                          KeyfobAutostart *autostart,
                                          GSettings *settings);

G_END_DECLS
