/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-key-file-writer.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-file.h"
#include "keyfob-lock.h"
#include "keyfob-retry.h"
#include "keyfob-source.h"
#include "keyfob-time-limit.h"

#define FIRST_RETRY 10 /* seconds */
#define LAST_RETRY 600 /* seconds */
/* How long a write waits for other programs: less than the agent waits for it at its end. */
#define LOCK_SECONDS 4
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

struct _KeyfobKeyFileWriter
{
  GObject parent_instance;

  char *path;
  const char *failure; /* (nullable): see keyfob_key_file_writer_set_failure() */
  KeyfobClock *clock;
  GKeyFile *keys;     /* NULL until the first change */
  char *base;         /* (nullable): @keys as they were last read or written, see _merge() */
  GHashTable *wanted; /* set of the groups to write even where another program removed them */
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
  char *base;
  GHashTable *wanted;
  KeyfobTimeLimit *limit; /* (nullable): of the wait for the lock */
  KeyfobLock *lock;
} Snapshot;

static void
snapshot_free (Snapshot *snapshot)
{
  g_clear_pointer (&snapshot->limit, keyfob_time_limit_free);
  g_clear_pointer (&snapshot->lock, keyfob_lock_free);
  g_free (snapshot->path);
  g_free (snapshot->data);
  g_free (snapshot->base);
  g_hash_table_unref (snapshot->wanted);
  g_free (snapshot);
}

static void
set_error (GError **error, const char *path, int code)
{
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "%s: %s.", name,
               g_strerror (code));
}

/* Returns: the first character from @p on that is none of the white space that GKeyFile skips */
static const char *
skip_space (const char *p, const char *end)
{
  while (p < end && g_ascii_isspace (*p))
    p++;

  return p;
}

/* @line: begins with "[" */
static gboolean
is_group_line (const char *line, const char *end)
{
  const char *name = line + 1;
  const char *p = name;

  while (p < end && *p != '[' && *p != ']' && !g_ascii_iscntrl (*p))
    p++;
  if (p == name || p == end || *p != ']')
    return FALSE;

  do
    p++;
  while (p < end && (*p == ' ' || *p == '\t'));

  return p == end;
}

static gboolean
is_locale_char (const char *p, const char *end)
{
  return g_unichar_isalnum (g_utf8_get_char_validated (p, end - p))
         || (*p != '\0' && strchr ("-_.@", *p) != NULL);
}

/* A name, perhaps with a locale in brackets. */
static gboolean
is_key (const char *key, const char *end)
{
  const char *p = key;

  while (p < end && *p != '[' && *p != ']')
    p++;
  if (p == key || p[-1] == ' ')
    return FALSE;
  if (p == end)
    return TRUE;
  if (*p != '[')
    return FALSE;

  for (p++; p < end && is_locale_char (p, end); p = g_utf8_next_char (p))
    continue;

  return p == end - 1 && *p == ']';
}

/* GKeyFile reads no other encoding, where the first group has this key. */
static gboolean
is_encoding (const char *key, gsize length, const char *value, const char *end)
{
  static const char name[] = "Encoding";
  static const char utf8[] = "UTF-8";

  if (length != strlen (name) || strncmp (key, name, length) != 0)
    return TRUE;

  return (gsize) (end - value) == strlen (utf8)
         && g_ascii_strncasecmp (value, utf8, strlen (utf8)) == 0;
}

static gboolean
is_pair (const char *line, const char *end)
{
  const char *sign = memchr (line, '=', end - line);
  const char *key_end = sign;

  if (sign == NULL)
    return FALSE;

  while (key_end > line && g_ascii_isspace (key_end[-1]))
    key_end--;

  return is_key (line, key_end)
         && is_encoding (line, key_end - line, skip_space (sign + 1, end), end);
}

/* As GKeyFile judges a line within a group; a GKeyFile for each line of a large file would take
 * minutes.
 *
 * @line: behind the white space at its beginning */
static gboolean
is_good_line (const char *line, const char *end)
{
  if (line == end || *line == '#')
    return TRUE;

  return *line == '[' ? is_group_line (line, end) : is_pair (line, end);
}

const char *
keyfob_key_file_skip_byte_order_mark (const char *text)
{
  return g_str_has_prefix (text, BYTE_ORDER_MARK) ? text + strlen (BYTE_ORDER_MARK) : text;
}

