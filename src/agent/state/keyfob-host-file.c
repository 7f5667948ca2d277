/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-file.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "keyfob-auth-error.h"
#include "keyfob-file.h"
#include "keyfob-base-url.h"
#include "keyfob-config-options.h"
#include "keyfob-key-file-writer.h"

#define LAST_USED "last-used"
#define USE_GRAIN (12 * 60 * 60) /* seconds between two writes of LAST_USED */
#define TOKEN_STORE "kept-in"
#define COPY_STORES "left-in"
#define COPY_TIME "left-at"
#define REMOVED "removed"         /* a host that is provided, and that the user does not want */
#define LAST_PROVIDED "provided-" /* before an option: as it was before the host was withdrawn */

/* More of what is wrong with a file is not told: it is not one that a person has written. */
#define MOST_PROBLEMS 20

struct _KeyfobHostFile
{
  GObject parent_instance;

  char *path;
  char *name; /* display name of the path */
  GKeyFile *keys;
  GHashTable *groups;  /* base URL → the group as the file spells it */
  GPtrArray *provided; /* KeyfobConfig: see keyfob_host_file_set_provided() */
  GHashTable *bases;   /* base URL → its KeyfobConfig in @provided */
  GHashTable *removed; /* set of the base URLs that the file says are removed */
  GError *write_error; /* (nullable): why the file must not be written */
  gboolean is_copy;    /* the file itself is not written */
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

/* Of another sentence than GLib's, which has the value in it: that may be a secret.
 *
 * Returns: %NULL, so that what reads a value can return what this returns */
static gpointer G_GNUC_PRINTF (2, 3) refuse_value (GError **error, const char *format, ...)
{
  va_list args;

  if (error != NULL)
    {
      va_start (args, format);
      *error = g_error_new_valist (G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, format, args);
      va_end (args);
    }

  return NULL;
}

static GVariant *
read_ports (GKeyFile *keys, const char *group, const char *key, GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aq"));
  gsize n_ports = 0;
  g_autoptr (GError) bad = NULL;
  g_autofree int *ports = NULL;

  if (!keyfob_key_file_check_value (keys, group, key, error))
    return NULL;

  /* an empty list is no array, and no error */
  ports = g_key_file_get_integer_list (keys, group, key, &n_ports, &bad);
  if (bad != NULL)
    return refuse_value (error, _ ("A redirect port is a number from 1 to 65535."));

  for (gsize i = 0; i < n_ports; i++)
    {
      if (ports[i] < 0 || ports[i] > G_MAXUINT16)
        return refuse_value (error, _ ("%d is not a port."), ports[i]);
      g_variant_builder_add (&builder, "q", (guint16) ports[i]);
    }

  return g_variant_builder_end (&builder);
}

/* What is no number becomes one that no option can have, so that the check of the option says which
 * it can. */
static GVariant *
read_number (GKeyFile *keys, const char *group, const char *key)
{
  guint64 number;
  g_autofree char *text = g_key_file_get_value (keys, group, key, NULL);

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &number, NULL))
    number = G_MAXUINT32;

  return g_variant_new_uint32 (number);
}

static GVariant *
read_text (GKeyFile *keys, const char *group, const char *key, GError **error)
{
  g_autofree char *text = NULL;

  if (!keyfob_key_file_check_value (keys, group, key, error))
    return NULL;

  text = keyfob_key_file_dup_string (keys, group, key, NULL);
  if (text == NULL)
    return refuse_value (error, _ ("This is no text in UTF-8. Save the file as UTF-8."));

  return g_variant_new_string (text);
}

