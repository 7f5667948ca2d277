/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-store-choice.h"

#include <glib/gi18n-lib.h>

#include "keyfob-agent-client.h"
#include "keyfob-host-option.h"
#include "keyfob-option-row.h"
#include "keyfob-ui.h"

struct _KeyfobStoreChoice
{
  AdwPreferencesGroup parent_instance;

  KeyfobBusHost1 *host;
  GSignalGroup *host_signals;
  char *store_file;
  GtkFileChooserNative *chooser;

  GtkCheckButton *automatic;
  GtkCheckButton *keyring;
  GtkCheckButton *shared_file;
  GtkCheckButton *other_file;
  KeyfobOptionRow *path_row;
  GtkLabel *trouble;
};

G_DEFINE_FINAL_TYPE (KeyfobStoreChoice, keyfob_store_choice, ADW_TYPE_PREFERENCES_GROUP)

enum
{
  PROP_0,
  PROP_HOST,
  PROP_STORE_FILE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static char *
verbatim_closure (GtkWidget *group, const char *text)
{
  return keyfob_ui_markup_verbatim (text);
}

static void
set_trouble (KeyfobStoreChoice *self, const char *trouble)
{
  gtk_label_set_label (self->trouble, trouble != NULL ? trouble : "");
  gtk_widget_set_visible (GTK_WIDGET (self->trouble), trouble != NULL);
}

static GtkCheckButton *
button_of_host (KeyfobStoreChoice *self)
{
  GVariant *options = keyfob_bus_host1_get_options (self->host);
  const char *store = "";

  if (options != NULL)
    g_variant_lookup (options, "store", "&s", &store);

  if (*store == '\0')
    return self->automatic;
  if (g_str_equal (store, "keyring"))
    return self->keyring;
  if (g_str_equal (store, "file"))
    return self->shared_file;

  return self->other_file;
}

static void
show_host (KeyfobStoreChoice *self)
{
  if (self->host != NULL)
    gtk_check_button_set_active (button_of_host (self), TRUE);
}

static void
on_configured (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobStoreChoice) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;

  keyfob_bus_host1_call_configure_finish (KEYFOB_BUS_HOST1 (source), result, &error);
  if (self->host != KEYFOB_BUS_HOST1 (source))
    return;

  if (error != NULL)
    sentence = keyfob_agent_client_explain (error);
  show_host (self);
  set_trouble (self, sentence);
}

/* @store: see `Host1.Configure` */
static void
keep_in (KeyfobStoreChoice *self, const char *store)
{
  set_trouble (self, NULL);
  keyfob_host_option_set (self->host, "store", g_variant_new_string (store), on_configured,
                          g_object_ref (self));
}

static void
on_toggled (KeyfobStoreChoice *self, GtkCheckButton *button)
{
  if (self->host == NULL || !gtk_check_button_get_active (button)
      || button == button_of_host (self))
    return;

  if (button == self->other_file)
    keyfob_option_row_focus (self->path_row);
  else if (button == self->shared_file)
    keep_in (self, "file");
  else
    keep_in (self, button == self->keyring ? "keyring" : "");
}

static void
on_file_chosen (KeyfobStoreChoice *self, int response)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  if (file != NULL)
    path = g_file_get_path (file);
  g_clear_object (&self->chooser);

  if (path != NULL && self->host != NULL)
    keyfob_option_row_apply (self->path_row, path);
}

static void
on_browse (KeyfobStoreChoice *self)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));

  if (self->chooser != NULL)
    return;

  self->chooser = gtk_file_chooser_native_new (_ ("Choose a token file"), window,
                                               GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (on_file_chosen), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
set_host (KeyfobStoreChoice *self, KeyfobBusHost1 *host)
{
  if (!g_set_object (&self->host, host))
    return;

  g_signal_group_set_target (self->host_signals, host);
  set_trouble (self, NULL);
  show_host (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_HOST]);
}

static void
set_store_file (KeyfobStoreChoice *self, const char *store_file)
{
  if (g_strcmp0 (store_file, self->store_file) == 0)
    return;

  g_free (self->store_file);
  self->store_file = g_strdup (store_file);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STORE_FILE]);
}

static void
keyfob_store_choice_dispose (GObject *object)
{
  KeyfobStoreChoice *self = KEYFOB_STORE_CHOICE (object);

  g_clear_object (&self->chooser);
  g_clear_object (&self->host_signals);
  g_clear_object (&self->host);

  G_OBJECT_CLASS (keyfob_store_choice_parent_class)->dispose (object);
}

static void
keyfob_store_choice_finalize (GObject *object)
{
  KeyfobStoreChoice *self = KEYFOB_STORE_CHOICE (object);

  g_free (self->store_file);

  G_OBJECT_CLASS (keyfob_store_choice_parent_class)->finalize (object);
}

static void
keyfob_store_choice_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  KeyfobStoreChoice *self = KEYFOB_STORE_CHOICE (object);

  switch (prop_id)
    {
    case PROP_HOST:
      g_value_set_object (value, self->host);
      break;
    case PROP_STORE_FILE:
      g_value_set_string (value, self->store_file);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_store_choice_set_property (GObject *object,
                                  guint prop_id,
                                  const GValue *value,
                                  GParamSpec *pspec)
{
  KeyfobStoreChoice *self = KEYFOB_STORE_CHOICE (object);

  switch (prop_id)
    {
    case PROP_HOST:
      set_host (self, g_value_get_object (value));
      break;
    case PROP_STORE_FILE:
      set_store_file (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  g_type_ensure (KEYFOB_TYPE_OPTION_ROW);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-store-choice.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobStoreChoice, automatic);
  gtk_widget_class_bind_template_child (widget_class, KeyfobStoreChoice, keyring);
  gtk_widget_class_bind_template_child (widget_class, KeyfobStoreChoice, shared_file);
  gtk_widget_class_bind_template_child (widget_class, KeyfobStoreChoice, other_file);
  gtk_widget_class_bind_template_child (widget_class, KeyfobStoreChoice, path_row);
  gtk_widget_class_bind_template_child (widget_class, KeyfobStoreChoice, trouble);
  gtk_widget_class_bind_template_callback (widget_class, verbatim_closure);
  gtk_widget_class_bind_template_callback (widget_class, on_toggled);
  gtk_widget_class_bind_template_callback (widget_class, on_browse);
}

static void
keyfob_store_choice_class_init (KeyfobStoreChoiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = keyfob_store_choice_dispose;
  object_class->finalize = keyfob_store_choice_finalize;
  object_class->get_property = keyfob_store_choice_get_property;
  object_class->set_property = keyfob_store_choice_set_property;

  props[PROP_HOST] = g_param_spec_object ("host", NULL, NULL, KEYFOB_BUS_TYPE_HOST1, flags);
  props[PROP_STORE_FILE] = g_param_spec_string ("store-file", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  bind_template (GTK_WIDGET_CLASS (klass));
}

static void
keyfob_store_choice_init (KeyfobStoreChoice *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->host_signals = g_signal_group_new (G_TYPE_DBUS_PROXY);
  g_signal_group_connect_swapped (self->host_signals, "notify::options", G_CALLBACK (show_host),
                                  self);
}
