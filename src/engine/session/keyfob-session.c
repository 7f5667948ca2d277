/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-session.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-keyring-error.h"
#include "keyfob-lock.h"
#include "keyfob-source.h"
#include "keyfob-time-limit.h"

/* Seconds to wait for another program: it may ask the server twice, and store the answers. */
#define LONGEST_WAIT 75

/* Seconds for a save that asks nobody. Where KeePassXC has just opened its database, it can happen
 * that it never tells that an item is stored. */
#define LONGEST_SAVE 30

/* Seconds for a save that may ask the user, who need not be looking. */
#define LONGEST_ATTENDED_SAVE 120

/* The part of an operation after one of the common steps. */
typedef void (*Step) (GTask *task);

typedef struct
{
  KeyfobSession session;
  KeyfobTokenStore *to; /* of a move */
  KeyfobConfig *other;  /* (nullable): of a change of address: the one that @session has not */
  KeyfobFlow *flow;     /* (nullable): of an authentication */
  gboolean dead;
  gboolean saved; /* of a refresh: whether the token is expected in the store */

  KeyfobToken *token;     /* (nullable): the newest so far */
  KeyfobToken *stored;    /* (nullable): what the last look-up found */
  gboolean removed;       /* whether it found that another program has removed the token */
  KeyfobLock *lock;       /* (nullable) */
  KeyfobTimeLimit *limit; /* (nullable): while it waits for the lock */
  GSource *save_limit;    /* (nullable): while it saves */
  GCancellable *saving;   /* (nullable): cancelled when the save has no more time */
  gboolean asks_user;     /* whether the save may */
  GError *failure;        /* what the server said, while the store is read once more */
  GError *locked;         /* (nullable): why the last look-up would have had to ask the user */
  GError *store_error;
  KeyfobSessionIsOld *is_old; /* of a removal of an old token */
  gpointer is_old_data;

  Step next;
  gboolean required; /* a failure of the present step ends the operation */
} Job;

static void
job_free (Job *job)
{
  g_clear_object (&job->session.config);
  g_clear_object (&job->session.server);
  g_clear_object (&job->session.store);
  g_clear_object (&job->session.clock);
  g_clear_object (&job->to);
  g_clear_object (&job->other);
  g_clear_object (&job->flow);
  g_clear_object (&job->token);
  g_clear_object (&job->stored);
  g_clear_pointer (&job->lock, keyfob_lock_free);
  g_clear_pointer (&job->limit, keyfob_time_limit_free);
  g_clear_object (&job->saving);
  g_clear_error (&job->failure);
  g_clear_error (&job->locked);
  g_clear_error (&job->store_error);
  g_free (job);
}

static GTask *
job_task_new (const KeyfobSession *session,
              KeyfobToken *token,
              gpointer source_tag,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Job *job = g_new0 (Job, 1);

  g_set_object (&job->session.config, session->config);
  g_set_object (&job->session.server, session->server);
  g_set_object (&job->session.store, session->store);
  g_set_object (&job->session.clock, session->clock);
  g_set_object (&job->token, token);

  g_task_set_source_tag (task, source_tag);
  /* a token that arrives although the operation was cancelled must not be lost */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);

  return task;
}

/* What is being written to a file when the time is over may still get there, and must not get there
 * after what others write: the lock stays until the write has ended. */
static void
release_lock (Job *job)
{
  if (!g_cancellable_is_cancelled (job->saving)
      || keyfob_token_store_is_keyring (job->session.store))
    g_clear_pointer (&job->lock, keyfob_lock_free);
}

static void
succeed (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  release_lock (job);
  if (job->token != NULL)
    g_task_return_pointer (task, g_object_ref (job->token), g_object_unref);
  else
    g_task_return_boolean (task, TRUE);
}

static void
fail (GTask *task, GError *error)
{
  Job *job = g_task_get_task_data (task);

  release_lock (job);
  g_task_return_error (task, error);
}

