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
 * Notices that the world has changed: the machine woke from sleep (logind), there is a network
 * again, or the wall clock was set. Does without any of them where it is missing.
 *
 * Signal `woke`: the machine is awake, or the network there.
 *
 * Signal `clock-set` (#gint64): by how many seconds it was set forward.
 */

/** Returns: (transfer full): a monitor that has begun to watch */
KeyfobWakeMonitor *keyfob_wake_monitor_new (GNetworkMonitor *network, KeyfobClock *clock);

G_END_DECLS
