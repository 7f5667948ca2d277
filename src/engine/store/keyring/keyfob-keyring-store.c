/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-keyring-store.h"

#include <glib/gi18n-lib.h>

#include "keyfob-json.h"
#include "keyfob-keyring-error.h"
#include "keyfob-secret.h"

#define COLLECTION_INTERFACE "org.freedesktop.Secret.Collection"

/* A gnome-keyring that started locked finds nothing when it is asked for the schema, too. */
static const SecretSchema schema = {
  .name = "org.keyfob.Keyfob.Token",
  .flags = SECRET_SCHEMA_DONT_MATCH_NAME,
  .attributes = { { "host", SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

struct _KeyfobKeyringStore
{
  GObject parent_instance;

  SecretService *service;
  /* The unique bus name that the session was opened with; a service that was started again does not
   * know the session. */
  char *session_owner;
  KeyfobClock *clock;
  GDBusConnection *connection;
  guint properties_watch;
  guint changed_watch;
  gboolean locked;
};

static void keyfob_keyring_store_iface_init (KeyfobTokenStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (KeyfobKeyringStore,
                               keyfob_keyring_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KEYFOB_TYPE_TOKEN_STORE,
                                                      keyfob_keyring_store_iface_init))

enum
{
  PROP_0,
  PROP_LOCKED,
};

typedef void (*Step) (GTask *task);

typedef struct
{
  gboolean asks_user;
  Step step;
  char *base_url;
  char *label;
  SecretValue *value;
  GList *items;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_list_free_full (job->items, g_object_unref);
  g_clear_pointer (&job->value, secret_value_unref);
  g_free (job->base_url);
  g_free (job->label);
  g_free (job);
}

static GHashTable *
attributes_new (const char *base_url)
{
  return secret_attributes_build (&schema, "host", base_url, NULL);
}

/* Other programs may have items with a host as well. */
static gboolean
is_ours (SecretItem *item)
{
  g_autofree char *name = secret_item_get_schema_name (item);

  return g_strcmp0 (name, schema.name) == 0;
}

static KeyfobToken *
dup_token (SecretItem *item, GError **error)
{
  g_autoptr (SecretValue) value = secret_item_get_secret (item);
  g_autoptr (JsonObject) entry = NULL;
  const char *text = NULL;
  gsize length = 0;

  if (value != NULL)
    {
      text = secret_value_get (value, &length);
      entry = keyfob_json_parse_object (text, length);
    }
  if (entry == NULL)
    entry = json_object_new ();

  return keyfob_token_new_from_entry (entry, error);
}

/* The entry of the shared token file on one line: a line break corrupts a keyring file without a
 * password. */
static SecretValue *
value_new (KeyfobToken *token, gint64 now)
{
  g_autoptr (JsonObject) entry = keyfob_token_to_entry (token, (double) now);
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), entry);
  char *text = json_to_string (node, FALSE);

  return secret_value_new_full (text, -1, "text/plain", (GDestroyNotify) keyfob_secret_free);
}

/* The default collection, whichever that is at the time. */

static void
set_locked (KeyfobKeyringStore *self, gboolean locked)
{
  if (self->locked == locked)
    return;

  self->locked = locked;
  g_object_notify (G_OBJECT (self), "locked");
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

  /* A gnome-keyring without a keyring has an alias to an object that does not exist. */
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
  KeyfobKeyringStore *self = g_task_get_source_object (task);

  g_dbus_connection_call (self->connection, g_dbus_proxy_get_name (G_DBUS_PROXY (self->service)),
                          path, "org.freedesktop.DBus.Properties", "Get",
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
prompted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  secret_service_unlock_dbus_paths_finish (SECRET_SERVICE (source), result, NULL, &error);

  if (error != NULL)
    g_task_return_error (task, keyfob_keyring_error_take (error));
  else
    /* A refused prompt is no error, so the collection is asked. */
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

      secret_service_unlock_dbus_paths (SECRET_SERVICE (source), paths, NULL, prompted_cb,
                                        g_object_ref (task));
      g_task_set_task_data (task, g_steal_pointer (&path), g_free);
    }
}

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!keyfob_keyring_store_check_finish (KEYFOB_KEYRING_STORE (source), result, &error))
    g_debug ("Default collection: %s", error->message);
}

