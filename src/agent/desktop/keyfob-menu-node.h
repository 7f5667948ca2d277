/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * KeyfobMenuNode:
 * @key: what tells it from its siblings, and finds it again in a later menu
 * @label: plain text, %NULL for a line between items
 * @enabled: whether it can be chosen
 * @choice: what the user wants who chooses it, for whoever made the menu
 * @target: (nullable): what that is about
 * @children: (element-type KeyfobMenuNode): a submenu where there are any
 * @id: its number on the bus
 *
 * One item of a menu, and all below it.
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
 * Returns: (transfer full): an item that can be chosen and stands for nothing yet
 */
KeyfobMenuNode *keyfob_menu_node_new (const char *key, const char *label);

void keyfob_menu_node_free (KeyfobMenuNode *self);

/**
 * keyfob_menu_node_append:
 * @child: (transfer full): becomes the last one
 *
 * Returns: (transfer none): @child
 */
KeyfobMenuNode *keyfob_menu_node_append (KeyfobMenuNode *self, KeyfobMenuNode *child);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobMenuNode, keyfob_menu_node_free)

G_END_DECLS
