/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-server.h"

G_BEGIN_DECLS

/**
 * keyfob_login_redirect_parse:
 * @login_url: the login route that sent the redirect
 * @location: where it leads: the authorization request (RFC 6749 section 4.1.1)
 * @redirect_uri: where the browser has to come back to
 * @server_pkce: leave the server's own state and code challenge as they are
 * @error: KEYFOB_AUTH_ERROR_BAD_ANSWER where it is no authorization request for @redirect_uri;
 *   KEYFOB_AUTH_ERROR_DENIED or KEYFOB_AUTH_ERROR_SERVER where it says an error
 *
 * Puts in a state and a code challenge (RFC 7636 section 4.3) whose verifier never leaves this
 * process, and leaves everything else as it is. A request that is signed or kept elsewhere
 * (RFC 9101, RFC 9126) is left as it is, too.
 *
 * Returns: (transfer full): the login, or %NULL
 */
KeyfobLogin *keyfob_login_redirect_parse (const char *login_url,
                                          const char *location,
                                          const char *redirect_uri,
                                          gboolean server_pkce,
                                          GError **error);

G_END_DECLS
