/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-device-code.h"
#include "keyfob-provider.h"
#include "keyfob-token.h"

G_BEGIN_DECLS

/**
 * KeyfobLogin:
 * @uri: address for the browser
 * @state: (nullable): the state to expect; %NULL accepts any state with @redirect_uri between its
 *   first and its last `|`
 * @redirect_uri: address that the provider sends the browser back to
 * @code_verifier: (nullable): PKCE code verifier to send with the code; %NULL stands for the part
 * of the state after its last `|`
 * @server_pkce: whether the server made state and verifier
 * @provider: what @uri leads to
 *
 * A login that has begun. Contains secrets; keyfob_login_free() overwrites them.
 */
typedef struct
{
  char *uri;
  char *state;
  char *redirect_uri;
  char *code_verifier;
  gboolean server_pkce;
  KeyfobProvider *provider;
} KeyfobLogin;

void keyfob_login_free (KeyfobLogin *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobLogin, keyfob_login_free)

#define KEYFOB_TYPE_SERVER (keyfob_server_get_type ())
G_DECLARE_INTERFACE (KeyfobServer, keyfob_server, KEYFOB, SERVER, GObject)

/**
 * KeyfobServer:
 *
 * The protocol of one host. Errors are KEYFOB_AUTH_ERROR or G_IO_ERROR_CANCELLED.
 * KeyfobPyOidcServer implements it for py-oidc-auth.
 *
 * An implementation completes each operation with a #GTask whose source object is the server and
 * whose value is a #GVariant (redirect_ports), a #KeyfobLogin, a #KeyfobToken (exchange_code,
 * refresh, poll_device), a #KeyfobDeviceCode, a string (userinfo) or a boolean (probe).
 */
struct _KeyfobServerInterface
{
  GTypeInterface parent_iface;

  void (*redirect_ports_async) (KeyfobServer *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
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

/* Bounds of a redirect port that a server names: it is bound without privileges. */
#define KEYFOB_SERVER_FIRST_PORT 1024
#define KEYFOB_SERVER_LAST_PORT 65535

/** Asks for the redirect ports that are registered at the provider. */
void keyfob_server_redirect_ports_async (KeyfobServer *self,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

/**
 * keyfob_server_redirect_ports_finish:
 *
 * Returns: (transfer full) (nullable): `aq`, at least one port, each within its bounds and once;
 *   %NULL where the server does not name any
 */
GVariant *keyfob_server_redirect_ports_finish (KeyfobServer *self, GAsyncResult *result);

/**
 * keyfob_server_begin_login_async:
 * @redirect_uri: see keyfob_loopback_get_redirect_uri()
 * @prompt: (nullable): `consent`, `none`, `login` or `select_account`; %NULL leaves it to the
 *   provider
 * @server_pkce: keep the state and the code challenge of the server instead of replacing them
 *
 * Asks the login route for the address of the sign-in page.
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

/** Refreshes @token (RFC 6749 section 6); the new token has the old refresh token where the server
 * sends no new one. */
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

/** Asks once for the token of a device authorization (RFC 8628 section 3.4). */
void keyfob_server_poll_device_async (KeyfobServer *self,
                                      const char *device_code,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

/**
 * keyfob_server_token_finish:
 *
 * Finishes keyfob_server_exchange_code_async(), keyfob_server_refresh_async() and
 * keyfob_server_poll_device_async().
 *
 * Returns: (transfer full): the token, or %NULL
 */
KeyfobToken *keyfob_server_token_finish (KeyfobServer *self, GAsyncResult *result, GError **error);

/** Asks for the name of the person to whom @token belongs. */
void keyfob_server_userinfo_async (KeyfobServer *self,
                                   KeyfobToken *token,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/** Returns: (transfer full): the name, cleaned for display, empty where the server accepts the
 * token and names nobody; or %NULL, with UNSUPPORTED where the server checks no tokens, DENIED
 * where it does not accept this one */
char *keyfob_server_userinfo_finish (KeyfobServer *self, GAsyncResult *result, GError **error);

/** Sends a request that needs no token and changes nothing, to see whether the server answers. */
void keyfob_server_probe_async (KeyfobServer *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

/** Returns: whether the server itself answered; an answer of a gateway, such as a redirect, is an
 * error */
gboolean keyfob_server_probe_finish (KeyfobServer *self, GAsyncResult *result, GError **error);

/** Returns: (transfer full) (nullable): address at which the browser ends the session at the
 * provider
 */
char *keyfob_server_dup_end_session_uri (KeyfobServer *self);

G_END_DECLS
