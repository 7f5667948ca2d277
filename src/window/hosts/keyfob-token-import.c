/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-token-import.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <unistd.h>

#include "keyfob-ui.h"

/* A file that was imported, while the user is asked and it is deleted. */
typedef struct
{
  AdwToastOverlay *toasts;
  GFile *file;
  char *name;
  char *etag;
} Deletion;

static void
deletion_free (Deletion *deletion)
{
  g_object_unref (deletion->toasts);
  g_object_unref (deletion->file);
  g_free (deletion->name);
  g_free (deletion->etag);
  g_free (deletion);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Deletion, deletion_free)

static Deletion *
deletion_new (AdwToastOverlay *toasts, GFile *file, const char *etag)
{
  Deletion *deletion = g_new0 (Deletion, 1);

  deletion->toasts = g_object_ref (toasts);
  deletion->file = g_object_ref (file);
  deletion->name = g_filename_display_basename (g_file_peek_path (file));
  deletion->etag = g_strdup (etag);

  return deletion;
}

static void
on_deleted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Deletion) deletion = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    text = g_strdup_printf (_ ("%s deleted"), deletion->name);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG))
    text =
        g_strdup_printf (_ ("%s has changed since it was imported, and is kept."), deletion->name);
  else
    text = g_strdup_printf (_ ("%s cannot be deleted: %s"), deletion->name, error->message);

  keyfob_ui_show_toast (deletion->toasts, text);
}

/* Another program may have renewed the session meanwhile; then only the file has a living one.
 * Where the file is a link, the token is in what it leads to. */
static gboolean
delete_token (Deletion *deletion, GCancellable *cancellable, GError **error)
{
  const char *path = g_file_peek_path (deletion->file);
  g_autofree char *real_path = realpath (path, NULL);
  g_autoptr (GFile) real = g_file_new_for_path (real_path != NULL ? real_path : path);
  g_autoptr (GFileInfo) info = g_file_query_info (
      real,
      G_FILE_ATTRIBUTE_ETAG_VALUE "," G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_UNIX_UID,
      G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, cancellable, NULL);
  gboolean is_link = g_file_test (path, G_FILE_TEST_IS_SYMLINK);

  if (info == NULL || g_strcmp0 (g_file_info_get_etag (info), deletion->etag) != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG, "changed");
      return FALSE;
    }
  if (is_link
      && (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR
          || g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_UNIX_UID) != geteuid ()))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                   _ ("it is a link to %s, which belongs to another user"), real_path);
      return FALSE;
    }

  return g_file_delete (real, cancellable, error)
         && (!is_link || g_file_delete (deletion->file, cancellable, error));
}

static void
delete_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (delete_token (data, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_response (AdwMessageDialog *dialog, const char *response, Deletion *deletion)
{
  g_autoptr (GTask) task = NULL;
  Deletion *begun;

  if (!g_str_equal (response, "delete"))
    return;

  begun = deletion_new (deletion->toasts, deletion->file, deletion->etag);
  task = g_task_new (NULL, NULL, on_deleted, begun);
  g_task_set_source_tag (task, on_response);
  g_task_set_task_data (task, begun, NULL);
  g_task_run_in_thread (task, delete_in_thread);
}

static void
on_dialog_closed (gpointer data, GClosure *closure)
{
  deletion_free (data);
}

static void
on_chooser_response (GtkNativeDialog *chooser, int response, gpointer user_data)
{
  g_autoptr (GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  if (file != NULL)
    {
      g_autofree char *uri = g_file_get_uri (file);

      gtk_widget_activate_action (GTK_WIDGET (gtk_native_dialog_get_transient_for (chooser)),
                                  "win.import-token-file", "s", uri);
    }
  g_object_unref (chooser);
}

void
keyfob_token_import_choose (GtkWindow *parent)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (
      _ ("Choose a token file"), parent, GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect (chooser, "response", G_CALLBACK (on_chooser_response), NULL);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

void
keyfob_token_import_offer_deletion (AdwToastOverlay *toasts, GFile *file, const char *etag)
{
  GtkWindow *parent = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (toasts)));
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (parent, NULL, NULL));
  Deletion *deletion = deletion_new (toasts, file, etag);

  adw_message_dialog_format_heading (dialog, _ ("Delete %s?"), deletion->name);
  adw_message_dialog_set_body (dialog,
                               _ ("Keyfob has the session now. The file is a second copy of "
                                  "it: whoever renews the one ends the other."));
  adw_message_dialog_add_responses (dialog, "keep", _ ("Keep File"), "delete", _ ("Delete File"),
                                    NULL);
  adw_message_dialog_set_response_appearance (dialog, "delete", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (dialog, "keep");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), deletion, on_dialog_closed,
                         0);
  gtk_window_present (GTK_WINDOW (dialog));
}
