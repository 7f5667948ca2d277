/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-clock.h"
#include "keyfob-host-remote.h"
#include "keyfob-overview.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_NOTIFICATIONS (keyfob_notifications_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobNotifications, keyfob_notifications, KEYFOB, NOTIFICATIONS, GObject)

/**
 * KeyfobNotifications:
 *
 * Tells the user once when a host needs them, or will soon, and takes it back when that is over.
 * Where many do there is one notification for all of them. What heals itself is no news.
 */

/** Returns: (transfer full): what tells of the hosts in @overview */
KeyfobNotifications *keyfob_notifications_new (GDBusConnection *connection,
                                               KeyfobOverview *overview,
                                               KeyfobHostRemote *hosts,
                                               KeyfobWindowRemote *window);

G_END_DECLS
