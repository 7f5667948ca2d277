/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-file.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "keyfob-auth-error.h"
#include "keyfob-file.h"
#include "keyfob-base-url.h"
#include "keyfob-config-options.h"
#include "keyfob-key-file-writer.h"

#define ACCOUNT "account"
#define LAST_USED "last-used"
#define USE_GRAIN (12 * 60 * 60) /* seconds between two writes of LAST_USED */
#define TOKEN_STORE "kept-in"
#define COPY_STORES "left-in"
#define COPY_TIME "left-at"
#define MAX_SIZE (4 * 1024 * 1024) /* thousands of hosts */
#define KEY_FILE_FLAGS (G_KEY_FILE_KEEP_COMMENTS | G_KEY_FILE_KEEP_TRANSLATIONS)

struct _KeyfobHostFile
{
  GObject parent_instance;

  char *path;
  char *name; /* display name of the path */
  GKeyFile *keys;
  GHashTable *groups;  /* base URL → the group as the file spells it */
  GError *write_error; /* (nullable): why the file must not be written */
  gboolean unsaved;    /* whether a change is lost because of that */
  KeyfobKeyFileWriter *writer;
};

G_DEFINE_FINAL_TYPE (KeyfobHostFile, keyfob_host_file, G_TYPE_OBJECT)

static char *
replace_all (const char *text, const char *from, const char *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, -1);

  return g_strjoinv (to, parts);
}

static GVariant *
read_ports (GKeyFile *keys, const char *group, const char *key, GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aq"));
  gsize n_ports = 0;
  g_autoptr (GError) bad = NULL;
  g_autofree int *ports = g_key_file_get_integer_list (keys, group, key, &n_ports, &bad);

  /* an empty list is no array, and no error */
  if (bad != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&bad));
      return NULL;
    }

  for (gsize i = 0; i < n_ports; i++)
    {
      if (ports[i] < 0 || ports[i] > G_MAXUINT16)
        {
          g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                       _ ("%d is not a port."), ports[i]);
          return NULL;
        }
      g_variant_builder_add (&builder, "q", (guint16) ports[i]);
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
read_number (GKeyFile *keys, const char *group, const char *key, GError **error)
{
  guint64 number;
  g_autofree char *text = g_key_file_get_value (keys, group, key, error);

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &number, error))
    return NULL;

  return g_variant_new_uint32 (number);
}

static GVariant *
read_option (GKeyFile *keys, const char *group, const KeyfobOptionInfo *option, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) bad = NULL;
  gboolean flag;

  switch (option->type[0])
    {
    case 'a':
      return read_ports (keys, group, option->name, error);
    case 'u':
      return read_number (keys, group, option->name, error);
    case 'b':
      flag = g_key_file_get_boolean (keys, group, option->name, &bad);
      if (bad != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&bad));
          return NULL;
        }
      return g_variant_new_boolean (flag);
    default:
      /* may give a text beside the error */
      text = g_key_file_get_string (keys, group, option->name, &bad);
      if (bad != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&bad));
          return NULL;
        }
      return g_variant_new_string (text);
    }
}

static void
write_option (GKeyFile *keys, const char *group, const KeyfobOptionInfo *option, GVariant *value)
{
  gsize n_ports;
  const guint16 *ports;
  g_autofree int *list = NULL;

  switch (option->type[0])
    {
    case 'a':
      ports = g_variant_get_fixed_array (value, &n_ports, sizeof *ports);
      list = g_new (int, n_ports);
      for (gsize i = 0; i < n_ports; i++)
        list[i] = ports[i];
      g_key_file_set_integer_list (keys, group, option->name, list, n_ports);
      return;
    case 'u':
      g_key_file_set_uint64 (keys, group, option->name, g_variant_get_uint32 (value));
      return;
    case 'b':
      g_key_file_set_boolean (keys, group, option->name, g_variant_get_boolean (value));
      return;
    default:
      g_key_file_set_string (keys, group, option->name, g_variant_get_string (value, NULL));
      return;
    }
}

/* A key file has no brackets in the name of a group. */
static char *
url_to_group (const char *base_url)
{
  g_autofree char *opened = replace_all (base_url, "[", "%5B");

  return replace_all (opened, "]", "%5D");
}

static char *
group_to_url (const char *group)
{
  const char *authority = strstr (group, "://");
  gsize length;
  g_autofree char *head = NULL;
  g_autofree char *opened = NULL;
  g_autofree char *closed = NULL;

  authority = authority != NULL ? authority + strlen ("://") : group;
  length = authority - group + strcspn (authority, "/");

  head = g_strndup (group, length);
  opened = replace_all (head, "%5B", "[");
  closed = replace_all (opened, "%5D", "]");

  return g_strconcat (closed, group + length, NULL);
}

