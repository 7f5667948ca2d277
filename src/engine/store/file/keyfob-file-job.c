/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-file-job.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "keyfob-auth-error.h"
#include "keyfob-file-entry.h"
#include "keyfob-file-text.h"
#include "keyfob-temporary-file.h"
#include "keyfob-secret.h"

/* So often in a row another program may come between reading and writing. */
#define MAX_ATTEMPTS 100
/* Microseconds: Python reads the file, changes it and writes it within them. */
#define LOST_UPDATE (2 * G_USEC_PER_SEC)

/* Nothing in it but the cache is shared: it goes to another thread. */
struct _KeyfobFileJob
{
  char *path;
  char *host_key;
  char *base_url;
  gint64 now;
  /* The entry to put down; %NULL looks up or removes. */
  KeyfobSecret *entry;
  KeyfobLock *lock;
  gboolean tidies;
  KeyfobFileCache *cache;

  char *target;
  KeyfobFileId found;
  KeyfobFileId left;
  gboolean overtaken;
  gboolean lost;
  /* Names and sentences, in turns. */
  GPtrArray *reports;
};

/* @sentence: (transfer full) */
static void
report (KeyfobFileJob *self, const char *name, char *sentence)
{
  g_ptr_array_add (self->reports, g_strdup (name));
  g_ptr_array_add (self->reports, sentence);
}

static KeyfobTokenFile *
open_file (KeyfobFileJob *self, GError **error)
{
  KeyfobTokenFile *file = keyfob_token_file_open (self->path, error);

  if (file == NULL)
    return NULL;

  g_free (self->target);
  self->target = g_strdup (keyfob_token_file_get_target (file));
  self->found = self->left = *keyfob_token_file_get_mark (file);

  return file;
}

static KeyfobTokenText *
parse_file (KeyfobFileJob *self, KeyfobTokenFile *file, gboolean *foreign, GError **error)
{
  gboolean was_exposed = keyfob_token_file_was_exposed (file);
  KeyfobTokenText *text = keyfob_file_text_parse (file, foreign, error);

  self->left = *keyfob_token_file_get_mark (file);
  if (!was_exposed && keyfob_token_file_was_exposed (file))
    report (self, "readable-file",
            g_strdup_printf (_ ("Other users of this machine could read the token file %s. Only "
                                "you can now. If they are not to be trusted, sign out of every "
                                "host in it and sign in again."),
                             self->path));

  return text;
}

/* Returns: (nullable): the base URL that the entry belongs to, as far as it is known */
static const char *
get_owner (KeyfobFileJob *self, JsonObject *entry)
{
  const char *owner = keyfob_file_entry_get_base_url (entry);

  return owner != NULL ? owner : keyfob_file_cache_get_owner (self->cache, self->host_key);
}

static gboolean
check_owner (KeyfobFileJob *self, JsonObject *entry, GError **error)
{
  const char *owner = get_owner (self, entry);

  if (owner == NULL || g_str_equal (owner, self->base_url)
      || !keyfob_file_entry_may_live (entry, self->now))
    return TRUE;

  g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
               _ ("The token file has one place for %s, and %s uses it. Sign out there first, or "
                  "use a keyring."),
               self->host_key, owner);

  return FALSE;
}

static gboolean
put_entry (KeyfobFileJob *self, KeyfobTokenText *text, GError **error)
{
  g_autoptr (KeyfobSecret) old_json = keyfob_token_text_dup (text, self->host_key);
  g_autoptr (KeyfobSecret) json = NULL;
  g_autoptr (JsonObject) old = keyfob_file_entry_parse (old_json);

  if (old != NULL && !check_owner (self, old, error))
    return FALSE;

  json = keyfob_file_entry_merge (old_json, self->entry, self->base_url);
  keyfob_token_text_set (text, self->host_key, json);

  return TRUE;
}

