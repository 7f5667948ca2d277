/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-config.h"

G_BEGIN_DECLS

/**
 * keyfob_host_group_from_url:
 *
 * Returns: (transfer full): the name of the group of a base URL; a key file has no brackets in one
 */
char *keyfob_host_group_from_url (const char *base_url);

/** Returns: (transfer full): the base URL that a group stands for, as it was typed */
char *keyfob_host_group_to_url (const char *group);

/**
 * keyfob_host_group_read:
 * @error: what is wrong with the group
 *
 * Returns: (transfer full): the configuration in @group, or %NULL
 */
KeyfobConfig *keyfob_host_group_read (GKeyFile *keys, const char *group, GError **error);

/** Writes @config into @group; keys that Keyfob does not know stay. */
void keyfob_host_group_write (GKeyFile *keys, const char *group, KeyfobConfig *config);

G_END_DECLS
