/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

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
 * What the user can set for all hosts. Every change holds at once.
 */

/**
 * keyfob_preferences_window_new:
 * @parent: the window it belongs to
 * @settings: of the application
 *
 * Returns: (transfer floating): the window
 */
GtkWidget *keyfob_preferences_window_new (GtkWindow *parent, GSettings *settings);

G_END_DECLS
