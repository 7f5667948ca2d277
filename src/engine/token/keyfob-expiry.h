/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** The end of the year 9999, Unix seconds: where a server says a later time, or one without an end.
 */
#define KEYFOB_EXPIRY_FOREVER G_GINT64_CONSTANT (253402300799)

/**
 * KeyfobExpiry:
 * @absolute: members that hold a time by the server's clock: Unix seconds or milliseconds, as a
 *   number or as text, or a date of ISO 8601 (UTC where it names no zone)
 * @relative: the member that holds a lifetime in seconds
 *
 * Under which names servers tell when a token ends.
 */
typedef struct
{
  const char *absolute[3];
  const char *relative;
} KeyfobExpiry;

extern const KeyfobExpiry keyfob_expiry_of_access;
extern const KeyfobExpiry keyfob_expiry_of_refresh;

/**
 * keyfob_expiry_parse:
 * @now: Unix time in seconds at which @object arrived, by this machine's clock
 * @skew: seconds by which the server's clock is ahead of this machine's
 *
 * Returns: Unix time in seconds by this machine's clock; 0 where nothing usable is said
 */
gint64 keyfob_expiry_parse (const KeyfobExpiry *self, JsonObject *object, gint64 now, gint64 skew);

/** Takes everything that tells it out of @object. */
void keyfob_expiry_remove (const KeyfobExpiry *self, JsonObject *object);

G_END_DECLS
