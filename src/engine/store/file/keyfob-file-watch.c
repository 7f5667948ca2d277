/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-file-watch.h"

/* Milliseconds; changes within them give one signal. */
#define DELAY 100

struct _KeyfobFileWatch
{
  GObject parent_instance;

  GFile *file; /* or the folder, where that is watched */
  /* The folder that is watched, or that of the file; or the nearest one above that exists. */
  GFile *folder;
  /* In @folder: the file, or the next folder on the way to it; NULL for all that is in it. */
  GFile *child;
  GFileMonitor *monitor;
  guint timer;
};

G_DEFINE_FINAL_TYPE (KeyfobFileWatch, keyfob_file_watch, G_TYPE_OBJECT)

enum
{
  TOUCHED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static gboolean
emit_cb (gpointer user_data)
{
  KeyfobFileWatch *self = user_data;

  self->timer = 0;
  g_signal_emit (self, signals[TOUCHED], 0);

  return G_SOURCE_REMOVE;
}

static gboolean
is_end (GFileMonitorEvent event)
{
  return event == G_FILE_MONITOR_EVENT_DELETED || event == G_FILE_MONITOR_EVENT_MOVED_OUT
         || event == G_FILE_MONITOR_EVENT_RENAMED || event == G_FILE_MONITOR_EVENT_UNMOUNTED;
}

static void
touch (KeyfobFileWatch *self)
{
  if (self->timer == 0)
    self->timer = g_timeout_add (DELAY, emit_cb, self);
}

static void
stop (KeyfobFileWatch *self)
{
  if (self->monitor != NULL)
    g_file_monitor_cancel (self->monitor);
  g_clear_object (&self->monitor);
  g_clear_object (&self->folder);
  g_clear_object (&self->child);
  g_clear_object (&self->file);
}

static void
monitor_changed_cb (KeyfobFileWatch *self, GFile *file, GFile *other, GFileMonitorEvent event)
{
  if (g_file_equal (file, self->folder) && is_end (event))
    {
      /* The monitor of a deleted folder polls for it every few seconds. */
      stop (self);
      touch (self);
    }
  else if (self->child == NULL || g_file_equal (file, self->child)
           || (other != NULL && g_file_equal (other, self->child)))
    touch (self);
}

static void
keyfob_file_watch_dispose (GObject *object)
{
  KeyfobFileWatch *self = KEYFOB_FILE_WATCH (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  stop (self);

  G_OBJECT_CLASS (keyfob_file_watch_parent_class)->dispose (object);
}

static void
keyfob_file_watch_class_init (KeyfobFileWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_file_watch_dispose;

  signals[TOUCHED] = g_signal_new ("touched", KEYFOB_TYPE_FILE_WATCH, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
keyfob_file_watch_init (KeyfobFileWatch *self)
{
}

static void
find_folder (GFile *file, GFile **folder, GFile **child)
{
  *child = g_object_ref (file);
  *folder = g_file_has_parent (file, NULL) ? g_file_get_parent (file) : g_object_ref (file);

  while (!g_file_query_exists (*folder, NULL) && g_file_has_parent (*folder, NULL))
    {
      g_object_unref (*child);
      *child = *folder;
      *folder = g_file_get_parent (*child);
    }
}

KeyfobFileWatch *
keyfob_file_watch_new (void)
{
  return g_object_new (KEYFOB_TYPE_FILE_WATCH, NULL);
}

/* @child: (nullable): see #KeyfobFileWatch */
static void
start (KeyfobFileWatch *self, GFile *file, GFile *folder, GFile *child)
{
  g_autoptr (GError) error = NULL;

  if (self->monitor != NULL && g_file_equal (self->file, file)
      && g_file_equal (self->folder, folder))
    return;

  stop (self);
  self->file = g_object_ref (file);
  self->folder = g_object_ref (folder);
  g_set_object (&self->child, child);
  self->monitor = g_file_monitor_directory (self->folder, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);

  if (self->monitor == NULL)
    {
      g_debug ("%s cannot be watched: %s", g_file_peek_path (folder), error->message);
      return;
    }

  g_signal_connect_object (self->monitor, "changed", G_CALLBACK (monitor_changed_cb), self,
                           G_CONNECT_SWAPPED);
  touch (self);
}

void
keyfob_file_watch_start (KeyfobFileWatch *self, const char *path)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GFile) folder = NULL;
  g_autoptr (GFile) child = NULL;

  g_return_if_fail (KEYFOB_IS_FILE_WATCH (self));
  g_return_if_fail (path != NULL && g_path_is_absolute (path));

  file = g_file_new_for_path (path);
  if (self->monitor != NULL && self->child != NULL && g_file_equal (self->child, file))
    return;

  find_folder (file, &folder, &child);
  start (self, file, folder, child);
}

void
keyfob_file_watch_start_folder (KeyfobFileWatch *self, const char *path)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GFile) folder = NULL;
  g_autoptr (GFile) child = NULL;

  g_return_if_fail (KEYFOB_IS_FILE_WATCH (self));
  g_return_if_fail (path != NULL && g_path_is_absolute (path));

  file = g_file_new_for_path (path);
  if (g_file_query_exists (file, NULL))
    {
      start (self, file, file, NULL);
      return;
    }

  find_folder (file, &folder, &child);
  start (self, file, folder, child);
}
