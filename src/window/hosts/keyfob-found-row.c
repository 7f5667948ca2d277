/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-found-row.h"

#include "keyfob-wrap-box.h"

struct _KeyfobFoundRow
{
  GtkListBoxRow parent_instance;

  GtkLabel *label;
  GtkActionable *add_button;
};

G_DEFINE_FINAL_TYPE (KeyfobFoundRow, keyfob_found_row, GTK_TYPE_LIST_BOX_ROW)

static void
keyfob_found_row_class_init (KeyfobFoundRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (KEYFOB_TYPE_WRAP_BOX);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-found-row.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobFoundRow, label);
  gtk_widget_class_bind_template_child (widget_class, KeyfobFoundRow, add_button);
}

static void
keyfob_found_row_init (KeyfobFoundRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
keyfob_found_row_new (const char *url)
{
  KeyfobFoundRow *self;

  g_return_val_if_fail (url != NULL, NULL);

  self = g_object_new (KEYFOB_TYPE_FOUND_ROW, NULL);
  gtk_label_set_label (self->label, url);
  gtk_actionable_set_action_target (self->add_button, "s", url);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, url, -1);

  return GTK_WIDGET (self);
}
