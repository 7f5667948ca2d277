/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * keyfob_web_address_is_valid:
 * @text: (nullable): an address that came from a server
 *
 * Returns: whether @text is an http or https address with a host, and without a user name that
 * could be taken for the host
 */
gboolean keyfob_web_address_is_valid (const char *text);

/**
 * keyfob_web_address_shorten:
 * @address: an http or https address
 *
 * Returns: (transfer full): @address as a person types it, such as "auth.example.org/device";
 *   browsers add "https://" by themselves, so only "http://" is kept
 */
char *keyfob_web_address_shorten (const char *address);

G_END_DECLS
