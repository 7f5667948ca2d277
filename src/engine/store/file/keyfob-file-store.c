/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-file-store.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "keyfob-auth-error.h"
#include "keyfob-file-watch.h"
#include "keyfob-file.h"
#include "keyfob-lock.h"
#include "keyfob-secret.h"
#include "keyfob-time-limit.h"
#include "keyfob-token-file.h"
#include "keyfob-token-text.h"

/* Seconds that another program may hold the lock; writing the file takes milliseconds. */
#define LONGEST_WAIT 30
/* How many times in a row another program may write the file between reading and writing. */
#define MAX_ATTEMPTS 100
/* Microseconds in which Python reads the file, changes it and writes it. */
#define LOST_UPDATE (2 * G_USEC_PER_SEC)
#define PYTHON_MARGIN 30 /* seconds */
/* Microseconds in which a file can change without a new time: the clock of a file system is coarse.
 */
#define JUST_NOW (3 * G_USEC_PER_SEC)
/* Two Python programs write into one temporary file before they rename it, so a file that was
 * renamed just now may be incomplete for a moment. */
#define MAX_READS 5
#define READ_INTERVAL 20000 /* microseconds */

struct _KeyfobFileStore
{
  GObject parent_instance;

  char *path;
  char *name; /* of the path, for people */
  KeyfobClock *clock;
  /* GTasks. Only the first one runs, so that of two saves the later one wins. */
  GQueue tasks;
  gboolean is_running;
  /* The number of look-ups, from the first task on, that share one reading of the file. */
  guint n_sharing;
  /* (nullable): of the first task while it waits for the lock. */
  KeyfobTimeLimit *wait;

  KeyfobFileWatch *watch;
  /* The file as this store read it or wrote it last. */
  KeyfobFileId seen;
  gboolean has_seen;
  /* The file as it was when it was last found to be a token store before it was locked. */
  KeyfobFileId inspected;
  gboolean has_started;

  /* While the first task runs, only its thread uses the fields below. */

  /* (nullable): as read for the look-ups that share the reading. */
  KeyfobTokenFile *file;
  KeyfobTokenText *text;
  /* Tokens by base URL, as found in the file @remembered. */
  GHashTable *tokens;
  KeyfobFileId remembered;
  gboolean can_remember;
  /* Base URLs by host key. Python drops the base URL of an entry that it writes. */
  GHashTable *owners;
  /* When this store wrote an entry: real times in microseconds (gint64) by base URL. */
  GHashTable *written;
  gboolean has_written;
};

/* The data of a task: the work, and its results. */
typedef struct
{
  GTaskThreadFunc function;
  char *host_key;
  char *base_url;
  char *predecessor; /* (nullable): base URL whose entry may be taken over */
  gint64 now;
  KeyfobSecret *entry;       /* (nullable): to save; %NULL to remove */
  KeyfobLock *lock;          /* (nullable) */
  GCancellable *cancellable; /* (nullable) (unowned): of the task */

  char *target; /* (nullable): absolute path of the file itself, when it could be looked at */
  KeyfobFileId found;
  KeyfobFileId left;
  gboolean overtaken;
  gboolean lost;
  GPtrArray *reports; /* names and sentences, by turns */
} Job;

static void keyfob_file_store_iface_init (KeyfobTokenStoreInterface *iface);
static void run_first (KeyfobFileStore *self);
static char *dup_lock_path (KeyfobTokenStore *store);

G_DEFINE_FINAL_TYPE_WITH_CODE (KeyfobFileStore,
                               keyfob_file_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KEYFOB_TYPE_TOKEN_STORE,
                                                      keyfob_file_store_iface_init))

enum
{
  PROP_0,
  PROP_LOCKED,
};

static void
job_free (gpointer data)
{
  Job *job = data;

  g_clear_pointer (&job->lock, keyfob_lock_free);
  keyfob_secret_free (job->entry);
  g_ptr_array_unref (job->reports);
  g_free (job->host_key);
  g_free (job->base_url);
  g_free (job->predecessor);
  g_free (job->target);
  g_free (job);
}

/* @sentence: (transfer full) */
static void
report (Job *job, const char *name, char *sentence)
{
  g_ptr_array_add (job->reports, g_strdup (name));
  g_ptr_array_add (job->reports, sentence);
}

