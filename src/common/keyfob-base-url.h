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

/**
 * keyfob_base_url_is_loopback:
 * @host: name or address, without brackets
 *
 * Returns: whether @host can only be this machine
 */
gboolean keyfob_base_url_is_loopback (const char *host);

G_END_DECLS
