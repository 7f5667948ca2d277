/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_NOTIFICATION_CLIENT (keyfob_notification_client_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobNotificationClient,
                      keyfob_notification_client,
                      KEYFOB,
                      NOTIFICATION_CLIENT,
                      GObject)

/**
 * KeyfobNotificationClient:
 *
 * Shows notifications through the notification daemon of the desktop
 * (org.freedesktop.Notifications). GNotification does not serve: it wants a #GApplication that owns
 * the application id, which is the window's; it warns where there is no daemon; and it drops the
 * activation token of a click. Where there is no daemon nothing happens.
 *
 * Signal `seen` (key): the notification was shown for its full time, or the user has dismissed or
 * clicked it.
 *
 * Signal `failed` (key): nothing shows the notification, since there is no daemon, or it has gone.
 *
 * Signal `invoked` (key, action, activation token, nullable): the user has chosen an action.
 */

/** Returns: (transfer full): a client that shows nothing yet */
KeyfobNotificationClient *keyfob_notification_client_new (GDBusConnection *connection);

/**
 * keyfob_notification_client_show:
 * @key: identifies the notification; an earlier one with this key is replaced
 * @summary: plain text
 * @body: plain text
 * @actions: pairs of an action's name and its label; the action `default` is a click on the
 *   notification. Left out where the daemon knows no actions, so @body must not speak of them.
 * @seconds: how long it is shown at most; -1 as long as the daemon thinks fit
 */
void keyfob_notification_client_show (KeyfobNotificationClient *self,
                                      const char *key,
                                      const char *summary,
                                      const char *body,
                                      const char *const *actions,
                                      int seconds);

/** Closes the notification with @key, if there is one. */
void keyfob_notification_client_withdraw (KeyfobNotificationClient *self, const char *key);

/** Returns: whether the notification with @key is on screen, or about to be */
gboolean keyfob_notification_client_is_shown (KeyfobNotificationClient *self, const char *key);

/** Returns: whether any notification is on screen, or about to be */
gboolean keyfob_notification_client_is_showing (KeyfobNotificationClient *self);

G_END_DECLS
