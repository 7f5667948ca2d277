/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-keyring-value.h"

#include <string.h>

#include "keyfob-json.h"
#include "keyfob-keyring-error.h"
#include "keyfob-secret.h"

/* No JSON starts with this. */
#define BASE64 "base64:"

/* KeePassXC replaces {TITLE}, {USERNAME} and the like in what it hands out. gnome-keyring keeps a
 * keyring without a password as a key file, and loses an item with a backslash in it from version
 * 48 on. JSON in one line has nothing else that a key file changes. */
static gboolean
is_safe (const char *json)
{
  gboolean in_string = FALSE;

  for (const char *at = json; *at != '\0'; at++)
    {
      if (*at == '\\' || (in_string && (*at == '{' || *at == '}')))
        return FALSE;
      if (*at == '"')
        in_string = !in_string;
    }

  return TRUE;
}

SecretValue *
keyfob_keyring_value_new (KeyfobToken *token, double now)
{
  g_autoptr (KeyfobSecret) json = keyfob_token_to_json (token, now);
  g_autoptr (KeyfobSecret) encoded = NULL;
  char *text = NULL;

  if (is_safe (json))
    text = g_steal_pointer (&json);
  else
    {
      encoded = g_base64_encode ((const guint8 *) json, strlen (json));
      text = g_strconcat (BASE64, encoded, NULL);
    }

  return secret_value_new_full (text, -1, "text/plain", (GDestroyNotify) keyfob_secret_free);
}

/* Returns: (transfer full) (nullable): the object behind BASE64 */
static JsonObject *
decode (const char *text, gsize length)
{
  g_autoptr (KeyfobSecret) decoded = g_strndup (text, length);
  gsize decoded_length = strlen (decoded);

  if (decoded_length < 2) /* what GLib can decode */
    return NULL;

  g_base64_decode_inplace (decoded, &decoded_length);

  return keyfob_json_parse_stored (decoded, decoded_length);
}

KeyfobToken *
keyfob_keyring_value_to_token (SecretValue *value, GError **error)
{
  const gsize prefix = strlen (BASE64);
  const char *text = NULL;
  gsize length = 0;
  g_autoptr (JsonObject) entry = NULL;

  if (value == NULL)
    {
      g_propagate_error (error, keyfob_keyring_error_new_silent ());
      return NULL;
    }

  text = secret_value_get (value, &length);
  if (length >= prefix && memcmp (text, BASE64, prefix) == 0)
    entry = decode (text + prefix, length - prefix);
  else
    entry = keyfob_json_parse_stored (text, length);

  if (entry == NULL)
    entry = json_object_new ();

  return keyfob_token_new_from_entry (entry, error);
}
