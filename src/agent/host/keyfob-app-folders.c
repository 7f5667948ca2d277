/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-app-folders.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keyfob-file-watch.h"
#include "keyfob-source.h"
#include "keyfob-text.h"
#include "keyfob-token-store.h"

/* Milliseconds; changes within them are looked at together. */
#define DELAY 100

/* What wakes the agent: a name that appears or goes. #GFileMonitor would have it woken by all that
 * other programs write into their folders. */
#define EVENTS \
  (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

#define NO_WATCH (-1)

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
  int inotify;      /* file descriptor, -1 where there is none */
  GSource *source;  /* (nullable): of its events */
  int cache_number; /* of the watch of the cache folder, NO_WATCH while there is none */
  /* (nullable): waits for the cache folder, while there is none. */
  KeyfobFileWatch *cache_watch;
  GHashTable *watches; /* name of a folder → number of its watch */
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

static GHashTable *
new_watches (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
unwatch (KeyfobAppFolders *self, int number)
{
  if (number != NO_WATCH)
    inotify_rm_watch (self->inotify, number);
}

/* Returns: the number of the watch, or NO_WATCH */
static int
watch (KeyfobAppFolders *self, const char *path)
{
  int number = self->inotify >= 0 ? inotify_add_watch (self->inotify, path, EVENTS) : NO_WATCH;

  if (number == NO_WATCH)
    g_debug ("%s cannot be watched: %s", path, g_strerror (errno));

  return number;
}

/* Two names can lead to one folder. Returns: whether there was a watch with that number */
static gboolean
forget_watch (KeyfobAppFolders *self, int number)
{
  GHashTableIter iter;
  gpointer value;
  gboolean found = number == self->cache_number;

  if (found)
    self->cache_number = NO_WATCH;

  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (GPOINTER_TO_INT (value) == number)
      {
        g_hash_table_iter_remove (&iter);
        found = TRUE;
      }

  return found;
}

static void
take_event (KeyfobAppFolders *self, const struct inotify_event *event)
{
  if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED))
    {
      if (!forget_watch (self, event->wd))
        return;
      unwatch (self, event->wd);
      look_soon (self);
    }
  else if (event->mask & IN_Q_OVERFLOW || event->wd == self->cache_number
           || (event->len > 0 && g_str_equal (event->name, KEYFOB_TOKEN_FILE_NAME)))
    {
      look_soon (self);
    }
}

static gboolean
on_events (int fd, GIOCondition condition, gpointer user_data)
{
  KeyfobAppFolders *self = KEYFOB_APP_FOLDERS (user_data);
  char buffer[4096] __attribute__ ((aligned (__alignof__(struct inotify_event))));
  ssize_t length = read (fd, buffer, sizeof buffer);

  for (char *at = buffer; at < buffer + length;)
    {
      const struct inotify_event *event = (gpointer) at;

      take_event (self, event);
      at += sizeof *event + event->len;
    }

  return G_SOURCE_CONTINUE;
}

/* What happened before a watch began is not noticed by it, so that another look follows. */
static void
watch_cache (KeyfobAppFolders *self, gboolean exists)
{
  if (!exists)
    {
      unwatch (self, self->cache_number);
      self->cache_number = NO_WATCH;
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
  if (self->cache_number != NO_WATCH)
    return;

  self->cache_number = watch (self, self->cache);
  if (self->cache_number != NO_WATCH)
    look_soon (self);
}

static void
watch_folders (KeyfobAppFolders *self, GPtrArray *folders)
{
  g_autoptr (GHashTable) before = g_steal_pointer (&self->watches);
  GHashTableIter iter;
  gpointer value;

  self->watches = new_watches ();
  for (guint i = 0; folders != NULL && i < folders->len; i++)
    {
      const Folder *folder = g_ptr_array_index (folders, i);
      g_autofree char *path = g_build_filename (self->cache, folder->name, NULL);
      int number = NO_WATCH;

      if (g_hash_table_lookup_extended (before, folder->name, NULL, &value))
        {
          number = GPOINTER_TO_INT (value);
          g_hash_table_remove (before, folder->name);
        }
      else
        {
          number = watch (self, path);
          if (number != NO_WATCH)
            look_soon (self);
        }

      if (number != NO_WATCH)
        g_hash_table_insert (self->watches, g_strdup (folder->name), GINT_TO_POINTER (number));
    }

  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    unwatch (self, GPOINTER_TO_INT (value));
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
  g_clear_pointer (&self->source, keyfob_source_free);
  g_clear_object (&self->cache_watch);

  G_OBJECT_CLASS (keyfob_app_folders_parent_class)->dispose (object);
}

static void
keyfob_app_folders_finalize (GObject *object)
{
  KeyfobAppFolders *self = KEYFOB_APP_FOLDERS (object);

  g_free (self->cache);
  g_hash_table_unref (self->watches);
  if (self->inotify >= 0)
    close (self->inotify);
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
  self->watches = new_watches ();
  self->cache_number = NO_WATCH;
  self->names = g_new0 (char *, 1);
  self->inotify = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  if (self->inotify < 0)
    return;

  self->source = g_unix_fd_source_new (self->inotify, G_IO_IN);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_events), self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
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
