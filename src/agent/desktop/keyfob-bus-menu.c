/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-bus-menu.h"

#include "keyfob-dbusmenu.h"
#include "keyfob-menu-delta.h"
#include "keyfob-menu-properties.h"

#define VERSION 3 /* of the interface */

struct _KeyfobBusMenu
{
  GObject parent_instance;

  KeyfobSniDbusmenu *face;
  KeyfobMenuNode *root;
  GHashTable *ids;   /* place in the menu (keys from the root down) → number */
  GHashTable *nodes; /* number → KeyfobMenuNode, of root */
  int last_id;
  guint revision;
};

G_DEFINE_FINAL_TYPE (KeyfobBusMenu, keyfob_bus_menu, G_TYPE_OBJECT)

enum
{
  ABOUT_TO_SHOW,
  CHOSEN,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

static KeyfobMenuNode *
find_node (KeyfobBusMenu *self, int id)
{
  return g_hash_table_lookup (self->nodes, GINT_TO_POINTER (id));
}

static void
fail (GDBusMethodInvocation *invocation, int id)
{
  g_dbus_method_invocation_return_error (invocation, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                         "There is no item %d", id);
}

static GVariant *
make_layout (KeyfobMenuNode *node, int depth, const char *const *names)
{
  GVariantBuilder children;

  g_variant_builder_init (&children, G_VARIANT_TYPE ("av"));
  for (guint i = 0; depth != 0 && i < node->children->len; i++)
    g_variant_builder_add (&children, "v",
                           make_layout (g_ptr_array_index (node->children, i), depth - 1, names));

  return g_variant_new ("(i@a{sv}av)", node->id, keyfob_menu_properties (node, names), &children);
}

static gboolean
on_get_layout (KeyfobBusMenu *self,
               GDBusMethodInvocation *invocation,
               int parent,
               int depth,
               const char *const *names)
{
  KeyfobMenuNode *node = find_node (self, parent);

  if (node == NULL)
    fail (invocation, parent);
  else
    keyfob_sni_dbusmenu_complete_get_layout (self->face, invocation, self->revision,
                                             make_layout (node, depth, names));

  return TRUE;
}

static void
add_properties (GVariantBuilder *builder, KeyfobMenuNode *node, const char *const *names)
{
  if (node != NULL)
    g_variant_builder_add (builder, "(i@a{sv})", node->id, keyfob_menu_properties (node, names));
}

static gboolean
on_get_group_properties (KeyfobBusMenu *self,
                         GDBusMethodInvocation *invocation,
                         GVariant *ids,
                         const char *const *names)
{
  GVariantBuilder builder;
  GVariantIter wanted;
  GHashTableIter all;
  gpointer node;
  int id;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ia{sv})"));
  g_variant_iter_init (&wanted, ids);
  while (g_variant_iter_next (&wanted, "i", &id))
    add_properties (&builder, find_node (self, id), names);

  g_hash_table_iter_init (&all, self->nodes);
  while (g_variant_n_children (ids) == 0 && g_hash_table_iter_next (&all, NULL, &node))
    add_properties (&builder, node, names);

  keyfob_sni_dbusmenu_complete_get_group_properties (self->face, invocation,
                                                     g_variant_builder_end (&builder));

  return TRUE;
}

static gboolean
on_get_property (KeyfobBusMenu *self, GDBusMethodInvocation *invocation, int id, const char *name)
{
  KeyfobMenuNode *node = find_node (self, id);
  g_autoptr (GVariant) all = NULL;
  g_autoptr (GVariant) value = NULL;

  if (node != NULL)
    {
      all = g_variant_ref_sink (keyfob_menu_properties (node, NULL));
      value = g_variant_lookup_value (all, name, NULL);
    }

  if (value == NULL)
    fail (invocation, id);
  else
    keyfob_sni_dbusmenu_complete_get_property (self->face, invocation,
                                               g_variant_new_variant (value));

  return TRUE;
}

static gboolean
take_event (KeyfobBusMenu *self, int id, const char *event)
{
  KeyfobMenuNode *node = find_node (self, id);
  g_autoptr (GObject) target = NULL;

  if (node == NULL)
    return FALSE;

  if (g_str_equal (event, "opened"))
    {
      g_signal_emit (self, signals[ABOUT_TO_SHOW], 0);
    }
  else if (g_str_equal (event, "clicked") && node->enabled)
    {
      target = node->target != NULL ? g_object_ref (node->target) : NULL;
      g_signal_emit (self, signals[CHOSEN], 0, node->choice, target);
    }

  return TRUE;
}