static void
on_locked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Job *job = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  job->lock = keyfob_lock_acquire_finish (result, &error);
  g_clear_pointer (&job->limit, keyfob_time_limit_free);

  if (error == NULL)
    job->next (task);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || !job->required)
    {
      g_debug ("Going on without a lock: %s", error->message);
      job->next (task);
    }
  else if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    fail (task, g_steal_pointer (&error));
  else
    fail (task, g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE,
                             _ ("Another program has been renewing the session at %s for too "
                                "long. Keyfob tries again later; end that program if it hangs."),
                             keyfob_config_get_name (job->session.config)));
}

/* Waits until no other program renews the session. Without @required nobody can cancel the wait,
 * and a program that hangs is passed over. */
static void
lock (GTask *task, gboolean required, Step next)
{
  Job *job = g_task_get_task_data (task);

  job->required = required;
  job->next = next;
  job->limit = keyfob_time_limit_new (job->session.clock, LONGEST_WAIT,
                                      required ? g_task_get_cancellable (task) : NULL);
  keyfob_token_store_lock_async (
      job->session.store, keyfob_config_get_host_key (job->session.config),
      keyfob_time_limit_get_cancellable (job->limit), on_locked, g_object_ref (task));
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Job *job = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  g_clear_object (&job->stored);
  g_clear_error (&job->locked);
  if (!keyfob_token_store_lookup_finish (KEYFOB_TOKEN_STORE (source), result, &job->stored, &error))
    {
      if (job->required || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          fail (task, g_steal_pointer (&error));
          return;
        }
      g_debug ("The store cannot be read: %s", error->message);
      if (g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED))
        job->locked = g_error_copy (error);
    }
  job->removed =
      job->saved && error == NULL && job->stored == NULL
      && !keyfob_token_store_lookup_was_lost (KEYFOB_TOKEN_STORE (source), result, job->token);

  job->next (task);
}

static void
look_up (GTask *task,
         KeyfobTokenStore *store,
         GCancellable *cancellable,
         gboolean required,
         Step next)
{
  Job *job = g_task_get_task_data (task);

  job->required = required;
  job->next = next;
  keyfob_token_store_lookup_async (store, job->session.config, cancellable, on_looked_up,
                                   g_object_ref (task));
}

/* @error: (transfer full) (nullable): why the token is not stored */
static void
end_save (GTask *task, GError *error)
{
  Job *job = g_task_get_task_data (task);

  g_clear_pointer (&job->save_limit, keyfob_source_free);
  if (error != NULL && job->required)
    {
      fail (task, error);
      return;
    }

  if (error != NULL)
    {
      g_debug ("The token is not stored: %s", error->message);
      job->store_error = error;
    }
  job->next (task);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;

  keyfob_token_store_save_finish (KEYFOB_TOKEN_STORE (source), result, &error);
  if (g_cancellable_is_cancelled (job->saving))
    g_clear_error (&error);
  else
    end_save (task, error);
}

static gboolean
on_save_limit (gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (G_TASK (user_data));
  Job *job = g_task_get_task_data (task);

  g_cancellable_cancel (job->saving);
  end_save (task, job->asks_user ? keyfob_keyring_error_new_unanswered ()
                                 : keyfob_keyring_error_new_silent ());

  return G_SOURCE_REMOVE;
}

/* Only the end of its time cancels it: the refresh token of a new token may be the only one that
 * still works.
 *
 * @asks_user: whether the store may ask the user */
static void
save (GTask *task, KeyfobTokenStore *store, gboolean asks_user, gboolean required, Step next)
{
  Job *job = g_task_get_task_data (task);
  gint64 limit = asks_user ? LONGEST_ATTENDED_SAVE : LONGEST_SAVE;

  job->required = required;
  job->next = next;
  job->asks_user = asks_user;
  job->saving = g_cancellable_new ();
  job->save_limit = keyfob_clock_timer (job->session.clock, limit * G_USEC_PER_SEC);
  g_source_set_callback (job->save_limit, on_save_limit, g_object_ref (task), g_object_unref);
  g_source_attach (job->save_limit, g_main_context_get_thread_default ());
  if (job->other != NULL)
    keyfob_token_store_save_moved_async (store, job->session.config, job->other, job->token,
                                         job->saving, on_saved, g_object_ref (task));
  else
    keyfob_token_store_save_async (store, job->session.config, job->token, asks_user, job->saving,
                                   on_saved, g_object_ref (task));
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Job *job = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (keyfob_token_store_remove_finish (KEYFOB_TOKEN_STORE (source), result, &error))
    succeed (task);
  else if (job->required)
    fail (task, g_steal_pointer (&error));
  else
    {
      g_debug ("A copy of the token is left: %s", error->message);
      job->store_error = g_steal_pointer (&error);
      succeed (task);
    }
}