/* Functions of the thread. */

static void
drop_text (KeyfobFileStore *self)
{
  g_clear_pointer (&self->text, keyfob_token_text_free);
  g_clear_pointer (&self->file, keyfob_token_file_free);
}

/* Forgets the tokens of any other file than @id. */
static void
remember_file (KeyfobFileStore *self, const KeyfobFileId *id)
{
  if (self->can_remember && keyfob_file_id_equal (&self->remembered, id))
    return;

  g_hash_table_remove_all (self->tokens);
  self->remembered = *id;
  /* A file that others can read must be opened, so that it is made private. */
  self->can_remember = keyfob_file_id_exists (id) && !keyfob_file_id_is_exposed (id)
                       && ABS (g_get_real_time () - keyfob_file_id_get_modified (id)) > JUST_NOW;
}

static void
set_owner (KeyfobFileStore *self, Job *job, const char *owner)
{
  g_hash_table_insert (self->owners, g_strdup (job->host_key), g_strdup (owner));
}

/* Returns: (nullable): the base URL that the entry is for, as far as it is known */
static const char *
get_owner (KeyfobFileStore *self, Job *job, JsonObject *entry)
{
  const char *owner = keyfob_token_entry_get_base_url (entry);

  return owner != NULL ? owner : g_hash_table_lookup (self->owners, job->host_key);
}

static gboolean
find_file (KeyfobFileStore *self, Job *job, GError **error)
{
  job->target = keyfob_file_resolve (self->path, TRUE, error);
  if (job->target == NULL)
    return FALSE;

  job->found = job->left = keyfob_file_id_at (job->target);

  return TRUE;
}

static void
take_file (Job *job, KeyfobTokenFile *file)
{
  g_free (job->target);
  job->target = g_strdup (keyfob_token_file_get_target (file));
  job->found = job->left = *keyfob_token_file_get_id (file);
}

static KeyfobTokenFile *
open_file (KeyfobFileStore *self, Job *job, GError **error)
{
  KeyfobTokenFile *file = keyfob_token_file_open (self->path, error);

  if (file != NULL)
    take_file (job, file);

  return file;
}

static void
make_private (KeyfobFileStore *self, Job *job, KeyfobTokenFile *file)
{
  if (keyfob_token_file_make_private (file))
    report (job, "readable-file",
            g_strdup_printf (_ ("Other users of this machine could read the token file %s. Only "
                                "you can now. If they are not to be trusted, sign out of every "
                                "host in it and sign in again."),
                             self->name));
  job->left = *keyfob_token_file_get_id (file);
}

static KeyfobTokenText *
parse (KeyfobTokenFile *file)
{
  gsize length = 0;
  const char *data = keyfob_token_file_get_data (file, &length);

  return keyfob_token_text_parse (data, length);
}

static gboolean
is_incomplete (KeyfobTokenFile *file)
{
  gint64 modified = keyfob_file_id_get_modified (keyfob_token_file_get_id (file));

  return ABS (g_get_real_time () - modified) < 2 * G_USEC_PER_SEC;
}

static gboolean
is_foreign (KeyfobTokenFile *file, KeyfobTokenText *text)
{
  gsize length = 0;
  const char *data = keyfob_token_file_get_data (file, &length);

  return text != NULL ? !keyfob_token_text_is_token_store (text)
                      : !keyfob_token_text_was_token_store (data, length);
}

/* Returns: whether @text is the text of a token store, or is %NULL for a damaged one; %FALSE with
 * an error for any other file */
static gboolean
parse_token_store (const char *name, KeyfobTokenFile *file, KeyfobTokenText **text, GError **error)
{
  g_autoptr (KeyfobTokenText) parsed = parse (file);

  for (guint i = 0; parsed == NULL && i < MAX_READS && is_incomplete (file); i++)
    {
      g_usleep (READ_INTERVAL);
      if (!keyfob_token_file_reload (file, error))
        return FALSE;
      parsed = parse (file);
    }

  if (parsed != NULL && keyfob_token_text_is_bare_token (parsed))
    {
      g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                   _ ("%s holds a single token, not those of hosts, and is left as it is. Import "
                      "it, or name another file."),
                   name);
      return FALSE;
    }
  if (is_foreign (file, parsed))
    {
      g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                   _ ("%s is not a token file and is left as it is. Name another file."), name);
      return FALSE;
    }

  *text = g_steal_pointer (&parsed);

  return TRUE;
}

