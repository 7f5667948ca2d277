/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <json-glib/json-glib.h>

#include "keyfob-secret.h"

G_BEGIN_DECLS

/** Bytes of an answer, or of a text that a person brings; a token store may hold more. */
#define KEYFOB_JSON_MAX_ANSWER (256 * 1024)

/** Bytes of what Keyfob writes of one token. */
#define KEYFOB_JSON_MAX_WRITTEN (512 * 1024)

/**
 * keyfob_json_parse:
 * @data: text of a server or of another program
 * @length: length of @data in bytes
 *
 * The gate for JSON from outside: nothing else parses any. Takes RFC 8259 in valid UTF-8, also
 * after a byte order mark, within limits of size and number of values, with no name twice in an
 * object. A number that is not finite or has no 64 bits for its digits, a string with half a
 * surrogate pair or a NUL, a member with such a name, and an object or array that is nested too
 * deep are left out, or null in an array.
 *
 * Returns: (transfer full) (nullable): the root, %NULL for any other text
 */
JsonNode *keyfob_json_parse (const char *data, gsize length);

/** Returns: (transfer full) (nullable): the root of keyfob_json_parse() if it is an object */
JsonObject *keyfob_json_parse_object (const char *data, gsize length);

/**
 * keyfob_json_parse_stored:
 * @data: an entry of a token store
 *
 * As keyfob_json_parse_object(), but with limits that what an answer brought is always within, and
 * the `NaN` and `Infinity` of Python's writer are left out.
 *
 * Returns: (transfer full) (nullable): the object, %NULL for any other text
 */
JsonObject *keyfob_json_parse_stored (const char *data, gsize length);

/**
 * keyfob_json_print:
 *
 * Returns: (transfer full) (nullable): @object in one line; %NULL where keyfob_json_parse_stored()
 *   would not take that, or where it is longer than KEYFOB_JSON_MAX_WRITTEN
 */
KeyfobSecret *keyfob_json_print (JsonObject *object);

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
 * @python: whether `NaN` and `Infinity`, which Python writes, are values
 *
 * Finds the bounds of values in a JSON text (RFC 8259) without parsing it. Each function moves @at
 * behind the element in its name and returns whether that element was there; where it was not, @at
 * is undefined.
 */
typedef struct
{
  const char *at;
  const char *end;
  guint depth;
  gboolean python;
} KeyfobJsonScan;

void keyfob_json_scan_space (KeyfobJsonScan *scanner);

/** Skips white space before @wanted, too. */
gboolean keyfob_json_scan_char (KeyfobJsonScan *scanner, char wanted);

/** A string with its quotation marks; not checked to be UTF-8. */
gboolean keyfob_json_scan_string (KeyfobJsonScan *scanner);

/** Any value that is nested at most 1000 levels deep. */
gboolean keyfob_json_scan_value (KeyfobJsonScan *scanner);

/** Returns: whether @data is ASCII; faster than g_utf8_validate() */
gboolean keyfob_json_scan_is_ascii (const char *data, gsize length);

/** Returns: whether @data is one JSON value in UTF-8; see KeyfobJsonScan about @python */
gboolean keyfob_json_is_valid (const char *data, gsize length, gboolean python);

/**
 * keyfob_json_decode_string:
 * @written: a string with its quotation marks, as keyfob_json_scan_string() takes it
 *
 * Returns: (transfer full) (nullable): its text, %NULL for half a surrogate pair or a NUL in it
 */
KeyfobSecret *keyfob_json_decode_string (const char *written, gsize length);

G_END_DECLS
