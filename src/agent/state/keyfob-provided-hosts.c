/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-provided-hosts.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-file-watch.h"
#include "keyfob-file.h"
#include "keyfob-host-file.h"
#include "keyfob-key-file-writer.h"
#include "keyfob-text.h"

#define FOLDER "hosts.d"
#define ENDING ".ini"
#define LONGEST_LINE 5000 /* in characters: a path, and what is wrong there */

struct _KeyfobProvidedHosts
{
  GObject parent_instance;

  GStrv folders;
  GPtrArray *configs;
  GHashTable *files;  /* path → its configs: see Contents; not changed */
  GStrv problems;     /* what was wrong when the files were read last, a line each */
  GPtrArray *watches; /* of KeyfobFileWatch, in the order of @folders; (nullable) */
  gboolean reading;
  gboolean read_again; /* something has changed since the reading began */
};

G_DEFINE_FINAL_TYPE (KeyfobProvidedHosts, keyfob_provided_hosts, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

/* What is in the files. */
typedef struct
{
  GPtrArray *configs;
  GHashTable *urls;  /* set of the base URLs in @configs, whose texts these are */
  GHashTable *names; /* set of the names of the files that were read */
  GHashTable *files; /* path → GPtrArray of KeyfobConfig: what it said when it was good last */
  GPtrArray *problems;
} Contents;

static Contents *
contents_new (void)
{
  Contents *contents = g_new0 (Contents, 1);

  contents->configs = g_ptr_array_new_with_free_func (g_object_unref);
  contents->urls = g_hash_table_new (g_str_hash, g_str_equal);
  contents->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  contents->files =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  contents->problems = g_ptr_array_new_with_free_func (g_free);

  return contents;
}

static void
contents_free (Contents *contents)
{
  g_ptr_array_unref (contents->configs);
  g_hash_table_unref (contents->urls);
  g_hash_table_unref (contents->names);
  g_hash_table_unref (contents->files);
  g_ptr_array_unref (contents->problems);
  g_free (contents);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Contents, contents_free)

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Returns: (transfer full) (nullable): the names of the files in @folder, in their order */
static GPtrArray *
list_names (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = NULL;
  const char *name;

  if (dir == NULL)
    return NULL;

  names = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (*name != '.' && g_str_has_suffix (name, ENDING))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);

  return g_steal_pointer (&names);
}

/* Returns: (transfer full) (nullable): the hosts in a file; %NULL without an error where it is gone
 */
static GPtrArray *
parse_file (const char *path, GPtrArray *problems, GError **error)
{
  g_autofree char *text = NULL;
  gsize length = 0;
  g_auto (GStrv) found = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  GPtrArray *configs;

  if (!keyfob_file_read_provided (path, KEYFOB_KEY_FILE_MAX, &text, &length, error))
    return NULL;
  if (text == NULL)
    {
      /* gone, unless the error says that a link leads nowhere */
      g_free (keyfob_file_resolve (path, TRUE, error));
      return NULL;
    }

  entries = keyfob_host_file_parse_list (path, text, length, &found, error);
  if (entries == NULL)
    return NULL;

  configs = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (configs,
                     g_object_ref (((KeyfobHostEntry *) g_ptr_array_index (entries, i))->config));
  for (gsize i = 0; found[i] != NULL; i++)
    g_ptr_array_add (problems, g_strdup (found[i]));

  return configs;
}

static void
take_config (Contents *contents, KeyfobConfig *config)
{
  const char *url = keyfob_config_get_base_url (config);

  if (contents->configs->len == KEYFOB_HOST_FILE_MOST
      || g_hash_table_contains (contents->urls, url))
    return;

  g_ptr_array_add (contents->configs, g_object_ref (config));
  g_hash_table_add (contents->urls, (char *) url);
}

/* @before: as the files of #Contents: what a file said before counts while it is broken */
static void
read_file (Contents *contents, const char *path, GHashTable *before)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) configs = parse_file (path, contents->problems, &error);

  if (error != NULL)
    {
      g_autofree char *name = g_filename_display_name (path);
      GPtrArray *known = before != NULL ? g_hash_table_lookup (before, path) : NULL;
      char *problem = known != NULL
                          /* Translators: a file, and what is wrong with it */
                          ? g_strdup_printf (_ ("The hosts that %s provides stay as they were: %s"),
                                             name, error->message)
                          /* Translators: a file, and what is wrong with it */
                          : g_strdup_printf (_ ("The hosts that %s provides are left out: %s"),
                                             name, error->message);

      g_ptr_array_add (contents->problems, problem);
      if (known != NULL)
        configs = g_ptr_array_ref (known);
    }
  if (configs == NULL)
    return;

  for (guint i = 0; i < configs->len; i++)
    take_config (contents, g_ptr_array_index (configs, i));
  g_hash_table_insert (contents->files, g_strdup (path), g_steal_pointer (&configs));
}

static void
read_folder (Contents *contents, const char *folder, GHashTable *before)
{
  g_autoptr (GPtrArray) names = list_names (folder);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_hash_table_add (contents->names, g_strdup (name)))
        read_file (contents, path, before);
    }
}

static Contents *
read_folders (GStrv folders, GHashTable *before)
{
  Contents *contents = contents_new ();

  for (gsize i = 0; folders[i] != NULL; i++)
    read_folder (contents, folders[i], before);
  g_ptr_array_add (contents->problems, NULL);

  return contents;
}

