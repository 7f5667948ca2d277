/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-add-host-form.h"

#include <glib/gi18n-lib.h>

#include "keyfob-config.h"

typedef enum
{
  ADDRESS_EMPTY,
  ADDRESS_INVALID,
  ADDRESS_UNENCRYPTED, /* invalid unless http is allowed */
  ADDRESS_ALREADY_ADDED,
  ADDRESS_VALID,
} AddressState;

struct _KeyfobAddHostForm
{
  GtkBox parent_instance;

  KeyfobAgentClient *client;
  GCancellable *cancellable;
  GFile *file; /* (nullable): the token file to import */

  GtkLabel *purpose;
  GtkEditable *address;
  GtkButton *add_button;
  GtkLabel *hint;
  GtkCheckButton *allow_http;
};

G_DEFINE_FINAL_TYPE (KeyfobAddHostForm, keyfob_add_host_form, GTK_TYPE_BOX)

enum
{
  SIGNAL_ADDED,
  SIGNAL_IMPORTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GVariant *
create_options (gboolean allow_http)
{
  g_auto (GVariantDict) options;

  g_variant_dict_init (&options, NULL);
  if (allow_http)
    g_variant_dict_insert (&options, "allow-http", "b", TRUE);

  return g_variant_dict_end (&options);
}

static char *
dup_address (KeyfobAddHostForm *self)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (self->address)));
}

/* Sets @hint to the sentence to show under the address; leaves it %NULL for an empty address. */
static AddressState
check_address (KeyfobAddHostForm *self, const char *address, gboolean allow_http, char **hint)
{
  g_autoptr (KeyfobConfig) config = NULL;
  g_autoptr (KeyfobConfig) unencrypted = NULL;
  g_autoptr (GError) error = NULL;

  if (*address == '\0')
    return ADDRESS_EMPTY;

  config = keyfob_config_new (address, create_options (allow_http), &error);
  if (config == NULL)
    {
      *hint = g_strdup (error->message);
      unencrypted = keyfob_config_new (address, create_options (TRUE), NULL);
      return unencrypted != NULL ? ADDRESS_UNENCRYPTED : ADDRESS_INVALID;
    }

  if (keyfob_host_list_has_url (keyfob_agent_client_get_hosts (self->client),
                                keyfob_config_get_base_url (config)))
    {
      *hint =
          g_strdup_printf (_ ("%s is in the list already."), keyfob_config_get_base_url (config));
      return self->file == NULL ? ADDRESS_ALREADY_ADDED : ADDRESS_VALID;
    }

  *hint = g_strdup_printf (_ ("Will be added as %s"), keyfob_config_get_base_url (config));
  return ADDRESS_VALID;
}

static void
set_hint (KeyfobAddHostForm *self, const char *hint, gboolean is_error)
{
  gtk_label_set_label (self->hint, hint != NULL ? hint : "");
  if (is_error)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->hint), "error");
      gtk_widget_remove_css_class (GTK_WIDGET (self->hint), "dim-label");
      gtk_widget_add_css_class (GTK_WIDGET (self->address), "error");
    }
  else
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self->hint), "error");
      gtk_widget_add_css_class (GTK_WIDGET (self->hint), "dim-label");
      gtk_widget_remove_css_class (GTK_WIDGET (self->address), "error");
    }

  gtk_accessible_update_property (GTK_ACCESSIBLE (self->address),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, hint != NULL ? hint : "",
                                  -1);
  gtk_accessible_update_state (
      GTK_ACCESSIBLE (self->address), GTK_ACCESSIBLE_STATE_INVALID,
      is_error ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

static void
update (KeyfobAddHostForm *self)
{
  g_autofree char *address = dup_address (self);
  g_autofree char *hint = NULL;
  gboolean allow_http = gtk_check_button_get_active (self->allow_http);
  AddressState state = check_address (self, address, allow_http, &hint);

  set_hint (self, hint, state == ADDRESS_INVALID || state == ADDRESS_UNENCRYPTED);
  gtk_widget_set_sensitive (GTK_WIDGET (self->add_button), state == ADDRESS_VALID);

  /* the check button is hidden and reset as soon as the address does not need it */
  gtk_widget_set_visible (GTK_WIDGET (self->allow_http),
                          state == ADDRESS_UNENCRYPTED
                              || (allow_http && g_ascii_strncasecmp (address, "http:", 5) == 0));
  if (!gtk_widget_get_visible (GTK_WIDGET (self->allow_http)))
    gtk_check_button_set_active (self->allow_http, FALSE);
}

/* The address stays focusable, so that the user can correct it after an error of the agent. */
static void
set_busy (KeyfobAddHostForm *self, gboolean busy)
{
  gtk_editable_set_editable (self->address, !busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->add_button), !busy);
}

static void
on_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobAddHostForm) self = user_data;
  g_autofree char *path = NULL;
  g_autofree char *sentence = NULL;
  g_autoptr (GError) error = NULL;

  if (keyfob_bus_agent1_call_add_host_finish (KEYFOB_BUS_AGENT1 (source), &path, result, &error))
    {
      set_busy (self, FALSE);
      keyfob_add_host_form_clear (self);
      g_signal_emit (self, signals[SIGNAL_ADDED], 0);
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  set_busy (self, FALSE);
  sentence = keyfob_agent_client_explain (error);
  set_hint (self, sentence, TRUE);
  keyfob_add_host_form_focus (self);
}

typedef struct
{
  KeyfobAddHostForm *form;
  GFile *file;
  char *etag; /* (nullable): of the file before it was read */
} Import;

static void
import_free (Import *import)
{
  g_object_unref (import->form);
  g_object_unref (import->file);
  g_free (import->etag);
  g_free (import);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Import, import_free)

