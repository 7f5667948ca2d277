/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-menu-properties.h"

static gboolean
is_wanted (const char *const *names, const char *name)
{
  return names == NULL || *names == NULL || g_strv_contains (names, name);
}

/* An underline would mark the key that chooses the item. */
static char *
escape_label (const char *label)
{
  g_auto (GStrv) parts = g_strsplit (label, "_", -1);

  return g_strjoinv ("__", parts);
}

GVariant *
keyfob_menu_properties (KeyfobMenuNode *node, const char *const *names)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (node->label == NULL && is_wanted (names, "type"))
    g_variant_dict_insert (&dict, "type", "s", "separator");
  if (node->label != NULL && *node->label != '\0' && is_wanted (names, "label"))
    {
      g_autofree char *escaped = escape_label (node->label);

      g_variant_dict_insert (&dict, "label", "s", escaped);
    }
  if (!node->enabled && is_wanted (names, "enabled"))
    g_variant_dict_insert (&dict, "enabled", "b", FALSE);
  if (node->children->len > 0 && is_wanted (names, "children-display"))
    g_variant_dict_insert (&dict, "children-display", "s", "submenu");

  return g_variant_dict_end (&dict);
}
