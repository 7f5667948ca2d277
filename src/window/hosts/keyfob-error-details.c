/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-error-details.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

static void G_GNUC_PRINTF (2, 3) add_line (GString *text, const char *format, ...)
{
  va_list args;

  if (text->len > 0)
    g_string_append_c (text, '\n');
  va_start (args, format);
  g_string_append_vprintf (text, format, args);
  va_end (args);
}

static void
add_text (GString *text, GVariantDict *dict, const char *name, const char *format)
{
  g_autoptr (GString) line = g_string_new (format);
  const char *value = NULL;

  if (!g_variant_dict_lookup (dict, name, "&s", &value) || *value == '\0')
    return;

  g_string_replace (line, "%s", value, 1);
  add_line (text, "%s", line->str);
}

gboolean
keyfob_error_details_are_there (GVariant *details)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (details);

  return g_variant_dict_contains (&dict, "url") || g_variant_dict_contains (&dict, "status")
         || g_variant_dict_contains (&dict, "code") || g_variant_dict_contains (&dict, "cause");
}

char *
keyfob_error_details_to_text (GVariant *details)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (details);
  GString *text = g_string_new (NULL);
  gint64 seconds;
  guint32 status;

  if (g_variant_dict_lookup (&dict, "time", "x", &seconds))
    {
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (seconds);
      g_autofree char *shown =
          time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M:%S %z") : NULL;

      if (shown != NULL)
        add_line (text, _ ("Time: %s"), shown);
    }
  add_text (text, &dict, "url", _ ("Address: %s"));
  if (g_variant_dict_lookup (&dict, "status", "u", &status))
    add_line (text, _ ("Status of the answer: %u"), status);
  add_text (text, &dict, "code", _ ("Error: %s"));
  add_text (text, &dict, "description", _ ("In the server's words: %s"));
  add_text (text, &dict, "cause", _ ("The network reports: %s"));

  return g_string_free (text, FALSE);
}

/* What to send to whoever runs the server: the host and the sentence belong to it. */
static void
copy (AdwMessageDialog *dialog)
{
  GtkWidget *label = adw_message_dialog_get_extra_child (dialog);
  g_autofree char *text = g_strdup_printf ("%s\n%s\n%s", adw_message_dialog_get_heading (dialog),
                                           adw_message_dialog_get_body (dialog),
                                           gtk_label_get_text (GTK_LABEL (label)));

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (dialog)), text);
}

void
keyfob_error_details_present (GtkWindow *parent,
                              KeyfobBusHost1 *host,
                              GCallback copied,
                              gpointer user_data)
{
  g_autofree char *text = keyfob_error_details_to_text (keyfob_bus_host1_get_error_details (host));
  GtkWidget *dialog = adw_message_dialog_new (parent, keyfob_bus_host1_get_name (host),
                                              keyfob_bus_host1_get_error (host));
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), label);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "copy", _ ("_Copy"), "close",
                                    _ ("C_lose"), NULL);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "close");
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "close");

  g_signal_connect (dialog, "response::copy", G_CALLBACK (copy), NULL);
  g_signal_connect_data (dialog, "response::copy", copied, g_object_ref (user_data),
                         (GClosureNotify) (void (*) (void)) g_object_unref, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}
