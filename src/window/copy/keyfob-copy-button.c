/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-copy-button.h"

#include <glib/gi18n-lib.h>

/* In large text the label may wrap, or the window would be wider than a phone; in pixels. */
#define MOST_WIDTH 200

/* What the longest count that is likely is as wide as; digits are all of one width. */
#define WIDEST_COUNT 188

struct _KeyfobCopyButton
{
  GtkButton parent_instance;

  char *text; /* (nullable) */
  char *form; /* (nullable) */
  KeyfobClipboard *clipboard;
  char *path;    /* (nullable) */
  char *tooltip; /* (nullable) */
  gboolean copied;
  gboolean can_clear;
  guint timer;
  GdkSurface *surface; /* (nullable): on which it is mapped */

  GtkWidget *label; /* NULL for a pictogram */
};

G_DEFINE_FINAL_TYPE (KeyfobCopyButton, keyfob_copy_button, GTK_TYPE_BUTTON)

enum
{
  PROP_0,
  PROP_TEXT,
  PROP_FORM,
  PROP_COPIED,
  PROP_CAN_CLEAR,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/* @seconds: 0 for no count */
static char *
say_copied (guint seconds)
{
  if (seconds == 0)
    return g_strdup (_ ("Copied"));

  /* Translators: on a button, short; %u is a number of seconds until the clipboard is cleared;
   * before the unit is a no-break space */
  return g_strdup_printf (_ ("Copied · %u\302\240s"), seconds);
}

static gboolean
show_text (gpointer user_data)
{
  KeyfobCopyButton *self = KEYFOB_COPY_BUTTON (user_data);
  guint seconds = self->copied ? keyfob_clipboard_get_seconds_left (self->clipboard) : 0;
  g_autofree char *text = self->copied ? say_copied (seconds) : g_strdup (self->text);

  if (self->label != NULL)
    gtk_label_set_label (GTK_LABEL (self->label), text);
  else
    gtk_button_set_icon_name (GTK_BUTTON (self),
                              self->copied ? "object-select-symbolic" : "edit-copy-symbolic");

  return G_SOURCE_CONTINUE;
}

/* As wide as whatever it may say, so that nothing moves when it says something else. */
static void
keep_width (KeyfobCopyButton *self)
{
  g_autofree char *count = say_copied (WIDEST_COUNT);
  const char *texts[] = { self->text, count };
  int widest = 0;

  if (self->label == NULL)
    return;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (self->label, texts[i]);
      int width;

      pango_layout_get_pixel_size (layout, &width, NULL);
      widest = MAX (widest, width);
    }
  gtk_widget_set_size_request (self->label, MIN (widest, MOST_WIDTH), -1);
}

/* Whether somebody can see it: a window that is minimized stays mapped. */
static gboolean
is_seen (KeyfobCopyButton *self)
{
  return self->surface != NULL
         && !(gdk_toplevel_get_state (GDK_TOPLEVEL (self->surface)) & GDK_TOPLEVEL_STATE_MINIMIZED);
}

static void
update_timer (KeyfobCopyButton *self)
{
  gboolean counts = self->copied && self->label != NULL && is_seen (self)
                    && keyfob_clipboard_get_seconds_left (self->clipboard) > 0;

  g_clear_handle_id (&self->timer, g_source_remove);
  show_text (self);
  if (counts)
    self->timer = g_timeout_add_seconds (1, show_text, self);
}

/* Whoever has the token of a broker can stay signed in with it. */
static char *
dup_tooltip (KeyfobCopyButton *self)
{
  const char *title = keyfob_clipboard_get_title (self->clipboard);
  gboolean renews;

  g_object_get (self->clipboard, "renews", &renews, NULL);
  if (title == NULL || !renews)
    return g_strdup (title);

  return g_strdup_printf ("%s\n%s", title,
                          _ ("Give it to nobody: whoever has it can stay signed in as you."));
}

