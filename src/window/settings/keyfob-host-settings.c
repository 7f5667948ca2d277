/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-settings.h"

#include <glib/gi18n-lib.h>

#include "keyfob-agent-client.h"
#include "keyfob-config-options.h"
#include "keyfob-host-option.h"
#include "keyfob-option-row.h"
#include "keyfob-option-switch.h"
#include "keyfob-store-choice.h"
#include "keyfob-ui.h"

struct _KeyfobHostSettings
{
  AdwBin parent_instance;

  KeyfobBusHost1 *host;
  char *store_file;

  AdwPreferencesGroup *host_group;
  AdwPreferencesGroup *sign_in_group;
  AdwExpanderRow *unusual_row;
};

G_DEFINE_FINAL_TYPE (KeyfobHostSettings, keyfob_host_settings, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_HOST,
  PROP_STORE_FILE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static char *
verbatim_closure (GtkWidget *page, const char *text)
{
  return keyfob_ui_markup_verbatim (text);
}

/* A description of an AdwPreferencesGroup is markup. */
static char *
kept_closure (GtkWidget *page, const char *store, gboolean broker)
{
  g_autofree char *path = NULL;
  g_autofree char *where = NULL;

  if (store == NULL || *store == '\0')
    return g_strdup ("");

  if (g_str_equal (store, "keyring"))
    where = g_strdup (_ ("The token is in the keyring now."));
  else
    {
      path = keyfob_ui_markup_verbatim (store);
      /* Translators: path of a file */
      where = g_strdup_printf (_ ("The token is now in %s."), path);
    }
  if (!broker)
    return g_steal_pointer (&where);

  return g_strconcat (where, " ",
                      _ ("Its header can also renew the session: share it with nobody."), NULL);
}

/* Returns: position of the value that the host has for the option of @info */
static guint
choice_closure (KeyfobHostSettings *self, GVariant *options, const KeyfobOptionInfo *info)
{
  g_autoptr (GVariant) usual = keyfob_option_dup_usual (info);
  const char *value = g_variant_get_string (usual, NULL);
  guint position = 0;

  if (options != NULL)
    g_variant_lookup (options, info->name, "&s", &value);
  while (info->choices[position].value != NULL
         && !g_str_equal (info->choices[position].value, value))
    position++;

  return info->choices[position].value != NULL ? position : GTK_INVALID_LIST_POSITION;
}

static const KeyfobOptionInfo *
get_choice_info (AdwComboRow *row)
{
  return g_object_get_data (G_OBJECT (row), "option");
}

static void
set_choice_hint (AdwComboRow *row, const char *trouble)
{
  const KeyfobOptionInfo *info = get_choice_info (row);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row),
                               trouble != NULL ? trouble : _ (info->description));
  if (trouble != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (row), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (row), "error");
}

static void
on_choice_configured (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (AdwComboRow) row = user_data;
  KeyfobHostSettings *self =
      KEYFOB_HOST_SETTINGS (gtk_widget_get_ancestor (GTK_WIDGET (row), KEYFOB_TYPE_HOST_SETTINGS));
  KeyfobBusHost1 *host = KEYFOB_BUS_HOST1 (source);
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;

  keyfob_bus_host1_call_configure_finish (host, result, &error);
  if (self == NULL || self->host != host)
    return;

  if (error != NULL)
    sentence = keyfob_agent_client_explain (error);
  adw_combo_row_set_selected (
      row, choice_closure (self, keyfob_bus_host1_get_options (host), get_choice_info (row)));
  set_choice_hint (row, sentence);
}

static void
on_chosen (KeyfobHostSettings *self, GParamSpec *pspec, AdwComboRow *row)
{
  const KeyfobOptionInfo *info = get_choice_info (row);
  guint chosen = adw_combo_row_get_selected (row);

  if (self->host == NULL || chosen == GTK_INVALID_LIST_POSITION
      || chosen == choice_closure (self, keyfob_bus_host1_get_options (self->host), info))
    return;

  keyfob_host_option_set (self->host, info->name,
                          g_variant_new_string (info->choices[chosen].value), on_choice_configured,
                          g_object_ref (row));
}

static void
on_other_host (AdwComboRow *row)
{
  set_choice_hint (row, NULL);
}

static GtkWidget *
new_choice_row (KeyfobHostSettings *self, const KeyfobOptionInfo *info)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  GtkWidget *row = adw_combo_row_new ();
  GtkExpression *host = gtk_property_expression_new (KEYFOB_TYPE_HOST_SETTINGS, NULL, "host");
  GtkExpression *options = gtk_property_expression_new (KEYFOB_BUS_TYPE_HOST1, host, "options");
  GtkExpression *chosen = gtk_cclosure_expression_new (
      G_TYPE_UINT, NULL, 1, &options, G_CALLBACK (choice_closure), (gpointer) info, NULL);

  for (gsize i = 0; info->choices[i].value != NULL; i++)
    gtk_string_list_append (titles, _ (info->choices[i].title));

  g_object_set_data (G_OBJECT (row), "option", (gpointer) info);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (info->title));
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (titles));
  set_choice_hint (ADW_COMBO_ROW (row), NULL);
  gtk_expression_bind (chosen, row, "selected", self);
  g_signal_connect_object (row, "notify::selected", G_CALLBACK (on_chosen), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self, "notify::host", G_CALLBACK (on_other_host), row,
                           G_CONNECT_SWAPPED);

  return row;
}

