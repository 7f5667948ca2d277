/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-copy-window.h"

#include <glib/gi18n-lib.h>

#include "keyfob-agent-client.h"
#include "keyfob-auth-error.h"
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

  /* Translators: name of the host */
  heading = g_strdup_printf (_ ("Copy the header of %s"), name != NULL ? name : _ ("a host"));
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

/* A copy that was asked for outside the window. */
typedef struct
{
  GtkApplication *application; /* held until the copy has ended */
  KeyfobClipboard *clipboard;
  KeyfobBusHost1 *host;
} Request;

static void
request_free (Request *request)
{
  g_application_release (G_APPLICATION (request->application));
  g_object_unref (request->application);
  g_object_unref (request->clipboard);
  g_clear_object (&request->host);
  g_free (request);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static void
show_window (Request *request, const char *failure)
{
  GtkWidget *window =
      g_object_new (KEYFOB_TYPE_COPY_WINDOW, "application", request->application, "clipboard",
                    request->clipboard, "host", request->host, "failure", failure, NULL);

  gtk_window_present (GTK_WINDOW (window));
}

static void
on_request_copied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *failure = NULL;

  if (keyfob_copy_finish (KEYFOB_CLIPBOARD (source), result, &error))
    return;

  failure = keyfob_agent_client_explain (error);
  show_window (request, failure);
}

static void
on_host (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Request) request = user_data;
  g_autoptr (GError) error = NULL;

  request->host = keyfob_bus_host1_proxy_new_finish (result, &error);
  if (request->host == NULL)
    {
      g_message ("The host to copy the header of cannot be read: %s", error->message);
      return;
    }

  if (keyfob_clipboard_needs_window (request->clipboard))
    {
      show_window (request, NULL);
      return;
    }

  keyfob_copy_async (request->clipboard, request->host, KEYFOB_COPY_HEADER, NULL, on_request_copied,
                     request);
  g_steal_pointer (&request);
}

void
keyfob_copy_window_request (GtkApplication *application,
                            KeyfobClipboard *clipboard,
                            const char *path)
{
  GDBusConnection *connection;
  Request *request;

  g_return_if_fail (GTK_IS_APPLICATION (application));
  g_return_if_fail (KEYFOB_IS_CLIPBOARD (clipboard));
  g_return_if_fail (path != NULL);

  connection = g_application_get_dbus_connection (G_APPLICATION (application));
  if (connection == NULL || !g_variant_is_object_path (path))
    return;

  /* registers the domain, so that errors of the agent get its codes */
  (void) KEYFOB_AUTH_ERROR;

  request = g_new0 (Request, 1);
  request->application = g_object_ref (application);
  request->clipboard = g_object_ref (clipboard);
  g_application_hold (G_APPLICATION (application));
  keyfob_bus_host1_proxy_new (connection, G_DBUS_PROXY_FLAGS_NONE, KEYFOB_AGENT_NAME, path, NULL,
                              on_host, request);
}