/* As parse_token_store(), and makes the file private. */
static gboolean
parse_file (KeyfobFileStore *self,
            Job *job,
            KeyfobTokenFile *file,
            KeyfobTokenText **text,
            GError **error)
{
  if (!parse_token_store (self->name, file, text, error))
    return FALSE;

  make_private (self, job, file);

  return TRUE;
}

/* As parse_file(), for work that cannot start a new file in place of a damaged one. */
static KeyfobTokenText *
parse_undamaged (KeyfobFileStore *self, Job *job, KeyfobTokenFile *file, GError **error)
{
  KeyfobTokenText *text = NULL;

  if (parse_file (self, job, file, &text, error) && text == NULL)
    g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                 _ ("The token file %s is damaged. The next sign-in keeps a copy of it beside it "
                    "and starts a new one."),
                 self->name);

  return text;
}

/* Reads the file, unless another look-up that shares it has, or @token is remembered. */
static gboolean
read_file (KeyfobFileStore *self, Job *job, KeyfobToken **token, GError **error)
{
  if (self->text != NULL)
    {
      take_file (job, self->file);
      return TRUE;
    }

  if (!find_file (self, job, error))
    return FALSE;

  remember_file (self, &job->found);
  g_set_object (token, g_hash_table_lookup (self->tokens, job->base_url));
  if (*token != NULL)
    return TRUE;

  drop_text (self);
  self->file = open_file (self, job, error);
  if (self->file != NULL)
    self->text = parse_undamaged (self, job, self->file, error);
  if (self->text == NULL)
    return FALSE;

  remember_file (self, keyfob_token_file_get_id (self->file));

  return TRUE;
}

/* An entry of Python is for the first base URL of its host that is looked up. */
static gboolean
is_owner (KeyfobFileStore *self, Job *job, JsonObject *entry)
{
  g_autofree char *owner = g_strdup (get_owner (self, job, entry));

  if (owner == NULL)
    owner = g_strdup (job->base_url);
  set_owner (self, job, owner);

  if (g_str_equal (owner, job->base_url))
    return TRUE;

  if (keyfob_token_entry_is_in_use (entry, job->now))
    report (job, "shared-place",
            g_strdup_printf (_ ("The token file has one place for %s, and %s uses it. Keep the "
                                "token of %s in a keyring or in another file."),
                             job->host_key, owner, job->base_url));

  return FALSE;
}

static gboolean
is_lost_update (KeyfobFileStore *self, Job *job)
{
  const gint64 *written = g_hash_table_lookup (self->written, job->base_url);

  return written != NULL && keyfob_file_id_exists (&job->found)
         && ABS (keyfob_file_id_get_modified (&job->found) - *written) <= LOST_UPDATE;
}

/* Returns: whether the file could be read; @token is %NULL where it has none */
static gboolean
look_up (KeyfobFileStore *self, Job *job, KeyfobToken **token, GError **error)
{
  g_autoptr (JsonObject) entry = NULL;

  if (!read_file (self, job, token, error))
    return FALSE;
  if (*token != NULL)
    return TRUE;

  entry = keyfob_token_text_dup_entry (self->text, job->host_key);
  job->lost = entry == NULL && is_lost_update (self, job);
  if (entry == NULL || !is_owner (self, job, entry))
    return TRUE;

  *token = keyfob_token_new_from_entry (entry, error);
  if (*token != NULL && self->can_remember)
    g_hash_table_insert (self->tokens, g_strdup (job->base_url), g_object_ref (*token));

  return *token != NULL;
}