/* Returns: (transfer floating): the value of @key, of the type of @option */
static GVariant *
read_option (GKeyFile *keys,
             const char *group,
             const char *key,
             const KeyfobOptionInfo *option,
             GError **error)
{
  g_autoptr (GError) bad = NULL;
  gboolean flag;

  switch (option->type[0])
    {
    case 'a':
      return read_ports (keys, group, key, error);
    case 'u':
      return read_number (keys, group, key);
    case 'b':
      flag = g_key_file_get_boolean (keys, group, key, &bad);
      return bad == NULL ? g_variant_new_boolean (flag)
                         : refuse_value (error, _ ("This is either “true” or “false”."));
    default:
      return read_text (keys, group, key, error);
    }
}

static void
write_option (GKeyFile *keys,
              const char *group,
              const char *key,
              const KeyfobOptionInfo *option,
              GVariant *value)
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
      g_key_file_set_integer_list (keys, group, key, list, n_ports);
      return;
    case 'u':
      g_key_file_set_uint64 (keys, group, key, g_variant_get_uint32 (value));
      return;
    case 'b':
      g_key_file_set_boolean (keys, group, key, g_variant_get_boolean (value));
      return;
    default:
      g_key_file_set_string (keys, group, key, g_variant_get_string (value, NULL));
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

/* Returns: (transfer none) (nullable): the host as it is provided */
static KeyfobConfig *
find_provided (KeyfobHostFile *self, const char *url)
{
  g_autofree char *normal = keyfob_base_url_normalise (url, TRUE, NULL, NULL);

  return normal != NULL ? g_hash_table_lookup (self->bases, normal) : NULL;
}

/* Adds the options in the keys of @group that begin with @prefix to @dict. */
static gboolean
read_options (GKeyFile *keys,
              const char *group,
              const char *prefix,
              GVariantDict *dict,
              GError **error)
{
  for (gsize i = 0; i < KEYFOB_N_OPTIONS; i++)
    {
      const KeyfobOptionInfo *option = keyfob_option_get_info (i);
      g_autofree char *key = g_strconcat (prefix, option->name, NULL);
      GVariant *value;

      if (!g_key_file_has_key (keys, group, key, NULL))
        continue;

      value = read_option (keys, group, key, option, error);
      if (value == NULL)
        {
          g_prefix_error (error, "%s: ", key);
          return FALSE;
        }
      g_variant_dict_insert_value (dict, option->name, value);
    }

  return TRUE;
}

static gboolean
allows_http (KeyfobConfig *config)
{
  g_autoptr (GVariant) value = keyfob_config_dup_option (config, KEYFOB_OPTION_ALLOW_HTTP);

  return g_variant_get_boolean (value);
}

/* @provided: (nullable): the host that has the options of @dict beside its own
 *
 * Returns: whether a host can have the options in @dict; else the sentence names the key */
static gboolean
check_options (GVariantDict *dict, KeyfobConfig *provided, GError **error)
{
  gboolean allow_http = provided != NULL && allows_http (provided);

  g_variant_dict_lookup (dict, keyfob_option_get_info (KEYFOB_OPTION_ALLOW_HTTP)->name, "b",
                         &allow_http);
  for (gsize i = 0; i < KEYFOB_N_OPTIONS; i++)
    {
      const KeyfobOptionInfo *option = keyfob_option_get_info (i);
      g_autoptr (GVariant) value = g_variant_dict_lookup_value (dict, option->name, NULL);
      g_autoptr (GVariant) checked =
          value != NULL ? keyfob_option_check (option, value, allow_http, error) : NULL;

      if (value != NULL && checked == NULL)
        {
          g_prefix_error (error, "%s: ", option->name);
          return FALSE;
        }
    }

  return TRUE;
}

/* The options of the group go before those of the host as it is provided, or was last. */
static KeyfobConfig *
read_config (KeyfobHostFile *self, const char *group, GError **error)
{
  GKeyFile *keys = self->keys;
  g_autofree char *url = group_to_url (group);
  KeyfobConfig *provided = find_provided (self, url);
  g_autoptr (GVariantDict) dict = g_variant_dict_new (NULL);

  if (provided == NULL && !read_options (keys, group, LAST_PROVIDED, dict, error))
    return NULL;
  if (!read_options (keys, group, "", dict, error) || !check_options (dict, provided, error))
    return NULL;

  return provided != NULL ? keyfob_config_with_options (provided, g_variant_dict_end (dict), error)
                          : keyfob_config_new (url, g_variant_dict_end (dict), error);
}