/* A group whose name cannot be read is left out whole, or its keys would get into the group before.
 *
 * @first_bad: (out): number of the first line that cannot be read, or 0
 * @n_bad: (out): how many there are
 *
 * Returns: (transfer full): the other lines of @text */
static char *
drop_bad_lines (const char *text, guint *first_bad, guint *n_bad)
{
  const char *next = keyfob_key_file_skip_byte_order_mark (text);
  g_autoptr (GString) good = g_string_sized_new (strlen (next) + 1);
  gboolean in_group = FALSE;

  *first_bad = 0;
  *n_bad = 0;
  for (guint number = 1; next != NULL; number++)
    {
      const char *feed = strchr (next, '\n');
      const char *end = feed != NULL ? feed : next + strlen (next);
      const char *line;
      gboolean is_read;
      gboolean is_kept;

      /* only before a line feed is a carriage return, as Windows has it, part of the end */
      if (feed > next && feed[-1] == '\r')
        end--;
      line = skip_space (next, end);
      is_read = is_good_line (line, end);
      next = feed != NULL ? feed + 1 : NULL;

      if (*line == '[')
        in_group = is_read;
      is_kept = is_read && (in_group || line == end || *line == '#');
      if (is_kept)
        {
          g_string_append_len (good, line, end - line);
          g_string_append_c (good, '\n');
        }
      else if (!is_read || *first_bad == 0)
        {
          *first_bad = *first_bad != 0 ? *first_bad : number;
          ++*n_bad;
        }
    }

  return g_string_free (g_steal_pointer (&good), FALSE);
}

gboolean
keyfob_key_file_load (GKeyFile *keys, const char *data, gsize length, GKeyFileFlags flags)
{
  const char *text = data != NULL ? keyfob_key_file_skip_byte_order_mark (data) : NULL;

  if (length > 0)
    length -= text - data;

  return length == 0 || g_key_file_load_from_data (keys, text, length, flags, NULL);
}

gboolean
keyfob_key_file_salvage (const char *path,
                         char *data,
                         gsize length,
                         char **good,
                         guint *line,
                         char **copy,
                         GError **error)
{
  guint n_bad;
  GStatBuf info = { 0 };
  gboolean known = g_stat (path, &info) == 0;
  /* the time of the file: the same file, read twice, has one copy */
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (known ? info.st_mtime : 0);
  g_autofree char *stamp = g_date_time_format (time, "%Y%m%d-%H%M%S");
  g_autofree char *name = g_strdup_printf ("%s.damaged-%s", path, stamp);
  gboolean copied = keyfob_file_replace (name, data, length, error);

  for (gsize i = 0; i < length; i++)
    if (data[i] == '\0')
      data[i] = '\1';
  *good = drop_bad_lines (data, line, &n_bad);
  *copy = copied ? g_steal_pointer (&name) : NULL;

  return copied;
}

guint
keyfob_key_file_find_bad_line (const char *text, guint *n_bad)
{
  guint line;

  g_free (drop_bad_lines (text, &line, n_bad));

  return line;
}

static GKeyFile *
parse (const char *text)
{
  GKeyFile *keys = g_key_file_new ();

  keyfob_key_file_load (keys, text, strlen (text), KEYFOB_KEY_FILE_FLAGS);

  return keys;
}

/* Sets in @there each key of @group that @ours has otherwise than @base. */
static void
merge_group (GKeyFile *there, GKeyFile *base, GKeyFile *ours, const char *group)
{
  g_auto (GStrv) keys = g_key_file_get_keys (ours, group, NULL, NULL);
  g_auto (GStrv) old_keys = g_key_file_get_keys (base, group, NULL, NULL);

  for (gsize i = 0; keys[i] != NULL; i++)
    {
      g_autofree char *value = g_key_file_get_value (ours, group, keys[i], NULL);
      g_autofree char *old = g_key_file_get_value (base, group, keys[i], NULL);

      if (g_strcmp0 (value, old) != 0)
        g_key_file_set_value (there, group, keys[i], value);
    }

  for (gsize i = 0; old_keys != NULL && old_keys[i] != NULL; i++)
    if (!g_key_file_has_key (ours, group, old_keys[i], NULL))
      g_key_file_remove_key (there, group, old_keys[i], NULL);
}

/* Makes the changes that lead from @base to @ours in @there. Where another program has removed a
 * group, a change of that group is not made, unless the group is wanted: then it comes back whole.
 */
