/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-file.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-base-url.h"
#include "keyfob-host-group.h"
#include "keyfob-key-file-writer.h"

#define ACCOUNT "account"
#define LAST_USED "last-used"
#define TOLD "told"
#define USE_GRAIN (12 * 60 * 60) /* seconds, to spare the disk */
#define KEPT_IN "kept-in"
#define LEFT_IN "left-in"
#define LEFT_AT "left-at"

struct _KeyfobHostFile
{
  GObject parent_instance;

  char *path;
  GKeyFile *keys;
  GHashTable *groups; /* base URL → the group as the file spells it */
  GError *barred;     /* why the file must not be written */
  gboolean unsaved;   /* whether something has changed all the same */
  KeyfobKeyFileWriter *writer;
};

G_DEFINE_FINAL_TYPE (KeyfobHostFile, keyfob_host_file, G_TYPE_OBJECT)

static void
changed (KeyfobHostFile *self)
{
  if (self->barred == NULL)
    keyfob_key_file_writer_write (self->writer, self->keys);
  else
    self->unsaved = TRUE;
}

/* Returns: (transfer full): what the user should know */
static char *
set_aside (KeyfobHostFile *self)
{
  g_autoptr (GFile) file = g_file_new_for_path (self->path);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%d-%H%M%S");
  g_autofree char *name = g_strdup_printf ("%s.damaged-%s", self->path, stamp);
  g_autoptr (GFile) aside = g_file_new_for_path (name);
  g_autoptr (GError) error = NULL;

  if (g_file_move (file, aside, G_FILE_COPY_NO_FALLBACK_FOR_MOVE, NULL, NULL, NULL, &error))
    {
      g_message ("%s is damaged; it is now %s", self->path, name);
      /* Translators: path of a file */
      return g_strdup_printf (_ ("The list of hosts was damaged, and some may be missing. The "
                                 "damaged file is now %s."),
                              name);
    }

  g_message ("%s is damaged, and cannot be moved: %s", self->path, error->message);
  g_set_error (
      &self->barred, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
      _ ("The list of hosts in %s is damaged and is left as it is. Move it away, and start "
         "Keyfob again."),
      self->path);

  return g_strdup (self->barred->message);
}

static void
merge (GKeyFile *keys, GKeyFile *part)
{
  g_auto (GStrv) groups = g_key_file_get_groups (part, NULL);

  for (gsize i = 0; groups[i] != NULL; i++)
    {
      g_auto (GStrv) names = g_key_file_get_keys (part, groups[i], NULL, NULL);

      for (gsize j = 0; names != NULL && names[j] != NULL; j++)
        {
          g_autofree char *value = g_key_file_get_value (part, groups[i], names[j], NULL);

          g_key_file_set_value (keys, groups[i], names[j], value);
        }
    }
}

/* Takes each group that parses by itself. */
static void
salvage (KeyfobHostFile *self, const char *data)
{
  g_auto (GStrv) parts = g_strsplit (data, "\n[", -1);

  for (gsize i = 0; parts[i] != NULL; i++)
    {
      g_autoptr (GKeyFile) part = g_key_file_new ();
      g_autofree char *text = g_strconcat (i > 0 ? "[" : "", parts[i], NULL);

      if (g_key_file_load_from_data (part, text, -1, G_KEY_FILE_NONE, NULL))
        merge (self->keys, part);
    }
}

/* Returns: (transfer full) (nullable): what the user should know */
static char *
read_file (KeyfobHostFile *self)
{
  g_autofree char *data = NULL;
  g_autofree char *problem = NULL;
  gsize length;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (self->path, &data, &length, &error))
    {
      if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return NULL;

      g_message ("%s cannot be read: %s", self->path, error->message);
      g_set_error (&self->barred, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                   _ ("The list of hosts cannot be read, so it is not written either: %s"),
                   error->message);
      return g_strdup (self->barred->message);
    }

  if (length == 0
      || g_key_file_load_from_data (self->keys, data, length,
                                    G_KEY_FILE_KEEP_COMMENTS | G_KEY_FILE_KEEP_TRANSLATIONS,
                                    &error))
    return NULL;

  g_debug ("%s does not parse: %s", self->path, error->message);
  g_clear_pointer (&self->keys, g_key_file_unref);
  self->keys = g_key_file_new ();
  problem = set_aside (self);
  salvage (self, data);

  return g_steal_pointer (&problem);
}

