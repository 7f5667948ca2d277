/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-name-editor.h"

#include <glib/gi18n-lib.h>

#include "keyfob-host-option.h"
#include "keyfob-ui.h"

struct _KeyfobNameEditor
{
  AdwBin parent_instance;

  KeyfobBusHost1 *host; /* (nullable) */
  GSignalGroup *host_signals;

  GtkWidget *heading;
  GtkLabel *name;
  GtkWidget *button;
  GtkWidget *entry;
  GtkLabel *trouble;
};

G_DEFINE_FINAL_TYPE (KeyfobNameEditor, keyfob_name_editor, ADW_TYPE_BIN)

static gboolean
is_editing (KeyfobNameEditor *self)
{
  return gtk_widget_get_visible (self->entry);
}

/* What leaves has to be shown until what comes has the focus, or GTK gives that to something else.
 */
static void
stop (KeyfobNameEditor *self)
{
  gboolean had_focus = keyfob_ui_has_focus (self->entry);

  keyfob_ui_set_description (self->entry, self->trouble, NULL);
  gtk_widget_set_visible (self->heading, TRUE);
  if (had_focus)
    gtk_widget_grab_focus (self->button);
  gtk_widget_set_visible (self->entry, FALSE);
}

static void
on_cancel (GtkWidget *widget, const char *action, GVariant *parameter)
{
  stop (KEYFOB_NAME_EDITOR (widget));
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobNameEditor) self = user_data;
  KeyfobBusHost1 *host = KEYFOB_BUS_HOST1 (source);
  g_autofree char *trouble = keyfob_host_option_set_finish (host, result);

  if (self->host != host)
    return;

  if (trouble == NULL)
    stop (self);
  else
    keyfob_ui_set_description (self->entry, self->trouble, trouble);
}

/* By Enter, or because the user goes on to something else. */
static void
on_entered (KeyfobNameEditor *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  if (self->host == NULL || !is_editing (self))
    return;
  if (g_strcmp0 (text, keyfob_bus_host1_get_name (self->host)) == 0)
    {
      stop (self);
      return;
    }

  keyfob_host_option_set (self->host, keyfob_option_get_info (KEYFOB_OPTION_NAME),
                          g_variant_new_string (text), on_saved, g_object_ref (self));
}

static void
on_edit (GtkWidget *widget, const char *action, GVariant *parameter)
{
  keyfob_name_editor_start (KEYFOB_NAME_EDITOR (widget));
}

static void
show_name (KeyfobNameEditor *self)
{
  const char *name = keyfob_bus_host1_get_name (self->host);

  keyfob_ui_set_breakable (self->name, name);
  keyfob_ui_set_accessible_label (self->button, _ ("Rename %s"), name);
}

static void
keyfob_name_editor_dispose (GObject *object)
{
  KeyfobNameEditor *self = KEYFOB_NAME_EDITOR (object);

  g_clear_object (&self->host_signals);
  g_clear_object (&self->host);

  G_OBJECT_CLASS (keyfob_name_editor_parent_class)->dispose (object);
}

static void
keyfob_name_editor_class_init (KeyfobNameEditorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = keyfob_name_editor_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-name-editor.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobNameEditor, heading);
  gtk_widget_class_bind_template_child (widget_class, KeyfobNameEditor, name);
  gtk_widget_class_bind_template_child (widget_class, KeyfobNameEditor, button);
  gtk_widget_class_bind_template_child (widget_class, KeyfobNameEditor, entry);
  gtk_widget_class_bind_template_child (widget_class, KeyfobNameEditor, trouble);
  gtk_widget_class_bind_template_callback (widget_class, on_entered);
  gtk_widget_class_install_action (widget_class, "name.cancel", NULL, on_cancel);
  gtk_widget_class_install_action (widget_class, "name.edit", NULL, on_edit);
}

static void
keyfob_name_editor_init (KeyfobNameEditor *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->host_signals = g_signal_group_new (G_TYPE_DBUS_PROXY);
  g_signal_group_connect_swapped (self->host_signals, "notify::name", G_CALLBACK (show_name), self);
}

void
keyfob_name_editor_set_host (KeyfobNameEditor *self, KeyfobBusHost1 *host, gboolean again)
{
  g_return_if_fail (KEYFOB_IS_NAME_EDITOR (self));
  g_return_if_fail (host == NULL || KEYFOB_BUS_IS_HOST1 (host));

  if (!again)
    stop (self);
  g_set_object (&self->host, host);
  g_signal_group_set_target (self->host_signals, host);
  if (host != NULL)
    show_name (self);
}

void
keyfob_name_editor_start (KeyfobNameEditor *self)
{
  g_return_if_fail (KEYFOB_IS_NAME_EDITOR (self));

  if (self->host == NULL || is_editing (self))
    return;

  gtk_editable_set_text (GTK_EDITABLE (self->entry), keyfob_bus_host1_get_name (self->host));
  gtk_widget_set_visible (self->entry, TRUE);
  gtk_widget_set_visible (self->heading, FALSE);
  gtk_widget_grab_focus (self->entry);
}

void
keyfob_name_editor_focus (KeyfobNameEditor *self)
{
  g_return_if_fail (KEYFOB_IS_NAME_EDITOR (self));

  gtk_widget_grab_focus (self->button);
}