static void
merge (GKeyFile *there, GKeyFile *base, GKeyFile *ours, GHashTable *wanted)
{
  g_auto (GStrv) groups = g_key_file_get_groups (ours, NULL);
  g_auto (GStrv) old_groups = g_key_file_get_groups (base, NULL);
  g_autoptr (GKeyFile) nothing = g_key_file_new ();

  for (gsize i = 0; old_groups[i] != NULL; i++)
    if (!g_key_file_has_group (ours, old_groups[i]))
      g_key_file_remove_group (there, old_groups[i], NULL);

  for (gsize i = 0; groups[i] != NULL; i++)
    if (g_key_file_has_group (there, groups[i]) || !g_key_file_has_group (base, groups[i]))
      merge_group (there, base, ours, groups[i]);
    else if (g_hash_table_contains (wanted, groups[i]))
      merge_group (there, nothing, ours, groups[i]);
}

/* Returns: (transfer full): the text to write, which keeps what other programs changed in the file
 */
static char *
dup_merged (Snapshot *snapshot, const char *target, GError **error)
{
  g_autofree char *data = NULL;
  g_autofree char *good = NULL;
  g_autofree char *copy = NULL;
  g_autoptr (GKeyFile) there = g_key_file_new ();
  g_autoptr (GKeyFile) base = NULL;
  g_autoptr (GKeyFile) ours = NULL;
  gsize length;
  guint line;

  if (!keyfob_file_read (target, KEYFOB_KEY_FILE_MAX, &data, &length, error))
    return NULL;

  /* deleted, or an editor has just emptied it: this program alone knows what was there */
  if (length == 0)
    return g_strdup (snapshot->data);
  /* what this program wrote last */
  if (length == strlen (snapshot->base) && memcmp (data, snapshot->base, length) == 0)
    return g_strdup (snapshot->data);

  if (!keyfob_key_file_load (there, data, length, KEYFOB_KEY_FILE_FLAGS))
    {
      if (!keyfob_key_file_salvage (snapshot->path, data, length, &good, &line, &copy, error))
        return NULL;
      g_message ("%s is damaged in line %u; a copy of it is %s", snapshot->path, line, copy);
      g_clear_pointer (&there, g_key_file_unref);
      there = parse (good);
    }

  base = parse (snapshot->base);
  ours = parse (snapshot->data);
  merge (there, base, ours, snapshot->wanted);

  return g_key_file_to_data (there, NULL, NULL);
}

static gboolean
write_file (Snapshot *snapshot, GError **error)
{
  g_autofree char *target = keyfob_file_resolve (snapshot->path, FALSE, error);
  g_autofree char *folder = target != NULL ? g_path_get_dirname (target) : NULL;
  g_autofree char *text = NULL;

  if (target == NULL)
    return FALSE;

  if (g_mkdir_with_parents (folder, 0700) < 0)
    {
      set_error (error, folder, errno);
      return FALSE;
    }

  text = snapshot->base != NULL ? dup_merged (snapshot, target, error) : g_strdup (snapshot->data);
  if (text == NULL)
    return FALSE;

  /* a file without groups is told from one that was emptied */
  return keyfob_file_replace (target, *text != '\0' ? text : "\n", MAX (strlen (text), 1), error);
}

static void
write_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (write_file (task_data, &error))
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

static GHashTable *
new_set (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static gboolean
move_to_set (gpointer member, gpointer value, gpointer set)
{
  g_hash_table_add (set, member);

  return TRUE;
}

/* @text: (transfer full) */
static void
set_base (KeyfobKeyFileWriter *self, char *text)
{
  g_free (self->base);
  self->base = text;
}

static void on_written (GObject *source, GAsyncResult *result, gpointer user_data);

static void
on_locked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Snapshot *snapshot = g_task_get_task_data (task);
  GError *error = NULL;

  snapshot->lock = keyfob_lock_acquire_finish (result, &error);
  if (snapshot->lock != NULL)
    {
      g_clear_pointer (&snapshot->limit, keyfob_time_limit_free);
      g_task_run_in_thread (task, write_in_thread);
      return;
    }

  if (keyfob_time_limit_has_passed (snapshot->limit))
    {
      g_clear_error (&error);
      error = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_AGAIN,
                                   _ ("Another program has locked it."));
    }
  g_task_return_error (task, error);
}

