/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-attention-model.h"
#include "keyfob-context.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_NOTIFICATIONS (keyfob_notifications_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobNotifications, keyfob_notifications, KEYFOB, NOTIFICATIONS, GObject)

/**
 * KeyfobNotifications:
 *
 * Notifies the user once when a host needs a sign-in, or will soon, and withdraws the notification
 * when it no longer does. For many hosts there is one notification. An unreachable server gives
 * none. What the user has seen is written to hosts.ini, so that the next agent does not show it
 * again.
 */

/** Returns: (transfer full): the notifications of the hosts in @model */
KeyfobNotifications *keyfob_notifications_new (KeyfobContext *context, KeyfobAttentionModel *model);

/** Returns: whether a notification is shown, whose buttons need the agent */
gboolean keyfob_notifications_is_showing (KeyfobNotifications *self);

G_END_DECLS
