/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-menu-node.h"

KeyfobMenuNode *
keyfob_menu_node_new (const char *key, const char *label)
{
  KeyfobMenuNode *self = g_new0 (KeyfobMenuNode, 1);

  self->key = g_strdup (key);
  self->label = g_strdup (label);
  self->enabled = TRUE;
  self->children = g_ptr_array_new_with_free_func ((GDestroyNotify) keyfob_menu_node_free);

  return self;
}

void
keyfob_menu_node_free (KeyfobMenuNode *self)
{
  g_ptr_array_unref (self->children);
  g_clear_object (&self->target);
  g_free (self->label);
  g_free (self->key);
  g_free (self);
}

KeyfobMenuNode *
keyfob_menu_node_append (KeyfobMenuNode *self, KeyfobMenuNode *child)
{
  g_ptr_array_add (self->children, child);

  return child;
}