static gboolean
drop_entry (KeyfobFileJob *self, KeyfobTokenText *text)
{
  g_autoptr (KeyfobSecret) json = keyfob_token_text_dup (text, self->host_key);
  g_autoptr (JsonObject) entry = keyfob_file_entry_parse (json);
  const char *owner = entry != NULL ? get_owner (self, entry) : NULL;

  if (owner != NULL && !g_str_equal (owner, self->base_url))
    return FALSE;

  keyfob_file_cache_set_owner (self->cache, self->host_key, NULL);
  keyfob_file_cache_set_written (self->cache, self->base_url, 0);

  return keyfob_token_text_remove (text, self->host_key);
}

static KeyfobTokenFileOutcome
write_text (KeyfobTokenFile *file, KeyfobTokenText *text, GError **error)
{
  g_autoptr (KeyfobSecret) printed = keyfob_token_text_print (text);

  return keyfob_token_file_replace (file, printed, error);
}

static KeyfobTokenFileOutcome
save (KeyfobFileJob *self, KeyfobTokenFile *file, KeyfobTokenText *text, GError **error)
{
  KeyfobTokenFileOutcome outcome = KEYFOB_TOKEN_FILE_FAILED;

  if (put_entry (self, text, error))
    outcome = write_text (file, text, error);
  if (outcome == KEYFOB_TOKEN_FILE_WRITTEN)
    {
      keyfob_file_cache_set_owner (self->cache, self->host_key, self->base_url);
      keyfob_file_cache_set_written (self->cache, self->base_url, g_get_real_time ());
    }

  return outcome;
}

/* Saves into a new file; a copy of the damaged one stays beside it. */
static KeyfobTokenFileOutcome
replace_damaged (KeyfobFileJob *self, KeyfobTokenFile *file, GError **error)
{
  g_autoptr (KeyfobTokenText) text = keyfob_token_text_parse ("{}", 2);
  g_autofree char *copy = keyfob_token_file_keep_copy (file, self->now, error);
  KeyfobTokenFileOutcome outcome = KEYFOB_TOKEN_FILE_FAILED;

  if (copy == NULL)
    return KEYFOB_TOKEN_FILE_FAILED;

  outcome = save (self, file, text, error);

  if (outcome == KEYFOB_TOKEN_FILE_FAILED)
    unlink (copy);
  else
    report (self, "damaged-file",
            g_strdup_printf (_ ("The token file %s was damaged, so a new one was started. What it "
                                "held is kept in %s."),
                             self->path, copy));

  return outcome;
}

static KeyfobTokenFileOutcome
attempt (KeyfobFileJob *self, KeyfobTokenFile *file, GError **error)
{
  g_autoptr (KeyfobTokenText) text = NULL;
  g_autoptr (GError) local_error = NULL;
  gboolean foreign = FALSE;

  text = parse_file (self, file, &foreign, &local_error);

  if (text == NULL && self->entry != NULL && !foreign)
    return replace_damaged (self, file, error);

  if (text == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return KEYFOB_TOKEN_FILE_FAILED;
    }

  if (self->entry != NULL)
    return save (self, file, text, error);

  return drop_entry (self, text) ? write_text (file, text, error) : KEYFOB_TOKEN_FILE_WRITTEN;
}

static gboolean
modify_file (KeyfobFileJob *self, KeyfobTokenFile *file, GError **error)
{
  for (guint i = 0; i < MAX_ATTEMPTS; i++)
    {
      KeyfobTokenFileOutcome outcome = attempt (self, file, error);

      self->left = *keyfob_token_file_get_mark (file);
      if (outcome != KEYFOB_TOKEN_FILE_OVERTAKEN)
        return outcome == KEYFOB_TOKEN_FILE_WRITTEN;

      self->overtaken = TRUE;
      g_debug ("Another program has written the token file meanwhile");
    }

  g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
               _ ("Another program writes the token file %s all the time, so nothing can be saved "
                  "there. End that program and try again."),
               self->path);

  return FALSE;
}

