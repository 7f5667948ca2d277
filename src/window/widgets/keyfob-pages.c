/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-pages.h"

void
keyfob_pages_set_covered (GtkWidget *page, gboolean covered)
{
  g_return_if_fail (GTK_IS_WIDGET (page));

  gtk_accessible_update_state (GTK_ACCESSIBLE (page), GTK_ACCESSIBLE_STATE_HIDDEN, covered, -1);
}

void
keyfob_pages_show (GtkStack *stack, const char *name)
{
  GtkWidget *shown;

  g_return_if_fail (GTK_IS_STACK (stack));

  gtk_stack_set_visible_child_name (stack, name);
  shown = gtk_stack_get_visible_child (stack);
  for (GtkWidget *page = gtk_widget_get_first_child (GTK_WIDGET (stack)); page != NULL;
       page = gtk_widget_get_next_sibling (page))
    keyfob_pages_set_covered (page, page != shown);
}
