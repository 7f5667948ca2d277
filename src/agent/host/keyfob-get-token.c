/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-get-token.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-host-decisions.h"
#include "keyfob-host-server.h"
#include "keyfob-session.h"

/* What a caller wants. proceed() runs again whenever the activity of the host ends. */
typedef struct
{
  KeyfobSignInOptions *options;
  char *client;
  gboolean wants_token; /* else it is enough that the sign-in is under way */
  gboolean unlocked;    /* the user was asked to unlock the store */
} Request;

static void proceed (GTask *task);

static void
request_free (Request *request)
{
  g_clear_pointer (&request->options, keyfob_sign_in_options_free);
  g_free (request->client);
  g_free (request);
}

static KeyfobToken *
get_token (GTask *task)
{
  KeyfobHost *host = g_task_get_source_object (task);

  return keyfob_host_session_get_token (keyfob_host_get_session (host));
}

static gint64
now (GTask *task)
{
  KeyfobHost *host = g_task_get_source_object (task);

  return keyfob_clock_now (keyfob_host_get_context (host)->clock);
}

static gint64
get_seconds_left (GTask *task)
{
  KeyfobToken *token = get_token (task);

  return token != NULL ? keyfob_token_get_seconds_left (token, now (task)) : 0;
}

/* @task: (transfer full) */
static void
succeed (GTask *task, KeyfobToken *token)
{
  g_task_return_pointer (task, token != NULL ? g_object_ref (token) : NULL, g_object_unref);
  g_object_unref (task);
}

/* @task: (transfer full) @error: (transfer full) */
static void
fail (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
on_rest (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobToken) token = NULL;

  keyfob_host_join_finish (KEYFOB_HOST (source), result, &token, NULL);
  proceed (user_data);
}

/* Even a token that is about to end is better than none. */
static void
return_old_token (GTask *task, GError *error)
{
  if (get_seconds_left (task) == 0)
    {
      fail (task, error);
      return;
    }

  g_error_free (error);
  succeed (task, get_token (task));
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobToken) token = NULL;
  g_autoptr (GError) error = NULL;

  if (keyfob_host_join_finish (KEYFOB_HOST (source), result, &token, &error))
    succeed (user_data, token);
  else if (keyfob_session_has_ended (error))
    proceed (user_data);
  else
    return_old_token (user_data, g_steal_pointer (&error));
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobToken) token = NULL;
  g_autoptr (GError) error = NULL;

  if (keyfob_host_join_finish (KEYFOB_HOST (source), result, &token, &error))
    succeed (user_data, token);
  else
    fail (user_data, g_steal_pointer (&error));
}

static void
join_sign_in (GTask *task)
{
  KeyfobHost *host = g_task_get_source_object (task);
  Request *request = g_task_get_task_data (task);

  keyfob_host_add_sign_in_client (host, request->client);

  if (request->wants_token)
    keyfob_host_join_async (host, on_signed_in, task);
  else
    keyfob_host_start_async (host, on_signed_in, task);
}

GError *
keyfob_host_new_no_token_error (KeyfobHost *host)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  KeyfobTokenStore *store = keyfob_host_get_store (host);
  const GError *lock_error = keyfob_host_session_get_lock_error (session);

  if (lock_error != NULL)
    return g_error_copy (lock_error);
  if (keyfob_host_session_get_token (session) == NULL && store != NULL
      && keyfob_token_store_get_locked (store))
    return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED,
                                _ ("The keyring is locked. Unlock it to go on."));

  return g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED,
                      _ ("There is no valid token for %s. Sign in with Keyfob first."),
                      keyfob_config_get_name (keyfob_host_get_config (host)));
}

/* A token that nothing can renew is good to its end. */
static void
go_on_without_user (GTask *task)
{
  Request *request = g_task_get_task_data (task);

  if (!request->options->force && get_seconds_left (task) > 0)
    succeed (task, get_token (task));
  else
    fail (task, keyfob_host_new_no_token_error (g_task_get_source_object (task)));
}

