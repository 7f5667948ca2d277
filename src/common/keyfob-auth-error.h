/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * KEYFOB_AUTH_ERROR:
 *
 * The one error domain of Keyfob. Programs test the code; the message is a translated sentence that
 * says what the user can do.
 */
#define KEYFOB_AUTH_ERROR (keyfob_auth_error_quark ())

/**
 * KeyfobAuthError:
 * @KEYFOB_AUTH_ERROR_FAILED: something else
 * @KEYFOB_AUTH_ERROR_CANCELLED: the user or the caller cancelled
 * @KEYFOB_AUTH_ERROR_TIMED_OUT: nobody signed in within the time limit
 * @KEYFOB_AUTH_ERROR_DENIED: the user or the provider said no (`access_denied`)
 * @KEYFOB_AUTH_ERROR_EXPIRED: a code or refresh token is not valid any more (`invalid_grant`,
 *   `expired_token`)
 * @KEYFOB_AUTH_ERROR_NETWORK: the server cannot be reached
 * @KEYFOB_AUTH_ERROR_TLS: the certificate of the server is not trusted
 * @KEYFOB_AUTH_ERROR_SERVER: the server refused the request
 * @KEYFOB_AUTH_ERROR_BAD_ANSWER: the answer of the server does not follow the protocol
 * @KEYFOB_AUTH_ERROR_UNSUPPORTED: the server or Keyfob does not offer this
 * @KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED: the user has to sign in
 * @KEYFOB_AUTH_ERROR_STORE: the token store failed
 * @KEYFOB_AUTH_ERROR_LOCKED: the keyring is locked
 * @KEYFOB_AUTH_ERROR_INVALID_HOST: not a valid base URL or option, or no such host
 * @KEYFOB_AUTH_ERROR_NO_PORT: every redirect port is taken
 * @KEYFOB_AUTH_ERROR_NO_BROWSER: there is no browser to open
 * @KEYFOB_AUTH_ERROR_PENDING: device flow: the user has not decided (RFC 8628 section 3.5)
 * @KEYFOB_AUTH_ERROR_SLOW_DOWN: device flow: ask less often (RFC 8628 section 3.5)
 * @KEYFOB_AUTH_ERROR_UNAVAILABLE: the server is out of order or wants to be asked again (5xx, 408,
 *   425, 429), or another program keeps Keyfob from asking
 * @KEYFOB_AUTH_ERROR_TOKENS_LOCKED: the user or the screen has locked the tokens
 */
typedef enum
{
  KEYFOB_AUTH_ERROR_FAILED,
  KEYFOB_AUTH_ERROR_CANCELLED,
  KEYFOB_AUTH_ERROR_TIMED_OUT,
  KEYFOB_AUTH_ERROR_DENIED,
  KEYFOB_AUTH_ERROR_EXPIRED,
  KEYFOB_AUTH_ERROR_NETWORK,
  KEYFOB_AUTH_ERROR_TLS,
  KEYFOB_AUTH_ERROR_SERVER,
  KEYFOB_AUTH_ERROR_BAD_ANSWER,
  KEYFOB_AUTH_ERROR_UNSUPPORTED,
  KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED,
  KEYFOB_AUTH_ERROR_STORE,
  KEYFOB_AUTH_ERROR_LOCKED,
  KEYFOB_AUTH_ERROR_INVALID_HOST,
  KEYFOB_AUTH_ERROR_NO_PORT,
  KEYFOB_AUTH_ERROR_NO_BROWSER,
  KEYFOB_AUTH_ERROR_PENDING,
  KEYFOB_AUTH_ERROR_SLOW_DOWN,
  KEYFOB_AUTH_ERROR_UNAVAILABLE,
  KEYFOB_AUTH_ERROR_TOKENS_LOCKED,
} KeyfobAuthError;

/**
 * keyfob_auth_error_quark:
 *
 * Also registers the D-Bus names `org.keyfob.Keyfob.Error.NAME` of the codes.
 *
 * Returns: the quark of the domain
 */
GQuark keyfob_auth_error_quark (void);

/** Returns: (nullable): the last word of the D-Bus name of @error, such as "Network"; %NULL for
 * another domain */
const char *keyfob_auth_error_get_word (const GError *error);

/**
 * keyfob_auth_error_is_transient:
 *
 * Returns: whether the same request may work later, since @error says nothing about the token or
 *   code in it: there is no network, the certificate is not trusted, the answer makes no sense (as
 *   that of a captive portal), or the server is out of order
 */
gboolean keyfob_auth_error_is_transient (const GError *error);

/**
 * keyfob_auth_error_set_retry_after:
 * @error: a KEYFOB_AUTH_ERROR
 * @seconds: for how long the server does not want to be asked again (RFC 9110 section 10.2.3)
 */
void keyfob_auth_error_set_retry_after (GError *error, gint64 seconds);

/** Returns: what was set, also in a copy of the error; 0 where nothing was, or for other domains */
gint64 keyfob_auth_error_get_retry_after (const GError *error);

/**
 * keyfob_auth_error_set_details:
 * @error: a KEYFOB_AUTH_ERROR
 * @details: (transfer floating): `a{sv}` without secrets, as `Host1.ErrorDetails` without the time
 */
void keyfob_auth_error_set_details (GError *error, GVariant *details);

/** Returns: (nullable) (transfer none): what was set, also in a copy of the error */
GVariant *keyfob_auth_error_get_details (const GError *error);

G_END_DECLS