/* Returns: (transfer full): the value that an option has where the group does not name it */
static GVariant *
dup_base (GKeyFile *keys, const char *group, KeyfobOption option, KeyfobConfig *provided)
{
  const KeyfobOptionInfo *info = keyfob_option_get_info (option);
  g_autofree char *key = g_strconcat (LAST_PROVIDED, info->name, NULL);
  GVariant *last = NULL;

  if (provided != NULL)
    return keyfob_config_dup_option (provided, option);
  if (g_key_file_has_key (keys, group, key, NULL))
    last = read_option (keys, group, key, info, NULL);

  return last != NULL ? g_variant_ref_sink (last) : keyfob_option_dup_usual (info);
}

/* Keys that Keyfob does not know stay in the group.
 *
 * @provided: (nullable): the host as it is provided; what is the same there is not written */
static void
write_config (GKeyFile *keys, const char *group, KeyfobConfig *config, KeyfobConfig *provided)
{
  for (gsize i = 0; i < KEYFOB_N_OPTIONS; i++)
    {
      const KeyfobOptionInfo *option = keyfob_option_get_info (i);
      g_autoptr (GVariant) base = dup_base (keys, group, i, provided);
      g_autoptr (GVariant) value = keyfob_config_dup_option (config, i);

      if (!g_variant_equal (value, base))
        write_option (keys, group, option->name, option, value);
      else
        g_key_file_remove_key (keys, group, option->name, NULL);
    }
}

/* Keeps the options of a host as it was provided, apart from those that the user has changed. */
static void
write_last_provided (GKeyFile *keys, const char *group, KeyfobConfig *provided)
{
  for (gsize i = 0; i < KEYFOB_N_OPTIONS; i++)
    {
      const KeyfobOptionInfo *option = keyfob_option_get_info (i);
      g_autofree char *key = g_strconcat (LAST_PROVIDED, option->name, NULL);
      g_autoptr (GVariant) usual = keyfob_option_dup_usual (option);
      g_autoptr (GVariant) value = keyfob_config_dup_option (provided, i);

      if (!g_variant_equal (value, usual))
        write_option (keys, group, key, option, value);
      else
        g_key_file_remove_key (keys, group, key, NULL);
    }
}

static void
changed (KeyfobHostFile *self)
{
  if (self->is_copy)
    return;
  if (self->write_error == NULL)
    keyfob_key_file_writer_write (self->writer, self->keys);
  else
    self->unsaved = TRUE;
}

/* Loads the good lines of a file that does not parse, and has them written once there is a copy. */
static void
salvage (KeyfobHostFile *self, char *data, gsize length, GPtrArray *problems)
{
  guint line;
  gboolean is_copied;
  g_autofree char *good = NULL;
  g_autofree char *copy = NULL;
  g_autofree char *copy_name = NULL;
  g_autoptr (GError) error = NULL;

  is_copied = keyfob_key_file_salvage (self->path, data, length, &good, &line, &copy, &error);
  g_clear_pointer (&self->keys, g_key_file_unref);
  self->keys = g_key_file_new ();
  keyfob_key_file_load (self->keys, good, strlen (good), KEYFOB_KEY_FILE_FLAGS);

  if (!is_copied)
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

  if (!keyfob_file_read (self->path, KEYFOB_KEY_FILE_MAX, &data, &length, &error))
    {
      g_message ("%s cannot be read: %s", self->name, error->message);
      g_set_error (&self->write_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                   _ ("The list of hosts cannot be read, so it is not written either: %s"),
                   error->message);
      g_ptr_array_add (problems, g_strdup (self->write_error->message));
      return NULL;
    }

  if (!keyfob_key_file_load (self->keys, data, length, KEYFOB_KEY_FILE_FLAGS))
    {
      salvage (self, data, length, problems);
    }

  return g_steal_pointer (&data);
}

