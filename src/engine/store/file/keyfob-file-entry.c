/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-file-entry.h"

#include <string.h>

#include "keyfob-json.h"
#include "keyfob-secret.h"
#include "keyfob-token-text.h"
#include "keyfob-token.h"

#define BASE_URL "base_url"
/* Seconds that a refresh token is thought to live at most, whatever the server says of its end. */
#define REFRESH_LIFE (30 * 24 * 60 * 60)

JsonObject *
keyfob_file_entry_parse (const char *json)
{
  return json != NULL ? keyfob_json_parse_object (json, strlen (json)) : NULL;
}

const char *
keyfob_file_entry_get_base_url (JsonObject *entry)
{
  return keyfob_json_get_string (entry, BASE_URL);
}

gboolean
keyfob_file_entry_is_alive (JsonObject *entry, gint64 now)
{
  g_autoptr (KeyfobToken) token = keyfob_token_new_from_entry (entry, NULL);

  return token != NULL
         && MAX (keyfob_token_get_expires (token), keyfob_token_get_refresh_expires (token)) > now;
}

gboolean
keyfob_file_entry_may_live (JsonObject *entry, gint64 now)
{
  g_autoptr (KeyfobToken) token = keyfob_token_new_from_entry (entry, NULL);

  if (keyfob_file_entry_is_alive (entry, now))
    return TRUE;

  return token != NULL && keyfob_token_get_refresh_token (token) != NULL
         && !keyfob_token_is_broker (token)
         && keyfob_token_get_received (token) > now - REFRESH_LIFE;
}

char *
keyfob_file_entry_merge (const char *old_json, const char *new_json, const char *base_url)
{
  static const char *const own[] = { "token", "stored_at", "clock_skew" };
  g_autoptr (KeyfobTokenText) merged = NULL;
  g_autoptr (KeyfobTokenText) entry = keyfob_token_text_parse (new_json, strlen (new_json));

  if (old_json != NULL)
    merged = keyfob_token_text_parse (old_json, strlen (old_json));
  if (merged == NULL)
    merged = keyfob_token_text_parse ("{}", 2);

  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    {
      g_autoptr (KeyfobSecret) value = keyfob_token_text_dup (entry, own[i]);

      if (value != NULL)
        keyfob_token_text_set (merged, own[i], value);
      else
        keyfob_token_text_remove (merged, own[i]);
    }

  keyfob_token_text_set_string (merged, BASE_URL, base_url);

  return keyfob_token_text_print (merged);
}
