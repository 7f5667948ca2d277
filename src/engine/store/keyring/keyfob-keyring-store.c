/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-keyring-store.h"

#include <glib/gi18n-lib.h>

#include "keyfob-keyring-error.h"
#include "keyfob-keyring-item.h"

struct _KeyfobKeyringStore
{
  GObject parent_instance;

  SecretService *service;
  /* Who the session was opened with; a service that comes back knows nothing of it. */
  char *session_owner;
  KeyfobCollection *collection;
  KeyfobClock *clock;
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

static void
search (GTask *task, SecretSearchFlags flags, GAsyncReadyCallback callback)
{
  KeyfobKeyringStore *self = g_task_get_source_object (task);
  Job *job = g_task_get_task_data (task);
  g_autoptr (GHashTable) attributes = keyfob_keyring_item_attributes (job->base_url);

  secret_service_search (self->service, keyfob_keyring_item_schema (), attributes,
                         SECRET_SEARCH_ALL | flags, g_task_get_cancellable (task), callback,
                         g_object_ref (task));
}

static void
return_token (GTask *task, SecretItem *item)
{
  GError *error = NULL;
  KeyfobToken *token = keyfob_keyring_item_dup_token (item, &error);

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

  if (keyfob_collection_check_finish (KEYFOB_COLLECTION (source), result, &error))
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
      else if (keyfob_keyring_item_is_ours (l->data))
        {
          return_token (task, l->data);
          return;
        }
    }

  if (locked)
    g_task_return_error (task, keyfob_keyring_error_take (NULL));
  else
    keyfob_collection_check_async (self->collection, g_task_get_cancellable (task),
                                   nothing_found_cb, g_object_ref (task));
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

  /* Without an error it was the user, who would not make a first keyring. */
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
  g_autoptr (GHashTable) attributes = keyfob_keyring_item_attributes (job->base_url);

  secret_service_store (self->service, keyfob_keyring_item_schema (), attributes,
                        SECRET_COLLECTION_DEFAULT, job->label, job->value, NULL, stored_cb,
                        g_object_ref (task));
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

      if (keyfob_keyring_item_is_ours (item))
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

  if (!keyfob_collection_unlock_finish (KEYFOB_COLLECTION (source), result, &error))
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
    keyfob_collection_unlock_async (self->collection, unlocked_cb, g_object_ref (task));
  else
    job->step (task);
}

static void
keep_session (KeyfobKeyringStore *self, SecretService *service)
{
  g_set_object (&self->service, service);
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
  job->value = keyfob_keyring_item_value (token, keyfob_clock_now (self->clock));

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

  g_clear_object (&self->collection);
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
      g_value_set_boolean (value, keyfob_collection_get_locked (self->collection));
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

static void
locked_changed_cb (GObject *self)
{
  g_object_notify (self, "locked");
}

KeyfobTokenStore *
keyfob_keyring_store_new (SecretService *service, KeyfobCollection *collection, KeyfobClock *clock)
{
  KeyfobKeyringStore *self = NULL;

  g_return_val_if_fail (SECRET_IS_SERVICE (service), NULL);
  g_return_val_if_fail (KEYFOB_IS_CLOCK (clock), NULL);

  self = g_object_new (KEYFOB_TYPE_KEYRING_STORE, NULL);
  keep_session (self, service);
  self->clock = g_object_ref (clock);
  self->collection = g_object_ref (collection);
  g_signal_connect_object (self->collection, "notify::locked", G_CALLBACK (locked_changed_cb), self,
                           G_CONNECT_SWAPPED);

  return KEYFOB_TOKEN_STORE (self);
}
