/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

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