/* What is kept while the groups of a file are read. */
typedef struct
{
  const char *rest; /* (nullable): of the text, where the next groups are: they come in its order */
  guint line;       /* number of its first line */
  guint n_logged;   /* groups left out of which the log alone tells */
  GPtrArray *problems; /* sentences for the user */
} Reading;

/* Returns: the number of the line with the name of @group, or 0 */
static guint
find_line (Reading *reading, const char *group)
{
  g_autofree char *header = g_strdup_printf ("[%s]", group);
  const char *line = reading->rest;

  for (guint number = reading->line; line != NULL; number++)
    {
      const char *end = strchr (line, '\n');
      g_autofree char *stripped =
          g_strstrip (end != NULL ? g_strndup (line, (gsize) (end - line)) : g_strdup (line));

      if (g_str_equal (stripped, header))
        {
          reading->rest = line;
          reading->line = number;
          return number;
        }

      line = end != NULL ? end + 1 : NULL;
    }

  return 0;
}

/* The time is in ISO 8601, since people read the file, too. */
static gint64
read_last_used (KeyfobHostFile *self, const char *group)
{
  g_autofree char *text = keyfob_key_file_dup_string (self->keys, group, LAST_USED, NULL);
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;

  return time != NULL ? MAX (g_date_time_to_unix (time), 0) : 0;
}

/* Returns: whether a host is meant by @group where other groups may be, too */
static gboolean
looks_like_address (const char *group)
{
  return strstr (group, "://") != NULL
         || (strpbrk (group, ".:") != NULL && strpbrk (group, " \t\"") == NULL);
}

/* The sentence has the line of the group, whose name may have a password in it.
 *
 * @is_problem: whether the user is told, too, and not the log alone */
static void
leave_out (KeyfobHostFile *self,
           Reading *reading,
           const char *group,
           gboolean is_problem,
           const char *reason)
{
  g_autofree char *sentence = NULL;

  if (is_problem ? reading->problems->len >= MOST_PROBLEMS : reading->n_logged++ >= MOST_PROBLEMS)
    return;

  /* Translators: number of a line, path of a file, and what is wrong */
  sentence = g_strdup_printf (_ ("The host in line %u of %s is left out: %s"),
                              find_line (reading, group), self->name, reason);
  /* whoever has read a list that is not the user's own tells of it */
  if (self->path != NULL)
    g_message ("%s", sentence);
  if (is_problem)
    g_ptr_array_add (reading->problems, g_steal_pointer (&sentence));
}

static void
note_removed (KeyfobHostFile *self, const char *group)
{
  g_autofree char *url = group_to_url (group);
  char *normal = keyfob_base_url_normalise (url, TRUE, NULL, NULL);

  if (normal != NULL)
    g_hash_table_add (self->removed, normal);
}

/* Returns: (transfer full) (nullable): the host of @group */
static KeyfobHostEntry *
read_group (KeyfobHostFile *self, const char *group, Reading *reading)
{
  g_autoptr (KeyfobHostEntry) entry = g_new0 (KeyfobHostEntry, 1);
  g_autoptr (GError) error = NULL;
  gboolean is_list = self->path == NULL;

  if (g_key_file_get_boolean (self->keys, group, REMOVED, NULL))
    {
      note_removed (self, group);
      return NULL;
    }

  entry->config = read_config (self, group, &error);
  if (entry->config == NULL)
    {
      /* what is no address in a file that Keyfob writes, too, is not meant for Keyfob */
      leave_out (self, reading, group, is_list || looks_like_address (group), error->message);
      return NULL;
    }
  if (g_hash_table_contains (self->groups, keyfob_config_get_base_url (entry->config)))
    {
      leave_out (self, reading, group, is_list, _ ("It is there twice, and the first one counts."));
      return NULL;
    }
  g_hash_table_insert (self->groups, g_strdup (keyfob_config_get_base_url (entry->config)),
                       g_strdup (group));

  entry->account = keyfob_key_file_dup_string (self->keys, group, KEYFOB_HOST_NOTE_ACCOUNT, NULL);
  if (entry->account == NULL)
    entry->account = g_strdup ("");
  entry->last_used = read_last_used (self, group);

  return g_steal_pointer (&entry);
}

