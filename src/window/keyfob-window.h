/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-agent-client.h"
#include "keyfob-clipboard.h"
#include "keyfob-clock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_WINDOW (keyfob_window_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobWindow, keyfob_window, KEYFOB, WINDOW, AdwApplicationWindow)

/**
 * KeyfobWindow:
 *
 * The hosts, and a page to add one.
 */

/**
 * keyfob_window_new:
 * @application: keeps the process while the window is there
 * @client: the way to the agent
 * @clock: says what time it is
 * @clipboard: where tokens are copied to
 * @settings: of the application
 *
 * Returns: (transfer floating): the window
 */
GtkWidget *keyfob_window_new (GtkApplication *application,
                              KeyfobAgentClient *client,
                              KeyfobClock *clock,
                              KeyfobClipboard *clipboard,
                              GSettings *settings);

G_END_DECLS
