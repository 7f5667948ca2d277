/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-bus.h"
#include "keyfob-clipboard.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_COPY_WINDOW (keyfob_copy_window_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobCopyWindow, keyfob_copy_window, KEYFOB, COPY_WINDOW, AdwWindow)

/**
 * KeyfobCopyWindow:
 *
 * A small window for a copy that was asked for outside the main window, as in the tray: where only
 * a program with the focus can copy, as on GNOME's Wayland session, and where nothing else shows
 * why a copy failed. Closes as soon as the header is copied.
 *
 * Signal `copied` (KeyfobBusHost1): the header of the host is on the clipboard, and the window
 * closed.
 */

/**
 * keyfob_copy_window_new:
 * @host: whose header is copied
 * @failure: (nullable): why a copy failed; %NULL to have the user press a button that copies
 *
 * Returns: (transfer floating): a window that is not shown yet
 */
KeyfobCopyWindow *keyfob_copy_window_new (GtkApplication *application,
                                          KeyfobClipboard *clipboard,
                                          KeyfobBusHost1 *host,
                                          const char *failure);

G_END_DECLS