static KeyfobConfig *
get_provided (KeyfobHostFile *self, KeyfobConfig *config)
{
  return g_hash_table_lookup (self->bases, keyfob_config_get_base_url (config));
}

static const char *
find_group (KeyfobHostFile *self, KeyfobConfig *config)
{
  return g_hash_table_lookup (self->groups, keyfob_config_get_base_url (config));
}

static void
remove_groups (KeyfobHostFile *self, const char *base_url)
{
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
}

static const char *
group_of (KeyfobHostFile *self, KeyfobConfig *config)
{
  const char *url = keyfob_config_get_base_url (config);

  if (g_hash_table_remove (self->removed, url))
    remove_groups (self, url);
  if (!g_hash_table_contains (self->groups, url))
    g_hash_table_insert (self->groups, g_strdup (url), url_to_group (url));

  return g_hash_table_lookup (self->groups, url);
}

/* Returns: (nullable): where something is noted on a host: one that is provided gets a group for it
 */
static const char *
find_group_to_write (KeyfobHostFile *self, KeyfobConfig *config)
{
  const char *url = keyfob_config_get_base_url (config);
  const char *group = find_group (self, config);

  if (group != NULL || get_provided (self, config) == NULL
      || g_hash_table_contains (self->removed, url))
    return group;

  return group_of (self, config);
}

static void
on_flushed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  KeyfobHostFile *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;

  if (!keyfob_key_file_writer_flush_finish (KEYFOB_KEY_FILE_WRITER (source), result, &error))
    g_task_return_error (task, g_steal_pointer (&error));
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
  g_hash_table_unref (self->bases);
  g_hash_table_unref (self->removed);
  g_clear_pointer (&self->provided, g_ptr_array_unref);
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
  self->bases = g_hash_table_new (g_str_hash, g_str_equal);
  self->removed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
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
  keyfob_key_file_writer_set_failure (self->writer, _ ("The list of hosts cannot be saved: %s"));

  return self;
}

KeyfobHostFile *
keyfob_host_file_new_copy (const char *path, KeyfobClock *clock)
{
  KeyfobHostFile *self = keyfob_host_file_new (path, clock);

  self->is_copy = TRUE;

  return self;
}

gboolean
keyfob_host_file_is_copy (KeyfobHostFile *self)
{
  return self->is_copy;
}

char *
keyfob_host_file_dup_default_path (void)
{
  return g_build_filename (g_get_user_config_dir (), GETTEXT_PACKAGE, "hosts.ini", NULL);
}

/* @text: (nullable): of the file, to find the number of a line in */
static void
read_groups (KeyfobHostFile *self, const char *text, GPtrArray *entries, GPtrArray *problems)
{
  g_auto (GStrv) groups = g_key_file_get_groups (self->keys, NULL);
  Reading reading = { .line = 1, .problems = problems };

  if (text != NULL)
    reading.rest = keyfob_key_file_skip_byte_order_mark (text);
  for (gsize i = 0; groups[i] != NULL; i++)
    {
      KeyfobHostEntry *entry;

      if (entries->len == KEYFOB_HOST_FILE_MOST)
        {
          if (self->path != NULL)
            g_message ("What follows host %u in %s is left out", entries->len, self->name);
          g_ptr_array_add (problems,
                           /* Translators: path of a file, number of hosts */
                           g_strdup_printf (_ ("%s lists more than %d hosts. The others are left "
                                               "out."),
                                            self->name, KEYFOB_HOST_FILE_MOST));
          break;
        }

      entry = read_group (self, groups[i], &reading);

      if (entry != NULL)
        g_ptr_array_add (entries, entry);
    }
}

