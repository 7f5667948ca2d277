/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-expiry.h"

#include "keyfob-json.h"

#define MAX_LIFETIME 1e9
/* Unix times outside are no times: before 2001 they are lifetimes, after 5138 milliseconds. */
#define MIN_TIME 1e9
#define MAX_TIME KEYFOB_EXPIRY_MAX_TIME

const KeyfobExpiry keyfob_expiry_of_access = { { "expires", "exp", "expires_at" }, "expires_in" };
const KeyfobExpiry keyfob_expiry_of_refresh = { { "refresh_expires", "refresh_exp",
                                                  "refresh_expires_at" },
                                                "refresh_expires_in" };

static gboolean
parse_time (JsonObject *object, const char *member, gint64 *time)
{
  double number;

  if (!keyfob_json_get_number (object, member, &number))
    return FALSE;

  if (number >= MAX_TIME)
    number /= 1000;
  if (number < MIN_TIME || number >= MAX_TIME)
    return FALSE;

  *time = (gint64) number;

  return TRUE;
}

gint64
keyfob_expiry_parse (const KeyfobExpiry *self, JsonObject *object, gint64 now, gint64 skew)
{
  gint64 time;
  double lifetime;

  for (gsize i = 0; i < G_N_ELEMENTS (self->absolute); i++)
    {
      if (parse_time (object, self->absolute[i], &time))
        return MAX (time - skew, 1);
    }

  if (keyfob_json_get_number (object, self->relative, &lifetime) && lifetime >= 1
      && lifetime <= MAX_LIFETIME)
    return now + (gint64) lifetime;

  return 0;
}

void
keyfob_expiry_remove (const KeyfobExpiry *self, JsonObject *object)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->absolute); i++)
    json_object_remove_member (object, self->absolute[i]);
  json_object_remove_member (object, self->relative);
}
