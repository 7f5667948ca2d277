/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-app-folders.h"

#include <string.h>
#include <sys/stat.h>

#include "keyfob-file-watch.h"
#include "keyfob-text.h"
#include "keyfob-token-store.h"

/* Milliseconds; changes within them are looked at together. */
#define DELAY 100

/* A folder in the cache folder, as the thread found it. */
typedef struct
{
  char *name;
  gboolean has_token_file;
  struct timespec modified;
} Folder;

struct _KeyfobAppFolders
{
  GObject parent_instance;

  char *cache;
  /* (nullable): of the cache folder, while there is one. */
  GFileMonitor *cache_monitor;
  /* (nullable): waits for the cache folder, while there is none. */
  KeyfobFileWatch *cache_watch;
  GHashTable *monitors; /* name of a folder → GFileMonitor */
  GStrv names;
  guint timer;
  gboolean is_scanning;
  gboolean must_scan_again;
};

G_DEFINE_FINAL_TYPE (KeyfobAppFolders, keyfob_app_folders, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

static void
folder_free (gpointer data)
{
  Folder *folder = data;

  g_free (folder->name);
  g_free (folder);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const Folder *one = *(const Folder *const *) a;
  const Folder *other = *(const Folder *const *) b;

  if (one->has_token_file != other->has_token_file)
    return one->has_token_file ? -1 : 1;
  if (one->modified.tv_sec != other->modified.tv_sec)
    return one->modified.tv_sec > other->modified.tv_sec ? -1 : 1;

  return strcmp (one->name, other->name);
}

/* Returns: (nullable): the folder, %NULL where @name is no folder that a program may have */
static Folder *
look_into (const char *cache, const char *name)
{
  g_autofree char *path = g_build_filename (cache, name, NULL);
  g_autofree char *file = g_build_filename (path, KEYFOB_TOKEN_FILE_NAME, NULL);
  struct stat info;
  Folder *folder;

  if (*name == '.' || !keyfob_text_is_clean (name) || stat (path, &info) < 0
      || !S_ISDIR (info.st_mode))
    return NULL;

  folder = g_new0 (Folder, 1);
  folder->name = g_strdup (name);
  folder->modified = info.st_mtim;
  folder->has_token_file = stat (file, &info) == 0 && S_ISREG (info.st_mode);

  return folder;
}

static void
look_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (folder_free);
  g_autoptr (GDir) dir = g_dir_open (data, 0, NULL);
  const char *name;

  if (dir == NULL)
    {
      g_task_return_pointer (task, NULL, NULL);
      return;
    }

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      Folder *folder = look_into (data, name);

      if (folder != NULL)
        g_ptr_array_add (folders, folder);
    }

  g_ptr_array_sort (folders, compare);
  if (folders->len > KEYFOB_APP_FOLDERS_MAX)
    g_ptr_array_set_size (folders, KEYFOB_APP_FOLDERS_MAX);
  g_task_return_pointer (task, g_steal_pointer (&folders), (GDestroyNotify) g_ptr_array_unref);
}

static gboolean
on_timer (gpointer user_data)
{
  KeyfobAppFolders *self = KEYFOB_APP_FOLDERS (user_data);

  self->timer = 0;
  keyfob_app_folders_look (self);

  return G_SOURCE_REMOVE;
}

static void
look_soon (KeyfobAppFolders *self)
{
  if (self->timer == 0)
    self->timer = g_timeout_add (DELAY, on_timer, self);
}

/* Changes inside a file do not matter here. */
static gboolean
is_of_content (GFileMonitorEvent event)
{
  return event == G_FILE_MONITOR_EVENT_CHANGED || event == G_FILE_MONITOR_EVENT_CHANGES_DONE_HINT
         || event == G_FILE_MONITOR_EVENT_ATTRIBUTE_CHANGED;
}

static gboolean
is_of (GFile *file, const char *path)
{
  return file != NULL && g_strcmp0 (g_file_peek_path (file), path) == 0;
}

static gboolean
is_token_file (GFile *file)
{
  g_autofree char *name = file != NULL ? g_file_get_basename (file) : NULL;

  return g_strcmp0 (name, KEYFOB_TOKEN_FILE_NAME) == 0;
}

static void
monitor_free (gpointer monitor)
{
  g_file_monitor_cancel (monitor);
  g_object_unref (monitor);
}

static GHashTable *
new_monitors (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, monitor_free);
}

/* GLib polls for a folder that is gone, so its monitor goes, too. */
static void
on_cache_event (KeyfobAppFolders *self, GFile *file, GFile *other, GFileMonitorEvent event)
{
  if (is_of_content (event))
    return;

  if (is_of (file, self->cache))
    g_clear_pointer (&self->cache_monitor, monitor_free);
  look_soon (self);
}

static void
on_folder_event (KeyfobAppFolders *self, GFile *file, GFile *other, GFileMonitorEvent event)
{
  g_autofree char *folder = g_path_get_dirname (g_file_peek_path (file));

  if (is_of_content (event))
    return;

  if (g_str_equal (folder, self->cache))
    {
      g_autofree char *name = g_file_get_basename (file);

      g_hash_table_remove (self->monitors, name);
      look_soon (self);
    }
  else if (is_token_file (file) || is_token_file (other))
    {
      look_soon (self);
    }
}

