/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-bus-menu.h"

#include "keyfob-dbusmenu.h"

#define VERSION 3 /* of com.canonical.dbusmenu */

/* For so long a menu is taken to be open, since not all panels tell when it is closed (that of Xfce
 * 4.18 does not), and none says that it has drawn the items that it asks for. */
#define OPEN_SECONDS 30
/* A click may come after the menu that it has closed. */
#define CLICK_SECONDS 1

struct _KeyfobBusMenu
{
  GObject parent_instance;

  KeyfobSniDbusmenu *skeleton;
  KeyfobMenuNode *root;
  GHashTable *ids;   /* path in the menu (keys from the root down) → id */
  GHashTable *nodes; /* id → KeyfobMenuNode, of root */
  int last_id;
  guint revision;
  guint open; /* timer of a menu that may be on the screen; 0 where it is not */
};

G_DEFINE_FINAL_TYPE (KeyfobBusMenu, keyfob_bus_menu, G_TYPE_OBJECT)

enum
{
  ABOUT_TO_SHOW,
  CHOSEN,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

KeyfobMenuNode *
keyfob_menu_node_new (const char *key, const char *label)
{
  KeyfobMenuNode *self = g_new0 (KeyfobMenuNode, 1);

  self->key = g_strdup (key);
  self->label = g_strdup (label);
  self->enabled = TRUE;
  self->children = g_ptr_array_new_with_free_func ((GDestroyNotify) keyfob_menu_node_free);

  return self;
}

void
keyfob_menu_node_free (KeyfobMenuNode *self)
{
  g_ptr_array_unref (self->children);
  g_clear_object (&self->target);
  g_free (self->label);
  g_free (self->key);
  g_free (self);
}

KeyfobMenuNode *
keyfob_menu_node_append (KeyfobMenuNode *self, KeyfobMenuNode *child)
{
  g_ptr_array_add (self->children, child);

  return child;
}

static gboolean
is_wanted (const char *const *names, const char *name)
{
  return names == NULL || *names == NULL || g_strv_contains (names, name);
}

/* In a label of com.canonical.dbusmenu a single underscore marks the access key. */
static char *
escape_label (const char *label)
{
  g_auto (GStrv) parts = g_strsplit (label, "_", -1);

  return g_strjoinv ("__", parts);
}

/* @names: (nullable): NULL or empty for all
 *
 * Returns: (transfer floating): `a{sv}` */
static GVariant *
make_properties (KeyfobMenuNode *node, const char *const *names)
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
  if (node->label != NULL && *node->label != '\0' && is_wanted (names, "enabled"))
    g_variant_dict_insert (&dict, "enabled", "b", node->enabled);
  if (node->children->len > 0 && is_wanted (names, "children-display"))
    g_variant_dict_insert (&dict, "children-display", "s", "submenu");

  return g_variant_dict_end (&dict);
}

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

  return g_variant_new ("(i@a{sv}av)", node->id, make_properties (node, names), &children);
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
    keyfob_sni_dbusmenu_complete_get_layout (self->skeleton, invocation, self->revision,
                                             make_layout (node, depth, names));

  return TRUE;
}

static void
add_properties (GVariantBuilder *builder, KeyfobMenuNode *node, const char *const *names)
{
  if (node != NULL)
    g_variant_builder_add (builder, "(i@a{sv})", node->id, make_properties (node, names));
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

  keyfob_sni_dbusmenu_complete_get_group_properties (self->skeleton, invocation,
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
      all = g_variant_ref_sink (make_properties (node, NULL));
      value = g_variant_lookup_value (all, name, NULL);
    }

  if (value == NULL)
    fail (invocation, id);
  else
    keyfob_sni_dbusmenu_complete_get_property (self->skeleton, invocation,
                                               g_variant_new_variant (value));

  return TRUE;
}

/* Has the content brought up to date for a menu that is not on the screen. */
static void
refresh (KeyfobBusMenu *self)
{
  g_clear_handle_id (&self->open, g_source_remove);
  g_signal_emit (self, signals[ABOUT_TO_SHOW], 0);
}

static gboolean
on_open_timer (gpointer user_data)
{
  KeyfobBusMenu *self = KEYFOB_BUS_MENU (user_data);

  self->open = 0;
  refresh (self);

  return G_SOURCE_REMOVE;
}

