/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-copy-bar.h"

#include <glib/gi18n-lib.h>

#include "keyfob-wrap-box.h"

struct _KeyfobCopyBar
{
  AdwBin parent_instance;

  KeyfobClipboard *clipboard;
  guint timer;

  GtkWidget *left;
};

G_DEFINE_FINAL_TYPE (KeyfobCopyBar, keyfob_copy_bar, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_CLIPBOARD,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static gboolean
show_left (gpointer user_data)
{
  KeyfobCopyBar *self = KEYFOB_COPY_BAR (user_data);
  guint seconds = keyfob_clipboard_get_seconds_left (self->clipboard);
  /* Translators: %u is a number of seconds; short, as on a clock that counts down */
  g_autofree char *text = g_strdup_printf (_ ("Clears in %u s"), seconds);

  gtk_label_set_label (GTK_LABEL (self->left), text);

  return G_SOURCE_CONTINUE;
}

static void
update (KeyfobCopyBar *self)
{
  gboolean counts =
      self->clipboard != NULL && keyfob_clipboard_get_seconds_left (self->clipboard) > 0;

  g_clear_handle_id (&self->timer, g_source_remove);
  gtk_widget_set_visible (self->left, counts);
  if (!counts)
    return;

  show_left (self);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->timer = g_timeout_add_seconds (1, show_left, self);
}

static void
show_or_hide (KeyfobCopyBar *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self),
                          self->clipboard != NULL && keyfob_clipboard_get_title (self->clipboard));
}

static void
on_clear (KeyfobCopyBar *self)
{
  keyfob_clipboard_clear (self->clipboard);
}

static void
keyfob_copy_bar_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (keyfob_copy_bar_parent_class)->map (widget);

  update (KEYFOB_COPY_BAR (widget));
}

static void
keyfob_copy_bar_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&KEYFOB_COPY_BAR (widget)->timer, g_source_remove);

  GTK_WIDGET_CLASS (keyfob_copy_bar_parent_class)->unmap (widget);
}

static void
set_clipboard (KeyfobCopyBar *self, KeyfobClipboard *clipboard)
{
  if (clipboard == self->clipboard)
    return;

  if (self->clipboard != NULL)
    g_signal_handlers_disconnect_by_data (self->clipboard, self);
  g_set_object (&self->clipboard, clipboard);
  if (clipboard != NULL)
    {
      g_signal_connect_object (clipboard, "notify::deadline", G_CALLBACK (update), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (clipboard, "notify::title", G_CALLBACK (show_or_hide), self,
                               G_CONNECT_SWAPPED);
    }
  update (self);
  show_or_hide (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CLIPBOARD]);
}

static void
keyfob_copy_bar_dispose (GObject *object)
{
  KeyfobCopyBar *self = KEYFOB_COPY_BAR (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->clipboard);

  G_OBJECT_CLASS (keyfob_copy_bar_parent_class)->dispose (object);
}

static void
keyfob_copy_bar_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_CLIPBOARD:
      g_value_set_object (value, KEYFOB_COPY_BAR (object)->clipboard);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_copy_bar_set_property (GObject *object,
                              guint prop_id,
                              const GValue *value,
                              GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_CLIPBOARD:
      set_clipboard (KEYFOB_COPY_BAR (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_copy_bar_class_init (KeyfobCopyBarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = keyfob_copy_bar_dispose;
  object_class->get_property = keyfob_copy_bar_get_property;
  object_class->set_property = keyfob_copy_bar_set_property;
  widget_class->map = keyfob_copy_bar_map;
  widget_class->unmap = keyfob_copy_bar_unmap;

  props[PROP_CLIPBOARD] =
      g_param_spec_object ("clipboard", NULL, NULL, KEYFOB_TYPE_CLIPBOARD,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  g_type_ensure (KEYFOB_TYPE_WRAP_BOX);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-copy-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobCopyBar, left);
  gtk_widget_class_bind_template_callback (widget_class, on_clear);
}

static void
keyfob_copy_bar_init (KeyfobCopyBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
