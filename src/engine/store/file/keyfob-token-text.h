/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * KeyfobTokenText:
 *
 * What a token file says: a JSON object whose members are kept in their order and whose values
 * are kept as they are written, so that numbers and fields that Keyfob does not know survive to
 * the letter.
 */
typedef struct _KeyfobTokenText KeyfobTokenText;

/**
 * keyfob_token_text_parse:
 * @data: content of a token file; nothing but white space is an empty object. It must stay as long
 *   as the text does
 *
 * Strict JSON (RFC 8259), and the `NaN` and `Infinity` of Python's writer. Nesting is limited.
 *
 * Returns: (transfer full) (nullable): the text, %NULL where it is not such an object
 */
KeyfobTokenText *keyfob_token_text_parse (const char *data, gsize length);

void keyfob_token_text_free (KeyfobTokenText *self);

/** Returns: (transfer full) (nullable): the JSON value of @key; of several the last, as in Python
 */
char *keyfob_token_text_dup (KeyfobTokenText *self, const char *key);

guint keyfob_token_text_get_n_members (KeyfobTokenText *self);

/** Returns: (transfer full) (nullable): the key of a member, %NULL where it is no text */
char *keyfob_token_text_dup_key (KeyfobTokenText *self, guint index);

/** Returns: (transfer full): the JSON value of a member */
char *keyfob_token_text_dup_at (KeyfobTokenText *self, guint index);

/** @value: valid JSON; stands where the old one stood, else at the end */
void keyfob_token_text_set (KeyfobTokenText *self, const char *key, const char *value);

/** @value: any text, which is put down as a JSON string */
void keyfob_token_text_set_string (KeyfobTokenText *self, const char *key, const char *value);

/** Returns: whether there was a @key to remove */
gboolean keyfob_token_text_remove (KeyfobTokenText *self, const char *key);

/**
 * keyfob_token_text_print:
 *
 * Returns: (transfer full): JSON, a member on each line; what was set is laid out as by
 *   `json.dumps (indent=2)`, and the rest as it was
 */
char *keyfob_token_text_print (KeyfobTokenText *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobTokenText, keyfob_token_text_free)

G_END_DECLS