static void
look_up_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (KeyfobToken) token = NULL;
  GError *error = NULL;

  if (look_up (source, data, &token, &error))
    g_task_return_pointer (task, g_steal_pointer (&token), g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
list_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  KeyfobFileStore *self = source;
  Job *job = data;
  GError *error = NULL;
  g_autoptr (KeyfobTokenFile) file = open_file (self, job, &error);
  g_autoptr (KeyfobTokenText) text = NULL;

  if (file != NULL)
    text = parse_undamaged (self, job, file, &error);

  if (text != NULL)
    g_task_return_pointer (task, keyfob_token_text_list (text, self->owners, job->now),
                           (GDestroyNotify) g_strfreev);
  else
    g_task_return_error (task, error);
}

/* Only finds out which file is there. */
static void
check_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;

  if (!find_file (source, data, &error))
    g_debug ("%s", error->message);
  g_task_return_boolean (task, TRUE);
}

static gboolean
check_owner (KeyfobFileStore *self, Job *job, JsonObject *entry, GError **error)
{
  const char *owner = get_owner (self, job, entry);

  if (owner == NULL || g_str_equal (owner, job->base_url)
      || g_strcmp0 (owner, job->predecessor) == 0
      || !keyfob_token_entry_is_in_use (entry, job->now))
    return TRUE;

  g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
               _ ("The token file has one place for %s, and %s uses it. Sign out there first, or "
                  "use a keyring."),
               job->host_key, owner);

  return FALSE;
}

static KeyfobTokenFileOutcome
write_text (Job *job, KeyfobTokenFile *file, KeyfobTokenText *text, GError **error)
{
  g_autoptr (KeyfobSecret) printed = keyfob_token_text_print (text);

  /* to read the file may have taken so long that nobody waits for this any more */
  if (g_cancellable_set_error_if_cancelled (job->cancellable, error))
    return KEYFOB_TOKEN_FILE_FAILED;

  return keyfob_token_file_replace (file, printed, error);
}

static KeyfobTokenFileOutcome
save_entry (KeyfobFileStore *self,
            Job *job,
            KeyfobTokenFile *file,
            KeyfobTokenText *text,
            GError **error)
{
  g_autoptr (JsonObject) old = keyfob_token_text_dup_entry (text, job->host_key);
  KeyfobTokenFileOutcome outcome = KEYFOB_TOKEN_FILE_FAILED;

  if (old != NULL && !check_owner (self, job, old, error))
    return KEYFOB_TOKEN_FILE_FAILED;

  keyfob_token_text_set_entry (text, job->host_key, job->entry, job->base_url);
  outcome = write_text (job, file, text, error);

  if (outcome == KEYFOB_TOKEN_FILE_WRITTEN)
    {
      gint64 now = g_get_real_time ();

      set_owner (self, job, job->base_url);
      g_hash_table_insert (self->written, g_strdup (job->base_url), g_memdup2 (&now, sizeof now));
    }

  return outcome;
}

static KeyfobTokenFileOutcome
remove_entry (KeyfobFileStore *self,
              Job *job,
              KeyfobTokenFile *file,
              KeyfobTokenText *text,
              GError **error)
{
  g_autoptr (JsonObject) entry = keyfob_token_text_dup_entry (text, job->host_key);
  const char *owner = entry != NULL ? get_owner (self, job, entry) : NULL;

  if (owner != NULL && !g_str_equal (owner, job->base_url))
    return KEYFOB_TOKEN_FILE_WRITTEN;

  g_hash_table_remove (self->owners, job->host_key);
  g_hash_table_remove (self->written, job->base_url);

  return keyfob_token_text_remove (text, job->host_key) ? write_text (job, file, text, error)
                                                        : KEYFOB_TOKEN_FILE_WRITTEN;
}

/* Saves into a new file; a copy of the damaged one stays beside it. */
static KeyfobTokenFileOutcome
replace_damaged (KeyfobFileStore *self, Job *job, KeyfobTokenFile *file, GError **error)
{
  g_autoptr (KeyfobTokenText) text = keyfob_token_text_parse ("", 0);
  g_autofree char *copy = keyfob_token_file_copy_damaged (file, job->now, error);
  g_autofree char *copy_name = copy != NULL ? g_filename_display_name (copy) : NULL;
  KeyfobTokenFileOutcome outcome = KEYFOB_TOKEN_FILE_FAILED;

  if (copy == NULL)
    return KEYFOB_TOKEN_FILE_FAILED;

  outcome = save_entry (self, job, file, text, error);

  if (outcome == KEYFOB_TOKEN_FILE_FAILED)
    unlink (copy);
  else
    report (job, "damaged-file",
            g_strdup_printf (_ ("The token file %s was damaged, so a new one was started. What it "
                                "held is kept in %s."),
                             self->name, copy_name));

  return outcome;
}

