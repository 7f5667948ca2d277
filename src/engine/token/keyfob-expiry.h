/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** Greater numbers are no Unix times, but milliseconds or nonsense. */
#define KEYFOB_EXPIRY_MAX_TIME 1e11

/**
 * KeyfobExpiry:
 * @absolute: members that hold a Unix time by the server's clock
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
