/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-key-file-writer.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "keyfob-file.h"
#include "keyfob-retry.h"
#include "keyfob-source.h"

#define FIRST_RETRY 10 /* seconds */
#define LAST_RETRY 600 /* seconds */

struct _KeyfobKeyFileWriter
{
  GObject parent_instance;

  char *path;
  KeyfobClock *clock;
  GKeyFile *keys;     /* NULL until the first change */
  gboolean unsaved;   /* whether @keys changed since the last write began, or that write failed */
  KeyfobRetry retry;  /* of a write that failed */
  GSource *timer;     /* starts the next write */
  GPtrArray *writing; /* GTasks that wait for the write that runs; NULL when none does */
  GPtrArray *waiting; /* GTasks that wait for the next write */
};

G_DEFINE_FINAL_TYPE (KeyfobKeyFileWriter, keyfob_key_file_writer, G_TYPE_OBJECT)

typedef struct
{
  char *path;
  char *data;
  gsize length;
} Snapshot;

static void
snapshot_free (Snapshot *snapshot)
{
  g_free (snapshot->path);
  g_free (snapshot->data);
  g_free (snapshot);
}

static void
set_error (GError **error, const char *path, int code)
{
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "%s: %s.", name,
               g_strerror (code));
}

static gboolean
write_file (const char *path, const char *data, gsize length, GError **error)
{
  g_autofree char *target = keyfob_file_resolve (path, FALSE, error);
  g_autofree char *folder = target != NULL ? g_path_get_dirname (target) : NULL;

  if (target == NULL)
    return FALSE;

  if (g_mkdir_with_parents (folder, 0700) < 0)
    {
      set_error (error, folder, errno);
      return FALSE;
    }

  return keyfob_file_replace (target, data, length, error);
}

static void
write_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Snapshot *snapshot = task_data;
  GError *error = NULL;

  if (write_file (snapshot->path, snapshot->data, snapshot->length, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
answer (GPtrArray *tasks, const GError *error)
{
  for (guint i = 0; i < tasks->len; i++)
    {
      GTask *task = g_ptr_array_index (tasks, i);

      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        g_task_return_boolean (task, TRUE);
    }
}

static void on_written (GObject *source, GAsyncResult *result, gpointer user_data);

static void
write_snapshot (KeyfobKeyFileWriter *self)
{
  Snapshot *snapshot = g_new0 (Snapshot, 1);
  g_autoptr (GTask) task = g_task_new (self, NULL, on_written, NULL);

  snapshot->path = g_strdup (self->path);
  snapshot->data = g_key_file_to_data (self->keys, &snapshot->length, NULL);

  g_clear_pointer (&self->timer, keyfob_source_free);
  self->unsaved = FALSE;
  self->writing = g_steal_pointer (&self->waiting);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);

  g_task_set_source_tag (task, write_snapshot);
  g_task_set_task_data (task, snapshot, (GDestroyNotify) snapshot_free);
  g_task_run_in_thread (task, write_in_thread);
}

static gboolean
on_timer (gpointer user_data)
{
  write_snapshot (KEYFOB_KEY_FILE_WRITER (user_data));

  return G_SOURCE_REMOVE;
}

/* @timer: (transfer full): ready when the next write is to start */
static void
set_timer (KeyfobKeyFileWriter *self, GSource *timer)
{
  g_clear_pointer (&self->timer, keyfob_source_free);
  self->timer = timer;
  g_source_set_callback (timer, on_timer, self, NULL);
  g_source_attach (timer, g_main_context_get_thread_default ());
}

/* Not at once, so that changes in a row go into one write. */
static void
write_soon (KeyfobKeyFileWriter *self)
{
  GSource *idle = g_idle_source_new ();

  g_source_set_priority (idle, G_PRIORITY_DEFAULT);
  set_timer (self, idle);
}

static void
write_later (KeyfobKeyFileWriter *self, const GError *error)
{
  gint64 wait = keyfob_retry_note_failure (&self->retry, keyfob_clock_now (self->clock), 0);

  if (self->retry.failures == 1)
    g_message ("%s cannot be written: %s", self->path, error->message);
  set_timer (self, keyfob_clock_timer (self->clock, wait * G_USEC_PER_SEC));
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KeyfobKeyFileWriter *self = KEYFOB_KEY_FILE_WRITER (source);
  g_autoptr (GPtrArray) written = g_steal_pointer (&self->writing);
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    keyfob_retry_reset (&self->retry);

  if (self->unsaved)
    write_snapshot (self);
  else if (error != NULL)
    {
      self->unsaved = TRUE;
      write_later (self, error);
    }

  answer (written, error);
}

static void
keyfob_key_file_writer_dispose (GObject *object)
{
  KeyfobKeyFileWriter *self = KEYFOB_KEY_FILE_WRITER (object);

  g_clear_pointer (&self->timer, keyfob_source_free);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (keyfob_key_file_writer_parent_class)->dispose (object);
}

static void
keyfob_key_file_writer_finalize (GObject *object)
{
  KeyfobKeyFileWriter *self = KEYFOB_KEY_FILE_WRITER (object);

  g_free (self->path);
  g_clear_pointer (&self->keys, g_key_file_unref);
  g_ptr_array_unref (self->waiting);

  G_OBJECT_CLASS (keyfob_key_file_writer_parent_class)->finalize (object);
}

static void
keyfob_key_file_writer_class_init (KeyfobKeyFileWriterClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_key_file_writer_dispose;
  G_OBJECT_CLASS (klass)->finalize = keyfob_key_file_writer_finalize;
}

static void
keyfob_key_file_writer_init (KeyfobKeyFileWriter *self)
{
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->retry = (KeyfobRetry){ .base = FIRST_RETRY, .cap = LAST_RETRY };
}

KeyfobKeyFileWriter *
keyfob_key_file_writer_new (const char *path, KeyfobClock *clock)
{
  KeyfobKeyFileWriter *self = g_object_new (KEYFOB_TYPE_KEY_FILE_WRITER, NULL);

  self->path = g_strdup (path);
  self->clock = g_object_ref (clock);

  return self;
}

void
keyfob_key_file_writer_write (KeyfobKeyFileWriter *self, GKeyFile *keys)
{
  GKeyFile *changed = g_key_file_ref (keys);

  g_clear_pointer (&self->keys, g_key_file_unref);
  self->keys = changed;
  self->unsaved = TRUE;
  if (self->writing == NULL)
    write_soon (self);
}

void
keyfob_key_file_writer_flush_async (KeyfobKeyFileWriter *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, keyfob_key_file_writer_flush_async);

  if (self->writing == NULL && !self->unsaved)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  if (self->writing == NULL)
    write_snapshot (self);
  g_ptr_array_add (self->unsaved ? self->waiting : self->writing, g_steal_pointer (&task));
}

gboolean
keyfob_key_file_writer_flush_finish (KeyfobKeyFileWriter *self,
                                     GAsyncResult *result,
                                     GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
keyfob_key_file_read (GKeyFile *keys, const char *path, GError **error)
{
  g_autofree char *data = NULL;
  gsize length;

  return keyfob_file_read (path, KEYFOB_FILE_MAX, &data, &length, error)
         && (length == 0 || g_key_file_load_from_data (keys, data, length, G_KEY_FILE_NONE, error));
}
