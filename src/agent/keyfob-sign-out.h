/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/** Ends whatever @host is doing, then removes its token from the store. */
void keyfob_sign_out_async (KeyfobHost *host, GAsyncReadyCallback callback, gpointer user_data);

/** Returns: %FALSE with KEYFOB_AUTH_ERROR_LOCKED or KEYFOB_AUTH_ERROR_STORE; the token stays */
gboolean keyfob_sign_out_finish (KeyfobHost *host, GAsyncResult *result, GError **error);

G_END_DECLS
