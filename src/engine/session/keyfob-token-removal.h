/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-clock.h"
#include "keyfob-config.h"
#include "keyfob-token-store.h"

G_BEGIN_DECLS

/**
 * keyfob_token_removal_async:
 *
 * Removes the token of @config from @store when the user signs out. Another program that renews it
 * just now would put it back, so that is waited for, but not one that hangs.
 */
void keyfob_token_removal_async (KeyfobConfig *config,
                                 KeyfobTokenStore *store,
                                 KeyfobClock *clock,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

/** Returns: %FALSE with an error where the token is left in the store */
gboolean keyfob_token_removal_finish (GAsyncResult *result, GError **error);

G_END_DECLS
