/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gtk/gtk.h>

#include "keyfob-bus.h"
#include "keyfob-clipboard.h"
#include "keyfob-ticker.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_HOST_ROW (keyfob_host_row_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobHostRow, keyfob_host_row, KEYFOB, HOST_ROW, GtkListBoxRow)

/**
 * KeyfobHostRow:
 *
 * One host: how it stands, in words, and what can be done about it. Emits `done` with a short
 * text when something was done that the row itself does not show, `remove` when the user wants the
 * host removed, `settings` when the user wants to see what can be set for it, and `use-device` when
 * the user wants to sign in on another device.
 */

/**
 * keyfob_host_row_new:
 * @host: what it shows
 * @ticker: says what time it is
 * @clipboard: where tokens are copied to
 *
 * Returns: (transfer floating): the row
 */
GtkWidget *
keyfob_host_row_new (KeyfobBusHost1 *host, KeyfobTicker *ticker, KeyfobClipboard *clipboard);

/** Returns: (transfer none): the host */
KeyfobBusHost1 *keyfob_host_row_get_host (KeyfobHostRow *self);

G_END_DECLS
