/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/**
 * keyfob_host_configure_async:
 * @options: `a{sv}`, see `Host1.Configure`
 *
 * Changes the configuration of @host; where that changes the place of its token, the token moves
 * along.
 */
void keyfob_host_configure_async (KeyfobHost *host,
                                  GVariant *options,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

/**
 * keyfob_host_configure_finish:
 * @error: KEYFOB_AUTH_ERROR_INVALID_HOST, or why the token could not be stored in its new place;
 *   nothing has changed then
 */
gboolean keyfob_host_configure_finish (KeyfobHost *host, GAsyncResult *result, GError **error);

/**
 * keyfob_host_follow_stores:
 *
 * Does what has become possible: looks for the token where it was not found yet, moves it to where
 * it should be, removes copies that were left. For when the stores have changed.
 */
void keyfob_host_follow_stores (KeyfobHost *host);

/** Moves the token to where it should be, if it is not there and can; at rest only. */
void keyfob_host_bring_home (KeyfobHost *host);

G_END_DECLS
