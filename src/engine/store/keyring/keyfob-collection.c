/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-collection.h"

#include "keyfob-keyring-error.h"

#define COLLECTION_INTERFACE "org.freedesktop.Secret.Collection"

struct _KeyfobCollection
{
  GObject parent_instance;

  SecretService *service;
  guint properties_watch;
  guint changed_watch;
  gboolean locked;
};

G_DEFINE_FINAL_TYPE (KeyfobCollection, keyfob_collection, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_LOCKED,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

static void
set_locked (KeyfobCollection *self, gboolean locked)
{
  if (self->locked == locked)
    return;

  self->locked = locked;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOCKED]);
}

static GDBusConnection *
get_connection (KeyfobCollection *self)
{
  return g_dbus_proxy_get_connection (G_DBUS_PROXY (self->service));
}

static void
return_locked (GTask *task, gboolean locked)
{
  set_locked (g_task_get_source_object (task), locked);

  if (locked)
    g_task_return_error (task, keyfob_keyring_error_take (NULL));
  else
    g_task_return_boolean (task, TRUE);
}

static void
read_locked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) locked = NULL;
  GError *error = NULL;

  answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  /* The alias of a gnome-keyring without a keyring leads nowhere. */
  if (keyfob_keyring_error_is_no_object (error))
    {
      g_error_free (error);
      return_locked (task, FALSE);
      return;
    }

  if (answer == NULL)
    {
      g_task_return_error (task, keyfob_keyring_error_take (error));
      return;
    }

  g_variant_get (answer, "(v)", &locked);
  return_locked (task, g_variant_is_of_type (locked, G_VARIANT_TYPE_BOOLEAN)
                           && g_variant_get_boolean (locked));
}

static void
read_locked (GTask *task, const char *path)
{
  KeyfobCollection *self = g_task_get_source_object (task);

  g_dbus_connection_call (get_connection (self),
                          g_dbus_proxy_get_name (G_DBUS_PROXY (self->service)), path,
                          "org.freedesktop.DBus.Properties", "Get",
                          g_variant_new ("(ss)", COLLECTION_INTERFACE, "Locked"),
                          G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NONE, -1,
                          g_task_get_cancellable (task), read_locked_cb, g_object_ref (task));
}

static void
check_alias_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autofree char *path = NULL;
  GError *error = NULL;

  path = secret_service_read_alias_dbus_path_finish (SECRET_SERVICE (source), result, &error);

  if (error != NULL)
    g_task_return_error (task, keyfob_keyring_error_take (error));
  else if (path == NULL)
    return_locked (task, FALSE);
  else
    read_locked (task, path);
}

static void
unlocked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  secret_service_unlock_dbus_paths_finish (SECRET_SERVICE (source), result, NULL, &error);

  if (error != NULL)
    g_task_return_error (task, keyfob_keyring_error_take (error));
  else
    /* A refused prompt is no error, so only the collection can tell. */
    read_locked (task, g_task_get_task_data (task));
}

static void
unlock_alias_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autofree char *path = NULL;
  GError *error = NULL;

  path = secret_service_read_alias_dbus_path_finish (SECRET_SERVICE (source), result, &error);

  if (error != NULL)
    g_task_return_error (task, keyfob_keyring_error_take (error));
  else if (path == NULL)
    return_locked (task, FALSE);
  else
    {
      const char *paths[] = { path, NULL };

      secret_service_unlock_dbus_paths (SECRET_SERVICE (source), paths, NULL, unlocked_cb,
                                        g_object_ref (task));
      g_task_set_task_data (task, g_steal_pointer (&path), g_free);
    }
}

static void
refreshed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!keyfob_collection_check_finish (KEYFOB_COLLECTION (source), result, &error))
    g_debug ("Default collection: %s", error->message);
}

static void
refresh (KeyfobCollection *self)
{
  g_autofree char *owner = g_dbus_proxy_get_name_owner (G_DBUS_PROXY (self->service));

  /* A service that went away is not started again just to be asked this. */
  if (owner != NULL)
    keyfob_collection_check_async (self, NULL, refreshed_cb, NULL);
}

