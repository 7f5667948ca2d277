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

/**
 * KeyfobJsonScan:
 * @at: where in a JSON text it is
 * @end: where the text ends
 * @depth: how many values there are around @at
 *
 * Goes over a JSON text without taking it to pieces. Strict JSON (RFC 8259), and the `NaN` and
 * `Infinity` of Python's writer. Each function steps over what it is named for, and returns whether
 * that was there; where it was not, @at is anywhere.
 */
typedef struct
{
  const char *at;
  const char *end;
  guint depth;
} KeyfobJsonScan;

void keyfob_json_scan_space (KeyfobJsonScan *scanner);

/** Space before it is stepped over, too. */
gboolean keyfob_json_scan_char (KeyfobJsonScan *scanner, char wanted);

/** A string with its quotes; what is between them is not checked to be UTF-8. */
gboolean keyfob_json_scan_string (KeyfobJsonScan *scanner);

/** Any value that is nested no deeper than a parser can stand. */
gboolean keyfob_json_scan_value (KeyfobJsonScan *scanner);

/** Returns: whether @data is ASCII, which is quicker to tell than whether it is UTF-8 */
gboolean keyfob_json_scan_is_ascii (const char *data, gsize length);

G_END_DECLS