static void
on_imported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Import) import = user_data;
  KeyfobAddHostForm *self = import->form;
  g_autofree char *path = NULL;
  g_autofree char *sentence = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done = keyfob_bus_agent1_call_import_token_finish (KEYFOB_BUS_AGENT1 (source), &path,
                                                              result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  set_busy (self, FALSE);
  if (done)
    {
      keyfob_add_host_form_clear (self);
      g_signal_emit (self, signals[SIGNAL_IMPORTED], 0, import->file, import->etag);
      return;
    }

  sentence = keyfob_agent_client_explain (error);
  set_hint (self, sentence, TRUE);
  keyfob_add_host_form_focus (self);
}

static void
on_file_info (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Import) import = user_data;
  KeyfobAddHostForm *self = import->form;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);
  const char *path = g_file_peek_path (import->file);
  g_autofree char *address = NULL;
  KeyfobBusAgent1 *agent;

  /* the form may be gone */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->client == NULL)
    return;

  agent = keyfob_agent_client_get_agent (self->client);
  if (agent == NULL)
    {
      set_busy (self, FALSE);
      return;
    }

  address = dup_address (self);

  if (info != NULL)
    import->etag = g_strdup (g_file_info_get_etag (info));
  keyfob_bus_agent1_call_import_token (
      agent, path, address, create_options (gtk_check_button_get_active (self->allow_http)),
      self->cancellable, on_imported, g_steal_pointer (&import));
}

static void
import_token (KeyfobAddHostForm *self)
{
  Import *import = g_new0 (Import, 1);

  import->form = g_object_ref (self);
  import->file = g_object_ref (self->file);
  set_hint (self, _ ("Asking the host whether it accepts the token…"), FALSE);
  g_file_query_info_async (self->file, G_FILE_ATTRIBUTE_ETAG_VALUE, G_FILE_QUERY_INFO_NONE,
                           G_PRIORITY_DEFAULT, self->cancellable, on_file_info, import);
}

static void
on_add (KeyfobAddHostForm *self)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->client);
  g_autofree char *address = dup_address (self);

  /* Enter in the entry activates this too */
  if (!gtk_widget_get_sensitive (GTK_WIDGET (self->add_button)))
    return;
  if (agent == NULL)
    {
      set_hint (self, _ ("Keyfob's background service is starting. Try again in a moment."), TRUE);
      return;
    }

  set_busy (self, TRUE);
  if (self->file != NULL)
    {
      import_token (self);
      return;
    }
  keyfob_bus_agent1_call_add_host (agent, address,
                                   create_options (gtk_check_button_get_active (self->allow_http)),
                                   self->cancellable, on_added, g_object_ref (self));
}

static void
keyfob_add_host_form_dispose (GObject *object)
{
  KeyfobAddHostForm *self = KEYFOB_ADD_HOST_FORM (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->client);
  g_clear_object (&self->file);

  G_OBJECT_CLASS (keyfob_add_host_form_parent_class)->dispose (object);
}

static void
keyfob_add_host_form_class_init (KeyfobAddHostFormClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = keyfob_add_host_form_dispose;

  signals[SIGNAL_ADDED] = g_signal_new ("added", KEYFOB_TYPE_ADD_HOST_FORM, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_IMPORTED] =
      g_signal_new ("imported", KEYFOB_TYPE_ADD_HOST_FORM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, G_TYPE_FILE, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-add-host-form.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, purpose);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, address);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, add_button);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, hint);
  gtk_widget_class_bind_template_child (widget_class, KeyfobAddHostForm, allow_http);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_bind_template_callback (widget_class, on_add);
}

static void
keyfob_add_host_form_init (KeyfobAddHostForm *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
keyfob_add_host_form_set_client (KeyfobAddHostForm *self, KeyfobAgentClient *client)
{
  g_return_if_fail (KEYFOB_IS_ADD_HOST_FORM (self));
  g_return_if_fail (KEYFOB_IS_AGENT_CLIENT (client));
  g_return_if_fail (self->client == NULL);

  self->client = g_object_ref (client);
  g_signal_connect_object (keyfob_agent_client_get_hosts (client), "items-changed",
                           G_CALLBACK (update), self, G_CONNECT_SWAPPED);
}

void
keyfob_add_host_form_focus (KeyfobAddHostForm *self)
{
  g_return_if_fail (KEYFOB_IS_ADD_HOST_FORM (self));

  gtk_widget_grab_focus (GTK_WIDGET (self->address));
}

void
keyfob_add_host_form_clear (KeyfobAddHostForm *self)
{
  g_return_if_fail (KEYFOB_IS_ADD_HOST_FORM (self));

  gtk_editable_set_text (self->address, "");
  gtk_check_button_set_active (self->allow_http, FALSE);
}

void
keyfob_add_host_form_set_file (KeyfobAddHostForm *self, GFile *file)
{
  g_return_if_fail (KEYFOB_IS_ADD_HOST_FORM (self));
  g_return_if_fail (file == NULL || g_file_peek_path (file) != NULL);

  g_set_object (&self->file, file);
  if (file != NULL)
    {
      g_autofree char *name = g_filename_display_basename (g_file_peek_path (file));
      g_autofree char *purpose =
          g_strdup_printf (_ ("Which host is the token in %s for? It is stored once the host has "
                              "accepted it."),
                           name);

      gtk_label_set_label (self->purpose, purpose);
    }

  gtk_widget_set_visible (GTK_WIDGET (self->purpose), file != NULL);
  gtk_button_set_label (self->add_button, file != NULL ? _ ("Import") : _ ("Add"));
  keyfob_add_host_form_clear (self);
}