static void
remove_stored (GTask *task, gboolean required)
{
  Job *job = g_task_get_task_data (task);

  job->required = required;
  keyfob_token_store_remove_async (job->session.store, job->session.config, NULL, on_removed,
                                   g_object_ref (task));
}

/* Takes a newer token of another program. Returns: whether there was one in the store */
static gboolean
take_newer (Job *job)
{
  g_autoptr (KeyfobToken) old = NULL;

  if (job->stored == NULL || !keyfob_token_is_superseded (job->token, job->stored))
    return FALSE;

  g_debug ("Another program has renewed the session");
  old = g_steal_pointer (&job->token);
  job->token = keyfob_token_with_refresh_token_of (job->stored, old);

  return TRUE;
}

static gboolean
is_fresh (Job *job)
{
  return job->token != NULL
         && keyfob_token_is_fresh (job->token, keyfob_clock_now (job->session.clock));
}

static GError *
new_not_signed_in_error (Job *job)
{
  return g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED,
                      _ ("You are not signed in at %s. Sign in first."),
                      keyfob_config_get_name (job->session.config));
}

/* --- refresh --- */

static void
save_unattended (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (job->locked == NULL && keyfob_token_store_get_locked (job->session.store))
    job->locked = keyfob_keyring_error_take (NULL);

  if (job->locked == NULL)
    {
      save (task, job->session.store, FALSE, FALSE, succeed);
      return;
    }

  job->store_error = g_steal_pointer (&job->locked);
  succeed (task);
}

/* Stores the token again where the other program has lost its refresh token. */
static void
hand_out_newer (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (job->token == job->stored)
    succeed (task);
  else
    save_unattended (task);
}

static void
decide_after_refusal (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (take_newer (job) && is_fresh (job))
    hand_out_newer (task);
  else
    fail (task, g_steal_pointer (&job->failure));
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Job *job = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) token =
      keyfob_server_token_finish (KEYFOB_SERVER (source), result, &error);

  if (token != NULL)
    {
      g_set_object (&job->token, token);
      save_unattended (task);
    }
  else if (keyfob_session_has_ended (error))
    {
      /* a Python program takes no lock, and may have used the same refresh token before */
      job->failure = g_steal_pointer (&error);
      look_up (task, job->session.store, NULL, FALSE, decide_after_refusal);
    }
  else
    fail (task, g_steal_pointer (&error));
}

/* From then on not to be cancelled: the answer may end the token that is there. */
static void
ask_server (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    fail (task, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled"));
  else
    keyfob_server_refresh_async (job->session.server, job->token, NULL, on_refreshed,
                                 g_object_ref (task));
}

static void
on_probed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;

  if (keyfob_server_probe_finish (KEYFOB_SERVER (source), result, &error))
    ask_server (task);
  else
    fail (task, error);
}

static void
decide_refresh (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (job->removed)
    fail (task, new_not_signed_in_error (job));
  else if (take_newer (job) && is_fresh (job))
    hand_out_newer (task);
  else if (keyfob_token_is_broker (job->token))
    keyfob_server_probe_async (job->session.server, g_task_get_cancellable (task), on_probed,
                               g_object_ref (task));
  else
    ask_server (task);
}

static void
look_up_before_refresh (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  look_up (task, job->session.store, g_task_get_cancellable (task), FALSE, decide_refresh);
}

void
keyfob_session_refresh_async (const KeyfobSession *session,
                              KeyfobToken *token,
                              gboolean saved,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task =
      job_task_new (session, token, keyfob_session_refresh_async, cancellable, callback, user_data);
  Job *job = g_task_get_task_data (task);

  job->saved = saved;
  lock (task, TRUE, look_up_before_refresh);
}

static KeyfobToken *
finish_with_store_error (GAsyncResult *result, GError **store_error, GError **error)
{
  Job *job = g_task_get_task_data (G_TASK (result));

  if (store_error != NULL)
    *store_error = g_steal_pointer (&job->store_error);

  return g_task_propagate_pointer (G_TASK (result), error);
}

