/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <json-glib/json-glib.h>

#include "keyfob-file-places.h"

G_BEGIN_DECLS

/** @json: (nullable): value of a member. Returns: (transfer full) (nullable): it as an entry */
JsonObject *keyfob_file_entry_parse (const char *json);

/** Returns: (transfer none) (nullable): the base URL that it says it belongs to; Python says none
 */
const char *keyfob_file_entry_get_base_url (JsonObject *entry);

/**
 * keyfob_file_entry_dup_owner:
 * @host_key: its key in the file
 * @places: what is known where the entry itself does not say it
 *
 * Returns: (transfer full) (nullable): the base URL that it belongs to, %NULL where nobody knows
 */
char *
keyfob_file_entry_dup_owner (JsonObject *entry, const char *host_key, KeyfobFilePlaces *places);

/**
 * keyfob_file_entry_check_place:
 * @entry: what is in the place of @host_key
 * @base_url: who wants it
 * @now: Unix time in seconds
 * @error: KEYFOB_AUTH_ERROR_STORE
 *
 * Returns: whether nobody else has it for a token that may still be good
 */
gboolean keyfob_file_entry_check_place (JsonObject *entry,
                                        const char *host_key,
                                        const char *base_url,
                                        KeyfobFilePlaces *places,
                                        gint64 now,
                                        GError **error);

/**
 * keyfob_file_entry_claim:
 * @token_file: absolute path of the token file itself
 *
 * Who first finds a token that Python put down takes the place, so that no other base URL of the
 * host takes it for its own. Blocks.
 *
 * Returns: (transfer full): the base URL that it belongs to now
 */
char *keyfob_file_entry_claim (JsonObject *entry,
                               const char *host_key,
                               const char *base_url,
                               const char *token_file);

/** Returns: whether its token or its refresh token is still good at @now, Unix time in seconds, as
 *   far as the server says */
gboolean keyfob_file_entry_is_alive (JsonObject *entry, gint64 now);

/** Returns: whether its refresh token may still be good, although the server said that it ends */
gboolean keyfob_file_entry_may_live (JsonObject *entry, gint64 now);

/**
 * keyfob_file_entry_merge:
 * @old_json: (nullable): the entry as it is written
 * @new_json: the one to take its token from
 * @base_url: whose it is
 *
 * Returns: (transfer full): the new entry; what other programs keep in the old one beside the token
 *   stays, to the letter
 */
char *keyfob_file_entry_merge (const char *old_json, const char *new_json, const char *base_url);

G_END_DECLS