/* An entry that Python wrote belongs to the first base URL of its host that looks for it. */
static gboolean
is_ours (KeyfobFileJob *self, JsonObject *entry)
{
  const char *owner = get_owner (self, entry);

  if (owner == NULL)
    owner = self->base_url;
  if (keyfob_file_entry_get_base_url (entry) != NULL || owner == self->base_url)
    keyfob_file_cache_set_owner (self->cache, self->host_key, owner);

  if (g_str_equal (owner, self->base_url))
    return TRUE;

  if (keyfob_file_entry_may_live (entry, self->now))
    report (self, "shared-place",
            g_strdup_printf (_ ("The token file has one place for %s, and %s uses it. Keep the "
                                "token of %s in a keyring or in another file."),
                             self->host_key, owner, self->base_url));

  return FALSE;
}

static JsonObject *
find_entry (KeyfobFileJob *self, KeyfobTokenText *text)
{
  g_autoptr (KeyfobSecret) json = keyfob_token_text_dup (text, self->host_key);

  return keyfob_file_entry_parse (json);
}

static gboolean
is_lost_update (KeyfobFileJob *self)
{
  gint64 written = keyfob_file_cache_get_written (self->cache, self->base_url);
  const struct timespec *modified = &self->found.modified;
  gint64 replaced = (gint64) modified->tv_sec * G_USEC_PER_SEC + modified->tv_nsec / 1000;

  return keyfob_file_id_exists (&self->found) && written != 0
         && ABS (replaced - written) <= LOST_UPDATE;
}

static gboolean
turn_cache (KeyfobFileJob *self, GError **error)
{
  KeyfobFileId mark;

  self->target = keyfob_token_file_resolve (self->path, error);
  if (self->target == NULL)
    return FALSE;

  mark = self->found = self->left = keyfob_file_id_at (self->target);
  /* What others can read must be opened to be tightened. */
  if (keyfob_file_id_is_exposed (&mark))
    mark = (KeyfobFileId){ 0 };
  keyfob_file_cache_turn_to (self->cache, &mark);

  return TRUE;
}

static gboolean
read_into_cache (KeyfobFileJob *self, GError **error)
{
  g_autoptr (KeyfobTokenFile) file = open_file (self, error);
  g_autoptr (KeyfobTokenText) text = NULL;
  gboolean foreign = FALSE;

  if (file != NULL)
    text = parse_file (self, file, &foreign, error);
  if (text == NULL)
    return FALSE;

  keyfob_file_cache_turn_to (self->cache, keyfob_token_file_get_mark (file));
  keyfob_file_cache_take_text (self->cache, g_steal_pointer (&file), g_steal_pointer (&text));

  return TRUE;
}

/* Where it holds what the file says, that was read for another look-up of the same time. */
static gboolean
fill_cache (KeyfobFileJob *self, KeyfobToken **token, GError **error)
{
  KeyfobTokenFile *file = keyfob_file_cache_get_file (self->cache);

  if (file != NULL)
    {
      self->target = g_strdup (keyfob_token_file_get_target (file));
      self->found = self->left = *keyfob_token_file_get_mark (file);
      return TRUE;
    }

  if (!turn_cache (self, error))
    return FALSE;

  *token = keyfob_file_cache_dup_token (self->cache, self->base_url);

  return *token != NULL || read_into_cache (self, error);
}

KeyfobFileJob *
keyfob_file_job_new (const char *path,
                     KeyfobConfig *host,
                     KeyfobToken *token,
                     gint64 now,
                     KeyfobFileCache *cache)
{
  KeyfobFileJob *self = g_new0 (KeyfobFileJob, 1);

  self->path = g_strdup (path);
  self->now = now;
  self->cache = cache;
  self->reports = g_ptr_array_new_with_free_func (g_free);

  if (host != NULL)
    {
      self->host_key = g_strdup (keyfob_config_get_host_key (host));
      self->base_url = g_strdup (keyfob_config_get_base_url (host));
    }

  if (token != NULL)
    {
      g_autoptr (JsonObject) entry = keyfob_token_to_entry (token, (double) now);
      g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), entry);

      self->entry = json_to_string (node, FALSE);
    }

  return self;
}

