/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * keyfob_json_parse:
 * @data: text from outside
 * @length: its length in bytes
 * @error: a JSON_PARSER_ERROR; its message may quote @data and is not fit to be shown or logged
 *
 * Parses JSON whose nesting is so deep that a recursive parser would run out of stack as an error.
 *
 * Returns: (transfer full): the root, or %NULL
 */
JsonNode *keyfob_json_parse (const char *data, gsize length, GError **error);

/** Returns: (transfer full): the root where @data is a JSON object, else %NULL */
JsonObject *keyfob_json_parse_object (const char *data, gsize length);

/** Returns: (nullable) (transfer none): the member where it is a string, else %NULL */
const char *keyfob_json_get_string (JsonObject *object, const char *member);

/**
 * keyfob_json_get_number:
 * @number: (out): the value of a number, or of a string that is one
 *
 * Returns: whether there is one that is finite
 */
gboolean keyfob_json_get_number (JsonObject *object, const char *member, double *number);

G_END_DECLS
