/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-claims.h"

#include "keyfob-json.h"
#include "keyfob-text.h"

#define MAX_ACCOUNT 200

static JsonObject *
parse_claims (const char *jwt)
{
  g_auto (GStrv) parts = g_strsplit (jwt, ".", 4);
  g_autoptr (GString) payload = NULL;
  gsize length;

  if (g_strv_length (parts) != 3 || *parts[1] == '\0')
    return NULL;

  payload = g_string_new (parts[1]);
  g_strdelimit (payload->str, "-", '+');
  g_strdelimit (payload->str, "_", '/');
  while (payload->len % 4 != 0)
    g_string_append_c (payload, '=');

  g_base64_decode_inplace (payload->str, &length);

  return keyfob_json_parse_object (payload->str, length);
}

char *
keyfob_claims_dup_account (const char *token)
{
  const char *const claims[] = { "name", "preferred_username", "email" };
  g_autoptr (JsonObject) payload = NULL;

  g_return_val_if_fail (token != NULL, NULL);

  payload = parse_claims (token);
  for (gsize i = 0; payload != NULL && i < G_N_ELEMENTS (claims); i++)
    {
      const char *claim = keyfob_json_get_string (payload, claims[i]);
      g_autofree char *account = claim != NULL ? keyfob_text_clean (claim, -1, MAX_ACCOUNT) : NULL;

      if (account != NULL && *account != '\0')
        return g_steal_pointer (&account);
    }

  return g_strdup ("");
}

static gint64
get_time (const char *token, const char *claim)
{
  g_autoptr (JsonObject) payload = NULL;
  double time;

  g_return_val_if_fail (token != NULL, 0);

  payload = parse_claims (token);
  if (payload == NULL || !keyfob_json_get_number (payload, claim, &time) || time < 1)
    return 0;

  return (gint64) MIN (time, (double) KEYFOB_CLAIMS_MAX_TIME);
}

gint64
keyfob_claims_get_issued_at (const char *token)
{
  gint64 time = get_time (token, "iat");

  /* such a time is a mistake, and would make the token newer than every later one */
  return time < KEYFOB_CLAIMS_MAX_TIME ? time : 0;
}

gint64
keyfob_claims_get_expires (const char *token)
{
  return get_time (token, "exp");
}
