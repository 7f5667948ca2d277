/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-json.h"

#include <math.h>
#include <string.h>

#define MAX_DEPTH 100

/* Returns: the end of the string that begins at @at, or @end */
static const char *
find_string_end (const char *at, const char *end)
{
  const char *start = at++;

  while (at < end && (at = memchr (at, '"', end - at)) != NULL)
    {
      const char *before = at;

      while (before - 1 > start && before[-1] == '\\')
        before--;
      /* In pairs they do not escape the quotation mark. */
      if ((at - before) % 2 == 0)
        return at;
      at++;
    }

  return end;
}

static gboolean
is_shallow (const char *data, gsize length)
{
  const char *end = data + length;
  int depth = 0;

  for (const char *at = data; at < end; at++)
    {
      if (*at == '"')
        at = find_string_end (at, end);
      else if ((*at == '[' || *at == '{') && ++depth > MAX_DEPTH)
        return FALSE;
      else if (*at == ']' || *at == '}')
        depth--;
    }

  return TRUE;
}

JsonNode *
keyfob_json_parse (const char *data, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root;

  if (length > G_MAXSSIZE || !is_shallow (data, length) || memchr (data, '\0', length) != NULL)
    {
      g_set_error_literal (error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_PARSE,
                           "The nesting is too deep, or there are NUL bytes");
      return NULL;
    }

  if (!json_parser_load_from_data (parser, data, length, error))
    return NULL;

  root = json_parser_steal_root (parser);
  if (root == NULL)
    g_set_error_literal (error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_PARSE, "There is no text");

  return root;
}

JsonObject *
keyfob_json_parse_object (const char *data, gsize length)
{
  g_autoptr (JsonNode) root = keyfob_json_parse (data, length, NULL);

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return NULL;

  return json_node_dup_object (root);
}

const char *
keyfob_json_get_string (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;

  return json_node_get_string (node);
}

gboolean
keyfob_json_get_number (JsonObject *object, const char *member, double *number)
{
  JsonNode *node = json_object_get_member (object, member);
  const char *text = keyfob_json_get_string (object, member);
  char *end = NULL;

  if (text != NULL)
    {
      *number = g_ascii_strtod (text, &end);
      return end != text && *end == '\0' && isfinite (*number);
    }

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || (json_node_get_value_type (node) != G_TYPE_INT64
          && json_node_get_value_type (node) != G_TYPE_DOUBLE))
    return FALSE;

  *number = json_node_get_double (node);

  return isfinite (*number);
}
