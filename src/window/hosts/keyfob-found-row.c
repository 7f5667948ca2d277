/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-found-row.h"

#include "keyfob-ui.h"

struct _KeyfobFoundRow
{
  GtkListBoxRow parent_instance;

  char *url;

  GtkWidget *mark;
  GtkLabel *address;
  GtkLabel *description;
  GtkWidget *add_button;
};

G_DEFINE_FINAL_TYPE (KeyfobFoundRow, keyfob_found_row, GTK_TYPE_LIST_BOX_ROW)

static void
keyfob_found_row_finalize (GObject *object)
{
  g_free (KEYFOB_FOUND_ROW (object)->url);

  G_OBJECT_CLASS (keyfob_found_row_parent_class)->finalize (object);
}

static void
keyfob_found_row_class_init (KeyfobFoundRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = keyfob_found_row_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-found-row.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobFoundRow, mark);
  gtk_widget_class_bind_template_child (widget_class, KeyfobFoundRow, address);
  gtk_widget_class_bind_template_child (widget_class, KeyfobFoundRow, description);
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
  KeyfobFoundRow *self = g_object_new (KEYFOB_TYPE_FOUND_ROW, NULL);
  g_autofree char *breakable = keyfob_ui_dup_breakable (url);

  self->url = g_strdup (url);
  gtk_label_set_label (self->address, breakable);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, url, -1);

  return GTK_WIDGET (self);
}

const char *
keyfob_found_row_get_url (KeyfobFoundRow *self)
{
  g_return_val_if_fail (KEYFOB_IS_FOUND_ROW (self), NULL);

  return self->url;
}

void
keyfob_found_row_set_description (KeyfobFoundRow *self, const char *description)
{
  g_return_if_fail (KEYFOB_IS_FOUND_ROW (self));

  gtk_label_set_label (self->description, description);
  keyfob_ui_describe (GTK_WIDGET (self), description);
}

void
keyfob_found_row_set_chosen (KeyfobFoundRow *self, gboolean chosen)
{
  g_return_if_fail (KEYFOB_IS_FOUND_ROW (self));

  gtk_widget_set_opacity (self->mark, chosen ? 1 : 0);
}

void
keyfob_found_row_set_inert (KeyfobFoundRow *self)
{
  g_return_if_fail (KEYFOB_IS_FOUND_ROW (self));

  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
  gtk_list_box_row_set_selectable (GTK_LIST_BOX_ROW (self), FALSE);
  gtk_widget_set_focusable (GTK_WIDGET (self), FALSE);
}

void
keyfob_found_row_offer (KeyfobFoundRow *self, const char *label, const char *store)
{
  g_return_if_fail (KEYFOB_IS_FOUND_ROW (self));

  keyfob_found_row_set_inert (self);
  gtk_widget_set_visible (self->mark, FALSE);
  gtk_widget_set_visible (self->add_button, TRUE);
  gtk_widget_set_tooltip_text (self->add_button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->add_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label, -1);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->add_button), "(ss)", self->url, store);
}
