/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The portal for programs that run in the background (org.freedesktop.portal.Background): the way
 * into the user's session for a program in a Flatpak, whose folders the desktop does not read.
 */

/**
 * keyfob_background_portal_request_async:
 * @connection: connection to the session bus
 * @autostart: whether the agent is to start at login
 *
 * Asks the desktop to start the agent at login, or not to do so any more. The desktop may ask the
 * user, so there is no time limit.
 */
void keyfob_background_portal_request_async (GDBusConnection *connection,
                                             gboolean autostart,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);

/** Returns: whether the desktop does as it was asked; sets @error if it does not */
gboolean keyfob_background_portal_request_finish (GAsyncResult *result, GError **error);

G_END_DECLS
