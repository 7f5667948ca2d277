/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-config.h"
#include "keyfob-keyring.h"

G_BEGIN_DECLS

/** The place of a token in the keyring; any other place is the absolute path of a token file. */
#define KEYFOB_STORES_KEYRING "keyring"

#define KEYFOB_TYPE_STORES (keyfob_stores_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobStores, keyfob_stores, KEYFOB, STORES, GObject)

/**
 * KeyfobStores:
 *
 * The places where tokens are kept: the keyring, the token file that is shared with Python
 * programs, those of other programs, and other files that were chosen for a host. Each is opened
 * once, when it is asked for. A place is `keyring`, the absolute path of a file, or its URI where
 * the path is not UTF-8.
 *
 * Signal `changed`: which store a host has, or whether it is locked, may have changed.
 *
 * Signal `file-changed` (path): other programs have changed what is in a token file.
 *
 * Signal `report` (name, sentence): what the user should know, see #KeyfobNotices.
 */

/**
 * keyfob_stores_new:
 * @keyring: not opened before it is needed
 * @shared_file: absolute path of the shared token file
 * @only_file: hosts for which nothing was chosen use that file, also where there is a keyring
 *
 * Returns: (transfer full): the stores
 */
KeyfobStores *keyfob_stores_new (KeyfobKeyring *keyring,
                                 const char *shared_file,
                                 gboolean only_file,
                                 KeyfobClock *clock);

/** Has every host use the shared file, also one for which another place was chosen. */
void keyfob_stores_force_file (KeyfobStores *self);

/** Has the shared file be one with a single token, see keyfob_bare_store_new(); before it is used.
 */
void keyfob_stores_use_bare_token (KeyfobStores *self, const char *base_url, gboolean names_host);

/** Sets whether tokens may be kept in files, as they may by default; else every host uses the
 * keyring. */
void keyfob_stores_set_allows_files (KeyfobStores *self, gboolean allows);

/** Returns: whether tokens may be kept in files */
gboolean keyfob_stores_get_allows_files (KeyfobStores *self);

/** Returns: %FALSE with KEYFOB_AUTH_ERROR_INVALID_HOST where the `a{sv}` of a host wants its token
 * in a file, and that is not allowed */
gboolean keyfob_stores_check_options (KeyfobStores *self, GVariant *options, GError **error);

/** Returns: the place that was chosen for @config and counts; empty where there is none */
const char *keyfob_stores_get_chosen (KeyfobStores *self, KeyfobConfig *config);

/** Opens the keyring, unless only the shared file is wanted. */
void keyfob_stores_open_default (KeyfobStores *self);

/** Returns: where a new token of @config goes; the keyring while it is not known to be absent */
const char *keyfob_stores_get_place (KeyfobStores *self, KeyfobConfig *config);

/** Returns: (nullable): the store at @place; %NULL where the keyring is not there, or not yet */
KeyfobTokenStore *keyfob_stores_open (KeyfobStores *self, const char *place);

/** Returns: (nullable): the store for a new token of @config, as keyfob_stores_open() */
KeyfobTokenStore *keyfob_stores_get (KeyfobStores *self, KeyfobConfig *config);

/** Returns: the place of a store that keyfob_stores_open() gave */
const char *keyfob_stores_find_place (KeyfobStores *self, KeyfobTokenStore *store);

/** Returns: whether it is not known yet if there is a store at @place */
gboolean keyfob_stores_is_opening (KeyfobStores *self, const char *place);

/** Returns: whether there is a keyring that does not answer, or has not answered yet */
gboolean keyfob_stores_is_keyring_silent (KeyfobStores *self);

/** Returns: whether hosts for which nothing was chosen use the shared file whatever happens */
gboolean keyfob_stores_is_only_file (KeyfobStores *self);

/** Returns: (transfer full): why the keyring cannot be asked, in a sentence */
GError *keyfob_stores_new_error (KeyfobStores *self);

/** Returns: absolute path of the shared token file, or its URI where the path is not UTF-8 */
const char *keyfob_stores_get_shared_file (KeyfobStores *self);

/** Returns: (transfer full): absolute path of the shared token file */
char *keyfob_stores_dup_shared_path (KeyfobStores *self);

/** Returns: the place of the token file of the program @name, see KEYFOB_STORE_APP */
const char *keyfob_stores_get_app_file (KeyfobStores *self, const char *name);

/** Returns: whether keyfob_stores_close_unused() would let go of anything */
gboolean keyfob_stores_has_unused (KeyfobStores *self, GHashTable *used);

/** Lets go of the stores of all token files but those at @used, a set of places. */
void keyfob_stores_close_unused (KeyfobStores *self, GHashTable *used);

/** Returns: where new tokens go: `keyring` or `file`; empty until that is known */
const char *keyfob_stores_get_kind (KeyfobStores *self);

/** Returns: `opening`, `ready` or `locked`, as `Agent1.StoreState` */
const char *keyfob_stores_get_state (KeyfobStores *self);

/** Lets the keyring ask the user to unlock it; one that did not answer is asked again. */
void
keyfob_stores_unlock_async (KeyfobStores *self, GAsyncReadyCallback callback, gpointer user_data);

/** Returns: %FALSE with KEYFOB_AUTH_ERROR_LOCKED where the user refused, else with STORE */
gboolean keyfob_stores_unlock_finish (KeyfobStores *self, GAsyncResult *result, GError **error);

G_END_DECLS
