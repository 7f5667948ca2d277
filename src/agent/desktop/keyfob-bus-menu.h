/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * KeyfobMenuNode:
 * @key: name of the item among its siblings, the same in later menus
 * @label: plain text, %NULL for a separator
 * @enabled: whether the item can be chosen
 * @choice: number of the action of the item, of the maker of the menu
 * @target: (nullable): the object that the action is for
 * @children: (element-type KeyfobMenuNode): items of the submenu, if there are any
 * @id: number of the item on the bus, set by keyfob_bus_menu_set_root()
 *
 * One item of a menu, with its submenu.
 */
typedef struct
{
  char *key;
  char *label;
  gboolean enabled;
  int choice;
  GObject *target;
  GPtrArray *children;
  int id;
} KeyfobMenuNode;

/**
 * keyfob_menu_node_new:
 * @label: (nullable): as in #KeyfobMenuNode
 *
 * Returns: (transfer full): an item that is enabled, without an action
 */
KeyfobMenuNode *keyfob_menu_node_new (const char *key, const char *label);

/** Frees @self and all items below. */
void keyfob_menu_node_free (KeyfobMenuNode *self);

/**
 * keyfob_menu_node_append:
 * @child: (transfer full): becomes the last child
 *
 * Returns: (transfer none): @child
 */
KeyfobMenuNode *keyfob_menu_node_append (KeyfobMenuNode *self, KeyfobMenuNode *child);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobMenuNode, keyfob_menu_node_free)

#define KEYFOB_TYPE_BUS_MENU (keyfob_bus_menu_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobBusMenu, keyfob_bus_menu, KEYFOB, BUS_MENU, GObject)

/**
 * KeyfobBusMenu:
 *
 * A menu on the bus (com.canonical.dbusmenu) that trays draw. A new menu is told as the properties
 * that have changed, and a new layout only where items come, go or change places.
 *
 * Signal `about-to-show`: a tray is about to show the menu; a handler may set a new one.
 *
 * Signal `chosen` (int, #GObject, nullable): choice and target of the item that was chosen.
 */

/** Returns: (transfer full): an empty menu that is not on the bus yet */
KeyfobBusMenu *keyfob_bus_menu_new (void);

/** Puts the menu on the bus. Returns: %FALSE where there is another object at @path */
gboolean keyfob_bus_menu_export (KeyfobBusMenu *self,
                                 GDBusConnection *connection,
                                 const char *path,
                                 GError **error);

/** Takes the menu off the bus, if it is there. */
void keyfob_bus_menu_unexport (KeyfobBusMenu *self);

/** @root: (transfer full): the menu as it is now */
void keyfob_bus_menu_set_root (KeyfobBusMenu *self, KeyfobMenuNode *root);

G_END_DECLS