static void
properties_changed_cb (GDBusConnection *connection,
                       const char *sender,
                       const char *path,
                       const char *interface,
                       const char *signal,
                       GVariant *parameters,
                       gpointer user_data)
{
  g_autoptr (GVariant) changed = NULL;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;

  g_variant_get (parameters, "(&s@a{sv}as)", NULL, &changed, NULL);

  if (g_variant_lookup (changed, "Locked", "b", NULL))
    refresh (user_data);
}

static void
collection_changed_cb (GDBusConnection *connection,
                       const char *sender,
                       const char *path,
                       const char *interface,
                       const char *signal,
                       GVariant *parameters,
                       gpointer user_data)
{
  refresh (user_data);
}

static void
watch (KeyfobCollection *self)
{
  const char *name = g_dbus_proxy_get_name (G_DBUS_PROXY (self->service));

  self->properties_watch = g_dbus_connection_signal_subscribe (
      get_connection (self), name, "org.freedesktop.DBus.Properties", "PropertiesChanged", NULL,
      COLLECTION_INTERFACE, G_DBUS_SIGNAL_FLAGS_NONE, properties_changed_cb, self, NULL);
  self->changed_watch = g_dbus_connection_signal_subscribe (
      get_connection (self), name, "org.freedesktop.Secret.Service", "CollectionChanged", NULL,
      NULL, G_DBUS_SIGNAL_FLAGS_NONE, collection_changed_cb, self, NULL);
  g_signal_connect_object (self->service, "notify::g-name-owner", G_CALLBACK (refresh), self,
                           G_CONNECT_SWAPPED);
}

static void
unwatch (KeyfobCollection *self, guint *id)
{
  if (*id != 0)
    g_dbus_connection_signal_unsubscribe (get_connection (self), *id);
  *id = 0;
}

static void
keyfob_collection_dispose (GObject *object)
{
  KeyfobCollection *self = KEYFOB_COLLECTION (object);

  unwatch (self, &self->properties_watch);
  unwatch (self, &self->changed_watch);
  g_clear_object (&self->service);

  G_OBJECT_CLASS (keyfob_collection_parent_class)->dispose (object);
}

static void
keyfob_collection_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_LOCKED:
      g_value_set_boolean (value, keyfob_collection_get_locked (KEYFOB_COLLECTION (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
keyfob_collection_class_init (KeyfobCollectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_collection_dispose;
  object_class->get_property = keyfob_collection_get_property;

  props[PROP_LOCKED] =
      g_param_spec_boolean ("locked", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
keyfob_collection_init (KeyfobCollection *self)
{
}

KeyfobCollection *
keyfob_collection_new (SecretService *service)
{
  KeyfobCollection *self = NULL;

  g_return_val_if_fail (SECRET_IS_SERVICE (service), NULL);

  self = g_object_new (KEYFOB_TYPE_COLLECTION, NULL);
  self->service = g_object_ref (service);
  watch (self);
  refresh (self);

  return self;
}

gboolean
keyfob_collection_get_locked (KeyfobCollection *self)
{
  g_return_val_if_fail (KEYFOB_IS_COLLECTION (self), FALSE);

  return self->locked;
}

void
keyfob_collection_check_async (KeyfobCollection *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (KEYFOB_IS_COLLECTION (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, keyfob_collection_check_async);

  secret_service_read_alias_dbus_path (self->service, "default", cancellable, check_alias_cb,
                                       g_object_ref (task));
}

gboolean
keyfob_collection_check_finish (KeyfobCollection *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
keyfob_collection_unlock_async (KeyfobCollection *self,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (KEYFOB_IS_COLLECTION (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, keyfob_collection_unlock_async);

  secret_service_read_alias_dbus_path (self->service, "default", NULL, unlock_alias_cb,
                                       g_object_ref (task));
}

gboolean
keyfob_collection_unlock_finish (KeyfobCollection *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
