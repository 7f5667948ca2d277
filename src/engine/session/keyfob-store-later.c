/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-store-later.h"

#include "keyfob-host-lock.h"
#include "keyfob-keyring-error.h"

typedef struct
{
  KeyfobConfig *config;
  KeyfobTokenStore *store;
  KeyfobToken *token;
  KeyfobLock *lock; /* (nullable) */
} LateSave;

static void
late_save_free (LateSave *save)
{
  g_clear_object (&save->config);
  g_clear_object (&save->store);
  g_clear_object (&save->token);
  g_clear_pointer (&save->lock, keyfob_lock_free);
  g_free (save);
}

static void
succeed (GTask *task, KeyfobToken *token)
{
  LateSave *save = g_task_get_task_data (task);

  g_clear_pointer (&save->lock, keyfob_lock_free);
  g_task_return_pointer (task, g_object_ref (token), g_object_unref);
}

static void
fail (GTask *task, GError *error)
{
  LateSave *save = g_task_get_task_data (task);

  g_clear_pointer (&save->lock, keyfob_lock_free);
  g_task_return_error (task, error);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  LateSave *save = g_task_get_task_data (task);
  GError *error = NULL;

  if (keyfob_token_store_save_finish (save->store, result, &error))
    succeed (task, save->token);
  else
    fail (task, error);
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  LateSave *save = g_task_get_task_data (task);
  g_autoptr (KeyfobToken) stored = NULL;
  g_autoptr (GError) error = NULL;

  if (!keyfob_token_store_lookup_finish (save->store, result, &stored, &error))
    g_debug ("The store cannot be read: %s", error->message);

  if (stored != NULL && keyfob_token_is_newer (stored, save->token))
    {
      g_autoptr (KeyfobToken) kept = keyfob_token_keeping (stored, save->token);

      succeed (task, kept);
      return;
    }

  keyfob_token_store_save_async (save->store, save->config, save->token, NULL, on_saved,
                                 g_steal_pointer (&task));
}

static void
on_locked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  LateSave *save = g_task_get_task_data (task);
  GError *error = NULL;

  if (!keyfob_host_lock_finish (result, &save->lock, &error))
    {
      fail (task, error);
      return;
    }

  keyfob_token_store_lookup_async (save->store, save->config, NULL, on_looked_up,
                                   g_steal_pointer (&task));
}

void
keyfob_store_later_async (KeyfobConfig *config,
                          KeyfobTokenStore *store,
                          KeyfobClock *clock,
                          KeyfobToken *token,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  LateSave *save = g_new0 (LateSave, 1);

  g_task_set_source_tag (task, keyfob_store_later_async);
  g_task_set_task_data (task, save, (GDestroyNotify) late_save_free);
  save->config = g_object_ref (config);
  save->store = g_object_ref (store);
  save->token = g_object_ref (token);

  if (keyfob_token_store_get_locked (store))
    {
      fail (task, keyfob_keyring_error_take (NULL));
      return;
    }

  keyfob_host_lock_async (config, store, clock, NULL, on_locked, g_steal_pointer (&task));
}

KeyfobToken *
keyfob_store_later_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