/* An import never takes the place of a session, or of a sign-in, that the user has.
 *
 * Returns: (nullable): why there is no import now */
static GError *
new_import_error (KeyfobHost *host)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  const char *name = keyfob_config_get_name (keyfob_host_get_config (host));
  KeyfobTokenStore *store = keyfob_host_get_store (host);
  const GError *lock_error = keyfob_host_session_get_lock_error (session);

  if (keyfob_host_get_activity (host) == KEYFOB_HOST_IN_SIGN_IN)
    return g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_FAILED,
                        _ ("A sign-in at %s is under way. Finish it, or cancel it first."), name);
  if (keyfob_host_session_get_token (session) != NULL && !keyfob_host_session_has_ended (session))
    return g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_FAILED,
                        _ ("You are signed in at %s already. Sign out there first."), name);
  if (lock_error != NULL)
    return g_error_copy (lock_error);
  if (store != NULL && keyfob_token_store_get_locked (store))
    return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED,
                                _ ("The keyring is locked. Unlock it to go on."));

  return NULL;
}

/* Where the user refuses to unlock, the call fails: no sign-in starts instead. */
static void
on_unlocked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (keyfob_stores_unlock_finish (KEYFOB_STORES (source), result, &error)
      || !g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED))
    proceed (user_data);
  else
    fail (user_data, g_steal_pointer (&error));
}

/* The token that is asked for may be in the locked store. */
static gboolean
wants_unlock (GTask *task)
{
  KeyfobHost *host = g_task_get_source_object (task);
  Request *request = g_task_get_task_data (task);

  return request->wants_token && request->options->interactive && !request->options->force
         && !request->unlocked
         && keyfob_host_session_get_lock_error (keyfob_host_get_session (host)) != NULL;
}

static void
unlock (GTask *task)
{
  KeyfobHost *host = g_task_get_source_object (task);
  Request *request = g_task_get_task_data (task);

  request->unlocked = TRUE;
  keyfob_stores_unlock_async (keyfob_host_get_context (host)->stores, on_unlocked, task);
}

static void
proceed_at_rest (GTask *task)
{
  KeyfobHost *host = g_task_get_source_object (task);
  KeyfobHostSession *session = keyfob_host_get_session (host);
  Request *request = g_task_get_task_data (task);
  KeyfobSignInOptions *options = request->options;
  g_autoptr (GError) import_error = options->import != NULL ? new_import_error (host) : NULL;
  KeyfobStores *stores = keyfob_host_get_context (host)->stores;
  gboolean has_store = keyfob_host_get_store (host) != NULL;

  /* a new session would have no store either */
  if (!has_store && request->wants_token && !options->force && get_seconds_left (task) > 0)
    {
      succeed (task, get_token (task));
    }
  /* a sign-in need not wait for a keyring: its token can be stored later */
  else if (!has_store && !(options->interactive && keyfob_stores_is_keyring_silent (stores)))
    {
      return_old_token (task, keyfob_stores_new_error (stores));
    }
  else if (import_error != NULL)
    {
      fail (task, g_steal_pointer (&import_error));
    }
  else if (wants_unlock (task))
    {
      unlock (task);
    }
  else if (!options->interactive && keyfob_host_session_is_put_off (session))
    {
      return_old_token (task, g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE,
                                                   keyfob_host_session_get_error (session)));
    }
  else if (!options->force && has_store && keyfob_host_session_can_refresh (session))
    {
      keyfob_host_refresh (host);
      keyfob_host_join_async (host, on_refreshed, task);
    }
  else if (options->interactive)
    {
      keyfob_host_begin_sign_in (host, g_steal_pointer (&request->options));
      join_sign_in (task);
    }
  else
    {
      go_on_without_user (task);
    }
}

/* The token may be good for a while after the session has ended. */
static gboolean
wants_new_session (GTask *task)
{
  KeyfobHost *host = g_task_get_source_object (task);
  Request *request = g_task_get_task_data (task);

  return !request->wants_token && keyfob_host_session_has_ended (keyfob_host_get_session (host));
}

