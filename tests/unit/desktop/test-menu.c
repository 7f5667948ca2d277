/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-bus-menu.h"
#include "keyfob-menu-delta.h"
#include "keyfob-menu-properties.h"

static KeyfobMenuNode *
add (KeyfobMenuNode *parent, int id, const char *label)
{
  KeyfobMenuNode *node =
      keyfob_menu_node_append (parent, keyfob_menu_node_new (label != NULL ? label : "", label));

  node->id = id;

  return node;
}

static GHashTable *
index_nodes (KeyfobMenuNode *root)
{
  GHashTable *nodes = g_hash_table_new (NULL, NULL);

  g_hash_table_insert (nodes, GINT_TO_POINTER (root->id), root);
  for (guint i = 0; i < root->children->len; i++)
    {
      KeyfobMenuNode *child = g_ptr_array_index (root->children, i);

      g_hash_table_insert (nodes, GINT_TO_POINTER (child->id), child);
    }

  return nodes;
}

static void
assert_properties (KeyfobMenuNode *node, const char *expected)
{
  g_autoptr (GVariant) properties = g_variant_ref_sink (keyfob_menu_properties (node, NULL));
  g_autofree char *text = g_variant_print (properties, FALSE);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_properties (void)
{
  g_autoptr (KeyfobMenuNode) root = keyfob_menu_node_new ("", "");
  KeyfobMenuNode *item = add (root, 1, "a_host");
  KeyfobMenuNode *line = add (root, 2, NULL);

  assert_properties (root, "{'children-display': <'submenu'>}");
  assert_properties (item, "{'label': <'a__host'>}");
  assert_properties (line, "{'type': <'separator'>}");

  item->enabled = FALSE;
  g_assert_true (item->label != NULL);
  {
    g_autoptr (GVariant) wanted = g_variant_ref_sink (
        keyfob_menu_properties (item, (const char *const[]){ "enabled", NULL }));
    g_autofree char *text = g_variant_print (wanted, FALSE);

    g_assert_cmpstr (text, ==, "{'enabled': <false>}");
  }
}

static void
test_delta_of_properties (void)
{
  g_autoptr (KeyfobMenuNode) before = keyfob_menu_node_new ("", "");
  g_autoptr (KeyfobMenuNode) after = keyfob_menu_node_new ("", "");
  g_autoptr (GHashTable) old = NULL;
  g_autoptr (GHashTable) new = NULL;
  g_autoptr (GVariant) updated = NULL;
  g_autoptr (GVariant) removed = NULL;
  g_autofree char *updated_text = NULL;
  g_autofree char *removed_text = NULL;

  add (before, 1, "same");
  add (before, 2, "one")->enabled = FALSE;
  add (before, 3, "gone");
  add (after, 1, "same");
  add (after, 2, "other");
  add (after, 4, "come");
  old = index_nodes (before);
  new = index_nodes (after);

  g_assert_true (keyfob_menu_delta_properties (old, new, &updated, &removed));
  updated_text = g_variant_print (updated, FALSE);
  removed_text = g_variant_print (removed, FALSE);
  g_assert_cmpstr (updated_text, ==, "[(2, {'label': <'other'>})]");
  g_assert_cmpstr (removed_text, ==, "[(2, ['enabled'])]");
}

static void
test_delta_of_nothing (void)
{
  g_autoptr (KeyfobMenuNode) root = keyfob_menu_node_new ("", "");
  g_autoptr (GHashTable) nodes = NULL;
  g_autoptr (GVariant) updated = NULL;
  g_autoptr (GVariant) removed = NULL;

  add (root, 1, "item");
  nodes = index_nodes (root);

  g_assert_false (keyfob_menu_delta_properties (nodes, nodes, &updated, &removed));
  g_assert_cmpint (keyfob_menu_delta_layout (nodes, nodes), ==, -1);
}

static void
test_delta_of_layout (void)
{
  g_autoptr (KeyfobMenuNode) before = keyfob_menu_node_new ("", "");
  g_autoptr (KeyfobMenuNode) after = keyfob_menu_node_new ("", "");
  g_autoptr (GHashTable) old = NULL;
  g_autoptr (GHashTable) new = NULL;

  add (add (before, 1, "one"), 5, "below");
  add (before, 2, "two");
  add (add (after, 1, "one"), 6, "other");
  add (after, 2, "two");
  old = index_nodes (before);
  new = index_nodes (after);

  /* below one item only */
  g_assert_cmpint (keyfob_menu_delta_layout (old, new), ==, 1);

  /* below two: the root stands for both */
  add (g_hash_table_lookup (new, GINT_TO_POINTER (2)), 7, "new");
  g_assert_cmpint (keyfob_menu_delta_layout (old, new), ==, 0);
}

static void
test_finalize (void)
{
  KeyfobBusMenu *menu = keyfob_bus_menu_new ();
  KeyfobMenuNode *root = keyfob_menu_node_new ("", "");
  GObject *target = g_object_new (G_TYPE_OBJECT, NULL);

  add (root, 0, "item")->target = g_object_ref (target);
  keyfob_bus_menu_set_root (menu, root);

  g_assert_finalize_object (menu);
  g_assert_finalize_object (target);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/menu/properties", test_properties);
  g_test_add_func ("/menu/delta/properties", test_delta_of_properties);
  g_test_add_func ("/menu/delta/nothing", test_delta_of_nothing);
  g_test_add_func ("/menu/delta/layout", test_delta_of_layout);
  g_test_add_func ("/menu/finalize", test_finalize);

  return g_test_run ();
}