static gboolean
on_event (KeyfobBusMenu *self,
          GDBusMethodInvocation *invocation,
          int id,
          const char *event,
          GVariant *data,
          guint timestamp)
{
  if (!take_event (self, id, event))
    fail (invocation, id);
  else
    keyfob_sni_dbusmenu_complete_event (self->face, invocation);

  return TRUE;
}

static gboolean
on_event_group (KeyfobBusMenu *self, GDBusMethodInvocation *invocation, GVariant *events)
{
  GVariantBuilder unknown;
  GVariantIter iter;
  const char *event;
  int id;

  g_variant_builder_init (&unknown, G_VARIANT_TYPE ("ai"));
  g_variant_iter_init (&iter, events);
  while (g_variant_iter_next (&iter, "(i&svu)", &id, &event, NULL, NULL))
    if (!take_event (self, id, event))
      g_variant_builder_add (&unknown, "i", id);
  keyfob_sni_dbusmenu_complete_event_group (self->face, invocation,
                                            g_variant_builder_end (&unknown));

  return TRUE;
}

/* Whether the layout became another one. */
static gboolean
refresh (KeyfobBusMenu *self)
{
  guint revision = self->revision;

  g_signal_emit (self, signals[ABOUT_TO_SHOW], 0);

  return self->revision != revision;
}

static gboolean
on_about_to_show (KeyfobBusMenu *self, GDBusMethodInvocation *invocation, int id)
{
  if (find_node (self, id) == NULL)
    fail (invocation, id);
  else
    keyfob_sni_dbusmenu_complete_about_to_show (self->face, invocation, refresh (self));

  return TRUE;
}

static gboolean
on_about_to_show_group (KeyfobBusMenu *self, GDBusMethodInvocation *invocation, GVariant *ids)
{
  gboolean changed = refresh (self);
  GVariantBuilder needed, unknown;
  GVariantIter iter;
  int id;

  g_variant_builder_init (&needed, G_VARIANT_TYPE ("ai"));
  g_variant_builder_init (&unknown, G_VARIANT_TYPE ("ai"));
  g_variant_iter_init (&iter, ids);
  while (g_variant_iter_next (&iter, "i", &id))
    {
      if (find_node (self, id) == NULL)
        g_variant_builder_add (&unknown, "i", id);
      else if (changed)
        g_variant_builder_add (&needed, "i", id);
    }
  keyfob_sni_dbusmenu_complete_about_to_show_group (
      self->face, invocation, g_variant_builder_end (&needed), g_variant_builder_end (&unknown));

  return TRUE;
}

static void
keyfob_bus_menu_dispose (GObject *object)
{
  KeyfobBusMenu *self = KEYFOB_BUS_MENU (object);

  keyfob_bus_menu_unexport (self);

  G_OBJECT_CLASS (keyfob_bus_menu_parent_class)->dispose (object);
}

static void
keyfob_bus_menu_finalize (GObject *object)
{
  KeyfobBusMenu *self = KEYFOB_BUS_MENU (object);

  g_hash_table_unref (self->nodes);
  g_hash_table_unref (self->ids);
  keyfob_menu_node_free (self->root);
  g_object_unref (self->face);

  G_OBJECT_CLASS (keyfob_bus_menu_parent_class)->finalize (object);
}

static void
keyfob_bus_menu_class_init (KeyfobBusMenuClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_bus_menu_dispose;
  object_class->finalize = keyfob_bus_menu_finalize;

  signals[ABOUT_TO_SHOW] = g_signal_new ("about-to-show", KEYFOB_TYPE_BUS_MENU, G_SIGNAL_RUN_LAST,
                                         0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CHOSEN] = g_signal_new ("chosen", KEYFOB_TYPE_BUS_MENU, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_OBJECT);
}

static void
answer (KeyfobBusMenu *self, const char *method, gpointer handler)
{
  g_autofree char *signal = g_strconcat ("handle-", method, NULL);

  g_signal_connect_object (self->face, signal, G_CALLBACK (handler), self, G_CONNECT_SWAPPED);
}

/* The direction in which the language of the user is written; GTK does the same for the window, but
 * with Pango, which the agent does without. */