KeyfobToken *
keyfob_session_refresh_finish (GAsyncResult *result, GError **store_error, GError **error)
{
  return finish_with_store_error (result, store_error, error);
}

gboolean
keyfob_session_was_removed (GAsyncResult *result)
{
  Job *job = g_task_get_task_data (G_TASK (result));

  return job->removed;
}

gboolean
keyfob_session_has_ended (const GError *error)
{
  return g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_EXPIRED)
         || g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED);
}

/* --- authenticate --- */

static void
save_attended (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  save (task, job->session.store, TRUE, FALSE, succeed);
}

static void
on_flow_run (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (KeyfobToken) token = keyfob_flow_run_finish (KEYFOB_FLOW (source), result, &error);

  if (token == NULL)
    {
      fail (task, error);
      return;
    }

  g_set_object (&job->token, token);
  if (job->session.store == NULL)
    {
      job->store_error = keyfob_keyring_error_new_silent ();
      succeed (task);
      return;
    }

  /* another program that refreshes the old session would overwrite the new token */
  lock (task, FALSE, save_attended);
}

static void
ask_user (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (job->flow != NULL)
    keyfob_flow_run_async (job->flow, g_task_get_cancellable (task), on_flow_run,
                           g_object_ref (task));
  else if (job->token != NULL)
    fail (task, g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED,
                             _ ("The session at %s has ended. Sign in again."),
                             keyfob_config_get_name (job->session.config)));
  else
    fail (task, new_not_signed_in_error (job));
}

static void
on_refresh_tried (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Job *job = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) token = keyfob_session_refresh_finish (result, &job->store_error, &error);

  if (token != NULL)
    {
      g_set_object (&job->token, token);
      succeed (task);
      return;
    }

  g_debug ("The refresh failed: %s", error->message);
  if (keyfob_session_has_ended (error))
    ask_user (task);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
           && keyfob_token_get_seconds_left (job->token, keyfob_clock_now (job->session.clock)) > 0)
    succeed (task);
  else
    fail (task, g_steal_pointer (&error));
}

static void
use_token_at_hand (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (is_fresh (job))
    succeed (task);
  else if (job->token != NULL && keyfob_token_get_refresh_token (job->token) != NULL)
    keyfob_session_refresh_async (&job->session, job->token, job->token == job->stored,
                                  g_task_get_cancellable (task), on_refresh_tried,
                                  g_object_ref (task));
  else
    ask_user (task);
}

static void
use_stored (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  g_set_object (&job->token, job->stored);
  use_token_at_hand (task);
}

void
keyfob_session_authenticate_async (const KeyfobSession *session,
                                   KeyfobToken *cached,
                                   KeyfobFlow *flow,
                                   gboolean force,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task = job_task_new (session, cached, keyfob_session_authenticate_async,
                                         cancellable, callback, user_data);
  Job *job = g_task_get_task_data (task);

  g_set_object (&job->flow, flow);

  if (force)
    ask_user (task);
  else if (cached != NULL)
    use_token_at_hand (task);
  else
    look_up (task, session->store, cancellable, TRUE, use_stored);
}

KeyfobToken *
keyfob_session_authenticate_finish (GAsyncResult *result, GError **store_error, GError **error)
{
  GError *failure = NULL;
  KeyfobToken *token = finish_with_store_error (result, store_error, &failure);

  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_error_free (failure);
      failure = g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED,
                                     _ ("The request for a token was cancelled."));
    }
  if (failure != NULL)
    g_propagate_error (error, failure);

  return token;
}

/* --- store later --- */

static void
decide_store_later (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  /* of two tokens of the same second the unsaved one is the newer one */
  if (job->stored != NULL && keyfob_token_is_newer (job->stored, job->token) && take_newer (job))
    succeed (task);
  else if (job->locked != NULL)
    fail (task, g_steal_pointer (&job->locked));
  else
    save (task, job->session.store, FALSE, TRUE, succeed);
}

static void
look_up_before_save (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  look_up (task, job->session.store, NULL, FALSE, decide_store_later);
}

