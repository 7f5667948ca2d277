/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-menu-node.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_BUS_MENU (keyfob_bus_menu_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobBusMenu, keyfob_bus_menu, KEYFOB, BUS_MENU, GObject)

/**
 * KeyfobBusMenu:
 *
 * A menu on the bus (com.canonical.dbusmenu) that trays draw. A new version of it is told as the
 * difference to the one before.
 *
 * Signal `about-to-show`: somebody looks; a new version may be set from here.
 *
 * Signal `chosen` (int, #GObject, nullable): choice and target of the item that was chosen.
 */

/** Returns: (transfer full): an empty menu that is not on the bus yet */
KeyfobBusMenu *keyfob_bus_menu_new (void);

/** Puts it on the bus. Returns: %FALSE where the bus would not have it */
gboolean keyfob_bus_menu_export (KeyfobBusMenu *self,
                                 GDBusConnection *connection,
                                 const char *path,
                                 GError **error);

/** Takes it off the bus, if it is there. */
void keyfob_bus_menu_unexport (KeyfobBusMenu *self);

/** @root: (transfer full): the menu as it is now */
void keyfob_bus_menu_set_root (KeyfobBusMenu *self, KeyfobMenuNode *root);

G_END_DECLS