static const char *
get_text_direction (void)
{
  static const char *const right_to_left[] = { "ar", "arc", "azb", "ckb", "dv",  "fa",  "glk",
                                               "he", "iw",  "ks",  "mzn", "nqo", "pnb", "ps",
                                               "sd", "syr", "ug",  "ur",  "yi",  NULL };
  g_auto (GStrv) parts = g_strsplit_set (g_get_language_names ()[0], "_.@", 2);

  return g_strv_contains (right_to_left, parts[0]) ? "rtl" : "ltr";
}

static void
keyfob_bus_menu_init (KeyfobBusMenu *self)
{
  self->ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->nodes = g_hash_table_new (NULL, NULL);
  self->root = keyfob_menu_node_new ("", "");
  g_hash_table_insert (self->nodes, GINT_TO_POINTER (0), self->root);

  self->face = keyfob_sni_dbusmenu_skeleton_new ();
  keyfob_sni_dbusmenu_set_version (self->face, VERSION);
  keyfob_sni_dbusmenu_set_text_direction (self->face, get_text_direction ());
  keyfob_sni_dbusmenu_set_status (self->face, "normal");
  keyfob_sni_dbusmenu_set_icon_theme_path (self->face, (const char *const[]){ NULL });
  answer (self, "get-layout", on_get_layout);
  answer (self, "get-group-properties", on_get_group_properties);
  answer (self, "get-property", on_get_property);
  answer (self, "event", on_event);
  answer (self, "event-group", on_event_group);
  answer (self, "about-to-show", on_about_to_show);
  answer (self, "about-to-show-group", on_about_to_show_group);
}

KeyfobBusMenu *
keyfob_bus_menu_new (void)
{
  return g_object_new (KEYFOB_TYPE_BUS_MENU, NULL);
}

gboolean
keyfob_bus_menu_export (KeyfobBusMenu *self,
                        GDBusConnection *connection,
                        const char *path,
                        GError **error)
{
  return g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->face), connection, path,
                                           error);
}

void
keyfob_bus_menu_unexport (KeyfobBusMenu *self)
{
  GDBusInterfaceSkeleton *face = G_DBUS_INTERFACE_SKELETON (self->face);

  if (g_dbus_interface_skeleton_get_connection (face) != NULL)
    g_dbus_interface_skeleton_unexport (face);
}

/* An item that is where one was before has its number. */
static void
number (KeyfobBusMenu *self, KeyfobMenuNode *node, const char *place, GHashTable *ids)
{
  for (guint i = 0; i < node->children->len; i++)
    {
      KeyfobMenuNode *child = g_ptr_array_index (node->children, i);
      g_autofree char *below = g_strconcat (place, "\n", child->key, NULL);

      child->id = GPOINTER_TO_INT (g_hash_table_lookup (self->ids, below));
      if (child->id == 0)
        child->id = ++self->last_id;
      number (self, child, below, ids);
      g_hash_table_insert (ids, g_steal_pointer (&below), GINT_TO_POINTER (child->id));
    }
}

static void
collect (KeyfobMenuNode *node, GHashTable *nodes)
{
  g_hash_table_insert (nodes, GINT_TO_POINTER (node->id), node);
  for (guint i = 0; i < node->children->len; i++)
    collect (g_ptr_array_index (node->children, i), nodes);
}

void
keyfob_bus_menu_set_root (KeyfobBusMenu *self, KeyfobMenuNode *root)
{
  KeyfobMenuNode *old_root = g_steal_pointer (&self->root);
  g_autoptr (GHashTable) old_nodes = g_steal_pointer (&self->nodes);
  GHashTable *ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GVariant) updated = NULL;
  g_autoptr (GVariant) removed = NULL;
  int changed;

  self->root = root;
  number (self, root, "", ids);
  g_hash_table_unref (self->ids);
  self->ids = ids;
  self->nodes = g_hash_table_new (NULL, NULL);
  collect (root, self->nodes);

  if (keyfob_menu_delta_properties (old_nodes, self->nodes, &updated, &removed))
    keyfob_sni_dbusmenu_emit_items_properties_updated (self->face, updated, removed);

  changed = keyfob_menu_delta_layout (old_nodes, self->nodes);
  if (changed >= 0)
    keyfob_sni_dbusmenu_emit_layout_updated (self->face, ++self->revision, changed);
  g_clear_pointer (&old_root, keyfob_menu_node_free);
}
