/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-bus.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_ACCESS_GROUP (keyfob_access_group_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobAccessGroup,
                      keyfob_access_group,
                      KEYFOB,
                      ACCESS_GROUP,
                      AdwPreferencesGroup)

/**
 * KeyfobAccessGroup:
 *
 * Asks a server whether it takes the token, at its userinfo route or at an address that the user
 * types, and says in a sentence what came of it.
 */

/**
 * keyfob_access_group_set_host:
 * @host: (nullable): the host
 * @again: whether that is the host that is shown already, of an agent that was started again; then
 *   what is typed stays
 *
 * Tests the token of @host from now on.
 */
void keyfob_access_group_set_host (KeyfobAccessGroup *self, KeyfobBusHost1 *host, gboolean again);

/**
 * keyfob_access_group_describe:
 * @result: the answer of `Host1.TestAccess`
 * @at_address: whether an address was given
 *
 * Returns: (transfer full): what @result means, in sentences
 */
char *keyfob_access_group_describe (GVariant *result, gboolean at_address);

G_END_DECLS
