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
 * The one timer of a window. Its property `now` (Unix time in seconds) is set once a minute while
 * `running` is set, and only then does it wake the machine.
 */

/**
 * keyfob_ticker_new:
 * @clock: says what time it is
 *
 * Returns: (transfer full): a ticker that stands still
 */
KeyfobTicker *keyfob_ticker_new (KeyfobClock *clock);

/** Returns: Unix time in seconds, as of the last tick */
gint64 keyfob_ticker_get_now (KeyfobTicker *self);

/** Looks at the clock at once. */
void keyfob_ticker_update (KeyfobTicker *self);

/** Starts or stops the timer; starting also looks at the clock. */
void keyfob_ticker_set_running (KeyfobTicker *self, gboolean running);

gboolean keyfob_ticker_get_running (KeyfobTicker *self);

G_END_DECLS