void
keyfob_session_store_later_async (const KeyfobSession *session,
                                  KeyfobToken *token,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autoptr (GTask) task =
      job_task_new (session, token, keyfob_session_store_later_async, NULL, callback, user_data);

  if (keyfob_token_store_get_locked (session->store))
    fail (task, keyfob_keyring_error_take (NULL));
  else
    lock (task, TRUE, look_up_before_save);
}

KeyfobToken *
keyfob_session_store_later_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- move --- */

static gboolean
is_same (KeyfobToken *one, KeyfobToken *other)
{
  return g_str_equal (keyfob_token_get_access_token (one), keyfob_token_get_access_token (other))
         && g_strcmp0 (keyfob_token_get_refresh_token (one), keyfob_token_get_refresh_token (other))
                == 0;
}

/* One file can have two paths: what was saved by the new one is not removed by the old one. */
static void
remove_from_old_place (GTask *task)
{
  Job *job = g_task_get_task_data (task);
  g_autofree char *old_path = keyfob_token_store_dup_lock_path (job->session.store);
  g_autofree char *new_path = keyfob_token_store_dup_lock_path (job->to);

  if (g_str_equal (old_path, new_path))
    succeed (task);
  else
    remove_stored (task, FALSE);
}

static void
compare_read_back (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (job->stored != NULL && is_same (job->stored, job->token))
    remove_from_old_place (task);
  else
    fail (task, g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                                     _ ("The token could not be read back from its new place, so "
                                        "it stays where it was.")));
}

static void
read_back (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  look_up (task, job->to, NULL, TRUE, compare_read_back);
}

static void
move_newest (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (job->stored != NULL && keyfob_token_is_newer (job->stored, job->token))
    g_set_object (&job->token, job->stored);

  save (task, job->to, TRUE, TRUE, read_back);
}

/* For a dead token: a token in the new store is used instead. */
static void
prefer_other (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (job->stored == NULL)
    {
      look_up (task, job->session.store, NULL, FALSE, move_newest);
      return;
    }

  g_set_object (&job->token, job->stored);
  remove_from_old_place (task);
}

static void
look_up_before_move (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (job->dead)
    look_up (task, job->to, NULL, FALSE, prefer_other);
  else
    look_up (task, job->session.store, NULL, FALSE, move_newest);
}

/* Under the lock of the old store, in which other programs store what they refresh. */
void
keyfob_session_move_async (const KeyfobSession *session,
                           KeyfobTokenStore *to,
                           KeyfobToken *token,
                           gboolean dead,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task =
      job_task_new (session, token, keyfob_session_move_async, NULL, callback, user_data);
  Job *job = g_task_get_task_data (task);

  job->to = g_object_ref (to);
  job->dead = dead;
  lock (task, TRUE, look_up_before_move);
}

KeyfobToken *
keyfob_session_move_finish (GAsyncResult *result, GError **left_error, GError **error)
{
  return finish_with_store_error (result, left_error, error);
}

/* --- change of address --- */

/* From now on the job is about the other one of the two hosts. */
static void
switch_host (Job *job)
{
  KeyfobConfig *config = job->session.config;

  job->session.config = job->other;
  job->other = config;
}

static void
remove_from_old_address (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (job->stored == NULL || !is_same (job->stored, job->token))
    {
      fail (task, g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                                       _ ("The token could not be read back from its new place, so "
                                          "it stays where it was.")));
      return;
    }

  switch_host (job);
  remove_stored (task, FALSE);
}

static void
read_back_at_new_address (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  look_up (task, job->session.store, NULL, TRUE, remove_from_old_address);
}

/* What another program keeps there is a session of its own. */
static void
save_at_new_address (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (job->stored != NULL)
    fail (task, g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_FAILED,
                             _ ("There is a session at %s already. Add that host instead."),
                             keyfob_config_get_name (job->session.config)));
  else
    save (task, job->session.store, TRUE, TRUE, read_back_at_new_address);
}

