/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-clock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_WAKE_MONITOR (keyfob_wake_monitor_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobWakeMonitor, keyfob_wake_monitor, KEYFOB, WAKE_MONITOR, GObject)

/**
 * KeyfobWakeMonitor:
 *
 * Notices that the machine falls asleep and wakes up (logind), that there is a network again, and
 * that the wall clock was set. Where there is no logind, the rest works.
 *
 * The machine falls asleep only once keyfob_wake_monitor_let_sleep() was called: the monitor has a
 * delay lock of logind, which holds for some seconds at most.
 *
 * Signal `about-to-sleep`: the machine is about to sleep; a handler returns %TRUE where it calls
 * keyfob_wake_monitor_let_sleep() later. Where there is no such handler the machine sleeps at once.
 *
 * Signal `woke`: the machine woke up, or there is a network again.
 *
 * Signal `clock-set` (#gint64): by how many seconds the wall clock was set forward.
 */

/** Returns: (transfer full): a monitor that watches */
KeyfobWakeMonitor *keyfob_wake_monitor_new (GNetworkMonitor *network, KeyfobClock *clock);

/** Lets the machine fall asleep; does nothing where it woke up meanwhile. */
void keyfob_wake_monitor_let_sleep (KeyfobWakeMonitor *self);

G_END_DECLS
