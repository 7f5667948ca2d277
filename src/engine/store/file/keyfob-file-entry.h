/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** @json: (nullable): value of a member. Returns: (transfer full) (nullable): it as an entry */
JsonObject *keyfob_file_entry_parse (const char *json);

/** Returns: (transfer none) (nullable): the base URL that it says it belongs to; Python says none
 */
const char *keyfob_file_entry_get_base_url (JsonObject *entry);

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
