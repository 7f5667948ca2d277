/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-sign-out-dialog.h"

#include <glib/gi18n-lib.h>

struct _KeyfobSignOutDialog
{
  AdwMessageDialog parent_instance;

  GtkCheckButton *end_session;
};

G_DEFINE_FINAL_TYPE (KeyfobSignOutDialog, keyfob_sign_out_dialog, ADW_TYPE_MESSAGE_DIALOG)

static void
keyfob_sign_out_dialog_class_init (KeyfobSignOutDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-sign-out-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobSignOutDialog, end_session);
}

static void
keyfob_sign_out_dialog_init (KeyfobSignOutDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
keyfob_sign_out_dialog_new (GtkWindow *parent, const char *name)
{
  KeyfobSignOutDialog *self;

  g_return_val_if_fail (parent == NULL || GTK_IS_WINDOW (parent), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  self = g_object_new (KEYFOB_TYPE_SIGN_OUT_DIALOG, "transient-for", parent, NULL);
  /* Translators: name of the host */
  adw_message_dialog_format_heading (ADW_MESSAGE_DIALOG (self), _ ("Sign out of %s?"), name);

  return GTK_WIDGET (self);
}

gboolean
keyfob_sign_out_dialog_get_end_session (KeyfobSignOutDialog *self)
{
  g_return_val_if_fail (KEYFOB_IS_SIGN_OUT_DIALOG (self), FALSE);

  return gtk_check_button_get_active (self->end_session);
}
