/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * keyfob_json_parse:
 * @data: text of a server, a file or another program
 * @length: length of @data in bytes
 * @error: a JSON_PARSER_ERROR; its message may quote @data and must not be shown or logged
 *
 * Refuses NUL bytes, and JSON that is nested deeper than 100 levels.
 *
 * Returns: (transfer full): the root, or %NULL
 */
JsonNode *keyfob_json_parse (const char *data, gsize length, GError **error);

/** Returns: (transfer full): the object, or %NULL where @data is not one JSON object */
JsonObject *keyfob_json_parse_object (const char *data, gsize length);

/** Returns: (nullable) (transfer none): the member, or %NULL where it is absent or no string */
const char *keyfob_json_get_string (JsonObject *object, const char *member);

/**
 * keyfob_json_get_number:
 * @number: (out): the value of a number, or of a string that contains nothing but a number
 *
 * Returns: whether the member is a finite number
 */
gboolean keyfob_json_get_number (JsonObject *object, const char *member, double *number);

/**
 * KeyfobJsonScan:
 * @at: position in the JSON text
 * @end: end of the JSON text
 * @depth: number of objects and arrays around @at
 *
 * Finds the bounds of values in a JSON text (RFC 8259, and the `NaN` and `Infinity` of Python)
 * without parsing it. Each function moves @at behind the element in its name and returns whether
 * that element was there; where it was not, @at is undefined.
 */
typedef struct
{
  const char *at;
  const char *end;
  guint depth;
} KeyfobJsonScan;

void keyfob_json_scan_space (KeyfobJsonScan *scanner);

/** Skips white space before @wanted, too. */
gboolean keyfob_json_scan_char (KeyfobJsonScan *scanner, char wanted);

/** A string with its quotation marks; not checked to be UTF-8. */
gboolean keyfob_json_scan_string (KeyfobJsonScan *scanner);

/** Any value that is nested at most 100 levels deep. */
gboolean keyfob_json_scan_value (KeyfobJsonScan *scanner);

/** Returns: whether @data is ASCII; faster than g_utf8_validate() */
gboolean keyfob_json_scan_is_ascii (const char *data, gsize length);

G_END_DECLS
