/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-menu-delta.h"

#include "keyfob-menu-properties.h"

#define ROOT 0

static void
add_updated (GVariantBuilder *updated, int id, GVariant *before, GVariant *after)
{
  GVariantDict dict;
  GVariantIter iter;
  const char *name;
  GVariant *value;
  g_autoptr (GVariant) changed = NULL;

  g_variant_dict_init (&dict, NULL);
  g_variant_iter_init (&iter, after);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) old = g_variant_lookup_value (before, name, NULL);

      if (old == NULL || !g_variant_equal (old, value))
        g_variant_dict_insert_value (&dict, name, value);
    }

  changed = g_variant_ref_sink (g_variant_dict_end (&dict));
  if (g_variant_n_children (changed) > 0)
    g_variant_builder_add (updated, "(i@a{sv})", id, changed);
}

static void
add_removed (GVariantBuilder *removed, int id, GVariant *before, GVariant *after)
{
  GVariantBuilder names;
  GVariantIter iter;
  const char *name;
  g_autoptr (GVariant) gone = NULL;

  g_variant_builder_init (&names, G_VARIANT_TYPE_STRING_ARRAY);
  g_variant_iter_init (&iter, before);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    {
      g_autoptr (GVariant) still = g_variant_lookup_value (after, name, NULL);

      if (still == NULL)
        g_variant_builder_add (&names, "s", name);
    }

  gone = g_variant_ref_sink (g_variant_builder_end (&names));
  if (g_variant_n_children (gone) > 0)
    g_variant_builder_add (removed, "(i@as)", id, gone);
}

gboolean
keyfob_menu_delta_properties (GHashTable *before,
                              GHashTable *after,
                              GVariant **updated,
                              GVariant **removed)
{
  GVariantBuilder updated_builder, removed_builder;
  GHashTableIter iter;
  gpointer id, node;

  g_variant_builder_init (&updated_builder, G_VARIANT_TYPE ("a(ia{sv})"));
  g_variant_builder_init (&removed_builder, G_VARIANT_TYPE ("a(ias)"));

  g_hash_table_iter_init (&iter, after);
  while (g_hash_table_iter_next (&iter, &id, &node))
    {
      KeyfobMenuNode *old = g_hash_table_lookup (before, id);
      g_autoptr (GVariant) was = NULL;
      g_autoptr (GVariant) is = NULL;

      if (old == NULL)
        continue;

      was = g_variant_ref_sink (keyfob_menu_properties (old, NULL));
      is = g_variant_ref_sink (keyfob_menu_properties (node, NULL));
      add_updated (&updated_builder, GPOINTER_TO_INT (id), was, is);
      add_removed (&removed_builder, GPOINTER_TO_INT (id), was, is);
    }

  *updated = g_variant_ref_sink (g_variant_builder_end (&updated_builder));
  *removed = g_variant_ref_sink (g_variant_builder_end (&removed_builder));

  return g_variant_n_children (*updated) > 0 || g_variant_n_children (*removed) > 0;
}

static gboolean
has_same_children (KeyfobMenuNode *one, KeyfobMenuNode *other)
{
  if (one->children->len != other->children->len)
    return FALSE;

  for (guint i = 0; i < one->children->len; i++)
    {
      KeyfobMenuNode *first = g_ptr_array_index (one->children, i);
      KeyfobMenuNode *second = g_ptr_array_index (other->children, i);

      if (first->id != second->id)
        return FALSE;
    }

  return TRUE;
}

int
keyfob_menu_delta_layout (GHashTable *before, GHashTable *after)
{
  GHashTableIter iter;
  gpointer id, node;
  int changed = -1;

  g_hash_table_iter_init (&iter, after);
  while (g_hash_table_iter_next (&iter, &id, &node))
    {
      KeyfobMenuNode *old = g_hash_table_lookup (before, id);

      if (old == NULL || has_same_children (old, node))
        continue;
      if (changed >= 0)
        return ROOT;
      changed = GPOINTER_TO_INT (id);
    }

  return changed;
}
