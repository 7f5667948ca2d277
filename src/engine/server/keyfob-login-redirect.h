/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-server.h"

G_BEGIN_DECLS

/**
 * keyfob_login_redirect_parse:
 * @login_url: URL of the login route that sent the redirect
 * @location: target of the redirect: an authorization request (RFC 6749 section 4.1.1)
 * @redirect_uri: the redirect URI that the request must contain
 * @server_pkce: keep the state and the code challenge of the server
 * @error: KEYFOB_AUTH_ERROR_BAD_ANSWER where @location is no authorization request for
 *   @redirect_uri; KEYFOB_AUTH_ERROR_DENIED or KEYFOB_AUTH_ERROR_SERVER where it contains an error
 *
 * Replaces the state and the code challenge (RFC 7636 section 4.3) by ones whose verifier only the
 * token request reveals, and changes nothing else. A request that is signed or that only names a
 * stored request (RFC 9101, RFC 9126) is not changed.
 *
 * Returns: (transfer full): the login, or %NULL
 */
KeyfobLogin *keyfob_login_redirect_parse (const char *login_url,
                                          const char *location,
                                          const char *redirect_uri,
                                          gboolean server_pkce,
                                          GError **error);

G_END_DECLS