static KeyfobConfig *
read_config (GKeyFile *keys, const char *group, GError **error)
{
  g_autofree char *url = group_to_url (group);
  g_autoptr (GVariantDict) dict = g_variant_dict_new (NULL);

  for (gsize i = 0; i < KEYFOB_N_OPTIONS; i++)
    {
      const KeyfobOptionInfo *option = keyfob_option_get_info (i);
      GVariant *value;

      if (!g_key_file_has_key (keys, group, option->name, NULL))
        continue;

      value = read_option (keys, group, option, error);
      if (value == NULL)
        {
          g_prefix_error (error, "%s: ", option->name);
          return NULL;
        }
      g_variant_dict_insert_value (dict, option->name, value);
    }

  return keyfob_config_new (url, g_variant_dict_end (dict), error);
}

/* Keys that Keyfob does not know stay in the group. */
static void
write_config (GKeyFile *keys, const char *group, KeyfobConfig *config)
{
  g_autoptr (GVariant) values = g_variant_ref_sink (keyfob_config_to_options (config));

  for (gsize i = 0; i < KEYFOB_N_OPTIONS; i++)
    {
      const KeyfobOptionInfo *option = keyfob_option_get_info (i);
      g_autoptr (GVariant) value =
          g_variant_lookup_value (values, option->name, G_VARIANT_TYPE (option->type));

      if (value != NULL)
        write_option (keys, group, option, value);
      else
        g_key_file_remove_key (keys, group, option->name, NULL);
    }
}

static void
changed (KeyfobHostFile *self)
{
  if (self->write_error == NULL)
    keyfob_key_file_writer_write (self->writer, self->keys);
  else
    self->unsaved = TRUE;
}

/* Returns: (transfer full): path of a copy of the file as it is */
static char *
save_copy (KeyfobHostFile *self, const char *data, gsize length, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%d-%H%M%S");
  g_autofree char *copy = g_strdup_printf ("%s.damaged-%s", self->path, stamp);

  if (!keyfob_file_replace (copy, data, length, error))
    return NULL;

  return g_steal_pointer (&copy);
}

static gboolean
is_good_line (const char *line)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autofree char *text = g_strconcat ("[group]\n", line, NULL);

  return g_key_file_load_from_data (keys, text, -1, G_KEY_FILE_NONE, NULL);
}

/* A group whose name cannot be read is left out whole, or its keys would get into the group before.
 *
 * @first_bad: (out): number of the first line that cannot be read
 *
 * Returns: (transfer full): the other lines of @text */
static char *
drop_bad_lines (const char *text, guint *first_bad)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) good = g_string_new (NULL);
  gboolean in_group = FALSE;

  *first_bad = 0;
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strchug (lines[i]);
      gboolean is_good = is_good_line (line);

      if (*line == '[')
        in_group = is_good;
      else if (*line != '\0' && *line != '#')
        is_good = is_good && in_group;

      if (is_good)
        g_string_append_printf (good, "%s\n", line);
      else if (*first_bad == 0)
        *first_bad = i + 1;
    }

  return g_string_free (g_steal_pointer (&good), FALSE);
}

/* Loads the good lines of a file that does not parse, and has them written once there is a copy. */
static void
salvage (KeyfobHostFile *self, char *data, gsize length, GPtrArray *problems)
{
  guint line;
  g_autofree char *good = NULL;
  g_autofree char *copy = NULL;
  g_autofree char *copy_name = NULL;
  g_autoptr (GError) error = NULL;

  copy = save_copy (self, data, length, &error);
  for (gsize i = 0; i < length; i++)
    if (data[i] == '\0')
      data[i] = '\1';
  good = drop_bad_lines (data, &line);
  g_clear_pointer (&self->keys, g_key_file_unref);
  self->keys = g_key_file_new ();
  g_key_file_load_from_data (self->keys, good, -1, KEY_FILE_FLAGS, NULL);

  if (copy == NULL)
    {
      g_message ("%s is damaged, and there can be no copy of it: %s", self->name, error->message);
      g_set_error (&self->write_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                   _ ("The list of hosts in %s cannot be read in line %u and is left as it is. "
                      "Mend that line, and start Keyfob again."),
                   self->name, line);
      g_ptr_array_add (problems, g_strdup (self->write_error->message));
      return;
    }

  copy_name = g_filename_display_name (copy);
  g_message ("%s is damaged in line %u; a copy of it is %s", self->name, line, copy_name);
  g_ptr_array_add (
      problems,
      /* Translators: path of a file, number of a line, path of a file */
      g_strdup_printf (_ ("The list of hosts in %s could not be read in line %u, so a host, or an "
                          "option of a host, may be missing. A copy of the file as it was is %s."),
                       self->name, line, copy_name));
  changed (self);
}

