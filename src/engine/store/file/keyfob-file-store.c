/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-file-store.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>

#include "keyfob-auth-error.h"
#include "keyfob-file-job.h"
#include "keyfob-file-watch.h"
#include "keyfob-file-worker.h"
#include "keyfob-time-limit.h"

/* Seconds that another program may hold the file; it takes milliseconds. */
#define LONGEST_WAIT 30

struct _KeyfobFileStore
{
  GObject parent_instance;

  char *path;
  KeyfobClock *clock;
  /* Works on one at a time, in the order they came, so that of two saves the later one stays. */
  GQueue tasks;
  /* How many of them are being worked on: look-ups in a row read the file once for all. */
  guint n_running;
  /* While the first of them waits for the lock. */
  KeyfobTimeLimit *wait;

  /* For the thread that works on the first of them. */
  KeyfobFileCache *cache;

  KeyfobFileWatch *watch;
  /* What the file was when this store looked at it or wrote it last. */
  KeyfobFileId seen;
  gboolean has_seen;
  gboolean has_started;
  gboolean has_written;
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
return_held (GTask *task)
{
  KeyfobFileStore *self = g_task_get_source_object (task);

  if (!g_task_return_error_if_cancelled (task))
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                             _ ("Another program has been changing the token file %s for too long. "
                                "End that program if it hangs, and try again."),
                             self->path);
}

static void
locked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  KeyfobFileStore *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  KeyfobLock *lock = keyfob_lock_acquire_finish (result, &error);

  g_clear_pointer (&self->wait, keyfob_time_limit_free);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      return_held (task);
      return;
    }

  /* A lock that nobody can have must not keep anybody from saving a token. */
  if (error != NULL)
    g_debug ("Writing without a lock: %s", error->message);

  keyfob_file_job_take_lock (g_task_get_task_data (task), lock);
  g_task_run_in_thread (task, keyfob_file_worker_modify);
}

static void
wait_for_lock (KeyfobFileStore *self, GTask *task)
{
  g_autofree char *path = keyfob_token_store_dup_lock_path (KEYFOB_TOKEN_STORE (self));

  self->wait = keyfob_time_limit_new (self->clock, LONGEST_WAIT, g_task_get_cancellable (task));
  keyfob_lock_acquire_async (path, NULL, keyfob_time_limit_get_cancellable (self->wait), locked_cb,
                             g_object_ref (task));
}

static void
tried_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  if (!g_task_propagate_boolean (G_TASK (result), NULL))
    wait_for_lock (KEYFOB_FILE_STORE (source), task);
}

static void
run_modification (KeyfobFileStore *self, GTask *task)
{
  g_autoptr (GTask) attempt = g_task_new (self, NULL, tried_cb, g_object_ref (task));

  keyfob_file_job_set_tidies (g_task_get_task_data (task), !self->has_written);
  self->has_written = TRUE;

  g_task_set_source_tag (attempt, run_modification);
  g_task_set_task_data (attempt, g_object_ref (task), g_object_unref);
  g_task_run_in_thread (attempt, keyfob_file_worker_try_modify);
}

static gboolean
is_lookup (GTask *task)
{
  return g_task_get_source_tag (task) == keyfob_token_store_lookup_async;
}

static void
run_lookups (KeyfobFileStore *self)
{
  g_autoptr (GTask) batch = g_task_new (self, NULL, NULL, NULL);
  GPtrArray *tasks = g_ptr_array_new_with_free_func (g_object_unref);

  for (GList *task = self->tasks.head; task != NULL && is_lookup (task->data); task = task->next)
    g_ptr_array_add (tasks, g_object_ref (task->data));

  self->n_running = tasks->len;
  g_task_set_source_tag (batch, run_lookups);
  g_task_set_task_data (batch, tasks, (GDestroyNotify) g_ptr_array_unref);
  g_task_run_in_thread (batch, keyfob_file_worker_look_up_all);
}

static void
run_first (KeyfobFileStore *self)
{
  GTask *task = g_queue_peek_head (&self->tasks);
  gpointer tag = task != NULL ? g_task_get_source_tag (task) : NULL;

  if (task == NULL || self->n_running > 0)
    return;

  self->n_running = 1;
  if (is_lookup (task) && g_queue_get_length (&self->tasks) > 1)
    run_lookups (self);
  else if (is_lookup (task))
    g_task_run_in_thread (task, keyfob_file_worker_look_up);
  else if (tag == keyfob_token_store_list_async)
    g_task_run_in_thread (task, keyfob_file_worker_list);
  else if (tag == keyfob_token_store_changed)
    g_task_run_in_thread (task, keyfob_file_worker_check);
  else
    run_modification (self, task);
}

static gboolean
note_seen (KeyfobFileStore *self, KeyfobFileJob *job)
{
  gboolean changed = self->has_seen && keyfob_file_job_saw_change (job, &self->seen);

  self->seen = *keyfob_file_job_get_left (job);
  self->has_seen = TRUE;

  return changed;
}