/* The lock is on the file itself, which KeyfobLock expects to be replaced. */
static void
lock_and_write (KeyfobKeyFileWriter *self, GTask *task)
{
  Snapshot *snapshot = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *target = keyfob_file_resolve (snapshot->path, FALSE, &error);

  if (target == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  snapshot->limit = keyfob_time_limit_new (self->clock, LOCK_SECONDS, NULL);
  keyfob_lock_acquire_async (target, NULL, keyfob_time_limit_get_cancellable (snapshot->limit),
                             on_locked, g_object_ref (task));
}

static void
write_snapshot (KeyfobKeyFileWriter *self)
{
  Snapshot *snapshot = g_new0 (Snapshot, 1);
  g_autoptr (GTask) task = g_task_new (self, NULL, on_written, NULL);

  snapshot->path = g_strdup (self->path);
  snapshot->data = g_key_file_to_data (self->keys, NULL, NULL);
  snapshot->base = g_strdup (self->base);
  snapshot->wanted = g_steal_pointer (&self->wanted);
  self->wanted = new_set ();

  g_clear_pointer (&self->timer, keyfob_source_free);
  self->unsaved = FALSE;
  self->writing = g_steal_pointer (&self->waiting);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);

  g_task_set_source_tag (task, write_snapshot);
  g_task_set_task_data (task, snapshot, (GDestroyNotify) snapshot_free);
  if (self->base != NULL)
    lock_and_write (self, task);
  else
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
  Snapshot *snapshot = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&snapshot->lock, keyfob_lock_free);
  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      keyfob_retry_reset (&self->retry);
      if (self->base != NULL)
        set_base (self, g_steal_pointer (&snapshot->data));
    }
  else
    g_hash_table_foreach_steal (snapshot->wanted, move_to_set, self->wanted);

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
  g_free (self->base);
  g_hash_table_unref (self->wanted);
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
  self->wanted = new_set ();
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
keyfob_key_file_writer_merge (KeyfobKeyFileWriter *self, GKeyFile *keys)
{
  set_base (self, g_key_file_to_data (keys, NULL, NULL));
}

void
keyfob_key_file_writer_want_group (KeyfobKeyFileWriter *self, const char *group)
{
  g_hash_table_add (self->wanted, g_strdup (group));
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
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GString) sentence = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  if (g_task_propagate_boolean (G_TASK (result), &local_error))
    return TRUE;

  if (self->failure == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  sentence = g_string_new (self->failure);
  g_string_replace (sentence, "%s", local_error->message, 1);
  g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE, sentence->str);

  return FALSE;
}

void
keyfob_key_file_writer_set_failure (KeyfobKeyFileWriter *self, const char *failure)
{
  self->failure = failure;
}

gboolean
keyfob_key_file_read (GKeyFile *keys, const char *path, GError **error)
{
  g_autofree char *data = NULL;
  gsize length;

  return keyfob_file_read (path, KEYFOB_FILE_MAX, &data, &length, error)
         && (length == 0 || g_key_file_load_from_data (keys, data, length, G_KEY_FILE_NONE, error));
}

/* Returns: whether each backslash of a value begins one of @escapes */
static gboolean
is_escaped (const char *value, const char *escapes)
{
  for (const char *p = strchr (value, '\\'); p != NULL; p = strchr (p + 2, '\\'))
    {
      if (p[1] == '\0' || strchr (escapes, p[1]) == NULL)
        return FALSE;
    }

  return TRUE;
}

gboolean
keyfob_key_file_check_value (GKeyFile *keys, const char *group, const char *key, GError **error)
{
  g_autofree char *value = g_key_file_get_value (keys, group, key, error);

  if (value == NULL)
    return FALSE;
  if (is_escaped (value, "sntr;\\"))
    return TRUE;

  g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
               _ ("There is a “\\” in “%s” that stands for nothing."), key);

  return FALSE;
}

char *
keyfob_key_file_dup_string (GKeyFile *keys, const char *group, const char *key, GError **error)
{
  g_autofree char *text = NULL;
  GError *bad = NULL;

  if (!keyfob_key_file_check_value (keys, group, key, error))
    return NULL;

  text = g_key_file_get_string (keys, group, key, &bad);
  if (bad == NULL)
    return g_steal_pointer (&text);

  g_propagate_error (error, bad);

  return NULL;
}

GStrv
keyfob_key_file_dup_strings (GKeyFile *keys, const char *group, const char *key)
{
  GStrv texts = NULL;

  if (keyfob_key_file_check_value (keys, group, key, NULL))
    texts = g_key_file_get_string_list (keys, group, key, NULL, NULL);

  return texts != NULL ? texts : g_new0 (char *, 1);
}
