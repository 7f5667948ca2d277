/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-file-worker.h"

#include "keyfob-file-job.h"

static void
look_up (GTask *task, gboolean is_last)
{
  KeyfobFileJob *job = g_task_get_task_data (task);
  g_autoptr (KeyfobToken) token = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done = keyfob_file_job_lookup (job, &token, &error);

  /* Before it is answered: then the next thread may be at it. */
  if (is_last)
    keyfob_file_job_drop_text (job);

  if (done)
    g_task_return_pointer (task, g_steal_pointer (&token), g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
keyfob_file_worker_look_up (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  look_up (task, TRUE);
}

void
keyfob_file_worker_look_up_all (GTask *batch,
                                gpointer source,
                                gpointer data,
                                GCancellable *cancellable)
{
  GPtrArray *tasks = data;

  for (guint i = 0; i < tasks->len; i++)
    look_up (g_ptr_array_index (tasks, i), i + 1 == tasks->len);

  g_task_return_boolean (batch, TRUE);
}

void
keyfob_file_worker_list (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GStrv urls = keyfob_file_job_list (data, &error);

  if (urls != NULL)
    g_task_return_pointer (task, urls, (GDestroyNotify) g_strfreev);
  else
    g_task_return_error (task, error);
}

void
keyfob_file_worker_modify (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;

  if (keyfob_file_job_modify (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
keyfob_file_worker_try_modify (GTask *attempt,
                               gpointer source,
                               gpointer data,
                               GCancellable *cancellable)
{
  GTask *task = data;
  KeyfobFileJob *job = g_task_get_task_data (task);
  gboolean locked = keyfob_file_job_try_lock (job);

  if (locked)
    keyfob_file_worker_modify (task, source, job, g_task_get_cancellable (task));

  g_task_return_boolean (attempt, locked);
}

void
keyfob_file_worker_check (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;

  if (!keyfob_file_job_check (data, &error))
    g_debug ("%s", error->message);
  g_task_return_boolean (task, TRUE);
}
