/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-copy-window.h"

#include <glib/gi18n-lib.h>

#include "keyfob-agent-client.h"
#include "keyfob-copy.h"
#include "keyfob-wrap-box.h"

struct _KeyfobCopyWindow
{
  AdwWindow parent_instance;

  KeyfobClipboard *clipboard;
  KeyfobBusHost1 *host;
  char *failure;

  GtkLabel *heading;
  GtkWidget *copy;
  GtkWidget *open;
};

G_DEFINE_FINAL_TYPE (KeyfobCopyWindow, keyfob_copy_window, ADW_TYPE_WINDOW)

enum
{
  PROP_0,
  PROP_CLIPBOARD,
  PROP_HOST,
  PROP_FAILURE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

enum
{
  COPIED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
set_failure (KeyfobCopyWindow *self, const char *failure)
{
  if (g_strcmp0 (failure, self->failure) == 0)
    return;

  g_free (self->failure);
  self->failure = g_strdup (failure);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FAILURE]);
}

/* Makes Enter press the button that the user most likely wants. */
static void
focus_button (KeyfobCopyWindow *self)
{
  GtkWidget *button = self->failure != NULL ? self->open : self->copy;

  gtk_window_set_default_widget (GTK_WINDOW (self), button);
  gtk_window_set_focus (GTK_WINDOW (self), button);
}

static void
on_copied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobCopyWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *failure = NULL;

  if (keyfob_copy_finish (KEYFOB_CLIPBOARD (source), result, &error))
    {
      gtk_window_close (GTK_WINDOW (self));
      g_signal_emit (self, signals[COPIED], 0, self->host);
      return;
    }

  failure = keyfob_agent_client_explain (error);
  set_failure (self, failure);
  focus_button (self);
}

static void
on_copy (KeyfobCopyWindow *self)
{
  keyfob_copy_async (self->clipboard, self->host, KEYFOB_COPY_HEADER, NULL, on_copied,
                     g_object_ref (self));
}

static void
on_open (KeyfobCopyWindow *self)
{
  g_application_activate (G_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))));
  gtk_window_close (GTK_WINDOW (self));
}

static gboolean
is_set_closure (GtkWidget *window, const char *text)
{
  return text != NULL;
}

static gboolean
is_not_set_closure (GtkWidget *window, const char *text)
{
  return text == NULL;
}

static void
keyfob_copy_window_constructed (GObject *object)
{
  KeyfobCopyWindow *self = KEYFOB_COPY_WINDOW (object);
  const char *name = keyfob_bus_host1_get_name (self->host);
  g_autofree char *heading = NULL;

  G_OBJECT_CLASS (keyfob_copy_window_parent_class)->constructed (object);

  if (name == NULL)
    name = _ ("a server");
  /* Translators: name of the server */
  heading = g_strdup_printf (_ ("Copy the header of %s"), name);
  gtk_label_set_label (self->heading, heading);
  focus_button (self);
}

static void
keyfob_copy_window_dispose (GObject *object)
{
  KeyfobCopyWindow *self = KEYFOB_COPY_WINDOW (object);

  g_clear_object (&self->clipboard);
  g_clear_object (&self->host);
  g_clear_pointer (&self->failure, g_free);

  G_OBJECT_CLASS (keyfob_copy_window_parent_class)->dispose (object);
}

static void
keyfob_copy_window_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_FAILURE:
      g_value_set_string (value, KEYFOB_COPY_WINDOW (object)->failure);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_copy_window_set_property (GObject *object,
                                 guint prop_id,
                                 const GValue *value,
                                 GParamSpec *pspec)
{
  KeyfobCopyWindow *self = KEYFOB_COPY_WINDOW (object);

  switch (prop_id)
    {
    case PROP_CLIPBOARD:
      self->clipboard = g_value_dup_object (value);
      break;
    case PROP_HOST:
      self->host = g_value_dup_object (value);
      break;
    case PROP_FAILURE:
      set_failure (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_copy_window_class_init (KeyfobCopyWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags construct = G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = keyfob_copy_window_constructed;
  object_class->dispose = keyfob_copy_window_dispose;
  object_class->get_property = keyfob_copy_window_get_property;
  object_class->set_property = keyfob_copy_window_set_property;

  props[PROP_CLIPBOARD] =
      g_param_spec_object ("clipboard", NULL, NULL, KEYFOB_TYPE_CLIPBOARD, construct);
  props[PROP_HOST] = g_param_spec_object ("host", NULL, NULL, KEYFOB_BUS_TYPE_HOST1, construct);
  props[PROP_FAILURE] =
      g_param_spec_string ("failure", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[COPIED] = g_signal_new ("copied", KEYFOB_TYPE_COPY_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, KEYFOB_BUS_TYPE_HOST1);

  g_type_ensure (KEYFOB_TYPE_WRAP_BOX);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-copy-window.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobCopyWindow, heading);
  gtk_widget_class_bind_template_child (widget_class, KeyfobCopyWindow, copy);
  gtk_widget_class_bind_template_child (widget_class, KeyfobCopyWindow, open);
  gtk_widget_class_bind_template_callback (widget_class, on_copy);
  gtk_widget_class_bind_template_callback (widget_class, on_open);
  gtk_widget_class_bind_template_callback (widget_class, is_set_closure);
  gtk_widget_class_bind_template_callback (widget_class, is_not_set_closure);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
keyfob_copy_window_init (KeyfobCopyWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

KeyfobCopyWindow *
keyfob_copy_window_new (GtkApplication *application,
                        KeyfobClipboard *clipboard,
                        KeyfobBusHost1 *host,
                        const char *failure)
{
  return g_object_new (KEYFOB_TYPE_COPY_WINDOW, "application", application, "clipboard", clipboard,
                       "host", host, "failure", failure, NULL);
}