/* Takes what was read over, and logs what was not wrong before. */
static void
take_contents (KeyfobProvidedHosts *self, Contents *contents)
{
  GStrv problems = (GStrv) contents->problems->pdata;

  for (gsize i = 0; problems[i] != NULL; i++)
    {
      /* the name of a file can have a line feed in it */
      g_autofree char *raw = g_steal_pointer (&problems[i]);

      problems[i] = keyfob_text_clean (raw, -1, LONGEST_LINE);
      if (self->problems == NULL
          || !g_strv_contains ((const char *const *) self->problems, problems[i]))
        g_message ("%s", problems[i]);
    }

  g_strfreev (self->problems);
  self->problems = g_strdupv (problems);
  g_clear_pointer (&self->configs, g_ptr_array_unref);
  self->configs = g_ptr_array_ref (contents->configs);
  g_clear_pointer (&self->files, g_hash_table_unref);
  self->files = g_hash_table_ref (contents->files);
}

static void read_anew (KeyfobProvidedHosts *self);

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KeyfobProvidedHosts *self = KEYFOB_PROVIDED_HOSTS (source);
  g_autoptr (Contents) contents = g_task_propagate_pointer (G_TASK (result), NULL);

  self->reading = FALSE;
  take_contents (self, contents);
  g_signal_emit (self, signals[CHANGED], 0);
  if (self->read_again)
    read_anew (self);
}

static void
read_in_thread (GTask *task, gpointer source, gpointer before, GCancellable *cancellable)
{
  KeyfobProvidedHosts *self = KEYFOB_PROVIDED_HOSTS (source);

  g_task_return_pointer (task, read_folders (self->folders, before),
                         (GDestroyNotify) contents_free);
}

static void
read_anew (KeyfobProvidedHosts *self)
{
  g_autoptr (GTask) task = NULL;

  self->read_again = self->reading;
  if (self->reading)
    return;

  self->reading = TRUE;
  task = g_task_new (self, NULL, on_read, NULL);
  g_task_set_source_tag (task, read_anew);
  g_task_set_task_data (task, g_hash_table_ref (self->files), (GDestroyNotify) g_hash_table_unref);
  g_task_run_in_thread (task, read_in_thread);
}

static void
start_watches (KeyfobProvidedHosts *self)
{
  for (guint i = 0; i < self->watches->len; i++)
    keyfob_file_watch_start_folder (g_ptr_array_index (self->watches, i), self->folders[i]);
}

static void
on_touched (KeyfobProvidedHosts *self)
{
  start_watches (self);
  read_anew (self);
}

static void
keyfob_provided_hosts_dispose (GObject *object)
{
  KeyfobProvidedHosts *self = KEYFOB_PROVIDED_HOSTS (object);

  g_clear_pointer (&self->watches, g_ptr_array_unref);

  G_OBJECT_CLASS (keyfob_provided_hosts_parent_class)->dispose (object);
}

static void
keyfob_provided_hosts_finalize (GObject *object)
{
  KeyfobProvidedHosts *self = KEYFOB_PROVIDED_HOSTS (object);

  g_strfreev (self->folders);
  g_strfreev (self->problems);
  g_ptr_array_unref (self->configs);
  g_hash_table_unref (self->files);

  G_OBJECT_CLASS (keyfob_provided_hosts_parent_class)->finalize (object);
}

static void
keyfob_provided_hosts_class_init (KeyfobProvidedHostsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_provided_hosts_dispose;
  G_OBJECT_CLASS (klass)->finalize = keyfob_provided_hosts_finalize;

  signals[CHANGED] = g_signal_new ("changed", KEYFOB_TYPE_PROVIDED_HOSTS, G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
keyfob_provided_hosts_init (KeyfobProvidedHosts *self)
{
}

KeyfobProvidedHosts *
keyfob_provided_hosts_new (const char *const *folders)
{
  KeyfobProvidedHosts *self = g_object_new (KEYFOB_TYPE_PROVIDED_HOSTS, NULL);
  g_autoptr (Contents) contents = NULL;

  self->folders = g_strdupv ((char **) folders);
  contents = read_folders (self->folders, NULL);
  take_contents (self, contents);

  return self;
}

static void
add_folders (GPtrArray *folders, const char *const *parents)
{
  for (gsize i = 0; parents[i] != NULL; i++)
    {
      g_autofree char *folder = g_build_filename (parents[i], GETTEXT_PACKAGE, FOLDER, NULL);

      if (g_path_is_absolute (folder)
          && !g_ptr_array_find_with_equal_func (folders, folder, g_str_equal, NULL))
        g_ptr_array_add (folders, g_steal_pointer (&folder));
    }
}

GStrv
keyfob_provided_hosts_dup_default_folders (void)
{
  GPtrArray *folders = g_ptr_array_new ();

  add_folders (folders, g_get_system_config_dirs ());
  add_folders (folders, g_get_system_data_dirs ());
  g_ptr_array_add (folders, NULL);

  return (GStrv) g_ptr_array_free (folders, FALSE);
}

GPtrArray *
keyfob_provided_hosts_get_configs (KeyfobProvidedHosts *self)
{
  return self->configs;
}

const char *const *
keyfob_provided_hosts_get_problems (KeyfobProvidedHosts *self)
{
  g_return_val_if_fail (KEYFOB_IS_PROVIDED_HOSTS (self), NULL);

  return (const char *const *) self->problems;
}

void
keyfob_provided_hosts_watch (KeyfobProvidedHosts *self)
{
  g_return_if_fail (self->watches == NULL);

  self->watches = g_ptr_array_new_with_free_func (g_object_unref);
  for (gsize i = 0; self->folders[i] != NULL; i++)
    {
      KeyfobFileWatch *watch = keyfob_file_watch_new ();

      g_signal_connect_object (watch, "touched", G_CALLBACK (on_touched), self, G_CONNECT_SWAPPED);
      g_ptr_array_add (self->watches, watch);
    }
  start_watches (self);
}
