/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/** Ends what @host is doing and removes its token everywhere it is kept. A locked keyring asks. */
void keyfob_sign_out_async (KeyfobHost *host, GAsyncReadyCallback callback, gpointer user_data);

/**
 * keyfob_sign_out_finish:
 * @error: KEYFOB_AUTH_ERROR_LOCKED or STORE
 *
 * Returns: %FALSE where a copy could not be removed: @host is signed out all the same and says so,
 *   and the copy goes when its store can be asked again
 */
gboolean keyfob_sign_out_finish (KeyfobHost *host, GAsyncResult *result, GError **error);

G_END_DECLS
