/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-claims.h"

#include <string.h>

#include "keyfob-json.h"
#include "keyfob-text.h"

#define MAX_ACCOUNT 200
/* What is shown of a claim, in characters: more is in the JSON. */
#define MAX_NAME 100
#define MAX_VALUE 1000
#define MAX_LIST 200 /* entries */
/* Bytes that a program shows at a time. */
#define MAX_INDENTED (256 * 1024)

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

/* What cannot be seen would show another text than there is. */
static void
print_string (GString *json, const char *text)
{
  g_string_append_c (json, '"');
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c == '"' || c == '\\')
        g_string_append_printf (json, "\\%c", (char) c);
      else if (!keyfob_text_is_hidden (c))
        g_string_append_unichar (json, c);
      else if (c < 0x10000)
        g_string_append_printf (json, "\\u%04x", c);
      else
        g_string_append_printf (json, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                                0xdc00 + ((c - 0x10000) & 0x3ff));
    }
  g_string_append_c (json, '"');
}

/* In as few digits as are read as the same number. json-glib writes 1e30 as "1e+30.0". */
static char *
dup_number (JsonNode *node)
{
  double number = json_node_get_double (node);
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (json_node_get_value_type (node) == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));

  g_ascii_formatd (text, sizeof text, "%.15g", number);
  if (g_ascii_strtod (text, NULL) != number)
    g_ascii_dtostr (text, sizeof text, number);

  return g_strdup (text);
}

/* @depth: of indentation, or -1 for one line */
static void
begin_line (GString *json, int depth)
{
  if (depth >= 0)
    g_string_append_printf (json, "\n%*s", 2 * depth, "");
}

static void print_node (GString *json, JsonNode *node, int depth);

static void
print_object (GString *json, JsonObject *object, int depth)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;
  gboolean first = TRUE;

  g_string_append_c (json, '{');
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      if (!first)
        g_string_append_c (json, ',');
      begin_line (json, depth >= 0 ? depth + 1 : -1);
      print_string (json, name);
      g_string_append (json, depth >= 0 ? ": " : ":");
      print_node (json, member, depth >= 0 ? depth + 1 : -1);
      first = FALSE;
    }
  if (!first)
    begin_line (json, depth);
  g_string_append_c (json, '}');
}

static void
print_array (GString *json, JsonArray *array, int depth)
{
  guint length = json_array_get_length (array);

  g_string_append_c (json, '[');
  for (guint i = 0; i < length; i++)
    {
      if (i > 0)
        g_string_append_c (json, ',');
      begin_line (json, depth >= 0 ? depth + 1 : -1);
      print_node (json, json_array_get_element (array, i), depth >= 0 ? depth + 1 : -1);
    }
  if (length > 0)
    begin_line (json, depth);
  g_string_append_c (json, ']');
}

static void
print_node (GString *json, JsonNode *node, int depth)
{
  g_autofree char *number = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node))
    print_object (json, json_node_get_object (node), depth);
  else if (JSON_NODE_HOLDS_ARRAY (node))
    print_array (json, json_node_get_array (node), depth);
  else if (JSON_NODE_HOLDS_NULL (node))
    g_string_append (json, "null");
  else if (json_node_get_value_type (node) == G_TYPE_STRING)
    print_string (json, json_node_get_string (node));
  else if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    g_string_append (json, json_node_get_boolean (node) ? "true" : "false");
  else
    {
      number = dup_number (node);
      g_string_append (json, number);
    }
}

static char *
print_payload (JsonObject *payload)
{
  g_autoptr (GString) json = g_string_new (NULL);

  print_object (json, payload, 0);
  if (json->len > MAX_INDENTED)
    {
      g_string_truncate (json, 0);
      print_object (json, payload, -1);
    }

  return g_string_free (g_steal_pointer (&json), FALSE);
}

/* Returns: (nullable) (transfer full): the text of a string, number or boolean */
static char *
dup_plain (JsonNode *node)
{
  if (!JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return keyfob_text_clean (json_node_get_string (node), -1, MAX_VALUE);
  if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? "true" : "false");

  return dup_number (node);
}