static void
look_at_new_address (GTask *task)
{
  Job *job = g_task_get_task_data (task);
  gboolean share_place = g_str_equal (keyfob_config_get_host_key (job->session.config),
                                      keyfob_config_get_host_key (job->other))
                         && !keyfob_token_store_is_keyring (job->session.store);

  if (job->removed)
    {
      fail (task, new_not_signed_in_error (job));
      return;
    }

  take_newer (job);
  switch_host (job);
  if (share_place)
    save (task, job->session.store, TRUE, TRUE, read_back_at_new_address);
  else
    look_up (task, job->session.store, NULL, TRUE, save_at_new_address);
}

static void
look_up_before_change (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  look_up (task, job->session.store, NULL, TRUE, look_at_new_address);
}

void
keyfob_session_change_address_async (const KeyfobSession *session,
                                     KeyfobConfig *to,
                                     KeyfobToken *token,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_autoptr (GTask) task =
      job_task_new (session, token, keyfob_session_change_address_async, NULL, callback, user_data);
  Job *job = g_task_get_task_data (task);

  job->other = g_object_ref (to);
  job->saved = TRUE;
  lock (task, TRUE, look_up_before_change);
}

/* --- remove --- */

static gboolean
on_update_over (gpointer user_data)
{
  remove_stored (user_data, TRUE);

  return G_SOURCE_REMOVE;
}

/* Whoever has just stored a token takes it for a lost update when the token vanishes at once, and
 * stores it again (see KEYFOB_LOST_UPDATE_SECONDS). A token of another program is removed later. */
static void
remove_found (GTask *task)
{
  Job *job = g_task_get_task_data (task);
  gint64 wait = 0;
  g_autoptr (GSource) timer = NULL;

  if (job->stored != NULL
      && (job->token == NULL
          || !g_str_equal (keyfob_token_get_access_token (job->stored),
                           keyfob_token_get_access_token (job->token))))
    wait = keyfob_token_get_received (job->stored) + KEYFOB_LOST_UPDATE_SECONDS + 1
           - keyfob_clock_now (job->session.clock);

  g_clear_object (&job->token); /* a removal answers with no token */
  if (wait <= 0)
    {
      remove_stored (task, TRUE);
      return;
    }

  timer = keyfob_clock_timer (job->session.clock,
                              MIN (wait, KEYFOB_LOST_UPDATE_SECONDS + 1) * G_USEC_PER_SEC);
  g_source_set_callback (timer, on_update_over, g_object_ref (task), g_object_unref);
  g_source_attach (timer, g_main_context_get_thread_default ());
}

static void
remove_locked (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (!keyfob_token_store_is_keyring (job->session.store))
    look_up (task, job->session.store, NULL, FALSE, remove_found);
  else
    {
      g_clear_object (&job->token);
      remove_stored (task, TRUE);
    }
}

void
keyfob_session_remove_async (const KeyfobSession *session,
                             KeyfobToken *token,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task =
      job_task_new (session, token, keyfob_session_remove_async, NULL, callback, user_data);

  lock (task, FALSE, remove_locked);
}

gboolean
keyfob_session_remove_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
remove_where_old (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (job->stored == NULL)
    succeed (task);
  else if (job->is_old (job->stored, job->is_old_data))
    remove_stored (task, TRUE);
  else
    {
      job->token = g_steal_pointer (&job->stored);
      succeed (task);
    }
}

static void
look_up_old (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  look_up (task, job->session.store, NULL, TRUE, remove_where_old);
}

void
keyfob_session_remove_old_async (const KeyfobSession *session,
                                 KeyfobSessionIsOld *is_old,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task =
      job_task_new (session, NULL, keyfob_session_remove_old_async, NULL, callback, user_data);
  Job *job = g_task_get_task_data (task);

  job->is_old = is_old;
  job->is_old_data = user_data;
  lock (task, TRUE, look_up_old);
}

gboolean
keyfob_session_remove_old_finish (GAsyncResult *result, KeyfobToken **stays, GError **error)
{
  Job *job = g_task_get_task_data (G_TASK (result));

  *stays = NULL;
  if (job->token != NULL)
    *stays = g_task_propagate_pointer (G_TASK (result), error);

  return *stays != NULL || g_task_propagate_boolean (G_TASK (result), error);
}

KeyfobTokenStore *
keyfob_session_get_store (GAsyncResult *result)
{
  return ((Job *) g_task_get_task_data (G_TASK (result)))->session.store;
}