/* as ISO 8601 has it, for it is a file for people, too */
static gint64
read_last_used (KeyfobHostFile *self, const char *group)
{
  g_autofree char *text = g_key_file_get_string (self->keys, group, LAST_USED, NULL);
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;

  return time != NULL ? MAX (g_date_time_to_unix (time), 0) : 0;
}

static KeyfobHostEntry *
read_group (KeyfobHostFile *self, const char *group)
{
  g_autoptr (KeyfobHostEntry) entry = g_new0 (KeyfobHostEntry, 1);
  g_autoptr (GError) error = NULL;

  entry->config = keyfob_host_group_read (self->keys, group, &error);
  if (entry->config == NULL)
    {
      g_message ("[%s] in %s is left out: %s", group, self->path, error->message);
      return NULL;
    }
  if (g_hash_table_contains (self->groups, keyfob_config_get_base_url (entry->config)))
    {
      g_message ("[%s] in %s is there twice; the first is taken", group, self->path);
      return NULL;
    }
  g_hash_table_insert (self->groups, g_strdup (keyfob_config_get_base_url (entry->config)),
                       g_strdup (group));

  entry->account = g_key_file_get_string (self->keys, group, ACCOUNT, NULL);
  if (entry->account == NULL)
    entry->account = g_strdup ("");
  entry->last_used = read_last_used (self, group);

  return g_steal_pointer (&entry);
}

static const char *
find_group (KeyfobHostFile *self, KeyfobConfig *config)
{
  return g_hash_table_lookup (self->groups, keyfob_config_get_base_url (config));
}

static const char *
group_of (KeyfobHostFile *self, KeyfobConfig *config)
{
  const char *url = keyfob_config_get_base_url (config);

  if (!g_hash_table_contains (self->groups, url))
    g_hash_table_insert (self->groups, g_strdup (url), keyfob_host_group_from_url (url));

  return g_hash_table_lookup (self->groups, url);
}

static void
on_flushed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  KeyfobHostFile *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;

  if (!keyfob_key_file_writer_flush_finish (KEYFOB_KEY_FILE_WRITER (source), result, &error))
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                             _ ("The list of hosts cannot be saved: %s"), error->message);
  else if (self->unsaved)
    g_task_return_error (task, g_error_copy (self->barred));
  else
    g_task_return_boolean (task, TRUE);
}

static void
keyfob_host_file_finalize (GObject *object)
{
  KeyfobHostFile *self = KEYFOB_HOST_FILE (object);

  g_free (self->path);
  g_key_file_unref (self->keys);
  g_hash_table_unref (self->groups);
  g_clear_object (&self->writer);
  g_clear_error (&self->barred);

  G_OBJECT_CLASS (keyfob_host_file_parent_class)->finalize (object);
}

static void
keyfob_host_file_class_init (KeyfobHostFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = keyfob_host_file_finalize;
}

static void
keyfob_host_file_init (KeyfobHostFile *self)
{
  self->keys = g_key_file_new ();
  self->groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

void
keyfob_host_entry_free (KeyfobHostEntry *self)
{
  g_clear_object (&self->config);
  g_free (self->account);
  g_free (self);
}

KeyfobHostFile *
keyfob_host_file_new (const char *path, KeyfobClock *clock)
{
  KeyfobHostFile *self = g_object_new (KEYFOB_TYPE_HOST_FILE, NULL);

  self->path = g_strdup (path);
  self->writer = keyfob_key_file_writer_new (path, clock);

  return self;
}

char *
keyfob_host_file_dup_default_path (void)
{
  return g_build_filename (g_get_user_config_dir (), GETTEXT_PACKAGE, "hosts.ini", NULL);
}

GPtrArray *
keyfob_host_file_load (KeyfobHostFile *self, char **problem)
{
  g_autofree char *found = NULL;
  g_autoptr (GPtrArray) entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) keyfob_host_entry_free);
  g_auto (GStrv) groups = NULL;

  found = read_file (self);
  if (problem != NULL)
    *problem = g_steal_pointer (&found);
  groups = g_key_file_get_groups (self->keys, NULL);
  for (gsize i = 0; groups[i] != NULL; i++)
    {
      KeyfobHostEntry *entry = read_group (self, groups[i]);

      if (entry != NULL)
        g_ptr_array_add (entries, entry);
    }

  return g_steal_pointer (&entries);
}

void
keyfob_host_file_set (KeyfobHostFile *self, KeyfobConfig *config, const char *account)
{
  const char *group = group_of (self, config);

  /* a group needs a key to be there, and this one is always known */
  g_key_file_set_string (self->keys, group, ACCOUNT, account);
  keyfob_host_group_write (self->keys, group, config);
  changed (self);
}

