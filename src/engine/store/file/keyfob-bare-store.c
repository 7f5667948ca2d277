/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-bare-store.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "keyfob-auth-error.h"
#include "keyfob-bare-token.h"
#include "keyfob-secret.h"
#include "keyfob-token-file.h"
#include "keyfob-token-text.h"

/* How many times in a row another program may write the file between reading and writing. */
#define MAX_ATTEMPTS 100

struct _KeyfobBareStore
{
  GObject parent_instance;

  char *path;
  char *name;     /* of the path, for people */
  char *base_url; /* (nullable) */
  gboolean names_host;
  KeyfobClock *clock;
};

/* The data of a task. */
typedef struct
{
  gint64 now;
  KeyfobSecret *entry;  /* (nullable): to save */
  gboolean was_exposed; /* other users could read the file */
} Job;

static void keyfob_bare_store_iface_init (KeyfobTokenStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (KeyfobBareStore,
                               keyfob_bare_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KEYFOB_TYPE_TOKEN_STORE,
                                                      keyfob_bare_store_iface_init))

enum
{
  PROP_0,
  PROP_LOCKED,
};

static void
job_free (Job *job)
{
  keyfob_secret_free (job->entry);
  g_free (job);
}

/* Functions of the thread. */

static gboolean
is_empty (KeyfobTokenFile *file)
{
  gsize length = 0;

  keyfob_token_file_get_data (file, &length);

  return length == 0;
}

static void
look_up_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  KeyfobBareStore *self = source;
  Job *job = data;
  GError *error = NULL;
  g_autoptr (KeyfobTokenFile) file = keyfob_token_file_open (self->path, &error);
  g_autoptr (KeyfobToken) token = NULL;

  if (file != NULL && !is_empty (file))
    token = keyfob_bare_token_read (file, job->now, &error);
  if (token != NULL)
    job->was_exposed = keyfob_token_file_make_private (file);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&token), g_object_unref);
}

/* Returns: (transfer full) (nullable): the object in @file, which may be empty */
static KeyfobTokenText *
parse (KeyfobBareStore *self, KeyfobTokenFile *file, GError **error)
{
  gsize length = 0;
  const char *data = keyfob_token_file_get_data (file, &length);
  g_autoptr (KeyfobTokenText) text = keyfob_token_text_parse (data, length);

  if (text != NULL && (length == 0 || keyfob_token_text_is_bare_token (text)))
    return g_steal_pointer (&text);

  g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
               _ ("%s does not hold a single token, and is left as it is. Name another file."),
               self->name);

  return NULL;
}

static KeyfobTokenFileOutcome
attempt (KeyfobBareStore *self, Job *job, KeyfobTokenFile *file, GError **error)
{
  g_autoptr (KeyfobTokenText) text = parse (self, file, error);
  g_autoptr (KeyfobSecret) printed = NULL;

  if (text == NULL)
    return KEYFOB_TOKEN_FILE_FAILED;

  keyfob_token_text_set_bare_token (text, job->entry, self->names_host ? self->base_url : NULL);
  printed = keyfob_token_text_print (text);

  return keyfob_token_file_replace (file, printed, error);
}

static void
save_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  KeyfobBareStore *self = source;
  GError *error = NULL;
  g_autoptr (KeyfobTokenFile) file = keyfob_token_file_open (self->path, &error);
  KeyfobTokenFileOutcome outcome = KEYFOB_TOKEN_FILE_OVERTAKEN;

  if (file != NULL)
    keyfob_token_file_delete_temporary (file);
  for (guint i = 0; file != NULL && outcome == KEYFOB_TOKEN_FILE_OVERTAKEN && i < MAX_ATTEMPTS; i++)
    {
      /* to read the file may have taken so long that nobody waits for this any more */
      if (g_cancellable_set_error_if_cancelled (cancellable, &error))
        break;
      outcome = attempt (self, data, file, &error);
    }

  if (error == NULL && outcome == KEYFOB_TOKEN_FILE_OVERTAKEN)
    g_set_error (
        &error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
        _ ("Another program writes the token file %s all the time, so nothing can be saved "
           "there. End that program and try again."),
        self->name);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/* A file for one token is of no use without it. */
static void
remove_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  KeyfobBareStore *self = source;
  GError *error = NULL;
  g_autoptr (KeyfobTokenFile) file = keyfob_token_file_open (self->path, &error);
  g_autoptr (KeyfobTokenText) text = file != NULL ? parse (self, file, &error) : NULL;

  if (text != NULL && unlink (keyfob_token_file_get_target (file)) < 0 && errno != ENOENT)
    g_set_error (&error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                 _ ("The token file %s cannot be removed: %s"), self->name, g_strerror (errno));

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/* Functions of the main context. */

