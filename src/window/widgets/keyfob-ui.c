/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-ui.h"

AdwToast *
keyfob_ui_create_toast (const char *text)
{
  /* before libadwaita 1.4, the title of a toast is always markup */
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  return adw_toast_new (escaped);
}

void
keyfob_ui_show_toast (AdwToastOverlay *overlay, const char *text)
{
  adw_toast_overlay_add_toast (overlay, keyfob_ui_create_toast (text));
}

void
keyfob_ui_set_covered (GtkWidget *page, gboolean covered)
{
  gtk_accessible_update_state (GTK_ACCESSIBLE (page), GTK_ACCESSIBLE_STATE_HIDDEN, covered, -1);
}

void
keyfob_ui_show_page (GtkStack *stack, const char *name)
{
  GtkWidget *shown;

  gtk_stack_set_visible_child_name (stack, name);
  shown = gtk_stack_get_visible_child (stack);
  for (GtkWidget *page = gtk_widget_get_first_child (GTK_WIDGET (stack)); page != NULL;
       page = gtk_widget_get_next_sibling (page))
    keyfob_ui_set_covered (page, page != shown);
}

char *
keyfob_ui_markup_verbatim (const char *text)
{
  return g_markup_printf_escaped ("<span insert_hyphens=\"false\">%s</span>",
                                  text != NULL ? text : "");
}