/* Adds the hosts that are provided and that the file says nothing of. */
static void
add_provided (KeyfobHostFile *self, GPtrArray *entries)
{
  for (guint i = 0; self->provided != NULL && i < self->provided->len; i++)
    {
      KeyfobConfig *config = g_ptr_array_index (self->provided, i);
      const char *url = keyfob_config_get_base_url (config);
      KeyfobHostEntry *entry;

      if (entries->len == KEYFOB_HOST_FILE_MOST)
        {
          g_message ("What follows host %u of those that are provided is left out", i);
          break;
        }
      if (g_hash_table_contains (self->groups, url) || g_hash_table_contains (self->removed, url))
        continue;

      entry = g_new0 (KeyfobHostEntry, 1);
      entry->config = g_object_ref (config);
      entry->account = g_strdup ("");
      g_ptr_array_add (entries, entry);
    }
}

/* What GKeyFile says of a value has the bytes of the file in it.
 *
 * Returns: (transfer full): @problems, valid */
static GStrv
dup_problems (GPtrArray *problems)
{
  GStrv valid = g_new0 (char *, problems->len + 1);

  for (guint i = 0; i < problems->len; i++)
    valid[i] = g_utf8_make_valid (g_ptr_array_index (problems, i), -1);

  return valid;
}

GPtrArray *
keyfob_host_file_load (KeyfobHostFile *self, char **problem)
{
  g_autoptr (GPtrArray) entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) keyfob_host_entry_free);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = read_file (self, problems);
  g_auto (GStrv) valid = NULL;

  keyfob_key_file_writer_merge (self->writer, self->keys);
  read_groups (self, text, entries, problems);
  add_provided (self, entries);

  valid = dup_problems (problems);
  if (problem != NULL)
    *problem = valid[0] != NULL ? g_strjoinv ("\n", valid) : NULL;

  return g_steal_pointer (&entries);
}

/* A file of another program has groups, too: a word alone is no address there. */
static void
drop_words (GKeyFile *keys)
{
  g_auto (GStrv) groups = g_key_file_get_groups (keys, NULL);

  for (gsize i = 0; groups[i] != NULL; i++)
    if (!looks_like_address (groups[i]))
      g_key_file_remove_group (keys, groups[i], NULL);
}

static void
set_bad_line (GError **error, const char *text)
{
  guint n_bad;
  guint line = keyfob_key_file_find_bad_line (text, &n_bad);

  if (n_bad > 1)
    g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE,
                 /* Translators: number of a line of a file, and how many lines beside that one */
                 g_dngettext (GETTEXT_PACKAGE, "Line %u and %u more line cannot be read.",
                              "Line %u and %u more lines cannot be read.", n_bad - 1),
                 line, n_bad - 1);
  else
    g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE, _ ("Line %u cannot be read."),
                 line);
}

/* @is_foreign: whether it may be a file that is not meant for Keyfob */
static GPtrArray *
parse_list (const char *path,
            const char *text,
            gsize length,
            gboolean is_foreign,
            GStrv *problems,
            GError **error)
{
  g_autoptr (KeyfobHostFile) self = g_object_new (KEYFOB_TYPE_HOST_FILE, NULL);
  g_autoptr (GPtrArray) entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) keyfob_host_entry_free);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);

  self->name = g_filename_display_name (path);
  /* as in UTF-16 */
  if (memchr (text, '\0', length) != NULL)
    return refuse_value (error, _ ("This is no text in UTF-8. Save the file as UTF-8."));
  if (!keyfob_key_file_load (self->keys, text, length, G_KEY_FILE_NONE))
    {
      set_bad_line (error, text);
      return NULL;
    }

  if (is_foreign)
    drop_words (self->keys);
  read_groups (self, text, entries, found);
  *problems = dup_problems (found);

  return g_steal_pointer (&entries);
}

