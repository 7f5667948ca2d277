/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_WAKE_MONITOR (keyfob_wake_monitor_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobWakeMonitor, keyfob_wake_monitor, KEYFOB, WAKE_MONITOR, GObject)

/**
 * KeyfobWakeMonitor:
 *
 * Notices that the world has changed: the machine woke from sleep (logind), or there is a network
 * again. Does without either where there is none.
 *
 * Signal `woke`.
 */

/** Returns: (transfer full): a monitor that has begun to watch */
KeyfobWakeMonitor *keyfob_wake_monitor_new (GNetworkMonitor *network);

G_END_DECLS