static KeyfobTokenFileOutcome
attempt (KeyfobFileStore *self, Job *job, KeyfobTokenFile *file, GError **error)
{
  g_autoptr (KeyfobTokenText) text = NULL;

  if (job->entry == NULL)
    {
      text = parse_undamaged (self, job, file, error);

      return text != NULL ? remove_entry (self, job, file, text, error) : KEYFOB_TOKEN_FILE_FAILED;
    }

  if (!parse_file (self, job, file, &text, error))
    return KEYFOB_TOKEN_FILE_FAILED;

  return text != NULL ? save_entry (self, job, file, text, error)
                      : replace_damaged (self, job, file, error);
}

static gboolean
modify (KeyfobFileStore *self, Job *job, KeyfobTokenFile *file, GError **error)
{
  for (guint i = 0; i < MAX_ATTEMPTS; i++)
    {
      KeyfobTokenFileOutcome outcome = attempt (self, job, file, error);

      job->left = *keyfob_token_file_get_id (file);
      if (outcome != KEYFOB_TOKEN_FILE_OVERTAKEN)
        return outcome == KEYFOB_TOKEN_FILE_WRITTEN;

      job->overtaken = TRUE;
      g_debug ("Another program has written the token file meanwhile");
    }

  g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
               _ ("Another program writes the token file %s all the time, so nothing can be saved "
                  "there. End that program and try again."),
               self->name);

  return FALSE;
}

/* The only place that changes the file; with its lock, where there is one to be had. */
static void
modify_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  KeyfobFileStore *self = source;
  Job *job = data;
  g_autoptr (KeyfobTokenFile) file = NULL;
  GError *error = NULL;
  gboolean done = FALSE;

  job->cancellable = cancellable;
  if (!g_cancellable_is_cancelled (cancellable))
    file = open_file (self, job, &error);

  if (file != NULL && !self->has_written)
    keyfob_token_file_delete_temporary (file);
  if (file != NULL)
    {
      self->has_written = TRUE;
      done = modify (self, job, file, &error);
      /* Tokens that were replaced are not kept in memory either. */
      remember_file (self, &job->left);
    }
  g_clear_pointer (&job->lock, keyfob_lock_free);

  if (error != NULL)
    g_task_return_error (task, error);
  else if (!g_task_return_error_if_cancelled (task))
    g_task_return_boolean (task, done);
}

/* Functions of the main context. */

static void
return_held (GTask *task)
{
  KeyfobFileStore *self = g_task_get_source_object (task);

  if (!g_task_return_error_if_cancelled (task))
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                             _ ("Another program has been changing the token file %s for too long. "
                                "End that program if it hangs, and try again."),
                             self->name);
}

static void
locked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  KeyfobFileStore *self = g_task_get_source_object (task);
  Job *job = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  job->lock = keyfob_lock_acquire_finish (result, &error);
  g_clear_pointer (&self->wait, keyfob_time_limit_free);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      return_held (task);
      return;
    }

  /* Where there cannot be a lock, tokens are saved all the same; what is no token store is looked
   * at once more, and refused. */
  if (error != NULL)
    g_debug ("Writing without a lock: %s", error->message);
  else if (keyfob_lock_is_for_one_machine (job->lock))
    report (job, "one-machine",
            g_strdup_printf (_ ("The token file %s is on a network, and its folder takes no lock. "
                                "Programs on this machine wait for each other, those on other "
                                "machines do not, so a session may be lost. Make the folder "
                                "writable, or choose another file."),
                             self->name));

  g_task_run_in_thread (task, job->function);
}

typedef struct
{
  char *name;
  GCancellable *cancellable;
  GAsyncReadyCallback callback;
  gpointer user_data;

  KeyfobFileId inspected;
  char *lock_path;
} LockRequest;

