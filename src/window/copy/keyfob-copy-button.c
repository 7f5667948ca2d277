/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-copy-button.h"

#include "keyfob-copy-form.h"

struct _KeyfobCopyButton
{
  AdwBin parent_instance;

  GtkWidget *copy;
  KeyfobCopyForm form;
};

G_DEFINE_FINAL_TYPE (KeyfobCopyButton, keyfob_copy_button, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_FORM,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
update (KeyfobCopyButton *self)
{
  const char *action = keyfob_copy_form_action (self->form);

  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->copy), "s",
                                    keyfob_copy_form_word (self->form));
  gtk_widget_set_tooltip_text (self->copy, action);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->copy), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  action, -1);
}

static void
set_form (KeyfobCopyButton *self, KeyfobCopyForm form)
{
  if (form == self->form)
    return;

  self->form = form;
  update (self);
}

static void
keyfob_copy_button_set_property (GObject *object,
                                 guint prop_id,
                                 const GValue *value,
                                 GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_FORM:
      set_form (KEYFOB_COPY_BUTTON (object), keyfob_copy_form_parse (g_value_get_string (value)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_copy_button_class_init (KeyfobCopyButtonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->set_property = keyfob_copy_button_set_property;

  props[PROP_FORM] =
      g_param_spec_string ("form", NULL, NULL, NULL, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-copy-button.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobCopyButton, copy);
}

static void
keyfob_copy_button_init (KeyfobCopyButton *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
}
