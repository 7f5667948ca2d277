/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-add-page.h"

#include <glib/gi18n-lib.h>

struct _KeyfobAddPage
{
  AdwBin parent_instance;

  AdwWindowTitle *title;
  KeyfobAddHostForm *form;
  KeyfobFoundHosts *found;
};

G_DEFINE_FINAL_TYPE (KeyfobAddPage, keyfob_add_page, ADW_TYPE_BIN)

static void
keyfob_add_page_class_init (KeyfobAddPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (KEYFOB_TYPE_ADD_HOST_FORM);
  g_type_ensure (KEYFOB_TYPE_FOUND_HOSTS);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-add-page.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddPage, title);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddPage, form);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddPage, found);
}

static void
keyfob_add_page_init (KeyfobAddPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
keyfob_add_page_new (KeyfobAgentClient *client)
{
  KeyfobAddPage *self = g_object_new (KEYFOB_TYPE_ADD_PAGE, NULL);

  keyfob_add_host_form_set_client (self->form, client);
  keyfob_found_hosts_set_client (self->found, client);

  return GTK_WIDGET (self);
}

void
keyfob_add_page_set_file (KeyfobAddPage *self, GFile *file)
{
  g_return_if_fail (KEYFOB_IS_ADD_PAGE (self));
  g_return_if_fail (file == NULL || G_IS_FILE (file));

  keyfob_add_host_form_set_file (self->form, file);
  adw_window_title_set_title (self->title,
                              file == NULL ? _ ("Add a server") : _ ("Import a token"));
}

KeyfobAddHostForm *
keyfob_add_page_get_form (KeyfobAddPage *self)
{
  g_return_val_if_fail (KEYFOB_IS_ADD_PAGE (self), NULL);

  return self->form;
}

KeyfobFoundHosts *
keyfob_add_page_get_found (KeyfobAddPage *self)
{
  g_return_val_if_fail (KEYFOB_IS_ADD_PAGE (self), NULL);

  return self->found;
}
