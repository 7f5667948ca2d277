/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-refresh.h"

#include "keyfob-auth-error.h"

typedef struct
{
  KeyfobConfig *config;
  KeyfobServer *server;
  KeyfobTokenStore *store;
  KeyfobToken *fresh;
  GError *store_error;
} Refresh;

static void
refresh_free (Refresh *refresh)
{
  g_clear_object (&refresh->config);
  g_clear_object (&refresh->server);
  g_clear_object (&refresh->store);
  g_clear_object (&refresh->fresh);
  g_clear_error (&refresh->store_error);
  g_free (refresh);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Refresh *refresh = g_task_get_task_data (task);

  if (!keyfob_token_store_save_finish (refresh->store, result, &refresh->store_error))
    g_debug ("The new token is not stored: %s", refresh->store_error->message);

  g_task_return_pointer (task, g_object_ref (refresh->fresh), g_object_unref);
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Refresh *refresh = g_task_get_task_data (task);
  GError *error = NULL;

  refresh->fresh = keyfob_server_token_finish (refresh->server, result, &error);
  if (refresh->fresh == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  /* from here on the old refresh token may be used up, so nobody may call it off any more */
  keyfob_token_store_save_async (refresh->store, refresh->config, refresh->fresh, NULL, on_saved,
                                 g_steal_pointer (&task));
}

void
keyfob_refresh_async (KeyfobConfig *config,
                      KeyfobServer *server,
                      KeyfobTokenStore *store,
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

  g_task_set_source_tag (task, keyfob_refresh_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, refresh, (GDestroyNotify) refresh_free);

  keyfob_server_refresh_async (server, token, cancellable, on_refreshed, task);
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
