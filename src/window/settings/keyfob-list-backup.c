/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-list-backup.h"

#include <glib/gi18n-lib.h>

#include "keyfob-agent-client.h"
#include "keyfob-ui.h"

#define FILE_NAME "keyfob-servers.ini"

/* Seconds: long enough to hear the message, and to find its button by keys. */
#define UNDO_TIME 10

#define BACKUP_KEY "keyfob-backup"

/* A file that the user is asked for, and what is done with it. */
typedef struct
{
  GtkWidget *teller; /* says how it went */
  KeyfobBusAgent1 *agent;
  GStrv hosts; /* (nullable): paths of those that are exported; all without any */
  GtkNativeDialog *chooser;
  GFile *file;
  GPtrArray *added; /* (nullable): paths of the servers that were imported */
  guint n_left;     /* of those whose removal the agent has not answered */
  AdwToast *toast;  /* (nullable): owns this, while there are any */
} Backup;

static void
backup_free (Backup *self)
{
  g_object_unref (self->teller);
  g_object_unref (self->agent);
  g_strfreev (self->hosts);
  g_clear_object (&self->chooser);
  g_clear_object (&self->file);
  g_clear_pointer (&self->added, g_ptr_array_unref);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Backup, backup_free)

static void
say (Backup *self, const char *text)
{
  if (ADW_IS_TOAST_OVERLAY (self->teller))
    {
      keyfob_ui_show_toast (ADW_TOAST_OVERLAY (self->teller), text);
      return;
    }

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->teller), text);
}

static void
say_error (Backup *self, const GError *error)
{
  g_autofree char *sentence = keyfob_agent_client_explain (error);

  say (self, sentence);
}

/* Returns: (transfer none): what has been begun, until @callback frees it */
static Backup *
begin (GtkWidget *teller, KeyfobBusAgent1 *agent, GtkFileChooserNative *chooser, GCallback callback)
{
  Backup *self = g_new0 (Backup, 1);

  self->teller = g_object_ref (teller);
  self->agent = g_object_ref (agent);
  self->chooser = GTK_NATIVE_DIALOG (chooser);
  gtk_native_dialog_set_modal (self->chooser, TRUE);
  g_signal_connect (self->chooser, "response", callback, self);
  gtk_native_dialog_show (self->chooser);

  return self;
}

static GtkWindow *
get_window (GtkWidget *teller)
{
  return GTK_WINDOW (gtk_widget_get_root (teller));
}

static gboolean
take_file (Backup *self, int response)
{
  if (response == GTK_RESPONSE_ACCEPT)
    self->file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));

  return self->file != NULL;
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Backup) self = user_data;
  g_autofree char *name = g_file_get_parse_name (self->file);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (g_file_replace_contents_finish (self->file, result, NULL, &error))
    /* Translators: path of a file */
    text = g_strdup_printf (_ ("Exported to %s"), name);
  else
    text = g_strdup_printf (_ ("%s cannot be written: %s"), name, error->message);

  say (self, text);
}

/* The file is replaced as a whole, and keeps its mode. */
static void
on_exported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Backup *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  char *text;

  if (!keyfob_bus_agent1_call_export_hosts_finish (self->agent, &text, result, &error))
    {
      say_error (self, error);
      backup_free (self);
      return;
    }

  bytes = g_bytes_new_take (text, strlen (text));
  g_file_replace_contents_bytes_async (self->file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                       on_written, self);
}

static void
on_export_response (GtkNativeDialog *chooser, int response, gpointer user_data)
{
  Backup *self = user_data;

  const char *const *hosts =
      self->hosts != NULL ? (const char *const *) self->hosts : (const char *const[]){ NULL };

  if (take_file (self, response))
    keyfob_bus_agent1_call_export_hosts (self->agent, hosts, NULL, on_exported, self);
  else
    backup_free (self);
}

void
keyfob_list_backup_export (GtkWidget *teller, KeyfobBusAgent1 *agent, const char *const *hosts)
{
  GtkFileChooserNative *chooser;
  Backup *self;

  g_return_if_fail (ADW_IS_ACTION_ROW (teller) || ADW_IS_TOAST_OVERLAY (teller));
  g_return_if_fail (KEYFOB_BUS_IS_AGENT1 (agent));

  chooser = gtk_file_chooser_native_new (_ ("Export the list"), get_window (teller),
                                         GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), FILE_NAME);
  self = begin (teller, agent, chooser, G_CALLBACK (on_export_response));
  self->hosts = g_strdupv ((GStrv) hosts);
}

