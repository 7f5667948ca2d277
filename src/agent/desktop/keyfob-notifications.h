/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host-file.h"
#include "keyfob-host-remote.h"
#include "keyfob-attention-model.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_NOTIFICATIONS (keyfob_notifications_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobNotifications, keyfob_notifications, KEYFOB, NOTIFICATIONS, GObject)

/**
 * KeyfobNotifications:
 *
 * Tells the user once when a host needs them, or will soon, and takes it back when that is over.
 * Where many do there is one notification for all of them. What heals itself is no news. What the
 * user has seen is remembered in the file of hosts, for the agent that comes after this one.
 */

/** Returns: (transfer full): what tells of the hosts in @model */
KeyfobNotifications *keyfob_notifications_new (GDBusConnection *connection,
                                               KeyfobHostFile *file,
                                               KeyfobAttentionModel *model,
                                               KeyfobHostRemote *hosts,
                                               KeyfobWindowRemote *window);

/** Returns: whether there is one for the user to see */
gboolean keyfob_notifications_is_showing (KeyfobNotifications *self);

G_END_DECLS
