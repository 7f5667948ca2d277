/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-sign-out.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  KeyfobHost *host = g_task_get_source_object (task);
  KeyfobStanding *standing = keyfob_host_get_standing (host);
  GError *error = NULL;

  if (keyfob_token_store_remove_finish (KEYFOB_TOKEN_STORE (source), result, &error))
    {
      keyfob_host_set_account (host, "");
      keyfob_standing_sign_out (standing);
    }
  else
    {
      keyfob_standing_set_error (standing, error->message);
    }
  keyfob_host_settle (host, NULL, error);

  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
remove_token (GTask *task)
{
  KeyfobHost *host = g_task_get_source_object (task);
  KeyfobTokenStore *store = keyfob_host_get_store (host);

  if (store == NULL)
    {
      g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE, "%s",
                               _ ("The keyring does not answer. Unlock it to go on."));
      return;
    }

  keyfob_host_begin (host, KEYFOB_HOST_IN_SIGN_OUT);
  keyfob_token_store_remove_async (store, keyfob_host_get_config (host), NULL, on_removed,
                                   g_object_ref (task));
}

static void
on_rest (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  KeyfobHost *host = KEYFOB_HOST (source);
  g_autoptr (KeyfobToken) token = NULL;

  /* how the rest came about does not matter here, and somebody else may have been faster */
  keyfob_host_join_finish (host, result, &token, NULL);
  if (keyfob_host_get_activity (host) == KEYFOB_HOST_AT_REST)
    {
      remove_token (task);
      return;
    }

  keyfob_host_cancel (host);
  keyfob_host_join_async (host, on_rest, g_steal_pointer (&task));
}

void
keyfob_sign_out_async (KeyfobHost *host, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (host, NULL, callback, user_data);

  g_task_set_source_tag (task, keyfob_sign_out_async);

  keyfob_host_cancel (host);
  keyfob_host_join_async (host, on_rest, task);
}

gboolean
keyfob_sign_out_finish (KeyfobHost *host, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, host), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
