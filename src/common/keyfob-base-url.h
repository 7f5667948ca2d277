/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * keyfob_base_url_normalise:
 * @text: as a person types it
 * @allow_http: allow http for hosts that are not on loopback, too
 * @host_key: (out) (optional) (transfer full): scheme, host and port as py-oidc-auth-client's
 *   token file has them
 * @error: KEYFOB_AUTH_ERROR_INVALID_HOST with a sentence that says what to type
 *
 * Returns: (transfer full): the base URL, equal for all spellings of one host; or %NULL
 */
char *
keyfob_base_url_normalise (const char *text, gboolean allow_http, char **host_key, GError **error);

/** Scheme of a link that offers a server: `keyfob:https://portal.example.org`. */
#define KEYFOB_ADD_LINK_SCHEME "keyfob"

/**
 * keyfob_base_url_from_link:
 * @text: what a person copied: perhaps quoted, among words, with a query or a fragment, with the
 *   slashes after its scheme mistyped, or a `keyfob:` link
 *
 * Returns: (transfer full): the address in it, for keyfob_base_url_normalise() to judge
 */
char *keyfob_base_url_from_link (const char *text);

/**
 * keyfob_base_url_dup_scheme:
 *
 * As g_uri_peek_scheme(), which keeps each scheme that it has ever seen.
 *
 * Returns: (transfer full) (nullable): the scheme that @text begins with, in small letters
 */
char *keyfob_base_url_dup_scheme (const char *text);

/**
 * keyfob_base_url_is_loopback:
 * @host: name or address, without brackets
 *
 * Returns: whether @host can only be this machine
 */
gboolean keyfob_base_url_is_loopback (const char *host);

/**
 * keyfob_base_url_may_lead_to:
 * @from: a URL of the server that names @to
 * @to: where the server wants to send the user
 *
 * Returns: whether @to may be opened or shown: an address by https, or by http on loopback, without
 *   a user name that could be taken for the host. A server elsewhere that is itself spoken to by
 *   http, which the user has to allow, may lead to http.
 */
gboolean keyfob_base_url_may_lead_to (const char *from, const char *to);

/**
 * keyfob_base_url_is_same_site:
 * @from: a URL
 * @to: a URL that it leads to, or that is to take its place
 *
 * Returns: whether both have the same host, perhaps but for "www.", and @to is not less safe
 */
gboolean keyfob_base_url_is_same_site (const char *from, const char *to);

/**
 * keyfob_base_url_may_share_token:
 *
 * Returns: whether a token of the server at @from may be sent to @to: on the same site and, by
 * http, where no certificate tells who answers, at the same port
 */
gboolean keyfob_base_url_may_share_token (const char *from, const char *to);

G_END_DECLS