static void
update (KeyfobCopyButton *self)
{
  GObject *object = G_OBJECT (self);
  const char *path = self->clipboard != NULL ? keyfob_clipboard_get_path (self->clipboard) : NULL;
  KeyfobCopyForm form =
      self->clipboard != NULL ? keyfob_clipboard_get_form (self->clipboard) : KEYFOB_COPY_HEADER;
  gboolean copied = path != NULL && g_strcmp0 (path, self->path) == 0
                    && (self->form == NULL || keyfob_copy_form_parse (self->form) == form);
  gboolean can_clear = copied && keyfob_copy_form_holds_token (form);
  g_autofree char *tooltip = NULL;

  if (copied)
    tooltip = dup_tooltip (self);
  else if (self->label == NULL)
    tooltip = g_strdup (_ ("Copy"));

  g_object_freeze_notify (object);
  if (copied != self->copied)
    {
      self->copied = copied;
      g_object_notify_by_pspec (object, props[PROP_COPIED]);
    }
  if (can_clear != self->can_clear)
    {
      self->can_clear = can_clear;
      g_object_notify_by_pspec (object, props[PROP_CAN_CLEAR]);
    }
  g_free (self->tooltip);
  self->tooltip = g_steal_pointer (&tooltip);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), self->tooltip != NULL);
  update_timer (self);
  g_object_thaw_notify (object);
}

static void
set_text (KeyfobCopyButton *self, const char *text)
{
  g_free (self->text);
  self->text = g_strdup (text);
  self->label = NULL;
  if (text != NULL)
    {
      self->label = g_object_new (GTK_TYPE_LABEL, "wrap", TRUE, "natural-wrap-mode",
                                  GTK_NATURAL_WRAP_NONE, "justify", GTK_JUSTIFY_CENTER, NULL);
      gtk_widget_add_css_class (self->label, "numeric");
      gtk_widget_add_css_class (GTK_WIDGET (self), "text-button");
      gtk_button_set_child (GTK_BUTTON (self), self->label);
    }
  show_text (self);
  keep_width (self);
}

static void
keyfob_copy_button_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (keyfob_copy_button_parent_class)->css_changed (widget, change);

  keep_width (KEYFOB_COPY_BUTTON (widget));
}

/* The property of GTK would make the description of it, and a screen reader would say that
 * something was copied twice: once more with the outcome of the action. */
static gboolean
keyfob_copy_button_query_tooltip (GtkWidget *widget,
                                  int x,
                                  int y,
                                  gboolean keyboard,
                                  GtkTooltip *tooltip)
{
  KeyfobCopyButton *self = KEYFOB_COPY_BUTTON (widget);

  gtk_tooltip_set_text (tooltip, self->tooltip);

  return self->tooltip != NULL;
}

static void
keyfob_copy_button_map (GtkWidget *widget)
{
  KeyfobCopyButton *self = KEYFOB_COPY_BUTTON (widget);
  GdkSurface *surface = gtk_native_get_surface (gtk_widget_get_native (widget));

  GTK_WIDGET_CLASS (keyfob_copy_button_parent_class)->map (widget);

  keep_width (self);
  if (GDK_IS_TOPLEVEL (surface))
    {
      self->surface = g_object_ref (surface);
      g_signal_connect_object (surface, "notify::state", G_CALLBACK (update_timer), self,
                               G_CONNECT_SWAPPED);
    }
  update_timer (self);
}

static void
forget_surface (KeyfobCopyButton *self)
{
  if (self->surface != NULL)
    g_signal_handlers_disconnect_by_data (self->surface, self);
  g_clear_object (&self->surface);
  g_clear_handle_id (&self->timer, g_source_remove);
}

static void
keyfob_copy_button_unmap (GtkWidget *widget)
{
  forget_surface (KEYFOB_COPY_BUTTON (widget));

  GTK_WIDGET_CLASS (keyfob_copy_button_parent_class)->unmap (widget);
}