GPtrArray *
keyfob_host_file_parse_list (const char *path,
                             const char *text,
                             gsize length,
                             GStrv *problems,
                             GError **error)
{
  return parse_list (path, text, length, FALSE, problems, error);
}

GPtrArray *
keyfob_host_file_read_list (const char *path, GStrv *problems, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) unread = NULL;
  g_auto (GStrv) found = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;

  if (!keyfob_file_read (path, KEYFOB_KEY_FILE_MAX, &text, &length, error))
    return NULL;

  if (text == NULL)
    {
      g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                   _ ("There is no file %s. Choose another file."), name);
      return NULL;
    }

  entries = parse_list (path, text, length, TRUE, &found, &unread);
  if (entries == NULL)
    {
      g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                   /* Translators: path of a file, and what is wrong with it */
                   _ ("%s cannot be read as a list of servers: %s"), name, unread->message);
      return NULL;
    }
  if (entries->len == 0 && found[0] == NULL)
    {
      g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                   _ ("%s is no list of servers as Keyfob exports it. Choose another file."), name);
      return NULL;
    }

  *problems = g_steal_pointer (&found);

  return g_steal_pointer (&entries);
}

char *
keyfob_host_file_write_list (GPtrArray *configs)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();

  for (guint i = 0; i < configs->len; i++)
    {
      KeyfobConfig *config = g_ptr_array_index (configs, i);
      g_autofree char *group = url_to_group (keyfob_config_get_base_url (config));

      /* a group comes with its first key, and stays */
      g_key_file_set_string (keys, group, KEYFOB_HOST_NOTE_ACCOUNT, "");
      g_key_file_remove_key (keys, group, KEYFOB_HOST_NOTE_ACCOUNT, NULL);
      write_config (keys, group, config, NULL);
    }

  return g_key_file_to_data (keys, NULL, NULL);
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
      KeyfobConfig *config = read_config (self, group, NULL);

      if (config != NULL)
        g_ptr_array_add (configs, config);
    }

  return configs;
}

/* The hosts of @before that are provided no longer, and are in the file, become the user's own. */
static void
keep_withdrawn (KeyfobHostFile *self, GPtrArray *before)
{
  for (guint i = 0; i < before->len; i++)
    {
      KeyfobConfig *config = g_ptr_array_index (before, i);
      const char *group = find_group (self, config);

      if (group == NULL || get_provided (self, config) != NULL)
        continue;

      write_last_provided (self->keys, group, config);
      changed (self);
    }
}

void
keyfob_host_file_set_provided (KeyfobHostFile *self, GPtrArray *configs)
{
  g_autoptr (GPtrArray) before = g_steal_pointer (&self->provided);

  g_hash_table_remove_all (self->bases);
  self->provided = g_ptr_array_ref (configs);
  for (guint i = 0; i < configs->len; i++)
    {
      KeyfobConfig *config = g_ptr_array_index (configs, i);

      g_hash_table_insert (self->bases, (char *) keyfob_config_get_base_url (config), config);
    }
  if (before != NULL)
    keep_withdrawn (self, before);
}

gboolean
keyfob_host_file_is_provided (KeyfobHostFile *self, KeyfobConfig *config)
{
  return get_provided (self, config) != NULL;
}

gboolean
keyfob_host_file_is_as_provided (KeyfobHostFile *self, KeyfobConfig *config)
{
  KeyfobConfig *provided = get_provided (self, config);
  g_autoptr (GVariant) changes = NULL;

  if (provided == NULL)
    return FALSE;

  changes = g_variant_ref_sink (keyfob_config_list_changes (provided, config));

  return g_variant_n_children (changes) == 0;
}

gboolean
keyfob_host_file_is_listed (KeyfobHostFile *self, KeyfobConfig *config)
{
  return find_group (self, config) != NULL;
}

