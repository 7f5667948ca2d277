/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-config-options.h"
#include "keyfob-route.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_CONFIG (keyfob_config_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobConfig, keyfob_config, KEYFOB, CONFIG, GObject)

/**
 * KeyfobConfig:
 *
 * How to talk to one host. Immutable.
 */

/**
 * keyfob_config_new:
 * @url: base URL as a person types it: https is assumed where there is no scheme, and http is
 *   allowed for loopback only (unless @options has `allow-http`)
 * @options: (nullable): `a{sv}` with the options of `Host1.Configure`; a floating reference is sunk
 * @error: KEYFOB_AUTH_ERROR_INVALID_HOST with the reason
 *
 * Returns: (transfer full): the configuration, or %NULL
 */
KeyfobConfig *keyfob_config_new (const char *url, GVariant *options, GError **error);

/**
 * keyfob_config_with_options:
 * @options: `a{sv}`; other options stay as they are; a floating reference is sunk
 *
 * Returns: (transfer full): a changed copy, or %NULL with KEYFOB_AUTH_ERROR_INVALID_HOST
 */
KeyfobConfig *keyfob_config_with_options (KeyfobConfig *self, GVariant *options, GError **error);

/**
 * keyfob_config_to_options:
 *
 * Returns: (transfer floating): `a{sv}` with the options that differ from their defaults, from
 *   which, with the base URL, keyfob_config_new() makes the same configuration
 */
GVariant *keyfob_config_to_options (KeyfobConfig *self);

/** Returns: (transfer full): the value of an option */
GVariant *keyfob_config_dup_option (KeyfobConfig *self, KeyfobOption option);

/** Returns: (transfer floating): `a{sv}` with the options of @other that @self has otherwise */
GVariant *keyfob_config_list_changes (KeyfobConfig *self, KeyfobConfig *other);

/** Returns: absolute path of a file with certificate authorities, or empty */
const char *keyfob_config_get_ca_file (KeyfobConfig *self);

/** Returns: the proxy for the host, see keyfob_proxy_check() */
const char *keyfob_config_get_proxy (KeyfobConfig *self);

/** Returns: normalised base URL without a trailing slash; two hosts are one when it is equal */
const char *keyfob_config_get_base_url (KeyfobConfig *self);

/**
 * keyfob_config_get_host_key:
 *
 * Returns: the key in the shared token file: scheme, host and port only, an IPv6 host without its
 *   brackets, as py-oidc-auth-client writes it
 */
const char *keyfob_config_get_host_key (KeyfobConfig *self);

/** Returns: the name the user gave, else host, port and path of the base URL */
const char *keyfob_config_get_name (KeyfobConfig *self);

/** Returns: (transfer full): absolute URL of @route, exactly one slash between its parts */
char *keyfob_config_dup_url (KeyfobConfig *self, KeyfobRoute route);

/** Returns: (transfer none) (array length=n_ports): the redirect ports, in the order to try them */
const guint16 *keyfob_config_get_redirect_ports (KeyfobConfig *self, gsize *n_ports);

/** Returns: whether these are not the default ports */
gboolean keyfob_config_has_own_redirect_ports (KeyfobConfig *self);

/** Returns: time limit of a sign-in in seconds (default 300) */
guint keyfob_config_get_timeout (KeyfobConfig *self);

/** Returns: (nullable): scope to ask for; %NULL leaves it to the server */
const char *keyfob_config_get_scope (KeyfobConfig *self);

/** Returns: (nullable): issuer of the provider where it is known (RFC 9207 section 2.4) */
const char *keyfob_config_get_issuer (KeyfobConfig *self);

/** Returns: whether the server wants its own state and code verifier used */
gboolean keyfob_config_get_server_pkce (KeyfobConfig *self);

/** Returns: whether the server may offer sign-in by code; %FALSE once it said that it does not */
gboolean keyfob_config_get_device_flow (KeyfobConfig *self);

/** Returns: whether a program gets the token only when the user allows it */
gboolean keyfob_config_get_ask_first (KeyfobConfig *self);

/** Returns: whether the host stays at the top of lists */
gboolean keyfob_config_get_pinned (KeyfobConfig *self);

/** Returns: when the provider is asked for consent: `automatic`, `always` or `never` */
const char *keyfob_config_get_consent (KeyfobConfig *self);

/**
 * keyfob_config_get_store:
 *
 * Returns: where the user wants the token kept: `keyring`, `file` for the token file that is shared
 *   with Python programs, `app:NAME` for the token file of the program NAME, the absolute path of
 *   another such file, or empty for the keyring where there is one, else the shared file
 */
const char *keyfob_config_get_store (KeyfobConfig *self);

G_END_DECLS
