/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-list.h"

#include "keyfob-bus.h"

struct _KeyfobHostList
{
  GObject parent_instance;

  GListStore *hosts;
  GHashTable *by_path; /* items, with those whose removal is pending, which are not in hosts */
  GDBusObjectManager *manager;
  gint64 last_expires;
  guint update_id; /* of the source that looks for it */
};

static GType
keyfob_host_list_get_item_type (GListModel *model)
{
  return KEYFOB_TYPE_HOST_ITEM;
}

static guint
keyfob_host_list_get_n_items (GListModel *model)
{
  return g_list_model_get_n_items (G_LIST_MODEL (KEYFOB_HOST_LIST (model)->hosts));
}

static gpointer
keyfob_host_list_get_item (GListModel *model, guint position)
{
  return g_list_model_get_item (G_LIST_MODEL (KEYFOB_HOST_LIST (model)->hosts), position);
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = keyfob_host_list_get_item_type;
  iface->get_n_items = keyfob_host_list_get_n_items;
  iface->get_item = keyfob_host_list_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (KeyfobHostList,
                               keyfob_host_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

enum
{
  PROP_0,
  PROP_LAST_EXPIRES,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

enum
{
  HOST_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
update_last_expires (gpointer user_data)
{
  KeyfobHostList *self = KEYFOB_HOST_LIST (user_data);
  guint n_hosts = g_list_model_get_n_items (G_LIST_MODEL (self->hosts));
  gint64 last = 0;

  self->update_id = 0;
  for (guint i = 0; i < n_hosts; i++)
    {
      g_autoptr (KeyfobHostItem) item = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);

      if (keyfob_host_state_has_token (keyfob_host_item_get_state (item)))
        last = MAX (last, keyfob_bus_host1_get_expires (keyfob_host_item_get_host (item)));
    }

  if (last != self->last_expires)
    {
      self->last_expires = last;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LAST_EXPIRES]);
    }

  return G_SOURCE_REMOVE;
}

/* Once for all that changes at once. */
static void
queue_update (KeyfobHostList *self)
{
  if (self->update_id == 0)
    self->update_id = g_idle_add (update_last_expires, self);
}

/* A host whose removal is pending is gone for whoever looks, and comes back where that is undone.
 */
static void
on_pending_changed (KeyfobHostList *self, GParamSpec *pspec, KeyfobHostItem *item)
{
  gboolean hides = keyfob_host_item_get_pending (item) == KEYFOB_HOST_PENDING_REMOVAL;
  guint position;
  gboolean is_listed = g_list_store_find (self->hosts, item, &position);

  if (hides && is_listed)
    g_list_store_remove (self->hosts, position);
  else if (!hides && !is_listed)
    g_list_store_append (self->hosts, item);
  queue_update (self);
}

static void
on_host_changed (KeyfobHostList *self, KeyfobHostItem *item)
{
  queue_update (self);
  g_signal_emit (self, signals[HOST_CHANGED], 0, item);
}

/* Returns: (transfer full) (nullable): an item for what is new and a host */
static KeyfobHostItem *
create_item (KeyfobHostList *self, GDBusObject *object)
{
  g_autoptr (GDBusInterface) host =
      g_dbus_object_get_interface (object, KEYFOB_APPLICATION_ID ".Host1");
  const char *path = g_dbus_object_get_object_path (object);
  KeyfobHostItem *item;

  if (!KEYFOB_BUS_IS_HOST1_PROXY (host) || g_hash_table_contains (self->by_path, path))
    return NULL;

  /* SignIn and GetToken may return only after the user has done something */
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (host), G_MAXINT);
  item = keyfob_host_item_new (KEYFOB_BUS_HOST1 (host));
  g_hash_table_insert (self->by_path, (char *) keyfob_host_item_get_path (item),
                       g_object_ref (item));
  g_signal_connect_object (item, "notify::pending", G_CALLBACK (on_pending_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (item, "changed", G_CALLBACK (on_host_changed), self, G_CONNECT_SWAPPED);

  return item;
}

static void
on_object_added (KeyfobHostList *self, GDBusObject *object)
{
  g_autoptr (KeyfobHostItem) item = create_item (self, object);

  if (item == NULL)
    return;

  g_list_store_append (self->hosts, item);
  queue_update (self);
}

static void
on_interface_added (KeyfobHostList *self, GDBusObject *object)
{
  on_object_added (self, object);
}

static void
on_object_removed (KeyfobHostList *self, GDBusObject *object)
{
  const char *path = g_dbus_object_get_object_path (object);
  g_autoptr (KeyfobHostItem) item = NULL;
  guint position;

  g_set_object (&item, g_hash_table_lookup (self->by_path, path));
  if (item == NULL)
    return;

  g_signal_handlers_disconnect_by_data (item, self);
  /* whoever hears that the list is shorter does not find the host any more */
  g_hash_table_remove (self->by_path, path);
  if (g_list_store_find (self->hosts, item, &position))
    g_list_store_remove (self->hosts, position);
  queue_update (self);
}

static void
remove_all (KeyfobHostList *self)
{
  GHashTableIter iter;
  gpointer item;

  g_hash_table_iter_init (&iter, self->by_path);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    g_signal_handlers_disconnect_by_data (item, self);

  g_list_store_remove_all (self->hosts);
  g_hash_table_remove_all (self->by_path);
  queue_update (self);
}

static void
add_all (KeyfobHostList *self)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  GList *objects = g_dbus_object_manager_get_objects (self->manager);

  for (GList *l = objects; l != NULL; l = l->next)
    {
      KeyfobHostItem *item = create_item (self, l->data);

      if (item != NULL)
        g_ptr_array_add (items, item);
    }
  g_list_store_splice (self->hosts, 0, 0, items->pdata, items->len);
  queue_update (self);
  g_list_free_full (objects, g_object_unref);
}

static void
keyfob_host_list_dispose (GObject *object)
{
  KeyfobHostList *self = KEYFOB_HOST_LIST (object);

  if (self->manager != NULL)
    g_signal_handlers_disconnect_by_data (self->manager, self);
  if (self->hosts != NULL)
    remove_all (self);

  g_clear_handle_id (&self->update_id, g_source_remove);
  g_clear_object (&self->manager);

  G_OBJECT_CLASS (keyfob_host_list_parent_class)->dispose (object);
}

static void
keyfob_host_list_finalize (GObject *object)
{
  KeyfobHostList *self = KEYFOB_HOST_LIST (object);

  g_clear_pointer (&self->by_path, g_hash_table_unref);
  g_clear_object (&self->hosts);

  G_OBJECT_CLASS (keyfob_host_list_parent_class)->finalize (object);
}

static void
keyfob_host_list_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  KeyfobHostList *self = KEYFOB_HOST_LIST (object);

  switch (prop_id)
    {
    case PROP_LAST_EXPIRES:
      g_value_set_int64 (value, self->last_expires);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_host_list_class_init (KeyfobHostListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_host_list_dispose;
  object_class->finalize = keyfob_host_list_finalize;
  object_class->get_property = keyfob_host_list_get_property;

  props[PROP_LAST_EXPIRES] =
      g_param_spec_int64 ("last-expires", NULL, NULL, 0, G_MAXINT64, 0,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[HOST_CHANGED] = g_signal_new ("host-changed", KEYFOB_TYPE_HOST_LIST, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 1, KEYFOB_TYPE_HOST_ITEM);
}

static void
keyfob_host_list_init (KeyfobHostList *self)
{
  self->hosts = g_list_store_new (KEYFOB_TYPE_HOST_ITEM);
  self->by_path = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  g_signal_connect_object (self->hosts, "items-changed", G_CALLBACK (g_list_model_items_changed),
                           self, G_CONNECT_SWAPPED);
}

KeyfobHostList *
keyfob_host_list_new (void)
{
  return g_object_new (KEYFOB_TYPE_HOST_LIST, NULL);
}

void
keyfob_host_list_set_manager (KeyfobHostList *self, GDBusObjectManager *manager)
{
  g_return_if_fail (KEYFOB_IS_HOST_LIST (self));
  g_return_if_fail (manager == NULL || G_IS_DBUS_OBJECT_MANAGER (manager));

  if (manager == self->manager)
    return;

  if (self->manager != NULL)
    g_signal_handlers_disconnect_by_data (self->manager, self);
  remove_all (self);
  g_set_object (&self->manager, manager);
  if (manager == NULL)
    return;

  g_signal_connect_object (manager, "object-added", G_CALLBACK (on_object_added), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "interface-added", G_CALLBACK (on_interface_added), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "object-removed", G_CALLBACK (on_object_removed), self,
                           G_CONNECT_SWAPPED);

  add_all (self);
}

gint64
keyfob_host_list_get_last_expires (KeyfobHostList *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_LIST (self), 0);

  return self->last_expires;
}

KeyfobHostItem *
keyfob_host_list_find (KeyfobHostList *self, const char *path)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_LIST (self), NULL);

  return g_hash_table_lookup (self->by_path, path);
}

KeyfobHostItem *
keyfob_host_list_find_url (KeyfobHostList *self, const char *url)
{
  GHashTableIter iter;
  gpointer item;

  g_return_val_if_fail (KEYFOB_IS_HOST_LIST (self), NULL);

  g_hash_table_iter_init (&iter, self->by_path);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    if (keyfob_host_item_get_pending (item) != KEYFOB_HOST_PENDING_REMOVAL
        && g_strcmp0 (keyfob_bus_host1_get_url (keyfob_host_item_get_host (item)), url) == 0)
      return item;

  return NULL;
}

gboolean
keyfob_host_list_has_url (KeyfobHostList *self, const char *url)
{
  return keyfob_host_list_find_url (self, url) != NULL;
}
