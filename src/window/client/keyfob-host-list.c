/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-list.h"

#include "keyfob-bus.h"
#include "keyfob-status-text.h"

struct _KeyfobHostList
{
  GObject parent_instance;

  GListStore *hosts;
  GDBusObjectManager *manager;
  gint64 last_expires;
};

static GType
keyfob_host_list_get_item_type (GListModel *model)
{
  return KEYFOB_BUS_TYPE_HOST1;
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

static int
compare_hosts (gconstpointer a, gconstpointer b, gpointer user_data)
{
  KeyfobBusHost1 *first = (gpointer) a;
  KeyfobBusHost1 *second = (gpointer) b;
  const char *first_name = keyfob_bus_host1_get_name (first);
  const char *second_name = keyfob_bus_host1_get_name (second);
  int order = 0;

  if (first_name != NULL && second_name != NULL)
    order = g_utf8_collate (first_name, second_name);

  /* hosts of the same name keep their order */
  if (order == 0)
    order = g_strcmp0 (g_dbus_proxy_get_object_path (G_DBUS_PROXY (first)),
                       g_dbus_proxy_get_object_path (G_DBUS_PROXY (second)));

  return order;
}

static gboolean
is_sorted (KeyfobHostList *self)
{
  guint n_hosts = g_list_model_get_n_items (G_LIST_MODEL (self->hosts));

  for (guint i = 1; i < n_hosts; i++)
    {
      g_autoptr (KeyfobBusHost1) first = g_list_model_get_item (G_LIST_MODEL (self->hosts), i - 1);
      g_autoptr (KeyfobBusHost1) second = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);

      if (compare_hosts (first, second, NULL) > 0)
        return FALSE;
    }

  return TRUE;
}

/* Sorting makes every row anew, which loses its focus, its menu and the error in it. */
static void
on_name_changed (KeyfobHostList *self)
{
  if (!is_sorted (self))
    g_list_store_sort (self->hosts, compare_hosts, NULL);
}

static void
update_last_expires (KeyfobHostList *self)
{
  guint n_hosts = g_list_model_get_n_items (G_LIST_MODEL (self->hosts));
  gint64 last = 0;

  for (guint i = 0; i < n_hosts; i++)
    {
      g_autoptr (KeyfobBusHost1) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);

      if (keyfob_host_state_has_token (keyfob_host_state_parse (keyfob_bus_host1_get_state (host))))
        last = MAX (last, keyfob_bus_host1_get_expires (host));
    }

  if (last == self->last_expires)
    return;

  self->last_expires = last;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LAST_EXPIRES]);
}

static void
on_object_added (KeyfobHostList *self, GDBusObject *object)
{
  g_autoptr (GDBusInterface) host =
      g_dbus_object_get_interface (object, KEYFOB_APPLICATION_ID ".Host1");

  if (!KEYFOB_BUS_IS_HOST1_PROXY (host) || g_list_store_find (self->hosts, host, NULL))
    return;

  /* SignIn and GetToken may return only after the user has done something */
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (host), G_MAXINT);
  g_signal_connect_object (host, "notify::name", G_CALLBACK (on_name_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (host, "notify::expires", G_CALLBACK (update_last_expires), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (host, "notify::state", G_CALLBACK (update_last_expires), self,
                           G_CONNECT_SWAPPED);
  g_list_store_insert_sorted (self->hosts, host, compare_hosts, NULL);
  update_last_expires (self);
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
  guint n_hosts = g_list_model_get_n_items (G_LIST_MODEL (self->hosts));

  for (guint i = 0; i < n_hosts; i++)
    {
      g_autoptr (GDBusProxy) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);

      if (g_strcmp0 (g_dbus_proxy_get_object_path (host), path) != 0)
        continue;

      g_signal_handlers_disconnect_by_data (host, self);
      g_list_store_remove (self->hosts, i);
      update_last_expires (self);
      return;
    }
}

static void
remove_all (KeyfobHostList *self)
{
  guint n_hosts = g_list_model_get_n_items (G_LIST_MODEL (self->hosts));

  for (guint i = 0; i < n_hosts; i++)
    {
      g_autoptr (GObject) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);

      g_signal_handlers_disconnect_by_data (host, self);
    }

  g_list_store_remove_all (self->hosts);
  update_last_expires (self);
}

static void
keyfob_host_list_dispose (GObject *object)
{
  KeyfobHostList *self = KEYFOB_HOST_LIST (object);

  if (self->manager != NULL)
    g_signal_handlers_disconnect_by_data (self->manager, self);
  if (self->hosts != NULL)
    remove_all (self);

  g_clear_object (&self->manager);

  G_OBJECT_CLASS (keyfob_host_list_parent_class)->dispose (object);
}

static void
keyfob_host_list_finalize (GObject *object)
{
  KeyfobHostList *self = KEYFOB_HOST_LIST (object);

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
}

static void
keyfob_host_list_init (KeyfobHostList *self)
{
  self->hosts = g_list_store_new (KEYFOB_BUS_TYPE_HOST1);
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
  GList *objects;

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

  objects = g_dbus_object_manager_get_objects (manager);
  for (GList *l = objects; l != NULL; l = l->next)
    on_object_added (self, l->data);
  g_list_free_full (objects, g_object_unref);
}

gint64
keyfob_host_list_get_last_expires (KeyfobHostList *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_LIST (self), 0);

  return self->last_expires;
}

gboolean
keyfob_host_list_has_url (KeyfobHostList *self, const char *url)
{
  guint n_hosts;

  g_return_val_if_fail (KEYFOB_IS_HOST_LIST (self), FALSE);

  n_hosts = g_list_model_get_n_items (G_LIST_MODEL (self->hosts));
  for (guint i = 0; i < n_hosts; i++)
    {
      g_autoptr (KeyfobBusHost1) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);

      if (g_strcmp0 (keyfob_bus_host1_get_url (host), url) == 0)
        return TRUE;
    }

  return FALSE;
}