static void
check (KeyfobKeyringStore *self)
{
  g_autofree char *owner = g_dbus_proxy_get_name_owner (G_DBUS_PROXY (self->service));

  /* A service that has left the bus is not started for this question. */
  if (owner != NULL)
    keyfob_keyring_store_check_async (self, NULL, checked_cb, NULL);
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
    check (user_data);
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
  check (user_data);
}

static void
watch (KeyfobKeyringStore *self)
{
  const char *name = g_dbus_proxy_get_name (G_DBUS_PROXY (self->service));

  self->connection = g_object_ref (g_dbus_proxy_get_connection (G_DBUS_PROXY (self->service)));
  self->properties_watch = g_dbus_connection_signal_subscribe (
      self->connection, name, "org.freedesktop.DBus.Properties", "PropertiesChanged", NULL,
      COLLECTION_INTERFACE, G_DBUS_SIGNAL_FLAGS_NONE, properties_changed_cb, self, NULL);
  self->changed_watch = g_dbus_connection_signal_subscribe (
      self->connection, name, "org.freedesktop.Secret.Service", "CollectionChanged", NULL, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, collection_changed_cb, self, NULL);
}

static void
unwatch (KeyfobKeyringStore *self, guint *id)
{
  if (*id != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, *id);
  *id = 0;
}

/* Asks the user where the collection is locked. There is no cancellable: gnome-keyring crashes when
 * a prompt is taken away. */
static void
unlock_collection (KeyfobKeyringStore *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, unlock_collection);
  secret_service_read_alias_dbus_path (self->service, "default", NULL, unlock_alias_cb,
                                       g_object_ref (task));
}

/* Work on items. */

static void
search (GTask *task, SecretSearchFlags flags, GAsyncReadyCallback callback)
{
  KeyfobKeyringStore *self = g_task_get_source_object (task);
  Job *job = g_task_get_task_data (task);
  g_autoptr (GHashTable) attributes = attributes_new (job->base_url);

  secret_service_search (self->service, &schema, attributes, SECRET_SEARCH_ALL | flags,
                         g_task_get_cancellable (task), callback, g_object_ref (task));
}

static void
return_token (GTask *task, SecretItem *item)
{
  GError *error = NULL;
  KeyfobToken *token = dup_token (item, &error);

  if (token != NULL)
    g_task_return_pointer (task, token, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
nothing_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (keyfob_keyring_store_check_finish (KEYFOB_KEYRING_STORE (source), result, &error))
    g_task_return_pointer (task, NULL, NULL);
  else
    g_task_return_error (task, error);
}

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  KeyfobKeyringStore *self = g_task_get_source_object (task);
  Job *job = g_task_get_task_data (task);
  gboolean locked = FALSE;
  GError *error = NULL;

  job->items = secret_service_search_finish (SECRET_SERVICE (source), result, &error);

  if (error != NULL)
    {
      g_task_return_error (task, keyfob_keyring_error_take (error));
      return;
    }

  for (GList *l = job->items; l != NULL; l = l->next)
    {
      if (secret_item_get_locked (l->data))
        locked = TRUE;
      else if (is_ours (l->data))
        {
          return_token (task, l->data);
          return;
        }
    }

  if (locked)
    g_task_return_error (task, keyfob_keyring_error_take (NULL));
  else
    keyfob_keyring_store_check_async (self, g_task_get_cancellable (task), nothing_found_cb,
                                      g_object_ref (task));
}