static void
lock_request_free (gpointer data)
{
  LockRequest *request = data;

  g_clear_object (&request->cancellable);
  g_free (request->name);
  g_free (request->lock_path);
  g_free (request);
}

/* Uses nothing of the store that changes, since a task of the store may run in another thread. */
static void
inspect_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  KeyfobFileStore *self = source;
  LockRequest *request = data;
  g_autofree char *target = NULL;
  g_autoptr (KeyfobTokenFile) file = NULL;
  g_autoptr (KeyfobTokenText) text = NULL;
  GError *error = NULL;
  KeyfobFileId id;

  target = keyfob_file_resolve (self->path, TRUE, &error);
  id = target != NULL ? keyfob_file_id_at (target) : (KeyfobFileId){ 0 };
  if (keyfob_file_id_exists (&id) && !keyfob_file_id_equal (&id, &request->inspected))
    {
      file = keyfob_token_file_open (self->path, &error);
      if (file != NULL && parse_token_store (self->name, file, &text, &error))
        request->inspected = *keyfob_token_file_get_id (file);
    }

  request->lock_path = dup_lock_path (source);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
inspected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KeyfobFileStore *self = KEYFOB_FILE_STORE (source);
  LockRequest *request = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_task_report_error (NULL, request->callback, request->user_data, inspected_cb, error);
      return;
    }

  self->inspected = request->inspected;
  keyfob_lock_acquire_async (request->lock_path, request->name, request->cancellable,
                             request->callback, request->user_data);
}

/* Only beside a token store there is a lock file: beside any other file nothing is made. */
static void
keyfob_file_store_lock_async (KeyfobTokenStore *store,
                              const char *name,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  KeyfobFileStore *self = KEYFOB_FILE_STORE (store);
  g_autoptr (GTask) task = g_task_new (self, NULL, inspected_cb, NULL);
  LockRequest *request = g_new0 (LockRequest, 1);

  request->name = g_strdup (name);
  g_set_object (&request->cancellable, cancellable);
  request->callback = callback;
  request->user_data = user_data;
  request->inspected = self->inspected;
  g_task_set_source_tag (task, keyfob_file_store_lock_async);
  g_task_set_task_data (task, request, lock_request_free);
  g_task_run_in_thread (task, inspect_in_thread);
}

static void
run_with_lock (KeyfobFileStore *self, GTask *task)
{
  self->wait = keyfob_time_limit_new (self->clock, LONGEST_WAIT, g_task_get_cancellable (task));
  keyfob_file_store_lock_async (KEYFOB_TOKEN_STORE (self), NULL,
                                keyfob_time_limit_get_cancellable (self->wait), locked_cb,
                                g_object_ref (task));
}

static gboolean
is_lookup (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  return job->function == look_up_in_thread;
}

/* Look-ups in a row share what is read, so that a thousand of them read a large file once. */
static guint
count_lookups (KeyfobFileStore *self)
{
  guint n = 0;

  for (GList *task = self->tasks.head; task != NULL && is_lookup (task->data); task = task->next)
    n++;

  return n;
}

static gboolean
note_seen (KeyfobFileStore *self, Job *job)
{
  gboolean changed =
      self->has_seen && (job->overtaken || !keyfob_file_id_equal (&job->found, &self->seen));

  self->seen = job->left;
  self->has_seen = TRUE;

  return changed;
}

static void
task_completed_cb (KeyfobFileStore *self, GParamSpec *pspec, GTask *completed)
{
  g_autoptr (GTask) task = g_queue_pop_head (&self->tasks);
  Job *job = g_task_get_task_data (task);
  gboolean changed = job->target != NULL && note_seen (self, job);

  self->is_running = FALSE;
  if (self->n_sharing > 0 && --self->n_sharing == 0)
    drop_text (self);
  run_first (self);

  if (job->target != NULL)
    keyfob_file_watch_start (self->watch, job->target);
  for (guint i = 0; i < job->reports->len; i += 2)
    keyfob_token_store_report (KEYFOB_TOKEN_STORE (self), job->reports->pdata[i],
                               job->reports->pdata[i + 1]);
  if (changed)
    keyfob_token_store_changed (KEYFOB_TOKEN_STORE (self));
}

