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
 * A small window for a copy that was asked for elsewhere, in the tray: for desktops where only a
 * window in use can copy, and for what went wrong. It closes as soon as the header is copied.
 *
 * Its property `trouble` is the sentence on what went wrong, %NULL where nothing did.
 */

/**
 * keyfob_copy_window_new:
 * @application: keeps the process while the window is there
 * @clipboard: where the header goes
 * @host: whose header
 * @trouble: (nullable): why it could not be copied
 *
 * Returns: (transfer floating): the window
 */
GtkWidget *keyfob_copy_window_new (GtkApplication *application,
                                   KeyfobClipboard *clipboard,
                                   KeyfobBusHost1 *host,
                                   const char *trouble);

G_END_DECLS
