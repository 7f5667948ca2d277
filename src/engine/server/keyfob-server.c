/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-server.h"

#include "keyfob-secret.h"

G_DEFINE_INTERFACE (KeyfobServer, keyfob_server, G_TYPE_OBJECT)

static void
keyfob_server_default_init (KeyfobServerInterface *iface)
{
}

void
keyfob_login_free (KeyfobLogin *self)
{
  keyfob_secret_free (self->uri);
  keyfob_secret_free (self->state);
  keyfob_secret_free (self->code_verifier);
  g_free (self->redirect_uri);
  g_clear_pointer (&self->provider, keyfob_provider_free);
  g_free (self);
}

void
keyfob_server_redirect_ports_async (KeyfobServer *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_SERVER (self));

  KEYFOB_SERVER_GET_IFACE (self)->redirect_ports_async (self, cancellable, callback, user_data);
}

GVariant *
keyfob_server_redirect_ports_finish (KeyfobServer *self, GAsyncResult *result)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), NULL);
}

void
keyfob_server_begin_login_async (KeyfobServer *self,
                                 const char *redirect_uri,
                                 const char *prompt,
                                 gboolean server_pkce,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_SERVER (self));

  KEYFOB_SERVER_GET_IFACE (self)->begin_login_async (self, redirect_uri, prompt, server_pkce,
                                                     cancellable, callback, user_data);
}

KeyfobLogin *
keyfob_server_begin_login_finish (KeyfobServer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
keyfob_server_exchange_code_async (KeyfobServer *self,
                                   const char *code,
                                   const char *redirect_uri,
                                   const char *code_verifier,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_SERVER (self));

  KEYFOB_SERVER_GET_IFACE (self)->exchange_code_async (self, code, redirect_uri, code_verifier,
                                                       cancellable, callback, user_data);
}

void
keyfob_server_refresh_async (KeyfobServer *self,
                             KeyfobToken *token,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_SERVER (self));

  KEYFOB_SERVER_GET_IFACE (self)->refresh_async (self, token, cancellable, callback, user_data);
}

void
keyfob_server_begin_device_async (KeyfobServer *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_SERVER (self));

  KEYFOB_SERVER_GET_IFACE (self)->begin_device_async (self, cancellable, callback, user_data);
}

KeyfobDeviceCode *
keyfob_server_begin_device_finish (KeyfobServer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
keyfob_server_poll_device_async (KeyfobServer *self,
                                 const char *device_code,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_SERVER (self));

  KEYFOB_SERVER_GET_IFACE (self)->poll_device_async (self, device_code, cancellable, callback,
                                                     user_data);
}

KeyfobToken *
keyfob_server_token_finish (KeyfobServer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
keyfob_server_userinfo_async (KeyfobServer *self,
                              KeyfobToken *token,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_SERVER (self));

  KEYFOB_SERVER_GET_IFACE (self)->userinfo_async (self, token, cancellable, callback, user_data);
}

char *
keyfob_server_userinfo_finish (KeyfobServer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
keyfob_server_probe_async (KeyfobServer *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_SERVER (self));

  KEYFOB_SERVER_GET_IFACE (self)->probe_async (self, cancellable, callback, user_data);
}

gboolean
keyfob_server_probe_finish (KeyfobServer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

char *
keyfob_server_dup_end_session_uri (KeyfobServer *self)
{
  g_return_val_if_fail (KEYFOB_IS_SERVER (self), NULL);

  return KEYFOB_SERVER_GET_IFACE (self)->dup_end_session_uri (self);
}