/* Returns: (transfer full) (nullable): the text of the file */
static char *
read_file (KeyfobHostFile *self, GPtrArray *problems)
{
  g_autofree char *data = NULL;
  gsize length;
  g_autoptr (GError) error = NULL;

  if (!keyfob_file_read (self->path, MAX_SIZE, &data, &length, &error))
    {
      g_message ("%s cannot be read: %s", self->name, error->message);
      g_set_error (&self->write_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                   _ ("The list of hosts cannot be read, so it is not written either: %s"),
                   error->message);
      g_ptr_array_add (problems, g_strdup (self->write_error->message));
      return NULL;
    }

  if (length > 0 && !g_key_file_load_from_data (self->keys, data, length, KEY_FILE_FLAGS, &error))
    {
      g_debug ("%s does not parse: %s", self->name, error->message);
      salvage (self, data, length, problems);
    }

  return g_steal_pointer (&data);
}

/* Returns: the number of the line with the name of @group, or 0 */
static guint
find_line (const char *text, const char *group)
{
  g_autofree char *header = g_strdup_printf ("[%s]", group);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_equal (g_strstrip (lines[i]), header))
      return i + 1;

  return 0;
}

/* The time is in ISO 8601, since people read the file, too. */
static gint64
read_last_used (KeyfobHostFile *self, const char *group)
{
  g_autofree char *text = g_key_file_get_string (self->keys, group, LAST_USED, NULL);
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;

  return time != NULL ? MAX (g_date_time_to_unix (time), 0) : 0;
}