char *
keyfob_host_file_dup_kept_in (KeyfobHostFile *self, KeyfobConfig *config)
{
  const char *group = find_group (self, config);
  char *place = group != NULL ? g_key_file_get_string (self->keys, group, KEPT_IN, NULL) : NULL;

  return place != NULL ? place : g_strdup ("");
}

GStrv
keyfob_host_file_dup_left_in (KeyfobHostFile *self, KeyfobConfig *config)
{
  const char *group = find_group (self, config);
  GStrv places = NULL;

  if (group != NULL)
    places = g_key_file_get_string_list (self->keys, group, LEFT_IN, NULL, NULL);

  return places != NULL ? places : g_new0 (char *, 1);
}

gint64
keyfob_host_file_get_left_at (KeyfobHostFile *self, KeyfobConfig *config)
{
  const char *group = find_group (self, config);

  return group != NULL ? g_key_file_get_int64 (self->keys, group, LEFT_AT, NULL) : 0;
}

static void
set_left (KeyfobHostFile *self, const char *group, const char *const *left_in, gint64 left_at)
{
  if (left_in[0] != NULL)
    {
      g_key_file_set_string_list (self->keys, group, LEFT_IN, left_in,
                                  g_strv_length ((GStrv) left_in));
      g_key_file_set_int64 (self->keys, group, LEFT_AT, left_at);
    }
  else
    {
      g_key_file_remove_key (self->keys, group, LEFT_IN, NULL);
      g_key_file_remove_key (self->keys, group, LEFT_AT, NULL);
    }
}

void
keyfob_host_file_set_places (KeyfobHostFile *self,
                             KeyfobConfig *config,
                             const char *kept_in,
                             const char *const *left_in,
                             gint64 left_at)
{
  const char *group = find_group (self, config);
  g_autofree char *old_kept_in = keyfob_host_file_dup_kept_in (self, config);
  g_auto (GStrv) old_left_in = keyfob_host_file_dup_left_in (self, config);

  if (group == NULL
      || (g_str_equal (old_kept_in, kept_in)
          && g_strv_equal ((const char *const *) old_left_in, left_in)))
    return;

  if (*kept_in != '\0')
    g_key_file_set_string (self->keys, group, KEPT_IN, kept_in);
  else
    g_key_file_remove_key (self->keys, group, KEPT_IN, NULL);
  set_left (self, group, left_in, left_at);
  changed (self);
}

void
keyfob_host_file_note_used (KeyfobHostFile *self, KeyfobConfig *config, gint64 time)
{
  const char *group = group_of (self, config);
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (time);
  g_autofree char *text = g_date_time_format_iso8601 (date);

  if (ABS (time - read_last_used (self, group)) < USE_GRAIN)
    return;

  g_key_file_set_string (self->keys, group, LAST_USED, text);
  changed (self);
}

char *
keyfob_host_file_dup_told (KeyfobHostFile *self, KeyfobConfig *config)
{
  char *told = g_key_file_get_string (self->keys, group_of (self, config), TOLD, NULL);

  return told != NULL ? told : g_strdup ("");
}

void
keyfob_host_file_set_told (KeyfobHostFile *self, KeyfobConfig *config, const char *told)
{
  g_autofree char *before = keyfob_host_file_dup_told (self, config);

  if (g_str_equal (before, told))
    return;

  g_key_file_set_string (self->keys, group_of (self, config), TOLD, told);
  changed (self);
}

void
keyfob_host_file_remove (KeyfobHostFile *self, KeyfobConfig *config)
{
  const char *base_url = keyfob_config_get_base_url (config);
  g_auto (GStrv) groups = g_key_file_get_groups (self->keys, NULL);

  /* in every spelling, or the next start would find the host again */
  for (gsize i = 0; groups[i] != NULL; i++)
    {
      g_autofree char *url = keyfob_host_group_to_url (groups[i]);
      g_autofree char *normal = keyfob_base_url_normalise (url, TRUE, NULL, NULL);

      if (g_strcmp0 (normal, base_url) == 0)
        g_key_file_remove_group (self->keys, groups[i], NULL);
    }
  g_hash_table_remove (self->groups, base_url);
  changed (self);
}

void
keyfob_host_file_flush_async (KeyfobHostFile *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, keyfob_host_file_flush_async);

  keyfob_key_file_writer_flush_async (self->writer, cancellable, on_flushed,
                                      g_steal_pointer (&task));
}

gboolean
keyfob_host_file_flush_finish (KeyfobHostFile *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
