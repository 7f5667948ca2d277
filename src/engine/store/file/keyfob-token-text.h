/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * KeyfobTokenText:
 *
 * The text of a token file: a JSON object with an entry for each host. Its members keep their
 * order, and their values stay as they are written, so that numbers and fields that Keyfob does not
 * know survive to the letter.
 */
typedef struct _KeyfobTokenText KeyfobTokenText;

/**
 * keyfob_token_text_parse:
 * @data: content of a token file; nothing but white space is an empty object. It must stay as long
 *   as the text does
 *
 * Strict JSON (RFC 8259), and the `NaN` and `Infinity` of Python's writer. Nesting is limited.
 *
 * Returns: (transfer full) (nullable): the text, %NULL where @data is not such an object
 */
KeyfobTokenText *keyfob_token_text_parse (const char *data, gsize length);

void keyfob_token_text_free (KeyfobTokenText *self);

/** Returns: whether the text is empty or has the key of a host, beside whatever else */
gboolean keyfob_token_text_is_token_store (KeyfobTokenText *self);

/** Returns: whether the text is one token object, as web portals offer it for download */
gboolean keyfob_token_text_is_bare_token (KeyfobTokenText *self);

/** Returns: whether @data, which cannot be parsed, is what is left of a damaged token file */
gboolean keyfob_token_text_was_token_store (const char *data, gsize length);

/** Returns: (transfer full) (nullable): the JSON value of @key; of several the last, as in Python
 */
char *keyfob_token_text_dup (KeyfobTokenText *self, const char *key);

/** Returns: (transfer full) (nullable): the entry of @host_key, see keyfob_token_new_from_entry()
 */
JsonObject *keyfob_token_text_dup_entry (KeyfobTokenText *self, const char *host_key);

/**
 * keyfob_token_text_set_entry:
 * @json: the entry to take the token from, see keyfob_token_to_json()
 * @base_url: the base URL that the token is for
 *
 * Sets the token of an entry. Other fields of the entry stay to the letter, unless the entry could
 * not be read again with them. A new entry comes last.
 */
void keyfob_token_text_set_entry (KeyfobTokenText *self,
                                  const char *host_key,
                                  const char *json,
                                  const char *base_url);

/**
 * keyfob_token_text_set_bare_token:
 * @json: the entry to take the token from, see keyfob_token_to_json()
 * @base_url: (nullable): the base URL that the object is to name as that of the token
 *
 * Makes the text one token object. Other members of an object that is there stay to the letter.
 */
void
keyfob_token_text_set_bare_token (KeyfobTokenText *self, const char *json, const char *base_url);

/** Returns: (transfer full) (nullable): the host that the token object names as its own */
char *keyfob_token_text_dup_bare_host (KeyfobTokenText *self);

/** Returns: whether there was a @key to remove */
gboolean keyfob_token_text_remove (KeyfobTokenText *self, const char *key);

/**
 * keyfob_token_text_list:
 * @owners: base URLs by host key, for entries that do not say theirs
 * @now: Unix time in seconds
 *
 * Returns: (transfer full): the base URLs of all tokens that are still good; of an entry without an
 *   owner the host key
 */
GStrv keyfob_token_text_list (KeyfobTokenText *self, GHashTable *owners, gint64 now);

/**
 * keyfob_token_text_print:
 *
 * Returns: (transfer full): JSON, each member on a line of its own; what was set is laid out as by
 *   `json.dumps (indent=2)`, and the rest as it was
 */
char *keyfob_token_text_print (KeyfobTokenText *self);

/** Returns: (transfer none) (nullable): the base URL that @entry is for; Python writes none */
const char *keyfob_token_entry_get_base_url (JsonObject *entry);

/**
 * keyfob_token_entry_is_in_use:
 * @now: Unix time in seconds
 *
 * Returns: whether the token or the refresh token of @entry may still be good. The time at which a
 *   refresh token ends is only what the server promised, so a younger one than 30 days counts
 */
gboolean keyfob_token_entry_is_in_use (JsonObject *entry, gint64 now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobTokenText, keyfob_token_text_free)

G_END_DECLS
