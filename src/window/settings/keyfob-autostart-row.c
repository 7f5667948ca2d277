/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-autostart-row.h"

#include <glib/gi18n-lib.h>

#include "keyfob-autostart.h"

struct _KeyfobAutostartRow
{
  AdwActionRow parent_instance;

  char *path;
  gboolean written; /* whether there is an entry */
  gboolean busy;

  GtkSwitch *active;
};

G_DEFINE_FINAL_TYPE (KeyfobAutostartRow, keyfob_autostart_row, ADW_TYPE_ACTION_ROW)

static void
show_error (KeyfobAutostartRow *self, const GError *error)
{
  g_autofree char *text = NULL;

  if (error != NULL)
    /* Translators: a reason given by the system, such as "Permission denied" */
    text = g_strdup_printf (_ ("It cannot be changed: %s"), error->message);
  else
    text = g_strdup (_ ("Sessions are kept alive while no window is open, too"));

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), text);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobAutostartRow) self = user_data;

  self->busy = FALSE;
  self->written = keyfob_autostart_read_finish (result);
  gtk_switch_set_active (self->active, self->written);
}

static void
read_entry (KeyfobAutostartRow *self)
{
  self->busy = TRUE;
  keyfob_autostart_read_async (self->path, NULL, on_read, g_object_ref (self));
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobAutostartRow) self = user_data;
  g_autoptr (GError) error = NULL;

  keyfob_autostart_write_finish (result, &error);
  show_error (self, error);
  /* shows what is there, which is what was wanted unless that failed */
  read_entry (self);
}

/* One at a time, so that the last one is the one that stays. */
static void
on_switched (KeyfobAutostartRow *self)
{
  gboolean active = gtk_switch_get_active (self->active);

  if (self->busy || active == self->written)
    return;

  self->busy = TRUE;
  keyfob_autostart_write_async (self->path, active, NULL, on_written, g_object_ref (self));
}

static void
keyfob_autostart_row_map (GtkWidget *widget)
{
  KeyfobAutostartRow *self = KEYFOB_AUTOSTART_ROW (widget);

  GTK_WIDGET_CLASS (keyfob_autostart_row_parent_class)->map (widget);

  if (!self->busy)
    read_entry (self);
}

static void
keyfob_autostart_row_finalize (GObject *object)
{
  KeyfobAutostartRow *self = KEYFOB_AUTOSTART_ROW (object);

  g_free (self->path);

  G_OBJECT_CLASS (keyfob_autostart_row_parent_class)->finalize (object);
}

static void
keyfob_autostart_row_class_init (KeyfobAutostartRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = keyfob_autostart_row_finalize;
  widget_class->map = keyfob_autostart_row_map;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-autostart-row.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobAutostartRow, active);
  gtk_widget_class_bind_template_callback (widget_class, on_switched);
}

static void
keyfob_autostart_row_init (KeyfobAutostartRow *self)
{
  self->path = keyfob_autostart_dup_path ();
  gtk_widget_init_template (GTK_WIDGET (self));
  show_error (self, NULL);
}
