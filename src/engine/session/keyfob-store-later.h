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
 * keyfob_store_later_async:
 * @token: could not be stored when it came
 *
 * Stores @token, unless another program has stored a newer one since. Nobody may be there, so a
 * locked keyring is not asked for; it is the error LOCKED.
 */
void keyfob_store_later_async (KeyfobConfig *config,
                               KeyfobTokenStore *store,
                               KeyfobClock *clock,
                               KeyfobToken *token,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

/** Returns: (transfer full): the token that is stored now, or %NULL where the store fails */
KeyfobToken *keyfob_store_later_finish (GAsyncResult *result, GError **error);

G_END_DECLS