static void
run_first (KeyfobFileStore *self)
{
  GTask *task = g_queue_peek_head (&self->tasks);
  Job *job = task != NULL ? g_task_get_task_data (task) : NULL;

  if (task == NULL || self->is_running)
    return;

  self->is_running = TRUE;
  if (self->n_sharing == 0)
    self->n_sharing = count_lookups (self);

  if (job->function == modify_in_thread)
    run_with_lock (self, task);
  else
    g_task_run_in_thread (task, job->function);
}

static Job *
job_new (KeyfobFileStore *self, GTaskThreadFunc function, KeyfobConfig *host)
{
  Job *job = g_new0 (Job, 1);

  job->function = function;
  job->now = keyfob_clock_now (self->clock);
  job->reports = g_ptr_array_new_with_free_func (g_free);

  if (host != NULL)
    {
      job->host_key = g_strdup (keyfob_config_get_host_key (host));
      job->base_url = g_strdup (keyfob_config_get_base_url (host));
    }

  return job;
}

/* @task, @job: (transfer full) */
static void
push (KeyfobFileStore *self, GTask *task, Job *job)
{
  g_task_set_task_data (task, job, job_free);
  g_signal_connect_object (task, "notify::completed", G_CALLBACK (task_completed_cb), self,
                           G_CONNECT_SWAPPED);

  g_queue_push_tail (&self->tasks, task);
  run_first (self);
}

static void
check (KeyfobFileStore *self)
{
  GTask *task = g_task_new (self, NULL, NULL, NULL);

  g_task_set_source_tag (task, check);
  push (self, task, job_new (self, check_in_thread, NULL));
}

/* @job: (transfer full) */
static void
enqueue (KeyfobFileStore *self,
         Job *job,
         GCancellable *cancellable,
         GAsyncReadyCallback callback,
         gpointer user_data,
         gpointer source_tag)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  if (!self->has_started)
    {
      self->has_started = TRUE;
      check (self);
    }

  g_task_set_source_tag (task, source_tag);
  push (self, task, job);
}

static void
keyfob_file_store_lookup_async (KeyfobTokenStore *store,
                                KeyfobConfig *host,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  KeyfobFileStore *self = KEYFOB_FILE_STORE (store);

  enqueue (self, job_new (self, look_up_in_thread, host), cancellable, callback, user_data,
           keyfob_file_store_lookup_async);
}

/* The rule of the Python client for what to leave out. */
static gboolean
python_leaves_out (KeyfobToken *token, gint64 now)
{
  gint64 ends = MAX (keyfob_token_get_expires (token), keyfob_token_get_refresh_expires (token));

  return ends <= now + PYTHON_MARGIN;
}

static gboolean
keyfob_file_store_lookup_was_lost (KeyfobTokenStore *store,
                                   GAsyncResult *result,
                                   KeyfobToken *token)
{
  Job *job = g_task_get_task_data (G_TASK (result));

  return job->lost || python_leaves_out (token, job->now);
}

static void
keyfob_file_store_save_async (KeyfobTokenStore *store,
                              KeyfobConfig *host,
                              KeyfobToken *token,
                              gboolean asks_user,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  KeyfobFileStore *self = KEYFOB_FILE_STORE (store);
  Job *job = job_new (self, modify_in_thread, host);

  job->entry = keyfob_token_to_json (token, keyfob_clock_now_exactly (self->clock));
  enqueue (self, job, cancellable, callback, user_data, keyfob_file_store_save_async);
}

static void
keyfob_file_store_save_moved_async (KeyfobTokenStore *store,
                                    KeyfobConfig *host,
                                    KeyfobConfig *from,
                                    KeyfobToken *token,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  KeyfobFileStore *self = KEYFOB_FILE_STORE (store);
  Job *job = job_new (self, modify_in_thread, host);

  job->predecessor = g_strdup (keyfob_config_get_base_url (from));
  job->entry = keyfob_token_to_json (token, keyfob_clock_now_exactly (self->clock));
  enqueue (self, job, cancellable, callback, user_data, keyfob_file_store_save_moved_async);
}

