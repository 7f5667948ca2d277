/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_SCREEN_MONITOR (keyfob_screen_monitor_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobScreenMonitor, keyfob_screen_monitor, KEYFOB, SCREEN_MONITOR, GObject)

/**
 * KeyfobScreenMonitor:
 *
 * Knows whether the screen of the user's session is locked: from logind (Lock, Unlock and
 * LockedHint) and from the screen savers of the desktops (org.freedesktop.ScreenSaver and
 * org.gnome.ScreenSaver). Where there is none of them the screen is never locked. Only what locked
 * the screen opens it again: a screen saver that crashes does not.
 *
 * The property `locked`. The property `ready`: each of them has told how it stands, or is not
 * there.
 */

/**
 * keyfob_screen_monitor_new:
 * @connection: the session bus, or a connection without a bus, where there is no screen saver
 *
 * Returns: (transfer full): a monitor that watches
 */
KeyfobScreenMonitor *keyfob_screen_monitor_new (GDBusConnection *connection);

/** Returns: whether the screen is locked, as far as is known */
gboolean keyfob_screen_monitor_get_locked (KeyfobScreenMonitor *self);

/** Returns: whether it is known how the screen stands; once %TRUE it stays so */
gboolean keyfob_screen_monitor_get_ready (KeyfobScreenMonitor *self);

G_END_DECLS