/* Returns: (nullable) (transfer full): a monitor of an existing folder */
static GFileMonitor *
watch (KeyfobAppFolders *self, const char *path, GCallback handler)
{
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  GFileMonitor *monitor =
      g_file_monitor_directory (folder, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);

  if (monitor != NULL)
    g_signal_connect_object (monitor, "changed", handler, self, G_CONNECT_SWAPPED);
  else
    g_debug ("%s cannot be watched: %s", path, error->message);

  return monitor;
}

/* What happened before a watch began is not noticed by it, so that another look follows. */
static void
watch_cache (KeyfobAppFolders *self, gboolean exists)
{
  if (!exists)
    {
      g_clear_pointer (&self->cache_monitor, monitor_free);
      if (self->cache_watch == NULL)
        {
          self->cache_watch = keyfob_file_watch_new ();
          g_signal_connect_object (self->cache_watch, "touched", G_CALLBACK (look_soon), self,
                                   G_CONNECT_SWAPPED);
        }
      keyfob_file_watch_start (self->cache_watch, self->cache);
      return;
    }

  g_clear_object (&self->cache_watch);
  if (self->cache_monitor != NULL)
    return;

  self->cache_monitor = watch (self, self->cache, G_CALLBACK (on_cache_event));
  if (self->cache_monitor != NULL)
    look_soon (self);
}

static void
watch_folders (KeyfobAppFolders *self, GPtrArray *folders)
{
  g_autoptr (GHashTable) before = g_steal_pointer (&self->monitors);

  self->monitors = new_monitors ();
  for (guint i = 0; folders != NULL && i < folders->len; i++)
    {
      const Folder *folder = g_ptr_array_index (folders, i);
      g_autofree char *path = g_build_filename (self->cache, folder->name, NULL);
      g_autofree char *key = NULL;
      GFileMonitor *monitor = NULL;

      g_hash_table_steal_extended (before, folder->name, (gpointer *) &key, (gpointer *) &monitor);
      if (monitor == NULL)
        {
          monitor = watch (self, path, G_CALLBACK (on_folder_event));
          if (monitor != NULL)
            look_soon (self);
        }

      if (monitor != NULL)
        g_hash_table_insert (self->monitors, g_strdup (folder->name), monitor);
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
take_names (KeyfobAppFolders *self, GPtrArray *folders)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; folders != NULL && i < folders->len; i++)
    {
      const Folder *folder = g_ptr_array_index (folders, i);

      if (folder->has_token_file)
        g_ptr_array_add (names, g_strdup (folder->name));
    }
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);

  if (g_strv_equal ((const char *const *) names->pdata, (const char *const *) self->names))
    return;

  g_strfreev (self->names);
  self->names = (GStrv) g_ptr_array_steal (names, NULL);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  /* let go of here and not in the thread, which may hold the task a little longer */
  g_autoptr (KeyfobAppFolders) self = KEYFOB_APP_FOLDERS (user_data);
  g_autoptr (GPtrArray) folders = g_task_propagate_pointer (G_TASK (result), NULL);

  self->is_scanning = FALSE;
  watch_cache (self, folders != NULL);
  watch_folders (self, folders);
  if (self->must_scan_again)
    look_soon (self);
  take_names (self, folders);
}

static void
keyfob_app_folders_dispose (GObject *object)
{
  KeyfobAppFolders *self = KEYFOB_APP_FOLDERS (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->cache_monitor, monitor_free);
  g_clear_object (&self->cache_watch);
  g_hash_table_remove_all (self->monitors);

  G_OBJECT_CLASS (keyfob_app_folders_parent_class)->dispose (object);
}

static void
keyfob_app_folders_finalize (GObject *object)
{
  KeyfobAppFolders *self = KEYFOB_APP_FOLDERS (object);

  g_free (self->cache);
  g_hash_table_unref (self->monitors);
  g_strfreev (self->names);

  G_OBJECT_CLASS (keyfob_app_folders_parent_class)->finalize (object);
}

static void
keyfob_app_folders_class_init (KeyfobAppFoldersClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_app_folders_dispose;
  G_OBJECT_CLASS (klass)->finalize = keyfob_app_folders_finalize;

  signals[CHANGED] = g_signal_new ("changed", KEYFOB_TYPE_APP_FOLDERS, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
keyfob_app_folders_init (KeyfobAppFolders *self)
{
  self->cache = g_canonicalize_filename (g_get_user_cache_dir (), NULL);
  self->monitors = new_monitors ();
  self->names = g_new0 (char *, 1);
}

KeyfobAppFolders *
keyfob_app_folders_new (void)
{
  KeyfobAppFolders *self = g_object_new (KEYFOB_TYPE_APP_FOLDERS, NULL);

  keyfob_app_folders_look (self);

  return self;
}

void
keyfob_app_folders_look (KeyfobAppFolders *self)
{
  g_autoptr (GTask) task = NULL;

  g_clear_handle_id (&self->timer, g_source_remove);
  self->must_scan_again = self->is_scanning;
  if (self->is_scanning)
    return;

  self->is_scanning = TRUE;
  task = g_task_new (NULL, NULL, on_looked, g_object_ref (self));
  g_task_set_source_tag (task, keyfob_app_folders_look);
  g_task_set_task_data (task, g_strdup (self->cache), g_free);
  g_task_run_in_thread (task, look_in_thread);
}

const char *const *
keyfob_app_folders_get_names (KeyfobAppFolders *self)
{
  return (const char *const *) self->names;
}