static void
look_up (GTask *task)
{
  search (task, SECRET_SEARCH_LOAD_SECRETS, looked_up_cb);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  /* Without an error the user has refused to make a first keyring. */
  if (secret_service_store_finish (SECRET_SERVICE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, keyfob_keyring_error_take (error));
}

static void
store (GTask *task)
{
  KeyfobKeyringStore *self = g_task_get_source_object (task);
  Job *job = g_task_get_task_data (task);
  g_autoptr (GHashTable) attributes = attributes_new (job->base_url);

  secret_service_store (self->service, &schema, attributes, SECRET_COLLECTION_DEFAULT, job->label,
                        job->value, NULL, stored_cb, g_object_ref (task));
}

static void
deleted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;

  if (secret_item_delete_finish (SECRET_ITEM (source), result, &error)
      || keyfob_keyring_error_is_no_object (error))
    {
      g_clear_error (&error);
      job->step (task);
    }
  else
    g_task_return_error (task, keyfob_keyring_error_take (error));
}

static void
delete_next (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  while (job->items != NULL)
    {
      g_autoptr (SecretItem) item = job->items->data;

      job->items = g_list_delete_link (job->items, job->items);

      if (is_ours (item))
        {
          secret_item_delete (item, NULL, deleted_cb, g_object_ref (task));
          return;
        }
    }

  g_task_return_boolean (task, TRUE);
}

static void
found_to_delete_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;

  job->items = secret_service_search_finish (SECRET_SERVICE (source), result, &error);

  if (error != NULL)
    g_task_return_error (task, keyfob_keyring_error_take (error));
  else
    {
      job->step = delete_next;
      delete_next (task);
    }
}

static void
erase (GTask *task)
{
  search (task, SECRET_SEARCH_NONE, found_to_delete_cb);
}

static void
return_true (GTask *task)
{
  g_task_return_boolean (task, TRUE);
}

static void
unlocked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_task_return_error (task, error);
  else if (!g_task_return_error_if_cancelled (task))
    job->step (task);
}

static void
proceed (GTask *task)
{
  KeyfobKeyringStore *self = g_task_get_source_object (task);
  Job *job = g_task_get_task_data (task);

  if (job->asks_user)
    unlock_collection (self, unlocked_cb, g_object_ref (task));
  else
    job->step (task);
}

static void
keep_session (KeyfobKeyringStore *self, SecretService *service)
{
  if (g_set_object (&self->service, service))
    g_signal_connect_object (service, "notify::g-name-owner", G_CALLBACK (check), self,
                             G_CONNECT_SWAPPED);
  g_free (self->session_owner);
  self->session_owner = g_dbus_proxy_get_name_owner (G_DBUS_PROXY (service));
}

static void
reopened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (SecretService) service = NULL;
  GError *error = NULL;

  service = secret_service_open_finish (result, &error);

  if (service == NULL)
    {
      g_task_return_error (task, keyfob_keyring_error_take (error));
      return;
    }

  keep_session (g_task_get_source_object (task), service);
  proceed (task);
}

static void
start (KeyfobKeyringStore *self, GTask *task, Job *job, gboolean asks_user, Step step)
{
  g_autofree char *owner = g_dbus_proxy_get_name_owner (G_DBUS_PROXY (self->service));

  job->step = step;
  job->asks_user = asks_user;
  g_task_set_task_data (task, job, job_free);

  if (owner != NULL && g_strcmp0 (owner, self->session_owner) == 0)
    proceed (task);
  else
    secret_service_open (SECRET_TYPE_SERVICE, g_dbus_proxy_get_name (G_DBUS_PROXY (self->service)),
                         SECRET_SERVICE_OPEN_SESSION, g_task_get_cancellable (task), reopened_cb,
                         g_object_ref (task));
}

static Job *
job_new (KeyfobConfig *host)
{
  Job *job = g_new0 (Job, 1);

  job->base_url = g_strdup (keyfob_config_get_base_url (host));

  return job;
}

static void
keyfob_keyring_store_lookup_async (KeyfobTokenStore *base,
                                   KeyfobConfig *host,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (base, cancellable, callback, user_data);

  g_task_set_source_tag (task, keyfob_keyring_store_lookup_async);
  start (KEYFOB_KEYRING_STORE (base), task, job_new (host), FALSE, look_up);
}