static void
keyfob_file_store_remove_async (KeyfobTokenStore *store,
                                KeyfobConfig *host,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  KeyfobFileStore *self = KEYFOB_FILE_STORE (store);

  enqueue (self, job_new (self, modify_in_thread, host), cancellable, callback, user_data,
           keyfob_file_store_remove_async);
}

static void
keyfob_file_store_list_async (KeyfobTokenStore *store,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  KeyfobFileStore *self = KEYFOB_FILE_STORE (store);

  enqueue (self, job_new (self, list_in_thread, NULL), cancellable, callback, user_data,
           keyfob_file_store_list_async);
}

static void
keyfob_file_store_unlock_async (KeyfobTokenStore *store,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, user_data);

  g_task_set_source_tag (task, keyfob_file_store_unlock_async);
  g_task_return_boolean (task, TRUE);
}

static void
keyfob_file_store_dispose (GObject *object)
{
  KeyfobFileStore *self = KEYFOB_FILE_STORE (object);

  g_clear_object (&self->watch);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (keyfob_file_store_parent_class)->dispose (object);
}

static void
keyfob_file_store_finalize (GObject *object)
{
  KeyfobFileStore *self = KEYFOB_FILE_STORE (object);

  drop_text (self);
  g_hash_table_unref (self->tokens);
  g_hash_table_unref (self->owners);
  g_hash_table_unref (self->written);
  g_free (self->path);
  g_free (self->name);

  G_OBJECT_CLASS (keyfob_file_store_parent_class)->finalize (object);
}

static void
keyfob_file_store_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_LOCKED:
      g_value_set_boolean (value, FALSE);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
keyfob_file_store_class_init (KeyfobFileStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_file_store_dispose;
  object_class->finalize = keyfob_file_store_finalize;
  object_class->get_property = keyfob_file_store_get_property;

  g_object_class_override_property (object_class, PROP_LOCKED, "locked");
}

static char *
dup_lock_path (KeyfobTokenStore *store)
{
  return keyfob_token_file_dup_lock_path (KEYFOB_FILE_STORE (store)->path);
}

static void
keyfob_file_store_iface_init (KeyfobTokenStoreInterface *iface)
{
  iface->lookup_async = keyfob_file_store_lookup_async;
  iface->save_async = keyfob_file_store_save_async;
  iface->save_moved_async = keyfob_file_store_save_moved_async;
  iface->remove_async = keyfob_file_store_remove_async;
  iface->unlock_async = keyfob_file_store_unlock_async;
  iface->dup_lock_path = dup_lock_path;
  iface->lock_async = keyfob_file_store_lock_async;
  iface->list_async = keyfob_file_store_list_async;
  iface->lookup_was_lost = keyfob_file_store_lookup_was_lost;
}

static void
keyfob_file_store_init (KeyfobFileStore *self)
{
  g_queue_init (&self->tasks);
  self->tokens = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->written = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

KeyfobTokenStore *
keyfob_file_store_new (const char *path, KeyfobClock *clock)
{
  KeyfobFileStore *self = NULL;

  g_return_val_if_fail (path != NULL && g_path_is_absolute (path), NULL);
  g_return_val_if_fail (KEYFOB_IS_CLOCK (clock), NULL);

  self = g_object_new (KEYFOB_TYPE_FILE_STORE, NULL);
  self->path = g_strdup (path);
  self->name = g_filename_display_name (path);
  self->clock = g_object_ref (clock);
  self->watch = keyfob_file_watch_new ();
  g_signal_connect_object (self->watch, "touched", G_CALLBACK (check), self, G_CONNECT_SWAPPED);

  return KEYFOB_TOKEN_STORE (self);
}

/* Any other trouble with the file is told when it is used. */
static void
check_path_in_thread (GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
  g_autofree char *name = g_filename_display_name (path);
  g_autoptr (KeyfobTokenFile) file = keyfob_token_file_open (path, NULL);
  g_autoptr (KeyfobTokenText) text = NULL;
  GError *error = NULL;

  if (file == NULL || !keyfob_file_id_exists (keyfob_token_file_get_id (file))
      || parse_token_store (name, file, &text, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
keyfob_file_store_check_async (const char *path, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_source_tag (task, keyfob_file_store_check_async);
  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, check_path_in_thread);
}

gboolean
keyfob_file_store_check_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
