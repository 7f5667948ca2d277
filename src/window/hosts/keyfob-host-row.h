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
 * A row of the list of hosts, with the state of the host and its actions.
 *
 * Emits `done` with a short text after an action whose result the row itself does not show. The
 * window handles the actions of the signals `remove` (remove the host), `settings` (show the
 * settings of the host) and `use-device` (sign in on another device).
 */

/**
 * keyfob_host_row_new:
 * @host: the host
 * @ticker: the current time, for the time that a token is still good
 * @clipboard: the clipboard that gets copied tokens
 *
 * Returns: (transfer floating): the row
 */
GtkWidget *
keyfob_host_row_new (KeyfobBusHost1 *host, KeyfobTicker *ticker, KeyfobClipboard *clipboard);

/** Returns: (transfer none): the host */
KeyfobBusHost1 *keyfob_host_row_get_host (KeyfobHostRow *self);

G_END_DECLS
