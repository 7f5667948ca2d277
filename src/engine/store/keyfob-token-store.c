/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-token-store.h"

#include "keyfob-lock.h"

G_DEFINE_INTERFACE (KeyfobTokenStore, keyfob_token_store, G_TYPE_OBJECT)

enum
{
  CHANGED,
  REPORT,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
keyfob_token_store_default_init (KeyfobTokenStoreInterface *iface)
{
  g_object_interface_install_property (
      iface,
      g_param_spec_boolean ("locked", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  signals[CHANGED] = g_signal_new ("changed", KEYFOB_TYPE_TOKEN_STORE, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  signals[REPORT] = g_signal_new ("report", KEYFOB_TYPE_TOKEN_STORE, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

void
keyfob_token_store_lookup_async (KeyfobTokenStore *self,
                                 KeyfobConfig *host,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_TOKEN_STORE (self));

  KEYFOB_TOKEN_STORE_GET_IFACE (self)->lookup_async (self, host, cancellable, callback, user_data);
}

gboolean
keyfob_token_store_lookup_finish (KeyfobTokenStore *self,
                                  GAsyncResult *result,
                                  KeyfobToken **token,
                                  GError **error)
{
  g_autoptr (GError) local_error = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  *token = g_task_propagate_pointer (G_TASK (result), &local_error);
  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

void
keyfob_token_store_save_async (KeyfobTokenStore *self,
                               KeyfobConfig *host,
                               KeyfobToken *token,
                               gboolean asks_user,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_TOKEN_STORE (self));

  KEYFOB_TOKEN_STORE_GET_IFACE (self)->save_async (self, host, token, asks_user, cancellable,
                                                   callback, user_data);
}

gboolean
keyfob_token_store_save_finish (KeyfobTokenStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
keyfob_token_store_save_moved_async (KeyfobTokenStore *self,
                                     KeyfobConfig *host,
                                     KeyfobConfig *from,
                                     KeyfobToken *token,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  KeyfobTokenStoreInterface *iface;

  g_return_if_fail (KEYFOB_IS_TOKEN_STORE (self));

  iface = KEYFOB_TOKEN_STORE_GET_IFACE (self);
  if (iface->save_moved_async != NULL)
    iface->save_moved_async (self, host, from, token, cancellable, callback, user_data);
  else
    iface->save_async (self, host, token, TRUE, cancellable, callback, user_data);
}

void
keyfob_token_store_remove_async (KeyfobTokenStore *self,
                                 KeyfobConfig *host,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_TOKEN_STORE (self));

  KEYFOB_TOKEN_STORE_GET_IFACE (self)->remove_async (self, host, cancellable, callback, user_data);
}

gboolean
keyfob_token_store_remove_finish (KeyfobTokenStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
keyfob_token_store_unlock_async (KeyfobTokenStore *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_TOKEN_STORE (self));

  KEYFOB_TOKEN_STORE_GET_IFACE (self)->unlock_async (self, cancellable, callback, user_data);
}

gboolean
keyfob_token_store_unlock_finish (KeyfobTokenStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
keyfob_token_store_get_locked (KeyfobTokenStore *self)
{
  gboolean locked = FALSE;

  g_return_val_if_fail (KEYFOB_IS_TOKEN_STORE (self), FALSE);

  g_object_get (self, "locked", &locked, NULL);

  return locked;
}

gboolean
keyfob_token_store_is_keyring (KeyfobTokenStore *self)
{
  g_return_val_if_fail (KEYFOB_IS_TOKEN_STORE (self), FALSE);

  return KEYFOB_TOKEN_STORE_GET_IFACE (self)->is_keyring;
}

char *
keyfob_token_store_dup_lock_path (KeyfobTokenStore *self)
{
  g_return_val_if_fail (KEYFOB_IS_TOKEN_STORE (self), NULL);

  return KEYFOB_TOKEN_STORE_GET_IFACE (self)->dup_lock_path (self);
}

void
keyfob_token_store_lock_async (KeyfobTokenStore *self,
                               const char *name,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autofree char *path = NULL;

  g_return_if_fail (KEYFOB_IS_TOKEN_STORE (self));

  if (KEYFOB_TOKEN_STORE_GET_IFACE (self)->lock_async != NULL)
    {
      KEYFOB_TOKEN_STORE_GET_IFACE (self)->lock_async (self, name, cancellable, callback,
                                                       user_data);
      return;
    }

  path = keyfob_token_store_dup_lock_path (self);
  keyfob_lock_acquire_async (path, name, cancellable, callback, user_data);
}

void
keyfob_token_store_list_async (KeyfobTokenStore *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (KEYFOB_IS_TOKEN_STORE (self));

  if (KEYFOB_TOKEN_STORE_GET_IFACE (self)->list_async != NULL)
    {
      KEYFOB_TOKEN_STORE_GET_IFACE (self)->list_async (self, cancellable, callback, user_data);
      return;
    }

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, keyfob_token_store_list_async);
  g_task_return_pointer (task, g_new0 (char *, 1), (GDestroyNotify) g_strfreev);
}

GStrv
keyfob_token_store_list_finish (KeyfobTokenStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
keyfob_token_store_lookup_was_lost (KeyfobTokenStore *self,
                                    GAsyncResult *result,
                                    KeyfobToken *token)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return KEYFOB_TOKEN_STORE_GET_IFACE (self)->lookup_was_lost != NULL
         && KEYFOB_TOKEN_STORE_GET_IFACE (self)->lookup_was_lost (self, result, token);
}

void
keyfob_token_store_changed (KeyfobTokenStore *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

void
keyfob_token_store_report (KeyfobTokenStore *self, const char *name, const char *sentence)
{
  g_signal_emit (self, signals[REPORT], 0, name, sentence);
}

char *
keyfob_token_store_dup_app_path (const char *app)
{
  return g_build_filename (g_get_user_cache_dir (), app, KEYFOB_TOKEN_FILE_NAME, NULL);
}

char *
keyfob_token_store_dup_default_path (void)
{
  const char *named = g_getenv ("OIDC_TOKEN_FILE");

  if (named == NULL || *named == '\0')
    return keyfob_token_store_dup_app_path ("py-oidc-auth");

  if (g_str_equal (named, "~") || g_str_has_prefix (named, "~/"))
    return g_build_filename (g_get_home_dir (), named + 1, NULL);

  return g_canonicalize_filename (named, NULL);
}
