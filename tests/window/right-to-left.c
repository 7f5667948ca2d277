/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* Linked to main.c of the window for keyfob-uninstalled: where KEYFOB_TEST_RTL is set, the text
 * direction is from right to left, as GTK sets it for languages such as Hebrew. */

#include <gtk/gtk.h>

/* Called after GtkApplication has initialised GTK, which sets the direction. */
static gboolean
on_startup (GSignalInvocationHint *hint, guint n_values, const GValue *values, gpointer user_data)
{
  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);

  return G_SOURCE_REMOVE;
}

__attribute__ ((constructor)) static void
set_up_direction (void)
{
  if (g_getenv ("KEYFOB_TEST_RTL") == NULL)
    return;

  g_type_class_ref (G_TYPE_APPLICATION);
  g_signal_add_emission_hook (g_signal_lookup ("startup", G_TYPE_APPLICATION), 0, on_startup, NULL,
                              NULL);
}