static void
report_cb (const char *name, const char *sentence, gpointer user_data)
{
  keyfob_token_store_report (user_data, name, sentence);
}

static void
task_completed_cb (KeyfobFileStore *self, GParamSpec *pspec, GTask *completed)
{
  g_autoptr (GTask) task = g_queue_pop_head (&self->tasks);
  KeyfobFileJob *job = g_task_get_task_data (task);
  const char *target = keyfob_file_job_get_target (job);
  gboolean changed = target != NULL && note_seen (self, job);

  self->n_running--;
  run_first (self);

  if (target != NULL)
    keyfob_file_watch_start (self->watch, target);
  keyfob_file_job_report (job, report_cb, self);
  if (changed)
    keyfob_token_store_changed (KEYFOB_TOKEN_STORE (self));
}

static KeyfobFileJob *
job_new (KeyfobFileStore *self, KeyfobConfig *host, KeyfobToken *token)
{
  return keyfob_file_job_new (self->path, host, token, keyfob_clock_now (self->clock), self->cache);
}

/* @job: (transfer full) */
static void
push (KeyfobFileStore *self,
      KeyfobFileJob *job,
      GCancellable *cancellable,
      GAsyncReadyCallback callback,
      gpointer user_data,
      gpointer source_tag)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  g_task_set_task_data (task, job, (GDestroyNotify) keyfob_file_job_free);
  g_signal_connect_object (task, "notify::completed", G_CALLBACK (task_completed_cb), self,
                           G_CONNECT_SWAPPED);

  g_queue_push_tail (&self->tasks, task);
  run_first (self);
}

static void
check (KeyfobFileStore *self)
{
  push (self, job_new (self, NULL, NULL), NULL, NULL, NULL, keyfob_token_store_changed);
}

/* @job: (transfer full) */
static void
enqueue (KeyfobFileStore *self,
         KeyfobFileJob *job,
         GCancellable *cancellable,
         GAsyncReadyCallback callback,
         gpointer user_data,
         gpointer source_tag)
{
  if (!self->has_started)
    {
      self->has_started = TRUE;
      check (self);
    }

  push (self, job, cancellable, callback, user_data, source_tag);
}

static void
keyfob_file_store_lookup_async (KeyfobTokenStore *store,
                                KeyfobConfig *host,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  KeyfobFileStore *self = KEYFOB_FILE_STORE (store);

  enqueue (self, job_new (self, host, NULL), cancellable, callback, user_data,
           keyfob_token_store_lookup_async);
}

static gboolean
keyfob_file_store_lookup_was_lost (KeyfobTokenStore *store, GAsyncResult *result)
{
  return keyfob_file_job_was_lost (g_task_get_task_data (G_TASK (result)));
}

static void
keyfob_file_store_save_async (KeyfobTokenStore *store,
                              KeyfobConfig *host,
                              KeyfobToken *token,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  KeyfobFileStore *self = KEYFOB_FILE_STORE (store);

  enqueue (self, job_new (self, host, token), cancellable, callback, user_data,
           keyfob_token_store_save_async);
}

static void
keyfob_file_store_remove_async (KeyfobTokenStore *store,
                                KeyfobConfig *host,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  KeyfobFileStore *self = KEYFOB_FILE_STORE (store);

  enqueue (self, job_new (self, host, NULL), cancellable, callback, user_data,
           keyfob_token_store_remove_async);
}

static void
keyfob_file_store_list_async (KeyfobTokenStore *store,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  KeyfobFileStore *self = KEYFOB_FILE_STORE (store);

  enqueue (self, job_new (self, NULL, NULL), cancellable, callback, user_data,
           keyfob_token_store_list_async);
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

static const char *
keyfob_file_store_get_kind (KeyfobTokenStore *store)
{
  return "file";
}

static void
keyfob_file_store_dispose (GObject *object)
{
  KeyfobFileStore *self = KEYFOB_FILE_STORE (object);

  g_clear_object (&self->watch);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (keyfob_file_store_parent_class)->dispose (object);
}

static void
keyfob_file_store_finalize (GObject *object)
{
  KeyfobFileStore *self = KEYFOB_FILE_STORE (object);

  keyfob_file_cache_free (self->cache);
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
  iface->save_async = keyfob_file_store_save_async;
  iface->remove_async = keyfob_file_store_remove_async;
  iface->unlock_async = keyfob_file_store_unlock_async;
  iface->dup_lock_path = dup_lock_path;
  iface->list_async = keyfob_file_store_list_async;
  iface->lookup_was_lost = keyfob_file_store_lookup_was_lost;
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
  self->cache = keyfob_file_cache_new ();
  self->watch = keyfob_file_watch_new ();
  g_signal_connect_object (self->watch, "touched", G_CALLBACK (check), self, G_CONNECT_SWAPPED);

  return KEYFOB_TOKEN_STORE (self);
}
