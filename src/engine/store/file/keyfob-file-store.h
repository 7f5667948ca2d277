/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-token-store.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_FILE_STORE (keyfob_file_store_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobFileStore, keyfob_file_store, KEYFOB, FILE_STORE, GObject)

/**
 * keyfob_file_store_new:
 * @path: absolute path; neither the file nor its folder needs to exist
 *
 * Stores tokens in a JSON file as py-oidc-auth-client does, and shares it with other programs.
 * Reads and writes in a thread.
 *
 * Returns: (transfer full): a #KeyfobTokenStore
 */
KeyfobTokenStore *keyfob_file_store_new (const char *path, KeyfobClock *clock);

/**
 * keyfob_file_store_check_async:
 * @path: absolute path; there need not be a file
 *
 * Finds out, in a thread, whether the file is something else than one that stores tokens of hosts.
 */
void
keyfob_file_store_check_async (const char *path, GAsyncReadyCallback callback, gpointer user_data);

/** Returns: %FALSE with KEYFOB_AUTH_ERROR_STORE where it is something else */
gboolean keyfob_file_store_check_finish (GAsyncResult *result, GError **error);

G_END_DECLS
