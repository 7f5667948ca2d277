/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-authenticate.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-host-lock.h"
#include "keyfob-refresh.h"

typedef struct
{
  KeyfobConfig *config;
  KeyfobServer *server;
  KeyfobTokenStore *store;
  KeyfobClock *clock;
  KeyfobFlow *flow;   /* (nullable) */
  KeyfobToken *token; /* (nullable): the best so far */
  KeyfobLock *lock;   /* (nullable) */
  GError *store_error;
} Attempt;

static void
attempt_free (Attempt *attempt)
{
  g_clear_object (&attempt->config);
  g_clear_object (&attempt->server);
  g_clear_object (&attempt->store);
  g_clear_object (&attempt->clock);
  g_clear_object (&attempt->flow);
  g_clear_object (&attempt->token);
  g_clear_pointer (&attempt->lock, keyfob_lock_free);
  g_clear_error (&attempt->store_error);
  g_free (attempt);
}

static gint64
seconds_left (Attempt *attempt)
{
  return keyfob_token_get_seconds_left (attempt->token, keyfob_clock_now (attempt->clock));
}

static void
succeed (GTask *task)
{
  Attempt *attempt = g_task_get_task_data (task);

  g_task_return_pointer (task, g_object_ref (attempt->token), g_object_unref);
}

static void
fail (GTask *task, GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_task_return_error (task, error);
      return;
    }

  g_error_free (error);
  g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED, "%s",
                           _ ("The request for a token was cancelled."));
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Attempt *attempt = g_task_get_task_data (task);

  g_clear_pointer (&attempt->lock, keyfob_lock_free);
  if (!keyfob_token_store_save_finish (KEYFOB_TOKEN_STORE (source), result, &attempt->store_error))
    g_debug ("The new token could not be stored: %s", attempt->store_error->message);
  succeed (task);
}

static void
on_locked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Attempt *attempt = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  /* what the user has just done goes before the work of a program that hangs */
  if (!keyfob_host_lock_finish (result, &attempt->lock, &error))
    g_debug ("Storing a token without a lock: %s", error->message);

  keyfob_token_store_save_async (attempt->store, attempt->config, attempt->token, NULL, on_saved,
                                 g_steal_pointer (&task));
}

/* A new token may be the only key to the session, the old one being dead already, so nobody can
 * cancel this. Another program that renews the old session just now would store its token over it,
 * so that is waited for. */
static void
keep (GTask *task, KeyfobToken *token)
{
  Attempt *attempt = g_task_get_task_data (task);

  g_set_object (&attempt->token, token);
  keyfob_host_lock_async (attempt->config, attempt->store, attempt->clock, NULL, on_locked,
                          g_object_ref (task));
}

static void
on_flow_run (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (KeyfobToken) token = keyfob_flow_run_finish (KEYFOB_FLOW (source), result, &error);

  if (token != NULL)
    keep (task, token);
  else
    fail (task, error);
}

static void
ask_user (GTask *task)
{
  Attempt *attempt = g_task_get_task_data (task);
  const char *name = keyfob_config_get_name (attempt->config);

  if (attempt->flow != NULL)
    keyfob_flow_run_async (attempt->flow, g_task_get_cancellable (task), on_flow_run,
                           g_object_ref (task));
  else if (attempt->token != NULL)
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED,
                             _ ("The session at %s has ended. Sign in again."), name);
  else
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED,
                             _ ("You are not signed in at %s. Sign in first."), name);
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Attempt *attempt = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) token = keyfob_refresh_finish (result, &attempt->store_error, &error);

  if (token != NULL)
    {
      g_set_object (&attempt->token, token);
      succeed (task);
      return;
    }

  g_debug ("The refresh failed: %s", error->message);
  if (keyfob_refresh_is_dead (error))
    ask_user (task);
  else if (seconds_left (attempt) > 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    succeed (task);
  else
    fail (task, g_steal_pointer (&error));
}

static void
use_token_at_hand (GTask *task)
{
  Attempt *attempt = g_task_get_task_data (task);

  if (attempt->token != NULL
      && keyfob_token_is_fresh (attempt->token, keyfob_clock_now (attempt->clock)))
    succeed (task);
  else if (attempt->token != NULL && keyfob_token_get_refresh_token (attempt->token) != NULL)
    keyfob_refresh_async (attempt->config, attempt->server, attempt->store, attempt->clock,
                          attempt->token, g_task_get_cancellable (task), on_refreshed,
                          g_object_ref (task));
  else
    ask_user (task);
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Attempt *attempt = g_task_get_task_data (task);
  GError *error = NULL;

  if (keyfob_token_store_lookup_finish (KEYFOB_TOKEN_STORE (source), result, &attempt->token,
                                        &error))
    use_token_at_hand (task);
  else
    fail (task, error);
}

void
keyfob_authenticate_async (KeyfobConfig *config,
                           KeyfobServer *server,
                           KeyfobTokenStore *store,
                           KeyfobClock *clock,
                           KeyfobToken *cached,
                           KeyfobFlow *flow,
                           gboolean force,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Attempt *attempt = g_new0 (Attempt, 1);

  g_task_set_source_tag (task, keyfob_authenticate_async);
  /* a token that arrives together with the cancellation is still a token: do not lose it */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, attempt, (GDestroyNotify) attempt_free);
  attempt->config = g_object_ref (config);
  attempt->server = g_object_ref (server);
  attempt->store = g_object_ref (store);
  attempt->clock = g_object_ref (clock);
  g_set_object (&attempt->flow, flow);
  g_set_object (&attempt->token, cached);

  if (force)
    ask_user (task);
  else if (cached != NULL)
    use_token_at_hand (task);
  else
    keyfob_token_store_lookup_async (store, config, cancellable, on_looked_up, g_object_ref (task));
}

KeyfobToken *
keyfob_authenticate_finish (GAsyncResult *result, GError **store_error, GError **error)
{
  Attempt *attempt;

  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  attempt = g_task_get_task_data (G_TASK (result));
  if (store_error != NULL)
    *store_error = g_steal_pointer (&attempt->store_error);

  return g_task_propagate_pointer (G_TASK (result), error);
}
