/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-clipboard.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_COPY_WINDOW (keyfob_copy_window_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobCopyWindow, keyfob_copy_window, KEYFOB, COPY_WINDOW, AdwWindow)

/**
 * KeyfobCopyWindow:
 *
 * A small window for a copy that was asked for outside the main window, as in the tray. Appears
 * where only a program with the focus can copy, and to show why a copy failed. Closes as soon as
 * the header is copied.
 */

/**
 * keyfob_copy_window_request:
 * @application: kept running until the copy has ended
 * @clipboard: the clipboard that gets the header
 * @path: object path of the host
 *
 * Copies the header of a host. Where only a program with the focus can copy, as on GNOME's Wayland
 * session, the window appears and the user has to press a button.
 */
void keyfob_copy_window_request (GtkApplication *application,
                                 KeyfobClipboard *clipboard,
                                 const char *path);

G_END_DECLS
