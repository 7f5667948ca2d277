/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-note-row.h"

#include <glib/gi18n-lib.h>

#include "keyfob-host-option.h"
#include "keyfob-ui.h"

struct _KeyfobNoteRow
{
  AdwPreferencesRow parent_instance;

  KeyfobBusHost1 *host; /* (nullable) */
  GSignalGroup *host_signals;
  char *saved; /* as the agent has it */

  GtkTextView *note;
  GtkLabel *trouble;
};

G_DEFINE_FINAL_TYPE (KeyfobNoteRow, keyfob_note_row, ADW_TYPE_PREFERENCES_ROW)

static char *
dup_typed (KeyfobNoteRow *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->note);
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);

  return g_strstrip (gtk_text_buffer_get_text (buffer, &start, &end, FALSE));
}

static void
set_trouble (KeyfobNoteRow *self, const char *trouble)
{
  keyfob_ui_set_description (GTK_WIDGET (self->note), self->trouble, trouble);
}

/* What is typed and not saved yet stays. */
static void
show_note (KeyfobNoteRow *self)
{
  g_autofree char *note = keyfob_host_option_to_text (keyfob_bus_host1_get_options (self->host),
                                                      keyfob_option_get_info (KEYFOB_OPTION_NOTE));
  g_autofree char *typed = dup_typed (self);

  if ((self->saved == NULL || g_str_equal (typed, self->saved)) && !g_str_equal (typed, note))
    gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->note), note, -1);
  g_free (self->saved);
  self->saved = g_steal_pointer (&note);
}

static void
show_name (KeyfobNoteRow *self)
{
  keyfob_ui_set_accessible_label (GTK_WIDGET (self->note), _ ("Note on %s"),
                                  keyfob_bus_host1_get_name (self->host));
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobNoteRow) self = user_data;
  KeyfobBusHost1 *host = KEYFOB_BUS_HOST1 (source);
  g_autofree char *trouble = keyfob_host_option_set_finish (host, result);

  if (self->host == host)
    set_trouble (self, trouble);
}

/* Called when the user goes on to something else. */
static void
save (KeyfobNoteRow *self)
{
  g_autofree char *note = NULL;

  if (self->host == NULL || self->saved == NULL)
    return;

  note = dup_typed (self);
  if (!g_str_equal (note, self->saved))
    keyfob_host_option_set (self->host, keyfob_option_get_info (KEYFOB_OPTION_NOTE),
                            g_variant_new_string (note), on_saved, g_object_ref (self));
}

static gboolean
resize_note (gpointer user_data)
{
  gtk_widget_queue_resize (GTK_WIDGET (user_data));

  return G_SOURCE_REMOVE;
}

/* A text view lays its text out when it gets its place, and then wants to be higher; GTK 4.8
 * forgets that if it is the first time. */
static void
on_note_mapped (KeyfobNoteRow *self)
{
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, resize_note, g_object_ref (self->note), g_object_unref);
}

static void
keyfob_note_row_dispose (GObject *object)
{
  KeyfobNoteRow *self = KEYFOB_NOTE_ROW (object);

  g_clear_object (&self->host_signals);
  g_clear_object (&self->host);
  g_clear_pointer (&self->saved, g_free);

  G_OBJECT_CLASS (keyfob_note_row_parent_class)->dispose (object);
}

static void
keyfob_note_row_class_init (KeyfobNoteRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = keyfob_note_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-note-row.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobNoteRow, note);
  gtk_widget_class_bind_template_child (widget_class, KeyfobNoteRow, trouble);
  gtk_widget_class_bind_template_callback (widget_class, on_note_mapped);
  gtk_widget_class_bind_template_callback (widget_class, save);
}

static void
keyfob_note_row_init (KeyfobNoteRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->host_signals = g_signal_group_new (G_TYPE_DBUS_PROXY);
  g_signal_group_connect_swapped (self->host_signals, "notify::options", G_CALLBACK (show_note),
                                  self);
  g_signal_group_connect_swapped (self->host_signals, "notify::name", G_CALLBACK (show_name), self);
}

void
keyfob_note_row_set_host (KeyfobNoteRow *self, KeyfobBusHost1 *host, gboolean again)
{
  g_return_if_fail (KEYFOB_IS_NOTE_ROW (self));
  g_return_if_fail (host == NULL || KEYFOB_BUS_IS_HOST1 (host));

  if (!again)
    {
      save (self);
      g_clear_pointer (&self->saved, g_free);
      set_trouble (self, NULL);
    }
  g_set_object (&self->host, host);
  g_signal_group_set_target (self->host_signals, host);
  if (host == NULL)
    return;

  show_note (self);
  show_name (self);
}
