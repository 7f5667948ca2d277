/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-expiry.h"

#include "keyfob-json.h"

/* Smaller numbers are lifetimes, not Unix times: 1e9 was in 2001. */
#define MIN_TIME 1e9
/* Greater numbers are milliseconds: as seconds, 1e12 is in the year 33658. */
#define MIN_MILLISECONDS 1e12

const KeyfobExpiry keyfob_expiry_of_access = { { "expires", "exp", "expires_at" }, "expires_in" };
const KeyfobExpiry keyfob_expiry_of_refresh = { { "refresh_expires", "refresh_exp",
                                                  "refresh_expires_at" },
                                                "refresh_expires_in" };

static gboolean
parse_date (const char *text, gint64 *time)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 (text, utc);

  if (date == NULL || g_date_time_to_unix (date) < (gint64) MIN_TIME)
    return FALSE;

  *time = g_date_time_to_unix (date);

  return TRUE;
}

static gboolean
parse_time (JsonObject *object, const char *member, gint64 *time)
{
  const char *text = keyfob_json_get_string (object, member);
  double number;

  if (!keyfob_json_get_number (object, member, &number))
    return text != NULL && parse_date (text, time);

  if (number >= MIN_MILLISECONDS)
    number /= 1000;
  if (number < MIN_TIME)
    return FALSE;

  *time = (gint64) MIN (number, (double) KEYFOB_EXPIRY_FOREVER);

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
        return CLAMP (time - skew, 1, KEYFOB_EXPIRY_FOREVER);
    }

  if (keyfob_json_get_number (object, self->relative, &lifetime) && lifetime >= 1)
    return now + (gint64) MIN (lifetime, (double) (KEYFOB_EXPIRY_FOREVER - now));

  return 0;
}

void
keyfob_expiry_remove (const KeyfobExpiry *self, JsonObject *object)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->absolute); i++)
    json_object_remove_member (object, self->absolute[i]);
  json_object_remove_member (object, self->relative);
}