/* Returns: (transfer full): what came of it: how many, and a line for each that was left out */
static char *
describe (GVariant *outcome)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree const char **problems = NULL;
  guint added = 0;
  guint known = 0;

  g_variant_lookup (outcome, "added", "u", &added);
  g_variant_lookup (outcome, "known", "u", &known);
  g_variant_lookup (outcome, "problems", "^a&s", &problems);
  g_string_append_printf (text, ngettext ("%u server was added.", "%u servers were added.", added),
                          added);
  g_string_append_c (text, ' ');
  if (known > 0)
    g_string_append_printf (
        text, ngettext ("%u is in the list already.", "%u are in the list already.", known), known);
  for (guint i = 0; problems != NULL && problems[i] != NULL; i++)
    g_string_append_printf (text, "\n%s", problems[i]);

  return g_strchomp (g_strdup (text->str));
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Backup *self = user_data;
  g_autoptr (AdwToast) toast = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (!keyfob_bus_agent1_call_remove_host_finish (self->agent, result, &error))
    {
      /* the others may go */
      say_error (self, error);
      g_ptr_array_set_size (self->added, 0);
    }
  if (--self->n_left > 0)
    return;

  toast = g_steal_pointer (&self->toast);
  if (self->added->len == 0)
    return;

  text = g_strdup_printf (
      ngettext ("%u server was removed again.", "%u servers were removed again.", self->added->len),
      self->added->len);
  say (self, text);
}

static void
undo_import (AdwToast *toast)
{
  Backup *self = g_object_get_data (G_OBJECT (toast), BACKUP_KEY);

  self->toast = g_object_ref (toast);
  self->n_left = self->added->len;
  for (guint i = 0; i < self->n_left; i++)
    keyfob_bus_agent1_call_remove_host (self->agent, g_ptr_array_index (self->added, i), NULL,
                                        on_removed, self);
  adw_toast_dismiss (toast);
}

/* Takes @self, which lives as long as the message, or as what the message began. */
static void
offer_undo (Backup *self)
{
  GtkWindow *window = get_window (self->teller);
  g_autofree char *text = NULL;
  AdwToast *toast;
  GtkWidget *button;

  if (self->added->len == 0 || !ADW_IS_PREFERENCES_WINDOW (window))
    {
      backup_free (self);
      return;
    }

  text = g_strdup_printf (ngettext ("%u server added", "%u servers added", self->added->len),
                          self->added->len);
  toast = keyfob_ui_create_toast (text);
  button = keyfob_ui_add_toast_button (toast, _ ("Undo"));
  adw_toast_set_timeout (toast, UNDO_TIME);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (undo_import), toast);
  g_object_set_data_full (G_OBJECT (toast), BACKUP_KEY, self, (GDestroyNotify) backup_free);
  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (window), toast);
}

static void import_file (Backup *self, gboolean trust);

static void
on_trust_response (AdwMessageDialog *dialog, const char *response, gpointer user_data)
{
  Backup *self = user_data;

  if (g_str_equal (response, "add"))
    import_file (self, TRUE);
  else
    offer_undo (self);
}

static void
ask_for_trust (Backup *self, guint n_risky)
{
  g_autofree char *heading = g_strdup_printf (
      ngettext ("Add %u Server That Is Less Safe?", "Add %u Servers That Are Less Safe?", n_risky),
      n_risky);
  GtkWidget *dialog = adw_message_dialog_new (
      get_window (self->teller), heading,
      _ ("They are reached without encryption or through a proxy, trust other certificate "
         "authorities, use the code verifier of the server, or name a file on this computer. "
         "Add them if the list is your own."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "leave", _ ("_Leave Out"), "add",
                                    _ ("_Add"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "add",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "leave");
  g_signal_connect (dialog, "response", G_CALLBACK (on_trust_response), self);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_imported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Backup) self = user_data;
  g_autoptr (GVariant) outcome = NULL;
  g_autoptr (GVariant) hosts = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  guint n_risky = 0;

  if (!keyfob_bus_agent1_call_import_hosts_finish (self->agent, &outcome, result, &error))
    {
      say_error (self, error);
      return;
    }

  text = describe (outcome);
  say (self, text);
  hosts = g_variant_lookup_value (outcome, "hosts", G_VARIANT_TYPE ("ao"));
  for (gsize i = 0; hosts != NULL && i < g_variant_n_children (hosts); i++)
    {
      const char *path;

      g_variant_get_child (hosts, i, "&o", &path);
      g_ptr_array_add (self->added, g_strdup (path));
    }
  g_variant_lookup (outcome, "risky", "u", &n_risky);
  if (n_risky > 0 && get_window (self->teller) != NULL)
    ask_for_trust (g_steal_pointer (&self), n_risky);
  else
    offer_undo (g_steal_pointer (&self));
}

static void
import_file (Backup *self, gboolean trust)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "trust", "b", trust);
  keyfob_bus_agent1_call_import_hosts (self->agent, g_file_peek_path (self->file),
                                       g_variant_dict_end (&options), NULL, on_imported, self);
}

static void
on_import_response (GtkNativeDialog *chooser, int response, gpointer user_data)
{
  Backup *self = user_data;

  if (!take_file (self, response))
    {
      backup_free (self);
      return;
    }
  if (g_file_peek_path (self->file) == NULL)
    {
      say (self, _ ("That file is not on this computer. Copy it here first."));
      backup_free (self);
      return;
    }

  self->added = g_ptr_array_new_with_free_func (g_free);
  import_file (self, FALSE);
}

void
keyfob_list_backup_import (AdwActionRow *row, KeyfobBusAgent1 *agent)
{
  begin (GTK_WIDGET (row), agent,
         gtk_file_chooser_native_new (_ ("Import a list"), get_window (GTK_WIDGET (row)),
                                      GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL),
         G_CALLBACK (on_import_response));
}
