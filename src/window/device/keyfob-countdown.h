/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gtk/gtk.h>

#include "keyfob-clock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_COUNTDOWN (keyfob_countdown_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobCountdown, keyfob_countdown, KEYFOB, COUNTDOWN, GtkWidget)

/**
 * KeyfobCountdown:
 *
 * Bar and words for the time that is left until `expires`. The bar is full at the moment at which
 * `expires` was set. While it is seen it wakes up every ten seconds, every second in the last two
 * minutes, and not at all afterwards; while it is not seen, never.
 *
 * `over` says whether the time has run out.
 */

/** Sets what says what time it is; needed before anything else. */
void keyfob_countdown_set_clock (KeyfobCountdown *self, KeyfobClock *clock);

/** @expires: Unix time in seconds; 0 stops it */
void keyfob_countdown_set_expires (KeyfobCountdown *self, gint64 expires);

/** Returns: whether the time has run out by now */
gboolean keyfob_countdown_get_over (KeyfobCountdown *self);

G_END_DECLS
