/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-menu-node.h"

G_BEGIN_DECLS

/**
 * keyfob_menu_properties:
 * @names: (nullable): properties that are wanted; %NULL or empty for all
 *
 * What com.canonical.dbusmenu tells of an item, without what is as usual.
 *
 * Returns: (transfer floating): `a{sv}`
 */
GVariant *keyfob_menu_properties (KeyfobMenuNode *node, const char *const *names);

G_END_DECLS
