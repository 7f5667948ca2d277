/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** What a person sets as proxy, beside an address: none, and that of the system. */
#define KEYFOB_PROXY_NONE "none"
#define KEYFOB_PROXY_SYSTEM "system"

/**
 * keyfob_proxy_check:
 * @text: one of these words; `http://`, `https://` or `socks5://` with a host and perhaps a port;
 *   or empty
 * @error: KEYFOB_AUTH_ERROR_INVALID_HOST with a sentence, in which @text is not quoted: it may have
 *   a password, which Keyfob does not keep
 *
 * Returns: (transfer full): the proxy as it is kept, or %NULL
 */
char *keyfob_proxy_check (const char *text, GError **error);

G_END_DECLS