static void
keyfob_copy_button_dispose (GObject *object)
{
  KeyfobCopyButton *self = KEYFOB_COPY_BUTTON (object);

  forget_surface (self);
  if (self->clipboard != NULL)
    g_signal_handlers_disconnect_by_data (self->clipboard, self);
  g_clear_object (&self->clipboard);
  self->label = NULL;

  G_OBJECT_CLASS (keyfob_copy_button_parent_class)->dispose (object);
}

static void
keyfob_copy_button_finalize (GObject *object)
{
  KeyfobCopyButton *self = KEYFOB_COPY_BUTTON (object);

  g_free (self->text);
  g_free (self->form);
  g_free (self->path);
  g_free (self->tooltip);

  G_OBJECT_CLASS (keyfob_copy_button_parent_class)->finalize (object);
}

static void
keyfob_copy_button_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  KeyfobCopyButton *self = KEYFOB_COPY_BUTTON (object);

  switch (prop_id)
    {
    case PROP_COPIED:
      g_value_set_boolean (value, self->copied);
      break;
    case PROP_CAN_CLEAR:
      g_value_set_boolean (value, self->can_clear);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_copy_button_set_property (GObject *object,
                                 guint prop_id,
                                 const GValue *value,
                                 GParamSpec *pspec)
{
  KeyfobCopyButton *self = KEYFOB_COPY_BUTTON (object);

  switch (prop_id)
    {
    case PROP_TEXT:
      set_text (self, g_value_get_string (value));
      break;
    case PROP_FORM:
      g_free (self->form);
      self->form = g_value_dup_string (value);
      update (self);
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
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags construct = G_PARAM_WRITABLE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;

  object_class->dispose = keyfob_copy_button_dispose;
  object_class->finalize = keyfob_copy_button_finalize;
  object_class->get_property = keyfob_copy_button_get_property;
  object_class->set_property = keyfob_copy_button_set_property;
  widget_class->css_changed = keyfob_copy_button_css_changed;
  widget_class->map = keyfob_copy_button_map;
  widget_class->query_tooltip = keyfob_copy_button_query_tooltip;
  widget_class->unmap = keyfob_copy_button_unmap;

  props[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, construct);
  props[PROP_FORM] = g_param_spec_string ("form", NULL, NULL, NULL, construct);
  props[PROP_COPIED] = g_param_spec_boolean ("copied", NULL, NULL, FALSE, readable);
  props[PROP_CAN_CLEAR] = g_param_spec_boolean ("can-clear", NULL, NULL, FALSE, readable);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
keyfob_copy_button_init (KeyfobCopyButton *self)
{
}

GtkWidget *
keyfob_copy_button_new (const char *text, const char *form)
{
  return g_object_new (KEYFOB_TYPE_COPY_BUTTON, "text", text, "form", form, NULL);
}

void
keyfob_copy_button_set_host (KeyfobCopyButton *self, KeyfobClipboard *clipboard, const char *path)
{
  g_return_if_fail (KEYFOB_IS_COPY_BUTTON (self));
  g_return_if_fail (KEYFOB_IS_CLIPBOARD (clipboard));

  if (clipboard != self->clipboard)
    {
      if (self->clipboard != NULL)
        g_signal_handlers_disconnect_by_data (self->clipboard, self);
      g_set_object (&self->clipboard, clipboard);
      g_signal_connect_object (clipboard, "notify::path", G_CALLBACK (update), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (clipboard, "notify::deadline", G_CALLBACK (update), self,
                               G_CONNECT_SWAPPED);
    }
  if (g_strcmp0 (path, self->path) != 0)
    {
      g_free (self->path);
      self->path = g_strdup (path);
    }
  update (self);
}

gboolean
keyfob_copy_button_can_clear (KeyfobCopyButton *self)
{
  g_return_val_if_fail (KEYFOB_IS_COPY_BUTTON (self), FALSE);

  return self->can_clear;
}
