/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * KeyfobMenuNode:
 * @key: name of the item, unique among its siblings; the item of the same key in a later menu is
 *   taken for the same item
 * @label: plain text, %NULL for a separator
 * @enabled: whether the item can be chosen
 * @choice: argument of #KeyfobBusMenu::chosen
 * @target: (nullable): argument of #KeyfobBusMenu::chosen
 * @children: (element-type KeyfobMenuNode): items of the submenu, empty where there is none
 * @id: identifies the item on the bus; set by #KeyfobBusMenu
 *
 * An item of a menu, with its submenu.
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
 * Returns: (transfer full): an item that is enabled, with choice 0 and no target
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
 * A menu on the bus (com.canonical.dbusmenu), which the tray draws. While it is open, labels follow
 * the content; items come, go and change places only after that, or a click would be taken for one
 * on another item.
 *
 * Signal `about-to-show`: the tray is about to show the menu; a handler may replace the content.
 *
 * Signal `chosen` (int, #GObject, nullable): the user has chosen an item with this choice and
 * target.
 */

/**
 * keyfob_bus_menu_new:
 * @path: object path of the menu
 * @root: (transfer full): the first content
 *
 * Returns: (transfer full): a menu that is on the bus until it is disposed
 */
KeyfobBusMenu *
keyfob_bus_menu_new (GDBusConnection *connection, const char *path, KeyfobMenuNode *root);

/** Replaces the content. @root: (transfer full): the new content */
void keyfob_bus_menu_set_root (KeyfobBusMenu *self, KeyfobMenuNode *root);

G_END_DECLS
