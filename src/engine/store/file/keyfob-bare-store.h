/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-token-store.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_BARE_STORE (keyfob_bare_store_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobBareStore, keyfob_bare_store, KEYFOB, BARE_STORE, GObject)

/**
 * keyfob_bare_store_new:
 * @path: absolute path of a file that holds one token object, or nothing yet
 * @base_url: (nullable): of the host that the token is for; %NULL where neither the file nor
 *   anybody else has said that
 * @names_host: what is saved names @base_url
 *
 * Keeps the token of one host in a file that other programs read as a single token, as web portals
 * offer it for download. What else is in the object stays. For any other host the store is empty,
 * and takes no token. Reads and writes in a thread.
 *
 * Returns: (transfer full): a #KeyfobTokenStore
 */
KeyfobTokenStore *keyfob_bare_store_new (const char *path,
                                         const char *base_url,
                                         gboolean names_host,
                                         KeyfobClock *clock);

G_END_DECLS
