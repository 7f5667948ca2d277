/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-token-removal.h"

#include "keyfob-host-lock.h"

typedef struct
{
  KeyfobConfig *config;
  KeyfobTokenStore *store;
  KeyfobLock *lock; /* (nullable) */
} Removal;

static void
removal_free (Removal *removal)
{
  g_clear_object (&removal->config);
  g_clear_object (&removal->store);
  g_clear_pointer (&removal->lock, keyfob_lock_free);
  g_free (removal);
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Removal *removal = g_task_get_task_data (task);
  GError *error = NULL;
  gboolean removed = keyfob_token_store_remove_finish (removal->store, result, &error);

  g_clear_pointer (&removal->lock, keyfob_lock_free);
  if (removed)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_locked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Removal *removal = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  /* the user's wish goes before the work of a program that hangs */
  if (!keyfob_host_lock_finish (result, &removal->lock, &error))
    g_debug ("Removing a token without a lock: %s", error->message);

  keyfob_token_store_remove_async (removal->store, removal->config, NULL, on_removed,
                                   g_steal_pointer (&task));
}

void
keyfob_token_removal_async (KeyfobConfig *config,
                            KeyfobTokenStore *store,
                            KeyfobClock *clock,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Removal *removal = g_new0 (Removal, 1);

  removal->config = g_object_ref (config);
  removal->store = g_object_ref (store);

  g_task_set_source_tag (task, keyfob_token_removal_async);
  g_task_set_task_data (task, removal, (GDestroyNotify) removal_free);

  keyfob_host_lock_async (config, store, clock, NULL, on_locked, task);
}

gboolean
keyfob_token_removal_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
