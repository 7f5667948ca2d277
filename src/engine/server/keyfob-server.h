/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-device-code.h"
#include "keyfob-token.h"

G_BEGIN_DECLS

/**
 * KeyfobLogin:
 * @uri: what the browser opens
 * @state: (nullable): the state to expect; %NULL: any whose middle part is @redirect_uri
 * @redirect_uri: where the browser comes back to
 * @code_verifier: (nullable): to post with the code; %NULL: what follows the last `|` of the state
 * @server_pkce: whether state and verifier are the server's own
 *
 * A login that has begun. Holds secrets; freeing wipes them.
 */
typedef struct
{
  char *uri;
  char *state;
  char *redirect_uri;
  char *code_verifier;
  gboolean server_pkce;
} KeyfobLogin;

void keyfob_login_free (KeyfobLogin *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobLogin, keyfob_login_free)

#define KEYFOB_TYPE_SERVER (keyfob_server_get_type ())
G_DECLARE_INTERFACE (KeyfobServer, keyfob_server, KEYFOB, SERVER, GObject)

/**
 * KeyfobServer:
 *
 * What talks to one host. Errors are KEYFOB_AUTH_ERROR (or G_IO_ERROR_CANCELLED).
 * KeyfobPyOidcServer is the implementation for py-oidc-auth.
 *
 * Each operation returns a #GTask whose source object is the server: of a #KeyfobLogin, of a
 * #KeyfobToken (exchange_code, refresh, poll_device), of a #KeyfobDeviceCode, of a string
 * (userinfo) or of a boolean (probe).
 */
struct _KeyfobServerInterface
{
  GTypeInterface parent_iface;

  void (*begin_login_async) (KeyfobServer *self,
                             const char *redirect_uri,
                             const char *prompt,
                             gboolean server_pkce,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

  void (*exchange_code_async) (KeyfobServer *self,
                               const char *code,
                               const char *redirect_uri,
                               const char *code_verifier,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
  void (*refresh_async) (KeyfobServer *self,
                         KeyfobToken *token,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
  void (*begin_device_async) (KeyfobServer *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
  void (*poll_device_async) (KeyfobServer *self,
                             const char *device_code,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
  void (*userinfo_async) (KeyfobServer *self,
                          KeyfobToken *token,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
  void (*probe_async) (KeyfobServer *self,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
  char *(*dup_end_session_uri) (KeyfobServer *self);
};

/**
 * keyfob_server_begin_login_async:
 * @redirect_uri: the loopback's
 * @prompt: (nullable): `consent`, `none`, `login` or `select_account`; %NULL is `consent`
 * @server_pkce: use the server's own state and verifier, do not put in ours
 */
void keyfob_server_begin_login_async (KeyfobServer *self,
                                      const char *redirect_uri,
                                      const char *prompt,
                                      gboolean server_pkce,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

/** Returns: (transfer full): the login, or %NULL */
KeyfobLogin *
keyfob_server_begin_login_finish (KeyfobServer *self, GAsyncResult *result, GError **error);

/** Exchanges an authorization code for a token (RFC 6749 section 4.1.3, RFC 7636 section 4.5). */
void keyfob_server_exchange_code_async (KeyfobServer *self,
                                        const char *code,
                                        const char *redirect_uri,
                                        const char *code_verifier,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

/** Uses the refresh token of @token; the answer keeps it where it brings no new one. */
void keyfob_server_refresh_async (KeyfobServer *self,
                                  KeyfobToken *token,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

/** Begins a device authorization (RFC 8628 section 3.1). */
void keyfob_server_begin_device_async (KeyfobServer *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);

/** Returns: (transfer full): the codes, or %NULL */
KeyfobDeviceCode *
keyfob_server_begin_device_finish (KeyfobServer *self, GAsyncResult *result, GError **error);

/** Asks once whether the user has decided (RFC 8628 section 3.4). */
void keyfob_server_poll_device_async (KeyfobServer *self,
                                      const char *device_code,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

/**
 * keyfob_server_token_finish:
 *
 * Finishes exchange_code, refresh and poll_device.
 *
 * Returns: (transfer full): the token, or %NULL
 */
KeyfobToken *keyfob_server_token_finish (KeyfobServer *self, GAsyncResult *result, GError **error);

/** Asks who the token belongs to. */
void keyfob_server_userinfo_async (KeyfobServer *self,
                                   KeyfobToken *token,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/** Returns: (transfer full): name to show, never empty, or %NULL with an error */
char *keyfob_server_userinfo_finish (KeyfobServer *self, GAsyncResult *result, GError **error);

/** Asks for something that needs no token and changes nothing, to see whether the server answers.
 */
void keyfob_server_probe_async (KeyfobServer *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

/** Returns: whether it answered; what only stands in its way is an error, such as a redirect */
gboolean keyfob_server_probe_finish (KeyfobServer *self, GAsyncResult *result, GError **error);

/** Returns: (transfer full) (nullable): what the browser opens to end the provider's session */
char *keyfob_server_dup_end_session_uri (KeyfobServer *self);

G_END_DECLS
