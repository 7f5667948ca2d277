/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * keyfob_web_address_is_valid:
 * @text: (nullable): what a server calls an address
 *
 * Returns: whether it is an http or https address with a host, and nothing that hides the host
 */
gboolean keyfob_web_address_is_valid (const char *text);

/**
 * keyfob_web_address_shorten:
 * @address: an http or https address
 *
 * Returns: (transfer full): what a person has to type to get there, such as
 *   "auth.example.org/device": https goes without saying, http does not
 */
char *keyfob_web_address_shorten (const char *address);

G_END_DECLS
