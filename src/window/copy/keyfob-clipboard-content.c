/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-clipboard-content.h"

#include "keyfob-secret.h"

struct _KeyfobClipboardContent
{
  GdkContentProvider parent_instance;

  KeyfobSecret *text;
  gboolean hints;
};

G_DEFINE_FINAL_TYPE (KeyfobClipboardContent, keyfob_clipboard_content, GDK_TYPE_CONTENT_PROVIDER)

enum
{
  SIGNAL_READ,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GdkContentFormats *
keyfob_clipboard_content_ref_formats (GdkContentProvider *provider)
{
  KeyfobClipboardContent *self = KEYFOB_CLIPBOARD_CONTENT (provider);
  GdkContentFormatsBuilder *builder = gdk_content_formats_builder_new ();

  gdk_content_formats_builder_add_gtype (builder, G_TYPE_STRING);
  gdk_content_formats_builder_add_mime_type (builder, "text/plain;charset=utf-8");
  gdk_content_formats_builder_add_mime_type (builder, "text/plain");
  if (self->hints)
    gdk_content_formats_builder_add_mime_type (builder, KEYFOB_CLIPBOARD_HINT);

  return gdk_content_formats_builder_free_to_formats (builder);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  g_signal_emit (g_task_get_source_object (task), signals[SIGNAL_READ], 0);
  g_task_return_boolean (task, TRUE);
}

static void
keyfob_clipboard_content_write_mime_type_async (GdkContentProvider *provider,
                                                const char *mime_type,
                                                GOutputStream *stream,
                                                int io_priority,
                                                GCancellable *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer user_data)
{
  KeyfobClipboardContent *self = KEYFOB_CLIPBOARD_CONTENT (provider);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, keyfob_clipboard_content_write_mime_type_async);
  if (!g_str_has_prefix (mime_type, "text/plain"))
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "Not a text: %s",
                               mime_type);
      return;
    }

  g_output_stream_write_all_async (stream, self->text, strlen (self->text), io_priority,
                                   cancellable, on_written, g_steal_pointer (&task));
}

static gboolean
keyfob_clipboard_content_write_mime_type_finish (GdkContentProvider *provider,
                                                 GAsyncResult *result,
                                                 GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, provider), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
keyfob_clipboard_content_get_value (GdkContentProvider *provider, GValue *value, GError **error)
{
  KeyfobClipboardContent *self = KEYFOB_CLIPBOARD_CONTENT (provider);

  if (!G_VALUE_HOLDS_STRING (value))
    return GDK_CONTENT_PROVIDER_CLASS (keyfob_clipboard_content_parent_class)
        ->get_value (provider, value, error);

  g_value_set_string (value, self->text);
  g_signal_emit (self, signals[SIGNAL_READ], 0);

  return TRUE;
}

static void
keyfob_clipboard_content_finalize (GObject *object)
{
  KeyfobClipboardContent *self = KEYFOB_CLIPBOARD_CONTENT (object);

  keyfob_secret_free (self->text);

  G_OBJECT_CLASS (keyfob_clipboard_content_parent_class)->finalize (object);
}

static void
keyfob_clipboard_content_class_init (KeyfobClipboardContentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GdkContentProviderClass *provider_class = GDK_CONTENT_PROVIDER_CLASS (klass);

  object_class->finalize = keyfob_clipboard_content_finalize;
  provider_class->ref_formats = keyfob_clipboard_content_ref_formats;
  provider_class->write_mime_type_async = keyfob_clipboard_content_write_mime_type_async;
  provider_class->write_mime_type_finish = keyfob_clipboard_content_write_mime_type_finish;
  provider_class->get_value = keyfob_clipboard_content_get_value;

  signals[SIGNAL_READ] = g_signal_new ("read", KEYFOB_TYPE_CLIPBOARD_CONTENT, G_SIGNAL_RUN_LAST, 0,
                                       NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
keyfob_clipboard_content_init (KeyfobClipboardContent *self)
{
}

KeyfobClipboardContent *
keyfob_clipboard_content_new (const char *text, gboolean hints)
{
  KeyfobClipboardContent *self;

  g_return_val_if_fail (text != NULL, NULL);

  self = g_object_new (KEYFOB_TYPE_CLIPBOARD_CONTENT, NULL);
  self->text = g_strdup (text);
  self->hints = hints;

  return self;
}
