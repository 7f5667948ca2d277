/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-token-store.h"

G_DEFINE_INTERFACE (KeyfobTokenStore, keyfob_token_store, G_TYPE_OBJECT)

static void
keyfob_token_store_default_init (KeyfobTokenStoreInterface *iface)
{
  g_object_interface_install_property (
      iface,
      g_param_spec_boolean ("locked", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));
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
  g_return_val_if_fail (KEYFOB_IS_TOKEN_STORE (self), FALSE);

  return KEYFOB_TOKEN_STORE_GET_IFACE (self)->lookup_finish (self, result, token, error);
}

void
keyfob_token_store_save_async (KeyfobTokenStore *self,
                               KeyfobConfig *host,
                               KeyfobToken *token,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_TOKEN_STORE (self));

  KEYFOB_TOKEN_STORE_GET_IFACE (self)->save_async (self, host, token, cancellable, callback,
                                                   user_data);
}

gboolean
keyfob_token_store_save_finish (KeyfobTokenStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (KEYFOB_IS_TOKEN_STORE (self), FALSE);

  return KEYFOB_TOKEN_STORE_GET_IFACE (self)->save_finish (self, result, error);
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
  g_return_val_if_fail (KEYFOB_IS_TOKEN_STORE (self), FALSE);

  return KEYFOB_TOKEN_STORE_GET_IFACE (self)->remove_finish (self, result, error);
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
  g_return_val_if_fail (KEYFOB_IS_TOKEN_STORE (self), FALSE);

  return KEYFOB_TOKEN_STORE_GET_IFACE (self)->unlock_finish (self, result, error);
}

gboolean
keyfob_token_store_get_locked (KeyfobTokenStore *self)
{
  gboolean locked = FALSE;

  g_return_val_if_fail (KEYFOB_IS_TOKEN_STORE (self), FALSE);

  g_object_get (self, "locked", &locked, NULL);

  return locked;
}

const char *
keyfob_token_store_get_kind (KeyfobTokenStore *self)
{
  g_return_val_if_fail (KEYFOB_IS_TOKEN_STORE (self), NULL);

  return KEYFOB_TOKEN_STORE_GET_IFACE (self)->get_kind (self);
}

char *
keyfob_token_store_dup_lock_path (KeyfobTokenStore *self)
{
  g_return_val_if_fail (KEYFOB_IS_TOKEN_STORE (self), NULL);

  return KEYFOB_TOKEN_STORE_GET_IFACE (self)->dup_lock_path (self);
}
