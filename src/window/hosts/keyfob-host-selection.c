/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-selection.h"

struct _KeyfobHostSelection
{
  GObject parent_instance;

  GListModel *model;
  GHashTable *chosen; /* items, by the user */
  GObject *shown;     /* (nullable): the item whose page is shown */
  gboolean active;
};

static GType
keyfob_host_selection_get_item_type (GListModel *model)
{
  return G_TYPE_OBJECT;
}

static guint
keyfob_host_selection_get_n_items (GListModel *model)
{
  return g_list_model_get_n_items (KEYFOB_HOST_SELECTION (model)->model);
}

static gpointer
keyfob_host_selection_get_item (GListModel *model, guint position)
{
  return g_list_model_get_item (KEYFOB_HOST_SELECTION (model)->model, position);
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = keyfob_host_selection_get_item_type;
  iface->get_n_items = keyfob_host_selection_get_n_items;
  iface->get_item = keyfob_host_selection_get_item;
}

static gboolean
keyfob_host_selection_is_selected (GtkSelectionModel *model, guint position)
{
  KeyfobHostSelection *self = KEYFOB_HOST_SELECTION (model);
  g_autoptr (GObject) item = g_list_model_get_item (self->model, position);

  if (item == NULL)
    return FALSE;

  return self->active ? g_hash_table_contains (self->chosen, item) : item == self->shown;
}

static void
selection_model_iface_init (GtkSelectionModelInterface *iface)
{
  iface->is_selected = keyfob_host_selection_is_selected;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (KeyfobHostSelection,
                               keyfob_host_selection,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init)
                                   G_IMPLEMENT_INTERFACE (GTK_TYPE_SELECTION_MODEL,
                                                          selection_model_iface_init))

enum
{
  PROP_0,
  PROP_N_SELECTED,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
tell_changed (KeyfobHostSelection *self)
{
  guint n_items = g_list_model_get_n_items (self->model);

  if (n_items > 0)
    gtk_selection_model_selection_changed (GTK_SELECTION_MODEL (self), 0, n_items);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_SELECTED]);
}

static void
forget_what_left (KeyfobHostSelection *self)
{
  g_autoptr (GHashTable) chosen = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  guint n_items = g_list_model_get_n_items (self->model);

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (self->model, i);

      if (g_hash_table_contains (self->chosen, item))
        g_hash_table_add (chosen, g_object_ref (item));
    }
  if (g_hash_table_size (chosen) == g_hash_table_size (self->chosen))
    return;

  g_hash_table_unref (self->chosen);
  self->chosen = g_steal_pointer (&chosen);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_SELECTED]);
}

static void
on_items_changed (KeyfobHostSelection *self, guint position, guint removed, guint added)
{
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
  if (removed > 0 && g_hash_table_size (self->chosen) > 0)
    forget_what_left (self);
}

static void
keyfob_host_selection_dispose (GObject *object)
{
  KeyfobHostSelection *self = KEYFOB_HOST_SELECTION (object);

  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_object (&self->shown);

  G_OBJECT_CLASS (keyfob_host_selection_parent_class)->dispose (object);
}

static void
keyfob_host_selection_finalize (GObject *object)
{
  KeyfobHostSelection *self = KEYFOB_HOST_SELECTION (object);

  g_hash_table_unref (self->chosen);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (keyfob_host_selection_parent_class)->finalize (object);
}

static void
keyfob_host_selection_get_property (GObject *object,
                                    guint prop_id,
                                    GValue *value,
                                    GParamSpec *pspec)
{
  KeyfobHostSelection *self = KEYFOB_HOST_SELECTION (object);

  switch (prop_id)
    {
    case PROP_N_SELECTED:
      g_value_set_uint (value, keyfob_host_selection_get_n_selected (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_host_selection_class_init (KeyfobHostSelectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_host_selection_dispose;
  object_class->finalize = keyfob_host_selection_finalize;
  object_class->get_property = keyfob_host_selection_get_property;

  props[PROP_N_SELECTED] =
      g_param_spec_uint ("n-selected", NULL, NULL, 0, G_MAXUINT, 0,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
keyfob_host_selection_init (KeyfobHostSelection *self)
{
  self->chosen = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
}

KeyfobHostSelection *
keyfob_host_selection_new (GListModel *model)
{
  KeyfobHostSelection *self;

  g_return_val_if_fail (G_IS_LIST_MODEL (model), NULL);

  self = g_object_new (KEYFOB_TYPE_HOST_SELECTION, NULL);
  self->model = g_object_ref (model);
  g_signal_connect_object (model, "items-changed", G_CALLBACK (on_items_changed), self,
                           G_CONNECT_SWAPPED);

  return self;
}

void
keyfob_host_selection_set_active (KeyfobHostSelection *self, gboolean active)
{
  g_return_if_fail (KEYFOB_IS_HOST_SELECTION (self));

  if (active == self->active)
    return;

  self->active = active;
  g_hash_table_remove_all (self->chosen);
  tell_changed (self);
}

gboolean
keyfob_host_selection_is_active (KeyfobHostSelection *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_SELECTION (self), FALSE);

  return self->active;
}

void
keyfob_host_selection_set_shown (KeyfobHostSelection *self, KeyfobHostItem *item)
{
  g_return_if_fail (KEYFOB_IS_HOST_SELECTION (self));
  g_return_if_fail (item == NULL || KEYFOB_IS_HOST_ITEM (item));

  if (g_set_object (&self->shown, (GObject *) item))
    tell_changed (self);
}

void
keyfob_host_selection_toggle (KeyfobHostSelection *self, KeyfobHostItem *item)
{
  g_return_if_fail (KEYFOB_IS_HOST_SELECTION (self));
  g_return_if_fail (KEYFOB_IS_HOST_ITEM (item));

  if (!g_hash_table_remove (self->chosen, item))
    g_hash_table_add (self->chosen, g_object_ref (item));
  tell_changed (self);
}

void
keyfob_host_selection_select_range (KeyfobHostSelection *self, guint from, guint to)
{
  g_return_if_fail (KEYFOB_IS_HOST_SELECTION (self));

  g_hash_table_remove_all (self->chosen);
  for (guint i = MIN (from, to); i <= MAX (from, to); i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (self->model, i);

      if (item == NULL)
        break;
      if (KEYFOB_IS_HOST_ITEM (item))
        g_hash_table_add (self->chosen, g_object_ref (item));
    }
  tell_changed (self);
}

gboolean
keyfob_host_selection_contains (KeyfobHostSelection *self, gpointer item)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_SELECTION (self), FALSE);

  return g_hash_table_contains (self->chosen, item);
}

guint
keyfob_host_selection_get_n_selected (KeyfobHostSelection *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_SELECTION (self), 0);

  return g_hash_table_size (self->chosen);
}

GPtrArray *
keyfob_host_selection_dup_items (KeyfobHostSelection *self)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_items;

  g_return_val_if_fail (KEYFOB_IS_HOST_SELECTION (self), items);

  n_items = g_list_model_get_n_items (self->model);
  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (self->model, i);

      if (g_hash_table_contains (self->chosen, item))
        g_ptr_array_add (items, g_object_ref (item));
    }

  return items;
}