void
keyfob_file_job_free (KeyfobFileJob *self)
{
  g_clear_pointer (&self->lock, keyfob_lock_free);
  keyfob_secret_free (self->entry);
  g_ptr_array_unref (self->reports);
  g_free (self->path);
  g_free (self->host_key);
  g_free (self->base_url);
  g_free (self->target);
  g_free (self);
}

gboolean
keyfob_file_job_try_lock (KeyfobFileJob *self)
{
  g_autofree char *target = keyfob_token_file_resolve (self->path, NULL);
  g_autofree char *lock_path = g_strconcat (target != NULL ? target : self->path, ".lock", NULL);

  self->lock = keyfob_lock_try (lock_path, NULL);

  return self->lock != NULL;
}

void
keyfob_file_job_take_lock (KeyfobFileJob *self, KeyfobLock *lock)
{
  self->lock = lock;
}

void
keyfob_file_job_set_tidies (KeyfobFileJob *self, gboolean tidies)
{
  self->tidies = tidies;
}

gboolean
keyfob_file_job_check (KeyfobFileJob *self, GError **error)
{
  self->target = keyfob_token_file_resolve (self->path, error);
  if (self->target == NULL)
    return FALSE;

  self->found = self->left = keyfob_file_id_at (self->target);

  return TRUE;
}

gboolean
keyfob_file_job_lookup (KeyfobFileJob *self, KeyfobToken **token, GError **error)
{
  g_autoptr (JsonObject) entry = NULL;

  *token = NULL;

  if (!fill_cache (self, token, error))
    return FALSE;
  if (*token != NULL)
    return TRUE;

  entry = find_entry (self, keyfob_file_cache_get_text (self->cache));
  self->lost = entry == NULL && is_lost_update (self);
  if (entry == NULL || !is_ours (self, entry))
    return TRUE;

  *token = keyfob_token_new_from_entry (entry, error);
  if (*token != NULL)
    keyfob_file_cache_put_token (self->cache, self->base_url, *token);

  return *token != NULL;
}

void
keyfob_file_job_drop_text (KeyfobFileJob *self)
{
  keyfob_file_cache_drop_text (self->cache);
}

GStrv
keyfob_file_job_list (KeyfobFileJob *self, GError **error)
{
  g_autoptr (KeyfobTokenFile) file = open_file (self, error);
  g_autoptr (KeyfobTokenText) text = NULL;
  gboolean foreign = FALSE;

  if (file != NULL)
    text = parse_file (self, file, &foreign, error);

  return text != NULL ? keyfob_file_text_list (text, self->cache, self->now) : NULL;
}

gboolean
keyfob_file_job_was_lost (KeyfobFileJob *self)
{
  return self->lost;
}

/* The one place that reads, changes and writes the file, for the holder of its lock. What was
 * replaced is not kept in memory either. */
gboolean
keyfob_file_job_modify (KeyfobFileJob *self, GError **error)
{
  g_autoptr (KeyfobTokenFile) file = open_file (self, error);
  gboolean done = FALSE;

  if (file != NULL && self->tidies)
    keyfob_temporary_file_tidy (self->target);
  if (file != NULL)
    done = modify_file (self, file, error);
  keyfob_file_cache_turn_to (self->cache, &self->left);
  g_clear_pointer (&self->lock, keyfob_lock_free);

  return done;
}

const char *
keyfob_file_job_get_target (KeyfobFileJob *self)
{
  return self->target;
}

gboolean
keyfob_file_job_saw_change (KeyfobFileJob *self, const KeyfobFileId *seen)
{
  return self->overtaken || !keyfob_file_id_equal (&self->found, seen);
}

const KeyfobFileId *
keyfob_file_job_get_left (KeyfobFileJob *self)
{
  return &self->left;
}

void
keyfob_file_job_report (KeyfobFileJob *self, KeyfobFileJobReportFunc func, gpointer user_data)
{
  for (guint i = 0; i < self->reports->len; i += 2)
    func (self->reports->pdata[i], self->reports->pdata[i + 1], user_data);
}