static void
on_completed (KeyfobBareStore *self, GParamSpec *pspec, GTask *task)
{
  Job *job = g_task_get_task_data (task);
  g_autofree char *sentence = NULL;

  if (!job->was_exposed)
    return;

  sentence = g_strdup_printf (_ ("Other users of this machine could read the token file %s. Only "
                                 "you can now. If they are not to be trusted, sign out of every "
                                 "host in it and sign in again."),
                              self->name);
  keyfob_token_store_report (KEYFOB_TOKEN_STORE (self), "readable-file", sentence);
}

/* @entry: (transfer full) (nullable) */
static GTask *
task_new (KeyfobBareStore *self,
          KeyfobSecret *entry,
          GCancellable *cancellable,
          GAsyncReadyCallback callback,
          gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Job *job = g_new0 (Job, 1);

  job->now = keyfob_clock_now (self->clock);
  job->entry = entry;
  g_task_set_source_tag (task, task_new);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_signal_connect_object (task, "notify::completed", G_CALLBACK (on_completed), self,
                           G_CONNECT_SWAPPED);

  return task;
}

static gboolean
is_for (KeyfobBareStore *self, KeyfobConfig *host)
{
  return g_strcmp0 (self->base_url, keyfob_config_get_base_url (host)) == 0;
}

static void
keyfob_bare_store_lookup_async (KeyfobTokenStore *store,
                                KeyfobConfig *host,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  KeyfobBareStore *self = KEYFOB_BARE_STORE (store);
  g_autoptr (GTask) task = task_new (self, NULL, cancellable, callback, user_data);

  if (is_for (self, host))
    g_task_run_in_thread (task, look_up_in_thread);
  else
    g_task_return_pointer (task, NULL, NULL);
}

static void
keyfob_bare_store_save_async (KeyfobTokenStore *store,
                              KeyfobConfig *host,
                              KeyfobToken *token,
                              gboolean asks_user,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  KeyfobBareStore *self = KEYFOB_BARE_STORE (store);
  KeyfobSecret *entry = keyfob_token_to_json (token, keyfob_clock_now_exactly (self->clock));
  g_autoptr (GTask) task = task_new (self, entry, cancellable, callback, user_data);

  if (is_for (self, host))
    g_task_run_in_thread (task, save_in_thread);
  else
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                             _ ("%s holds a single token, not those of hosts, and is left as it "
                                "is. Import it, or name another file."),
                             self->name);
}

static void
keyfob_bare_store_remove_async (KeyfobTokenStore *store,
                                KeyfobConfig *host,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  KeyfobBareStore *self = KEYFOB_BARE_STORE (store);
  g_autoptr (GTask) task = task_new (self, NULL, cancellable, callback, user_data);

  if (is_for (self, host))
    g_task_run_in_thread (task, remove_in_thread);
  else
    g_task_return_boolean (task, TRUE);
}

static void
keyfob_bare_store_unlock_async (KeyfobTokenStore *store,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  KeyfobBareStore *self = KEYFOB_BARE_STORE (store);
  g_autoptr (GTask) task = task_new (self, NULL, cancellable, callback, user_data);

  g_task_return_boolean (task, TRUE);
}

static char *
dup_lock_path (KeyfobTokenStore *store)
{
  return keyfob_token_file_dup_lock_path (KEYFOB_BARE_STORE (store)->path);
}

static void
keyfob_bare_store_dispose (GObject *object)
{
  g_clear_object (&KEYFOB_BARE_STORE (object)->clock);

  G_OBJECT_CLASS (keyfob_bare_store_parent_class)->dispose (object);
}

static void
keyfob_bare_store_finalize (GObject *object)
{
  KeyfobBareStore *self = KEYFOB_BARE_STORE (object);

  g_free (self->path);
  g_free (self->name);
  g_free (self->base_url);

  G_OBJECT_CLASS (keyfob_bare_store_parent_class)->finalize (object);
}

static void
keyfob_bare_store_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
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
keyfob_bare_store_class_init (KeyfobBareStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_bare_store_dispose;
  object_class->finalize = keyfob_bare_store_finalize;
  object_class->get_property = keyfob_bare_store_get_property;

  g_object_class_override_property (object_class, PROP_LOCKED, "locked");
}

static void
keyfob_bare_store_iface_init (KeyfobTokenStoreInterface *iface)
{
  iface->lookup_async = keyfob_bare_store_lookup_async;
  iface->save_async = keyfob_bare_store_save_async;
  iface->remove_async = keyfob_bare_store_remove_async;
  iface->unlock_async = keyfob_bare_store_unlock_async;
  iface->dup_lock_path = dup_lock_path;
}

static void
keyfob_bare_store_init (KeyfobBareStore *self)
{
}

KeyfobTokenStore *
keyfob_bare_store_new (const char *path,
                       const char *base_url,
                       gboolean names_host,
                       KeyfobClock *clock)
{
  KeyfobBareStore *self = g_object_new (KEYFOB_TYPE_BARE_STORE, NULL);

  self->path = g_strdup (path);
  self->name = g_filename_display_name (path);
  self->base_url = g_strdup (base_url);
  self->names_host = names_host;
  self->clock = g_object_ref (clock);

  return KEYFOB_TOKEN_STORE (self);
}
