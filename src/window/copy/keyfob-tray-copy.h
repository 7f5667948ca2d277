/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gtk/gtk.h>

#include "keyfob-clipboard.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_TRAY_COPY (keyfob_tray_copy_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobTrayCopy, keyfob_tray_copy, KEYFOB, TRAY_COPY, GObject)

/**
 * KeyfobTrayCopy:
 *
 * Copies that are asked for in the menu of the tray, without a window where the desktop allows
 * that. A notification says how it went: what is copied and when that leaves the clipboard, for as
 * long as it is there, or why nothing was copied, with a button for what helps.
 */

/**
 * keyfob_tray_copy_new:
 * @application: (transfer none): outlives the copies
 * @clipboard: gets the header
 *
 * Returns: (transfer full): without a copy so far
 */
KeyfobTrayCopy *keyfob_tray_copy_new (GtkApplication *application, KeyfobClipboard *clipboard);

/**
 * keyfob_tray_copy_start:
 * @path: object path of a host of the agent
 *
 * Copies the header of the host. Keeps the application running until that has ended.
 */
void keyfob_tray_copy_start (KeyfobTrayCopy *self, const char *path);

G_END_DECLS
