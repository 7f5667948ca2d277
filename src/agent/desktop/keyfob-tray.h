/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-clock.h"
#include "keyfob-host-remote.h"
#include "keyfob-attention-model.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_TRAY (keyfob_tray_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobTray, keyfob_tray, KEYFOB, TRAY, GObject)

/**
 * KeyfobTray:
 *
 * The icon in the tray, which says how the hosts stand, and its menu.
 *
 * Signal `quit`: the user wants no more of Keyfob. Signal `shown` (gboolean): there is a tray with
 * the icon from now on, or none any more.
 */

/** Returns: (transfer full): an icon that is there wherever there is a tray */
KeyfobTray *keyfob_tray_new (GDBusConnection *connection,
                             KeyfobAttentionModel *model,
                             KeyfobClock *clock,
                             KeyfobHostRemote *hosts,
                             KeyfobWindowRemote *window);

G_END_DECLS
