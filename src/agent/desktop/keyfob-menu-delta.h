/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-menu-node.h"

G_BEGIN_DECLS

/**
 * keyfob_menu_delta_properties:
 * @before: (element-type gint KeyfobMenuNode): items by number
 * @after: (element-type gint KeyfobMenuNode): items by number
 * @updated: (out) (transfer full): `a(ia{sv})`, what is another one or was not there
 * @removed: (out) (transfer full): `a(ias)`, what is as usual again
 *
 * Items that are only in one of the two do not count: they come and go with the layout.
 *
 * Returns: whether there is a difference
 */
gboolean keyfob_menu_delta_properties (GHashTable *before,
                                       GHashTable *after,
                                       GVariant **updated,
                                       GVariant **removed);

/** Returns: the item below which others come, go or change places, the root where it is several; -1
 * none */
int keyfob_menu_delta_layout (GHashTable *before, GHashTable *after);

G_END_DECLS