/* @text: the text of the file, to find the number of a line in */
static KeyfobHostEntry *
read_group (KeyfobHostFile *self, const char *group, const char *text, GPtrArray *problems)
{
  g_autoptr (KeyfobHostEntry) entry = g_new0 (KeyfobHostEntry, 1);
  g_autoptr (GError) error = NULL;

  entry->config = read_config (self->keys, group, &error);
  if (entry->config == NULL)
    {
      g_message ("[%s] in %s is left out: %s", group, self->name, error->message);
      /* a group that is no URL is not meant for Keyfob */
      if (strstr (group, "://") != NULL)
        g_ptr_array_add (problems,
                         /* Translators: number of a line, path of a file, and what is wrong */
                         g_strdup_printf (_ ("The host in line %u of %s is left out: %s"),
                                          find_line (text, group), self->name, error->message));
      return NULL;
    }
  if (g_hash_table_contains (self->groups, keyfob_config_get_base_url (entry->config)))
    {
      g_message ("[%s] in %s is there twice; the first is taken", group, self->name);
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
    g_hash_table_insert (self->groups, g_strdup (url), url_to_group (url));

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
    g_task_return_error (task, g_error_copy (self->write_error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
keyfob_host_file_finalize (GObject *object)
{
  KeyfobHostFile *self = KEYFOB_HOST_FILE (object);

  g_free (self->path);
  g_free (self->name);
  g_key_file_unref (self->keys);
  g_hash_table_unref (self->groups);
  g_clear_object (&self->writer);
  g_clear_error (&self->write_error);

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
  self->name = g_filename_display_name (path);
  self->writer = keyfob_key_file_writer_new (path, clock);

  return self;
}

char *
keyfob_host_file_dup_default_path (void)
{
  return g_build_filename (g_get_user_config_dir (), GETTEXT_PACKAGE, "hosts.ini", NULL);
}

/* What GKeyFile says of a value has the bytes of the file in it. */
static char *
join_problems (GPtrArray *problems)
{
  g_autofree char *text = g_strjoinv ("\n", (char **) problems->pdata);

  return g_utf8_make_valid (text, -1);
}

GPtrArray *
keyfob_host_file_load (KeyfobHostFile *self, char **problem)
{
  g_autoptr (GPtrArray) entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) keyfob_host_entry_free);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = read_file (self, problems);
  g_auto (GStrv) groups = g_key_file_get_groups (self->keys, NULL);

  for (gsize i = 0; groups[i] != NULL; i++)
    {
      KeyfobHostEntry *entry = read_group (self, groups[i], text, problems);

      if (entry != NULL)
        g_ptr_array_add (entries, entry);
    }

  g_ptr_array_add (problems, NULL);
  if (problem != NULL)
    *problem = problems->len > 1 ? join_problems (problems) : NULL;

  return g_steal_pointer (&entries);
}

GPtrArray *
keyfob_host_file_list (KeyfobHostFile *self)
{
  GPtrArray *configs = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer group;

  g_hash_table_iter_init (&iter, self->groups);
  while (g_hash_table_iter_next (&iter, NULL, &group))
    {
      KeyfobConfig *config = read_config (self->keys, group, NULL);

      if (config != NULL)
        g_ptr_array_add (configs, config);
    }

  return configs;
}

void
keyfob_host_file_set (KeyfobHostFile *self, KeyfobConfig *config, const char *account)
{
  const char *group = group_of (self, config);

  /* an empty group is not written, and the account is always known */
  g_key_file_set_string (self->keys, group, ACCOUNT, account);
  write_config (self->keys, group, config);
  changed (self);
}

char *
keyfob_host_file_dup_token_store (KeyfobHostFile *self, KeyfobConfig *config)
{
  return keyfob_host_file_dup_note (self, config, TOKEN_STORE);
}

GStrv
keyfob_host_file_dup_copy_stores (KeyfobHostFile *self, KeyfobConfig *config)
{
  const char *group = find_group (self, config);
  GStrv stores = NULL;

  if (group != NULL)
    stores = g_key_file_get_string_list (self->keys, group, COPY_STORES, NULL, NULL);

  return stores != NULL ? stores : g_new0 (char *, 1);
}

gint64
keyfob_host_file_get_copy_time (KeyfobHostFile *self, KeyfobConfig *config)
{
  const char *group = find_group (self, config);

  return group != NULL ? g_key_file_get_int64 (self->keys, group, COPY_TIME, NULL) : 0;
}

static void
set_copies (KeyfobHostFile *self, const char *group, const char *const *copies, gint64 copy_time)
{
  if (copies[0] != NULL)
    {
      g_key_file_set_string_list (self->keys, group, COPY_STORES, copies,
                                  g_strv_length ((GStrv) copies));
      g_key_file_set_int64 (self->keys, group, COPY_TIME, copy_time);
    }
  else
    {
      g_key_file_remove_key (self->keys, group, COPY_STORES, NULL);
      g_key_file_remove_key (self->keys, group, COPY_TIME, NULL);
    }
}

void
keyfob_host_file_set_token_stores (KeyfobHostFile *self,
                                   KeyfobConfig *config,
                                   const char *store,
                                   const char *const *copies,
                                   gint64 copy_time)
{
  const char *group = find_group (self, config);
  g_autofree char *old_store = keyfob_host_file_dup_token_store (self, config);
  g_auto (GStrv) old_copies = keyfob_host_file_dup_copy_stores (self, config);

  if (group == NULL
      || (g_str_equal (old_store, store)
          && g_strv_equal ((const char *const *) old_copies, copies)))
    return;

  if (*store != '\0')
    g_key_file_set_string (self->keys, group, TOKEN_STORE, store);
  else
    g_key_file_remove_key (self->keys, group, TOKEN_STORE, NULL);
  set_copies (self, group, copies, copy_time);
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
keyfob_host_file_dup_note (KeyfobHostFile *self, KeyfobConfig *config, const char *note)
{
  const char *group = find_group (self, config);
  char *text = group != NULL ? g_key_file_get_string (self->keys, group, note, NULL) : NULL;

  return text != NULL ? text : g_strdup ("");
}

void
keyfob_host_file_set_note (KeyfobHostFile *self,
                           KeyfobConfig *config,
                           const char *note,
                           const char *text)
{
  const char *group = find_group (self, config);
  g_autofree char *before = keyfob_host_file_dup_note (self, config, note);

  if (group == NULL || g_str_equal (before, text))
    return;

  if (*text != '\0')
    g_key_file_set_string (self->keys, group, note, text);
  else
    g_key_file_remove_key (self->keys, group, note, NULL);
  changed (self);
}

void
keyfob_host_file_remove (KeyfobHostFile *self, KeyfobConfig *config)
{
  const char *base_url = keyfob_config_get_base_url (config);
  g_auto (GStrv) groups = g_key_file_get_groups (self->keys, NULL);

  /* all spellings, or the next start would find the host again */
  for (gsize i = 0; groups[i] != NULL; i++)
    {
      g_autofree char *url = group_to_url (groups[i]);
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