static GtkWidget *
new_row (KeyfobHostSettings *self, const KeyfobOptionInfo *info)
{
  g_autoptr (GVariant) usual = keyfob_option_dup_usual (info);

  if (info->choices != NULL)
    return new_choice_row (self, info);

  if (!g_variant_is_of_type (usual, G_VARIANT_TYPE_BOOLEAN))
    return g_object_new (KEYFOB_TYPE_OPTION_ROW, "title", _ (info->title), "option", info->name,
                         NULL);

  return g_object_new (KEYFOB_TYPE_OPTION_SWITCH, "title", _ (info->title), "option", info->name,
                       "usual", g_variant_get_boolean (usual), "description",
                       info->description != NULL ? _ (info->description) : NULL, NULL);
}

/* The token store has a section of its own, KeyfobStoreChoice. */
static void
add_rows (KeyfobHostSettings *self)
{
  for (gsize i = 0; i < KEYFOB_N_OPTIONS; i++)
    {
      const KeyfobOptionInfo *info = keyfob_option_get_info (i);
      GtkWidget *row;

      if (info->section == KEYFOB_OPTION_SECTION_STORE)
        continue;

      row = new_row (self, info);
      if (info->choices == NULL)
        g_object_bind_property (self, "host", row, "host", G_BINDING_SYNC_CREATE);
      if (info->section == KEYFOB_OPTION_SECTION_HOST)
        adw_preferences_group_add (self->host_group, row);
      else if (info->section == KEYFOB_OPTION_SECTION_SIGN_IN)
        adw_preferences_group_add (self->sign_in_group, row);
      else
        adw_expander_row_add_row (self->unusual_row, row);
    }

  adw_preferences_group_add (self->sign_in_group, GTK_WIDGET (self->unusual_row));
}

static void
set_host (KeyfobHostSettings *self, KeyfobBusHost1 *host)
{
  if (g_set_object (&self->host, host))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_HOST]);
}

static void
keyfob_host_settings_dispose (GObject *object)
{
  KeyfobHostSettings *self = KEYFOB_HOST_SETTINGS (object);

  g_clear_object (&self->host);

  G_OBJECT_CLASS (keyfob_host_settings_parent_class)->dispose (object);
}

static void
keyfob_host_settings_finalize (GObject *object)
{
  KeyfobHostSettings *self = KEYFOB_HOST_SETTINGS (object);

  g_free (self->store_file);

  G_OBJECT_CLASS (keyfob_host_settings_parent_class)->finalize (object);
}

static void
keyfob_host_settings_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  KeyfobHostSettings *self = KEYFOB_HOST_SETTINGS (object);

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
keyfob_host_settings_class_init (KeyfobHostSettingsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = keyfob_host_settings_dispose;
  object_class->finalize = keyfob_host_settings_finalize;
  object_class->get_property = keyfob_host_settings_get_property;

  props[PROP_HOST] = g_param_spec_object ("host", NULL, NULL, KEYFOB_BUS_TYPE_HOST1, flags);
  props[PROP_STORE_FILE] = g_param_spec_string ("store-file", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  g_type_ensure (KEYFOB_TYPE_STORE_CHOICE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-host-settings.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostSettings, host_group);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostSettings, sign_in_group);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostSettings, unusual_row);
  gtk_widget_class_bind_template_callback (widget_class, kept_closure);
  gtk_widget_class_bind_template_callback (widget_class, verbatim_closure);
}

static void
keyfob_host_settings_init (KeyfobHostSettings *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  add_rows (self);
}

void
keyfob_host_settings_show (KeyfobHostSettings *self, KeyfobBusHost1 *host, const char *store_file)
{
  g_return_if_fail (KEYFOB_IS_HOST_SETTINGS (self));
  g_return_if_fail (host == NULL || KEYFOB_BUS_IS_HOST1 (host));

  if (g_strcmp0 (store_file, self->store_file) != 0)
    {
      g_free (self->store_file);
      self->store_file = g_strdup (store_file);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STORE_FILE]);
    }
  /* what was typed and never confirmed is not there the next time */
  set_host (self, NULL);
  set_host (self, host);
}

KeyfobBusHost1 *
keyfob_host_settings_get_host (KeyfobHostSettings *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_SETTINGS (self), NULL);

  return self->host;
}
