/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-clock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_TICKER (keyfob_ticker_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobTicker, keyfob_ticker, KEYFOB, TICKER, GObject)

/**
 * KeyfobTicker:
 *
 * The current time for all rows of a window, from one timer. The property `now` (Unix time in
 * seconds) changes once a minute
 * while the ticker is running; otherwise the ticker wakes nothing.
 */

/**
 * keyfob_ticker_new:
 * @clock: the clock to read
 *
 * Returns: (transfer full): a ticker that is not running
 */
KeyfobTicker *keyfob_ticker_new (KeyfobClock *clock);

/** Returns: the Unix time in seconds of the last update */
gint64 keyfob_ticker_get_now (KeyfobTicker *self);

/** Sets `now` to the current time. */
void keyfob_ticker_update (KeyfobTicker *self);

/** Starts or stops the timer; starting also updates `now`. */
void keyfob_ticker_set_running (KeyfobTicker *self, gboolean running);

G_END_DECLS
