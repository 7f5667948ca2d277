/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-route.h"

G_BEGIN_DECLS

/**
 * KeyfobConfigOptions:
 * @name: (nullable): what the user calls the host
 * @routes: each without a slash at its ends
 * @ports: (element-type guint16): redirect ports in the order to try them
 * @timeout: of a sign-in, in seconds
 * @scope: (nullable): scope to ask for
 * @issuer: (nullable): issuer of the provider
 * @store: (nullable): where the token is kept, see keyfob_config_get_store()
 * @server_pkce: whether the server wants its own state and code verifier used
 * @device_flow: whether the server may offer sign-in by code
 * @allow_http: whether http is taken beyond loopback
 *
 * The options of `Host1.Configure`.
 */
typedef struct
{
  char *name;
  char *routes[KEYFOB_N_ROUTES];
  GArray *ports;
  guint timeout;
  char *scope;
  char *issuer;
  char *store;
  gboolean server_pkce;
  gboolean device_flow;
  gboolean allow_http;
} KeyfobConfigOptions;

/** Returns: (transfer full): all as usual */
KeyfobConfigOptions *keyfob_config_options_new (void);

void keyfob_config_options_free (KeyfobConfigOptions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobConfigOptions, keyfob_config_options_free)

/** Returns: whether all names and types in the `a{sv}` are known; else INVALID_HOST says which is
 * not */
gboolean keyfob_config_options_check (GVariant *options, GError **error);

/**
 * keyfob_config_options_apply:
 * @options: `a{sv}`; what it does not name stays as it is
 * @error: KEYFOB_AUTH_ERROR_INVALID_HOST with the reason; @self is then of no use
 *
 * Returns: whether all of @options is good
 */
gboolean keyfob_config_options_apply (KeyfobConfigOptions *self, GVariant *options, GError **error);

/** Returns: (transfer floating): `a{sv}` with what differs from the defaults */
GVariant *keyfob_config_options_to_variant (KeyfobConfigOptions *self);

G_END_DECLS