static void
keyfob_keyring_store_save_async (KeyfobTokenStore *base,
                                 KeyfobConfig *host,
                                 KeyfobToken *token,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  KeyfobKeyringStore *self = KEYFOB_KEYRING_STORE (base);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Job *job = job_new (host);

  /* TRANSLATORS: what the keyring calls the item; %s is the host */
  job->label = g_strdup_printf (_ ("Keyfob: %s"), keyfob_config_get_name (host));
  job->value = value_new (token, keyfob_clock_now (self->clock));

  g_task_set_source_tag (task, keyfob_keyring_store_save_async);
  start (self, task, job, TRUE, store);
}

static void
keyfob_keyring_store_remove_async (KeyfobTokenStore *base,
                                   KeyfobConfig *host,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (base, cancellable, callback, user_data);

  g_task_set_source_tag (task, keyfob_keyring_store_remove_async);
  start (KEYFOB_KEYRING_STORE (base), task, job_new (host), TRUE, erase);
}

static void
keyfob_keyring_store_unlock_async (KeyfobTokenStore *base,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (base, cancellable, callback, user_data);

  g_task_set_source_tag (task, keyfob_keyring_store_unlock_async);
  start (KEYFOB_KEYRING_STORE (base), task, g_new0 (Job, 1), TRUE, return_true);
}

static const char *
keyfob_keyring_store_get_kind (KeyfobTokenStore *base)
{
  return "keyring";
}

static void
keyfob_keyring_store_dispose (GObject *object)
{
  KeyfobKeyringStore *self = KEYFOB_KEYRING_STORE (object);

  unwatch (self, &self->properties_watch);
  unwatch (self, &self->changed_watch);
  g_clear_object (&self->connection);
  g_clear_object (&self->service);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (keyfob_keyring_store_parent_class)->dispose (object);
}

static void
keyfob_keyring_store_finalize (GObject *object)
{
  g_free (KEYFOB_KEYRING_STORE (object)->session_owner);

  G_OBJECT_CLASS (keyfob_keyring_store_parent_class)->finalize (object);
}

static void
keyfob_keyring_store_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  KeyfobKeyringStore *self = KEYFOB_KEYRING_STORE (object);

  switch (id)
    {
    case PROP_LOCKED:
      g_value_set_boolean (value, self->locked);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
keyfob_keyring_store_class_init (KeyfobKeyringStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_keyring_store_dispose;
  object_class->finalize = keyfob_keyring_store_finalize;
  object_class->get_property = keyfob_keyring_store_get_property;

  g_object_class_override_property (object_class, PROP_LOCKED, "locked");
}

static char *
dup_lock_path (KeyfobTokenStore *store)
{
  return g_build_filename (g_get_user_runtime_dir (), "keyfob", "keyring.lock", NULL);
}

static void
keyfob_keyring_store_iface_init (KeyfobTokenStoreInterface *iface)
{
  iface->lookup_async = keyfob_keyring_store_lookup_async;
  iface->save_async = keyfob_keyring_store_save_async;
  iface->remove_async = keyfob_keyring_store_remove_async;
  iface->unlock_async = keyfob_keyring_store_unlock_async;
  iface->dup_lock_path = dup_lock_path;
  iface->get_kind = keyfob_keyring_store_get_kind;
}

static void
keyfob_keyring_store_init (KeyfobKeyringStore *self)
{
}

KeyfobTokenStore *
keyfob_keyring_store_new (SecretService *service, KeyfobClock *clock)
{
  KeyfobKeyringStore *self = NULL;

  g_return_val_if_fail (SECRET_IS_SERVICE (service), NULL);
  g_return_val_if_fail (KEYFOB_IS_CLOCK (clock), NULL);

  self = g_object_new (KEYFOB_TYPE_KEYRING_STORE, NULL);
  self->clock = g_object_ref (clock);
  keep_session (self, service);
  watch (self);
  check (self);

  return KEYFOB_TOKEN_STORE (self);
}

void
keyfob_keyring_store_check_async (KeyfobKeyringStore *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (KEYFOB_IS_KEYRING_STORE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, keyfob_keyring_store_check_async);

  secret_service_read_alias_dbus_path (self->service, "default", cancellable, check_alias_cb,
                                       g_object_ref (task));
}

gboolean
keyfob_keyring_store_check_finish (KeyfobKeyringStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