static void
set_open (KeyfobBusMenu *self, guint seconds)
{
  g_clear_handle_id (&self->open, g_source_remove);
  self->open = g_timeout_add_seconds (seconds, on_open_timer, self);
}

static gboolean
take_event (KeyfobBusMenu *self, int id, const char *event)
{
  KeyfobMenuNode *node = find_node (self, id);
  g_autoptr (GObject) target = NULL;

  if (node == NULL)
    return FALSE;

  if (id == 0 && g_str_equal (event, "opened"))
    {
      refresh (self);
      set_open (self, OPEN_SECONDS);
    }
  else if (id == 0 && g_str_equal (event, "closed"))
    {
      set_open (self, CLICK_SECONDS);
    }
  else if (g_str_equal (event, "clicked") && node->enabled)
    {
      target = node->target != NULL ? g_object_ref (node->target) : NULL;
      g_signal_emit (self, signals[CHOSEN], 0, node->choice, target);
      refresh (self);
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
    keyfob_sni_dbusmenu_complete_event (self->skeleton, invocation);

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
  keyfob_sni_dbusmenu_complete_event_group (self->skeleton, invocation,
                                            g_variant_builder_end (&unknown));

  return TRUE;
}

/* Returns: whether the layout has changed */
static gboolean
prepare (KeyfobBusMenu *self, int id)
{
  guint revision = self->revision;

  if (id == 0)
    {
      refresh (self);
      set_open (self, OPEN_SECONDS);
    }
  else
    {
      g_signal_emit (self, signals[ABOUT_TO_SHOW], 0);
    }

  return self->revision != revision;
}

static gboolean
on_about_to_show (KeyfobBusMenu *self, GDBusMethodInvocation *invocation, int id)
{
  if (find_node (self, id) == NULL)
    fail (invocation, id);
  else
    keyfob_sni_dbusmenu_complete_about_to_show (self->skeleton, invocation, prepare (self, id));

  return TRUE;
}

static gboolean
on_about_to_show_group (KeyfobBusMenu *self, GDBusMethodInvocation *invocation, GVariant *ids)
{
  GVariantBuilder needed, unknown;
  GVariantIter iter;
  gboolean changed = FALSE;
  int id;

  g_variant_iter_init (&iter, ids);
  while (g_variant_iter_next (&iter, "i", &id))
    changed |= prepare (self, id);

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
  keyfob_sni_dbusmenu_complete_about_to_show_group (self->skeleton, invocation,
                                                    g_variant_builder_end (&needed),
                                                    g_variant_builder_end (&unknown));

  return TRUE;
}

static void
keyfob_bus_menu_dispose (GObject *object)
{
  KeyfobBusMenu *self = KEYFOB_BUS_MENU (object);
  GDBusInterfaceSkeleton *skeleton = G_DBUS_INTERFACE_SKELETON (self->skeleton);

  g_clear_handle_id (&self->open, g_source_remove);
  if (g_dbus_interface_skeleton_get_connection (skeleton) != NULL)
    g_dbus_interface_skeleton_unexport (skeleton);

  G_OBJECT_CLASS (keyfob_bus_menu_parent_class)->dispose (object);
}

static void
keyfob_bus_menu_finalize (GObject *object)
{
  KeyfobBusMenu *self = KEYFOB_BUS_MENU (object);

  g_hash_table_unref (self->nodes);
  g_hash_table_unref (self->ids);
  keyfob_menu_node_free (self->root);
  g_object_unref (self->skeleton);

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
connect_method (KeyfobBusMenu *self, const char *method, gpointer handler)
{
  g_autofree char *signal = g_strconcat ("handle-", method, NULL);

  g_signal_connect_object (self->skeleton, signal, G_CALLBACK (handler), self, G_CONNECT_SWAPPED);
}

/* The direction in which the language of the user is written. GTK knows that from Pango, which the
 * agent does not link. */
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

  self->skeleton = keyfob_sni_dbusmenu_skeleton_new ();
  keyfob_sni_dbusmenu_set_version (self->skeleton, VERSION);
  keyfob_sni_dbusmenu_set_text_direction (self->skeleton, get_text_direction ());
  keyfob_sni_dbusmenu_set_status (self->skeleton, "normal");
  keyfob_sni_dbusmenu_set_icon_theme_path (self->skeleton, (const char *const[]){ NULL });
  connect_method (self, "get-layout", on_get_layout);
  connect_method (self, "get-group-properties", on_get_group_properties);
  connect_method (self, "get-property", on_get_property);
  connect_method (self, "event", on_event);
  connect_method (self, "event-group", on_event_group);
  connect_method (self, "about-to-show", on_about_to_show);
  connect_method (self, "about-to-show-group", on_about_to_show_group);
}

KeyfobBusMenu *
keyfob_bus_menu_new (GDBusConnection *connection, const char *path, KeyfobMenuNode *root)
{
  KeyfobBusMenu *self = g_object_new (KEYFOB_TYPE_BUS_MENU, NULL);
  g_autoptr (GError) error = NULL;

  keyfob_bus_menu_set_root (self, root);
  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->skeleton), connection,
                                         path, &error))
    g_message ("The menu of the tray cannot be put on the bus: %s", error->message);

  return self;
}

