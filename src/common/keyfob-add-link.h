/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Returns: (transfer full): the link that offers the server at @address, which may be such a link
 * already */
char *keyfob_add_link_new (const char *address);

/**
 * keyfob_add_link_dup_address:
 * @link: from anywhere, perhaps a web page that means harm
 * @error: KEYFOB_AUTH_ERROR_INVALID_HOST with a sentence
 *
 * Returns: (transfer full): the address in the link, as a person may type it; %NULL where that is
 *   none of a server, by http or https and without a user name
 */
char *keyfob_add_link_dup_address (const char *link, GError **error);

G_END_DECLS
