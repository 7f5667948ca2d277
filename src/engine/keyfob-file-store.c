/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-file-store.h"

#include <stdlib.h>

#include "keyfob-file-job.h"

struct _KeyfobFileStore
{
  GObject parent_instance;

  char *path;
  KeyfobClock *clock;
  /* Works on one at a time, in the order they came, so that of two saves the later one stays. */
  GQueue tasks;
};

static void keyfob_file_store_iface_init (KeyfobTokenStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (KeyfobFileStore,
                               keyfob_file_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KEYFOB_TYPE_TOKEN_STORE,
                                                      keyfob_file_store_iface_init))

enum
{
  PROP_0,
  PROP_LOCKED,
};

static void
lookup_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (KeyfobToken) token = NULL;
  g_autoptr (GError) error = NULL;

  if (keyfob_file_job_lookup (data, &token, &error))
    g_task_return_pointer (task, g_steal_pointer (&token), g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
modify_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;

  if (keyfob_file_job_modify (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
run_first (KeyfobFileStore *self)
{
  GTask *task = g_queue_peek_head (&self->tasks);

  if (task == NULL)
    return;

  g_task_run_in_thread (task, g_task_get_source_tag (task) == keyfob_token_store_lookup_async
                                  ? lookup_in_thread
                                  : modify_in_thread);
}

static void
task_completed_cb (KeyfobFileStore *self)
{
  g_object_unref (g_queue_pop_head (&self->tasks));
  run_first (self);
}

static void
enqueue (KeyfobFileStore *self,
         KeyfobConfig *host,
         KeyfobToken *token,
         GCancellable *cancellable,
         GAsyncReadyCallback callback,
         gpointer user_data,
         gpointer source_tag)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  g_task_set_task_data (
      task, keyfob_file_job_new (self->path, host, token, keyfob_clock_now (self->clock)),
      (GDestroyNotify) keyfob_file_job_free);
  g_signal_connect_object (task, "notify::completed", G_CALLBACK (task_completed_cb), self,
                           G_CONNECT_SWAPPED);

  g_queue_push_tail (&self->tasks, task);
  if (g_queue_get_length (&self->tasks) == 1)
    run_first (self);
}

static void
keyfob_file_store_lookup_async (KeyfobTokenStore *store,
                                KeyfobConfig *host,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  enqueue (KEYFOB_FILE_STORE (store), host, NULL, cancellable, callback, user_data,
           keyfob_token_store_lookup_async);
}

static gboolean
keyfob_file_store_lookup_finish (KeyfobTokenStore *store,
                                 GAsyncResult *result,
                                 KeyfobToken **token,
                                 GError **error)
{
  GError *local_error = NULL;

  g_return_val_if_fail (g_task_is_valid (result, store), FALSE);

  *token = g_task_propagate_pointer (G_TASK (result), &local_error);

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, local_error);
  return FALSE;
}

static void
keyfob_file_store_save_async (KeyfobTokenStore *store,
                              KeyfobConfig *host,
                              KeyfobToken *token,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  enqueue (KEYFOB_FILE_STORE (store), host, token, cancellable, callback, user_data,
           keyfob_token_store_save_async);
}

static void
keyfob_file_store_remove_async (KeyfobTokenStore *store,
                                KeyfobConfig *host,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  enqueue (KEYFOB_FILE_STORE (store), host, NULL, cancellable, callback, user_data,
           keyfob_token_store_remove_async);
}

static void
keyfob_file_store_unlock_async (KeyfobTokenStore *store,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, user_data);

  g_task_set_source_tag (task, keyfob_file_store_unlock_async);
  g_task_return_boolean (task, TRUE);
}

static gboolean
keyfob_file_store_boolean_finish (KeyfobTokenStore *store, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, store), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static const char *
keyfob_file_store_get_kind (KeyfobTokenStore *store)
{
  return "file";
}

static void
keyfob_file_store_dispose (GObject *object)
{
  KeyfobFileStore *self = KEYFOB_FILE_STORE (object);

  g_clear_object (&self->clock);

  G_OBJECT_CLASS (keyfob_file_store_parent_class)->dispose (object);
}

static void
keyfob_file_store_finalize (GObject *object)
{
  KeyfobFileStore *self = KEYFOB_FILE_STORE (object);

  g_free (self->path);

  G_OBJECT_CLASS (keyfob_file_store_parent_class)->finalize (object);
}

static void
keyfob_file_store_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_LOCKED:
      g_value_set_boolean (value, FALSE);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
keyfob_file_store_class_init (KeyfobFileStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_file_store_dispose;
  object_class->finalize = keyfob_file_store_finalize;
  object_class->get_property = keyfob_file_store_get_property;

  g_object_class_override_property (object_class, PROP_LOCKED, "locked");
}

static char *
dup_lock_path (KeyfobTokenStore *store)
{
  const char *path = KEYFOB_FILE_STORE (store)->path;
  /* one lock for one file, by whatever name it is known */
  char *resolved = realpath (path, NULL);
  char *lock_path = g_strconcat (resolved != NULL ? resolved : path, ".lock", NULL);

  free (resolved);

  return lock_path;
}

static void
keyfob_file_store_iface_init (KeyfobTokenStoreInterface *iface)
{
  iface->lookup_async = keyfob_file_store_lookup_async;
  iface->lookup_finish = keyfob_file_store_lookup_finish;
  iface->save_async = keyfob_file_store_save_async;
  iface->save_finish = keyfob_file_store_boolean_finish;
  iface->remove_async = keyfob_file_store_remove_async;
  iface->remove_finish = keyfob_file_store_boolean_finish;
  iface->unlock_async = keyfob_file_store_unlock_async;
  iface->unlock_finish = keyfob_file_store_boolean_finish;
  iface->dup_lock_path = dup_lock_path;
  iface->get_kind = keyfob_file_store_get_kind;
}

static void
keyfob_file_store_init (KeyfobFileStore *self)
{
  g_queue_init (&self->tasks);
}

KeyfobTokenStore *
keyfob_file_store_new (const char *path, KeyfobClock *clock)
{
  KeyfobFileStore *self = NULL;

  g_return_val_if_fail (path != NULL && g_path_is_absolute (path), NULL);
  g_return_val_if_fail (KEYFOB_IS_CLOCK (clock), NULL);

  self = g_object_new (KEYFOB_TYPE_FILE_STORE, NULL);
  self->path = g_strdup (path);
  self->clock = g_object_ref (clock);

  return KEYFOB_TOKEN_STORE (self);
}
