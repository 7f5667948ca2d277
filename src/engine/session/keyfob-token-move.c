/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-token-move.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-host-lock.h"

typedef struct
{
  KeyfobConfig *config;
  KeyfobTokenStore *from;
  KeyfobTokenStore *to;
  KeyfobToken *token;
  gboolean dead;
  KeyfobLock *lock; /* (nullable) */
  GError *left_error;
} Move;

static void
move_free (Move *move)
{
  g_clear_object (&move->config);
  g_clear_object (&move->from);
  g_clear_object (&move->to);
  g_clear_object (&move->token);
  g_clear_pointer (&move->lock, keyfob_lock_free);
  g_clear_error (&move->left_error);
  g_free (move);
}

static void
fail (GTask *task, GError *error)
{
  Move *move = g_task_get_task_data (task);

  g_clear_pointer (&move->lock, keyfob_lock_free);
  g_task_return_error (task, error);
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Move *move = g_task_get_task_data (task);

  if (!keyfob_token_store_remove_finish (move->from, result, &move->left_error))
    g_debug ("The token has moved, but a copy is left: %s", move->left_error->message);
  g_clear_pointer (&move->lock, keyfob_lock_free);
  g_task_return_pointer (task, g_object_ref (move->token), g_object_unref);
}

static void
remove_old (GTask *task)
{
  Move *move = g_task_get_task_data (task);

  keyfob_token_store_remove_async (move->from, move->config, NULL, on_removed, g_object_ref (task));
}

static gboolean
is_same (KeyfobToken *one, KeyfobToken *other)
{
  return g_str_equal (keyfob_token_get_access_token (one), keyfob_token_get_access_token (other))
         && g_strcmp0 (keyfob_token_get_refresh_token (one), keyfob_token_get_refresh_token (other))
                == 0;
}

static void
on_read_back (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Move *move = g_task_get_task_data (task);
  g_autoptr (KeyfobToken) there = NULL;
  GError *error = NULL;

  if (!keyfob_token_store_lookup_finish (move->to, result, &there, &error))
    fail (task, error);
  else if (there == NULL || !is_same (there, move->token))
    fail (task, g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                                     _ ("The token could not be read back from its new place, so "
                                        "it stays where it was.")));
  else
    remove_old (task);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Move *move = g_task_get_task_data (task);
  GError *error = NULL;

  if (keyfob_token_store_save_finish (move->to, result, &error))
    keyfob_token_store_lookup_async (move->to, move->config, NULL, on_read_back,
                                     g_object_ref (task));
  else
    fail (task, error);
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Move *move = g_task_get_task_data (task);
  g_autoptr (KeyfobToken) newest = NULL;
  g_autoptr (GError) error = NULL;

  if (!keyfob_token_store_lookup_finish (move->from, result, &newest, &error))
    g_debug ("The token at hand moves: %s", error->message);
  if (newest != NULL && keyfob_token_is_newer (newest, move->token))
    g_set_object (&move->token, newest);

  keyfob_token_store_save_async (move->to, move->config, move->token, NULL, on_saved,
                                 g_object_ref (task));
}

static void
look_up_old (GTask *task)
{
  Move *move = g_task_get_task_data (task);

  keyfob_token_store_lookup_async (move->from, move->config, NULL, on_looked_up,
                                   g_object_ref (task));
}

static void
on_looked_up_there (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Move *move = g_task_get_task_data (task);
  g_autoptr (KeyfobToken) there = NULL;
  g_autoptr (GError) error = NULL;

  if (!keyfob_token_store_lookup_finish (move->to, result, &there, &error))
    g_debug ("What is in the new place is not known: %s", error->message);

  if (there == NULL)
    {
      look_up_old (task);
      return;
    }

  g_set_object (&move->token, there);
  remove_old (task);
}

static void
on_locked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Move *move = g_task_get_task_data (task);
  GError *error = NULL;

  if (!keyfob_host_lock_finish (result, &move->lock, &error))
    fail (task, error);
  else if (move->dead)
    keyfob_token_store_lookup_async (move->to, move->config, NULL, on_looked_up_there,
                                     g_object_ref (task));
  else
    look_up_old (task);
}

void
keyfob_token_move_async (KeyfobConfig *config,
                         KeyfobTokenStore *from,
                         KeyfobTokenStore *to,
                         KeyfobClock *clock,
                         KeyfobToken *token,
                         gboolean dead,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Move *move = g_new0 (Move, 1);

  move->config = g_object_ref (config);
  move->from = g_object_ref (from);
  move->to = g_object_ref (to);
  move->token = g_object_ref (token);
  move->dead = dead;

  g_task_set_source_tag (task, keyfob_token_move_async);
  g_task_set_task_data (task, move, (GDestroyNotify) move_free);

  /* a program that renews the session puts its new token in the old place */
  keyfob_host_lock_async (config, from, clock, NULL, on_locked, task);
}

KeyfobToken *
keyfob_token_move_finish (GAsyncResult *result, GError **left_error, GError **error)
{
  Move *move = g_task_get_task_data (G_TASK (result));

  *left_error = g_steal_pointer (&move->left_error);

  return g_task_propagate_pointer (G_TASK (result), error);
}
