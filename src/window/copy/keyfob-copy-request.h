/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gtk/gtk.h>

#include "keyfob-clipboard.h"

G_BEGIN_DECLS

/**
 * keyfob_copy_request_start:
 * @application: is kept running meanwhile
 * @clipboard: where the header goes
 * @path: object path of the host
 *
 * Copies the header of a host for somebody outside the window, such as the tray: without a window
 * on X11. On Wayland, where only a window in use can copy, a small one comes up for that, as it
 * does to tell what went wrong.
 */
void keyfob_copy_request_start (GtkApplication *application,
                                KeyfobClipboard *clipboard,
                                const char *path);

G_END_DECLS