/* Returns: (nullable) (transfer floating): `as`; %NULL where something in @array is nested */
static GVariant *
list_elements (JsonArray *array)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  guint length = json_array_get_length (array);

  for (guint i = 0; i < length; i++)
    {
      g_autofree char *text = dup_plain (json_array_get_element (array, i));

      if (text == NULL)
        return NULL;
      if (i < MAX_LIST)
        g_variant_builder_add (&list, "s", text);
    }
  if (length > MAX_LIST)
    g_variant_builder_add (&list, "s", "…");

  return g_variant_builder_end (&list);
}

/* RFC 6749 section 3.3 */
static GVariant *
list_scopes (const char *scope)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  g_auto (GStrv) scopes = g_strsplit (scope, " ", -1);
  guint count = 0;

  for (gsize i = 0; scopes[i] != NULL && count <= MAX_LIST; i++)
    {
      g_autofree char *text = keyfob_text_clean (scopes[i], -1, MAX_VALUE);

      if (*text != '\0')
        g_variant_builder_add (&list, "s", count++ < MAX_LIST ? text : "…");
    }

  return g_variant_builder_end (&list);
}

/* Returns: (nullable) (transfer floating): a time in the claim, %NULL for what is none */
static GVariant *
read_time (JsonObject *payload, const char *name)
{
  static const char *const times[] = { "exp", "iat", "nbf", "auth_time", "updated_at", NULL };
  double time;

  if (!g_strv_contains (times, name) || !keyfob_json_get_number (payload, name, &time) || time < 1)
    return NULL;

  return g_variant_new_int64 ((gint64) MIN (time, (double) KEYFOB_CLAIMS_MAX_TIME));
}

/* Returns: (transfer floating): the value of a claim; sets its @kind */
static GVariant *
describe_claim (JsonObject *payload, const char *name, JsonNode *node, const char **kind)
{
  GVariant *value = read_time (payload, name);
  g_autofree char *text = value == NULL ? dup_plain (node) : NULL;
  GType type = text != NULL ? json_node_get_value_type (node) : G_TYPE_INVALID;
  g_autoptr (GString) json = NULL;

  *kind = "time";
  if (value != NULL)
    return value;

  *kind = "list";
  if (type == G_TYPE_STRING && (strcmp (name, "scope") == 0 || strcmp (name, "scp") == 0))
    return list_scopes (json_node_get_string (node));
  if (JSON_NODE_HOLDS_ARRAY (node))
    value = list_elements (json_node_get_array (node));
  if (value != NULL)
    return value;

  *kind = type == G_TYPE_BOOLEAN ? "boolean" : type == G_TYPE_STRING ? "text" : "number";
  if (type == G_TYPE_BOOLEAN)
    return g_variant_new_boolean (json_node_get_boolean (node));
  if (text != NULL)
    return g_variant_new_take_string (g_steal_pointer (&text));

  *kind = "json";
  json = g_string_new (NULL);
  print_node (json, node, -1);

  return g_variant_new_take_string (keyfob_text_clean (json->str, -1, MAX_VALUE));
}

GVariant *
keyfob_claims_list (const char *token, char **json)
{
  g_autoptr (JsonObject) payload = NULL;
  GVariantBuilder claims;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  g_return_val_if_fail (token != NULL, NULL);

  payload = parse_claims (token);
  *json = payload != NULL ? print_payload (payload) : NULL;
  if (payload == NULL)
    return NULL;

  g_variant_builder_init (&claims, G_VARIANT_TYPE ("a(ssv)"));
  json_object_iter_init_ordered (&iter, payload);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    {
      g_autofree char *shown = keyfob_text_clean (name, -1, MAX_NAME);
      const char *kind;
      GVariant *value = describe_claim (payload, name, node, &kind);

      g_variant_builder_add (&claims, "(ssv)", shown, kind, value);
    }

  return g_variant_builder_end (&claims);
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
