/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-keyring-item.h"

#include "keyfob-json.h"
#include "keyfob-secret.h"

/* A gnome-keyring that started locked finds nothing when it is asked for the schema, too. */
static const SecretSchema schema = {
  .name = "org.keyfob.Keyfob.Token",
  .flags = SECRET_SCHEMA_DONT_MATCH_NAME,
  .attributes = { { "host", SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

const SecretSchema *
keyfob_keyring_item_schema (void)
{
  return &schema;
}

GHashTable *
keyfob_keyring_item_attributes (const char *base_url)
{
  return secret_attributes_build (&schema, "host", base_url, NULL);
}

gboolean
keyfob_keyring_item_is_ours (SecretItem *item)
{
  g_autofree char *name = secret_item_get_schema_name (item);

  return g_strcmp0 (name, schema.name) == 0;
}

KeyfobToken *
keyfob_keyring_item_dup_token (SecretItem *item, GError **error)
{
  g_autoptr (SecretValue) value = secret_item_get_secret (item);
  g_autoptr (JsonObject) entry = NULL;
  const char *text = NULL;
  gsize length = 0;

  if (value != NULL)
    {
      text = secret_value_get (value, &length);
      entry = keyfob_json_parse_object (text, length);
    }
  if (entry == NULL)
    entry = json_object_new ();

  return keyfob_token_new_from_entry (entry, error);
}

SecretValue *
keyfob_keyring_item_value (KeyfobToken *token, gint64 now)
{
  g_autoptr (JsonObject) entry = keyfob_token_to_entry (token, (double) now);
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), entry);
  char *text = json_to_string (node, FALSE);

  return secret_value_new_full (text, -1, "text/plain", (GDestroyNotify) keyfob_secret_free);
}