/* Gives an item the id of the item that had the same path in the menu before, else a new id. */
static void
assign_ids (KeyfobBusMenu *self, KeyfobMenuNode *node, const char *path, GHashTable *ids)
{
  for (guint i = 0; i < node->children->len; i++)
    {
      KeyfobMenuNode *child = g_ptr_array_index (node->children, i);
      g_autofree char *below = g_strconcat (path, "\n", child->key, NULL);

      child->id = GPOINTER_TO_INT (g_hash_table_lookup (self->ids, below));
      if (child->id == 0)
        child->id = ++self->last_id;
      assign_ids (self, child, below, ids);
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

/* Emits the properties of the items that are in the old and the new menu and have changed. The
 * panel of LXQt closes an open menu when the layout below the root changes, but not when properties
 * do (seen in lxqt-panel 1.2); so a new layout is announced only where items come, go or change
 * places. Properties are never removed, since an item has the same properties in every menu. */
static void
emit_properties (KeyfobBusMenu *self, GHashTable *old_nodes)
{
  GVariantBuilder updated;
  GHashTableIter iter;
  gpointer id, node;
  guint n_updated = 0;

  g_variant_builder_init (&updated, G_VARIANT_TYPE ("a(ia{sv})"));
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, &id, &node))
    {
      KeyfobMenuNode *old_node = g_hash_table_lookup (old_nodes, id);
      g_autoptr (GVariant) before = NULL;
      g_autoptr (GVariant) after = NULL;

      if (old_node == NULL)
        continue;

      before = g_variant_ref_sink (make_properties (old_node, NULL));
      after = g_variant_ref_sink (make_properties (node, NULL));
      if (g_variant_equal (before, after))
        continue;

      g_variant_builder_add (&updated, "(i@a{sv})", GPOINTER_TO_INT (id), after);
      n_updated++;
    }

  if (n_updated > 0)
    keyfob_sni_dbusmenu_emit_items_properties_updated (
        self->skeleton, g_variant_builder_end (&updated), g_variant_new ("a(ias)", NULL));
  else
    g_variant_builder_clear (&updated);
}

static gboolean
has_same_layout (KeyfobMenuNode *one, KeyfobMenuNode *other)
{
  if (one->id != other->id || one->children->len != other->children->len)
    return FALSE;

  for (guint i = 0; i < one->children->len; i++)
    if (!has_same_layout (g_ptr_array_index (one->children, i),
                          g_ptr_array_index (other->children, i)))
      return FALSE;

  return TRUE;
}

void
keyfob_bus_menu_set_root (KeyfobBusMenu *self, KeyfobMenuNode *root)
{
  g_autoptr (KeyfobMenuNode) old_root = NULL;
  g_autoptr (GHashTable) old_nodes = NULL;
  GHashTable *ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean has_new_layout;

  assign_ids (self, root, "", ids);
  has_new_layout = !has_same_layout (self->root, root);
  if (has_new_layout && self->open != 0)
    {
      g_hash_table_unref (ids);
      keyfob_menu_node_free (root);
      return;
    }

  old_root = g_steal_pointer (&self->root);
  old_nodes = g_steal_pointer (&self->nodes);
  self->root = root;
  g_hash_table_unref (self->ids);
  self->ids = ids;
  self->nodes = g_hash_table_new (NULL, NULL);
  collect (root, self->nodes);

  emit_properties (self, old_nodes);
  if (has_new_layout)
    keyfob_sni_dbusmenu_emit_layout_updated (self->skeleton, ++self->revision, 0);
}