/* Whether the token lasts as long as the caller wants. One of a broker that lasts for days does: a
 * refresh would bring one of an hour. */
static gboolean
lasts (GTask *task, KeyfobToken *token)
{
  Request *request = g_task_get_task_data (task);
  gint64 left = keyfob_token_get_seconds_left (token, now (task));

  return left >= request->options->min_time
         || (keyfob_token_is_broker (token) && left > KEYFOB_BROKER_LIFE);
}

static GError *
new_removed_error (KeyfobHost *host)
{
  return g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST,
                      _ ("%s is being removed. Add it again first."),
                      keyfob_config_get_name (keyfob_host_get_config (host)));
}

/* @task: (transfer full) */
static void
proceed (GTask *task)
{
  KeyfobHost *host = g_task_get_source_object (task);
  Request *request = g_task_get_task_data (task);
  KeyfobSignInOptions *options = request->options;
  KeyfobToken *token = get_token (task);
  KeyfobHostActivity activity = keyfob_host_get_activity (host);
  gboolean waits = keyfob_host_is_looking_up (host) || activity == KEYFOB_HOST_IN_SIGN_OUT
                   || (activity == KEYFOB_HOST_IN_SIGN_IN && options->interactive
                       && keyfob_host_is_sign_in_cancelled (host));
  gboolean fresh =
      token != NULL && keyfob_token_is_fresh (token, now (task)) && lasts (task, token);

  if (keyfob_host_is_being_removed (host))
    fail (task, new_removed_error (host));
  else if (!waits && !options->force && fresh && !wants_new_session (task))
    succeed (task, token);
  else if (activity == KEYFOB_HOST_AT_REST)
    proceed_at_rest (task);
  else if (activity == KEYFOB_HOST_IN_REFRESH && !options->force)
    keyfob_host_join_async (host, on_refreshed, task);
  else if (activity == KEYFOB_HOST_IN_SIGN_IN && options->import != NULL)
    fail (task, new_import_error (host));
  else if (activity == KEYFOB_HOST_IN_SIGN_IN && options->interactive && !waits)
    join_sign_in (task);
  else if (waits)
    keyfob_host_join_async (host, on_rest, task);
  else if (activity == KEYFOB_HOST_IN_SIGN_IN)
    go_on_without_user (task);
  else
    keyfob_host_join_async (host, on_rest, task);
}

/* @task: (transfer full) @options: (transfer full) */
static void
begin (GTask *task, KeyfobSignInOptions *options, const char *client, gboolean wants_token)
{
  Request *request = g_new0 (Request, 1);

  request->options = options;
  request->client = g_strdup (client);
  request->wants_token = wants_token;
  g_task_set_task_data (task, request, (GDestroyNotify) request_free);

  keyfob_host_note_used (g_task_get_source_object (task));
  proceed (task);
}

void
keyfob_host_get_token_async (KeyfobHost *host,
                             KeyfobSignInOptions *options,
                             const char *client,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GTask *task = g_task_new (host, NULL, callback, user_data);

  g_task_set_source_tag (task, keyfob_host_get_token_async);
  begin (task, options, client, TRUE);
}

KeyfobToken *
keyfob_host_get_token_finish (KeyfobHost *host, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, host), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
keyfob_host_sign_in_async (KeyfobHost *host,
                           KeyfobSignInOptions *options,
                           const char *client,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task = g_task_new (host, NULL, callback, user_data);

  g_task_set_source_tag (task, keyfob_host_sign_in_async);
  options->interactive = TRUE;
  begin (task, options, client, FALSE);
}

gboolean
keyfob_host_sign_in_finish (KeyfobHost *host, GAsyncResult *result, GError **error)
{
  g_autoptr (KeyfobToken) token = NULL;
  g_autoptr (GError) failure = NULL;

  g_return_val_if_fail (g_task_is_valid (result, host), FALSE);

  token = g_task_propagate_pointer (G_TASK (result), &failure);
  if (failure == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