KeyfobConfig *
keyfob_host_file_find_provided (KeyfobHostFile *self, const char *url)
{
  return find_provided (self, url);
}

KeyfobConfig *
keyfob_host_file_dup_config (KeyfobHostFile *self, const char *base_url)
{
  const char *group = g_hash_table_lookup (self->groups, base_url);
  KeyfobConfig *provided = g_hash_table_lookup (self->bases, base_url);

  if (group != NULL)
    return read_config (self, group, NULL);
  if (provided == NULL || g_hash_table_contains (self->removed, base_url))
    return NULL;

  return g_object_ref (provided);
}

GPtrArray *
keyfob_host_file_list_removed (KeyfobHostFile *self)
{
  GPtrArray *configs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; self->provided != NULL && i < self->provided->len; i++)
    {
      KeyfobConfig *config = g_ptr_array_index (self->provided, i);

      if (g_hash_table_contains (self->removed, keyfob_config_get_base_url (config)))
        g_ptr_array_add (configs, g_object_ref (config));
    }

  return configs;
}

void
keyfob_host_file_set (KeyfobHostFile *self, KeyfobConfig *config, const char *account)
{
  const char *url = keyfob_config_get_base_url (config);
  const char *group;

  if (g_hash_table_remove (self->removed, url))
    remove_groups (self, url);
  if (keyfob_host_file_is_as_provided (self, config) && *account == '\0'
      && find_group (self, config) == NULL)
    {
      changed (self);
      return;
    }

  group = group_of (self, config);
  /* an empty group is not written, and the account is always known */
  g_key_file_set_string (self->keys, group, KEYFOB_HOST_NOTE_ACCOUNT, account);
  write_config (self->keys, group, config, get_provided (self, config));
  keyfob_key_file_writer_want_group (self->writer, group);
  changed (self);
}

void
keyfob_host_file_copy (KeyfobHostFile *self, KeyfobConfig *from, KeyfobConfig *to)
{
  const char *old = group_of (self, from);
  const char *group = group_of (self, to);
  g_auto (GStrv) keys = g_key_file_get_keys (self->keys, old, NULL, NULL);

  for (gsize i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_autofree char *value = g_key_file_get_value (self->keys, old, keys[i], NULL);

      g_key_file_set_value (self->keys, group, keys[i], value);
    }
  write_config (self->keys, group, to, get_provided (self, to));
  keyfob_key_file_writer_want_group (self->writer, group);
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

  return group != NULL ? keyfob_key_file_dup_strings (self->keys, group, COPY_STORES)
                       : g_new0 (char *, 1);
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
  const char *group = find_group_to_write (self, config);
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
  /* that a host is provided is no use of it */
  const char *group =
      get_provided (self, config) != NULL ? find_group (self, config) : group_of (self, config);
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (time);
  g_autofree char *text = g_date_time_format_iso8601 (date);

  if (group == NULL || ABS (time - read_last_used (self, group)) < USE_GRAIN)
    return;

  g_key_file_set_string (self->keys, group, LAST_USED, text);
  changed (self);
}

char *
keyfob_host_file_dup_note (KeyfobHostFile *self, KeyfobConfig *config, const char *note)
{
  const char *group = find_group (self, config);
  char *text = group != NULL ? keyfob_key_file_dup_string (self->keys, group, note, NULL) : NULL;

  return text != NULL ? text : g_strdup ("");
}

void
keyfob_host_file_set_note (KeyfobHostFile *self,
                           KeyfobConfig *config,
                           const char *note,
                           const char *text)
{
  const char *group = find_group_to_write (self, config);
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
  g_autofree char *group = url_to_group (base_url);

  remove_groups (self, base_url);
  if (get_provided (self, config) != NULL)
    {
      g_key_file_set_boolean (self->keys, group, REMOVED, TRUE);
      keyfob_key_file_writer_want_group (self->writer, group);
      g_hash_table_add (self->removed, g_strdup (base_url));
    }
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
