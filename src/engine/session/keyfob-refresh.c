/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-refresh.h"

#include "keyfob-auth-error.h"
#include "keyfob-host-lock.h"
#include "keyfob-keyring-error.h"

typedef struct
{
  KeyfobConfig *config;
  KeyfobServer *server;
  KeyfobTokenStore *store;
  KeyfobClock *clock;
  KeyfobLock *lock;   /* (nullable) */
  KeyfobToken *token; /* the newest so far */
  GError *failure;    /* what the server said, while the store is read once more */
  GError *store_error;
} Refresh;

static void
refresh_free (Refresh *refresh)
{
  g_clear_object (&refresh->config);
  g_clear_object (&refresh->server);
  g_clear_object (&refresh->store);
  g_clear_object (&refresh->clock);
  g_clear_pointer (&refresh->lock, keyfob_lock_free);
  g_clear_object (&refresh->token);
  g_clear_error (&refresh->failure);
  g_clear_error (&refresh->store_error);
  g_free (refresh);
}

static void
succeed (GTask *task)
{
  Refresh *refresh = g_task_get_task_data (task);

  g_clear_pointer (&refresh->lock, keyfob_lock_free);
  g_task_return_pointer (task, g_object_ref (refresh->token), g_object_unref);
}

static void
fail (GTask *task, GError *error)
{
  Refresh *refresh = g_task_get_task_data (task);

  g_clear_pointer (&refresh->lock, keyfob_lock_free);
  g_task_return_error (task, error);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Refresh *refresh = g_task_get_task_data (task);

  if (!keyfob_token_store_save_finish (refresh->store, result, &refresh->store_error))
    g_debug ("The new token is not stored: %s", refresh->store_error->message);
  succeed (task);
}

static void
save (GTask *task)
{
  Refresh *refresh = g_task_get_task_data (task);

  if (keyfob_token_store_get_locked (refresh->store))
    {
      refresh->store_error = keyfob_keyring_error_take (NULL);
      succeed (task);
      return;
    }

  /* from here on the old refresh token may be used up, so nobody may call it off any more */
  keyfob_token_store_save_async (refresh->store, refresh->config, refresh->token, NULL, on_saved,
                                 g_object_ref (task));
}

/* Returns: whether what another program has stored is the token to go on with */
static gboolean
take_newer (Refresh *refresh, KeyfobToken *stored)
{
  g_autoptr (KeyfobToken) old = NULL;

  if (stored == NULL || !keyfob_token_is_newer (stored, refresh->token))
    return FALSE;

  g_debug ("Another program has renewed the session");
  old = g_steal_pointer (&refresh->token);
  refresh->token = keyfob_token_keeping (stored, old);

  return TRUE;
}

static gboolean
is_good (Refresh *refresh)
{
  return keyfob_token_is_fresh (refresh->token, keyfob_clock_now (refresh->clock));
}

/* Where the other program lost the refresh token it is stored again. */
static void
hand_out (GTask *task, KeyfobToken *stored)
{
  Refresh *refresh = g_task_get_task_data (task);

  if (refresh->token == stored)
    succeed (task);
  else
    save (task);
}

static void
on_looked_up_again (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Refresh *refresh = g_task_get_task_data (task);
  g_autoptr (KeyfobToken) stored = NULL;
  g_autoptr (GError) error = NULL;

  if (!keyfob_token_store_lookup_finish (refresh->store, result, &stored, &error))
    g_debug ("The store cannot be read: %s", error->message);

  if (take_newer (refresh, stored) && is_good (refresh))
    hand_out (task, stored);
  else
    fail (task, g_steal_pointer (&refresh->failure));
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Refresh *refresh = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) fresh = keyfob_server_token_finish (refresh->server, result, &error);

  if (fresh != NULL)
    {
      g_set_object (&refresh->token, fresh);
      save (task);
      return;
    }

  if (!keyfob_refresh_is_dead (error))
    {
      fail (task, g_steal_pointer (&error));
      return;
    }

  /* a Python program honours no lock, and may have been faster with the same refresh token */
  refresh->failure = g_steal_pointer (&error);
  keyfob_token_store_lookup_async (refresh->store, refresh->config, NULL, on_looked_up_again,
                                   g_steal_pointer (&task));
}

static void
ask (GTask *task)
{
  Refresh *refresh = g_task_get_task_data (task);

  keyfob_server_refresh_async (refresh->server, refresh->token, g_task_get_cancellable (task),
                               on_refreshed, g_object_ref (task));
}

static void
on_probed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;

  if (keyfob_server_probe_finish (KEYFOB_SERVER (source), result, &error))
    ask (task);
  else
    fail (task, error);
}

static void
go_on (GTask *task)
{
  Refresh *refresh = g_task_get_task_data (task);

  if (keyfob_token_is_broker (refresh->token))
    keyfob_server_probe_async (refresh->server, g_task_get_cancellable (task), on_probed,
                               g_object_ref (task));
  else
    ask (task);
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Refresh *refresh = g_task_get_task_data (task);
  g_autoptr (KeyfobToken) stored = NULL;
  g_autoptr (GError) error = NULL;

  if (!keyfob_token_store_lookup_finish (refresh->store, result, &stored, &error))
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          fail (task, g_steal_pointer (&error));
          return;
        }
      g_debug ("The store cannot be read: %s", error->message);
    }

  if (take_newer (refresh, stored) && is_good (refresh))
    hand_out (task, stored);
  else
    go_on (task);
}

static void
on_locked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Refresh *refresh = g_task_get_task_data (task);
  GError *error = NULL;

  if (!keyfob_host_lock_finish (result, &refresh->lock, &error))
    {
      fail (task, error);
      return;
    }

  keyfob_token_store_lookup_async (refresh->store, refresh->config, g_task_get_cancellable (task),
                                   on_looked_up, g_object_ref (task));
}

void
keyfob_refresh_async (KeyfobConfig *config,
                      KeyfobServer *server,
                      KeyfobTokenStore *store,
                      KeyfobClock *clock,
                      KeyfobToken *token,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Refresh *refresh = g_new0 (Refresh, 1);

  g_return_if_fail (keyfob_token_get_refresh_token (token) != NULL);

  refresh->config = g_object_ref (config);
  refresh->server = g_object_ref (server);
  refresh->store = g_object_ref (store);
  refresh->clock = g_object_ref (clock);
  refresh->token = g_object_ref (token);

  g_task_set_source_tag (task, keyfob_refresh_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, refresh, (GDestroyNotify) refresh_free);

  keyfob_host_lock_async (config, store, clock, cancellable, on_locked, task);
}

KeyfobToken *
keyfob_refresh_finish (GAsyncResult *result, GError **store_error, GError **error)
{
  Refresh *refresh = g_task_get_task_data (G_TASK (result));

  if (store_error != NULL)
    *store_error = g_steal_pointer (&refresh->store_error);

  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
keyfob_refresh_is_dead (const GError *error)
{
  return g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_EXPIRED)
         || g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED);
}
