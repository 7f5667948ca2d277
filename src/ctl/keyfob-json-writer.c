/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-json-writer.h"

#include <stdio.h>

void
keyfob_json_append_string (GString *json, const char *text)
{
  g_string_append_c (json, '"');
  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '"' || *p == '\\')
        g_string_append_printf (json, "\\%c", *p);
      else if ((guchar) *p < ' ' || *p == 0x7f)
        g_string_append_printf (json, "\\u%04x", *p);
      else
        g_string_append_c (json, *p);
    }
  g_string_append_c (json, '"');
}

static void
append_children (GString *json, GVariant *value, gboolean named)
{
  g_string_append_c (json, named ? '{' : '[');
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      if (i > 0)
        g_string_append (json, ", ");
      if (named)
        {
          g_autoptr (GVariant) inner = NULL;
          const char *name = NULL;

          g_variant_get (child, "{&sv}", &name, &inner);
          keyfob_json_append_string (json, name);
          g_string_append (json, ": ");
          keyfob_json_append_variant (json, inner);
        }
      else
        {
          keyfob_json_append_variant (json, child);
        }
    }
  g_string_append_c (json, named ? '}' : ']');
}

void
keyfob_json_append_variant (GString *json, GVariant *value)
{
  g_autofree char *number = NULL;
  g_autoptr (GVariant) inner = NULL;

  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_STRING:
    case G_VARIANT_CLASS_OBJECT_PATH:
      keyfob_json_append_string (json, g_variant_get_string (value, NULL));
      break;
    case G_VARIANT_CLASS_VARIANT:
      inner = g_variant_get_variant (value);
      keyfob_json_append_variant (json, inner);
      break;
    case G_VARIANT_CLASS_ARRAY:
      append_children (json, value, g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT));
      break;
    default:
      number = g_variant_print (value, FALSE);
      g_string_append (json, number);
    }
}

void
keyfob_json_print (GVariant *value)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);
  g_autoptr (GString) json = g_string_new (NULL);

  keyfob_json_append_variant (json, sunk);
  puts (json->str);
}
