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
 * Notifications on the desktop, by org.freedesktop.Notifications. GNotification would want a
 * #GApplication that owns the application id, which is the window's, warns where nobody shows
 * notifications, and does not hand on the activation token of a click.
 *
 * It listens to what becomes of its notifications as long as there are any. Where nobody shows them
 * nothing happens.
 *
 * Signal `seen` (key): it was there for as long as it is shown, or the user has done away with it.
 *
 * Signal `invoked` (key, action, activation token, nullable): the user has clicked.
 */

/** Returns: (transfer full): one with nothing to show */
KeyfobNotificationClient *keyfob_notification_client_new (GDBusConnection *connection);

/**
 * keyfob_notification_client_show:
 * @key: what it is about; takes the place of an earlier one with that key
 * @summary: plain text
 * @body: plain text without anything that could be read as markup
 * @actions: names of actions, each followed by what the user reads; `default` is the click on it
 */
void keyfob_notification_client_show (KeyfobNotificationClient *self,
                                      const char *key,
                                      const char *summary,
                                      const char *body,
                                      const char *const *actions);

/** Takes the notification with that key back, if there is one. */
void keyfob_notification_client_withdraw (KeyfobNotificationClient *self, const char *key);

/** Returns: whether there is one with that key for the user to see */
gboolean keyfob_notification_client_is_shown (KeyfobNotificationClient *self, const char *key);

/** Returns: whether there is any for the user to see */
gboolean keyfob_notification_client_is_showing (KeyfobNotificationClient *self);

G_END_DECLS
