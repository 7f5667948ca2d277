/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-option-switch.h"

#include "keyfob-agent-client.h"
#include "keyfob-host-option.h"

struct _KeyfobOptionSwitch
{
  AdwPreferencesRow parent_instance;

  char *option;
  gboolean usual;
  char *description;
  KeyfobBusHost1 *host;
  GSignalGroup *host_signals;

  GtkSwitch *toggle;
  GtkLabel *hint;
};

G_DEFINE_FINAL_TYPE (KeyfobOptionSwitch, keyfob_option_switch, ADW_TYPE_PREFERENCES_ROW)

enum
{
  PROP_0,
  PROP_OPTION,
  PROP_USUAL,
  PROP_DESCRIPTION,
  PROP_HOST,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/* @trouble: (nullable): why the host does not have it as the user wants */
static void
set_trouble (KeyfobOptionSwitch *self, const char *trouble)
{
  const char *hint = trouble != NULL ? trouble : self->description;

  gtk_label_set_label (self->hint, hint != NULL ? hint : "");
  gtk_widget_set_visible (GTK_WIDGET (self->hint), hint != NULL);
  gtk_widget_add_css_class (GTK_WIDGET (self->hint), trouble != NULL ? "error" : "dim-label");
  gtk_widget_remove_css_class (GTK_WIDGET (self->hint), trouble != NULL ? "dim-label" : "error");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->toggle),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, hint != NULL ? hint : "",
                                  -1);
}

static gboolean
read_host (KeyfobOptionSwitch *self)
{
  GVariant *options = keyfob_bus_host1_get_options (self->host);
  gboolean active = self->usual;

  if (options != NULL)
    g_variant_lookup (options, self->option, "b", &active);

  return active;
}

static void
show_host (KeyfobOptionSwitch *self)
{
  if (self->host != NULL)
    gtk_switch_set_active (self->toggle, read_host (self));
}

static void
on_configured (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobOptionSwitch) self = user_data;
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

static void
on_toggled (KeyfobOptionSwitch *self)
{
  gboolean active = gtk_switch_get_active (self->toggle);

  if (self->host == NULL || active == read_host (self))
    return;

  keyfob_host_option_set (self->host, self->option, g_variant_new_boolean (active), on_configured,
                          g_object_ref (self));
}

static void
set_host (KeyfobOptionSwitch *self, KeyfobBusHost1 *host)
{
  if (!g_set_object (&self->host, host))
    return;

  g_signal_group_set_target (self->host_signals, host);
  show_host (self);
  set_trouble (self, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_HOST]);
}

static void
keyfob_option_switch_dispose (GObject *object)
{
  KeyfobOptionSwitch *self = KEYFOB_OPTION_SWITCH (object);

  g_clear_object (&self->host_signals);
  g_clear_object (&self->host);

  G_OBJECT_CLASS (keyfob_option_switch_parent_class)->dispose (object);
}

static void
keyfob_option_switch_finalize (GObject *object)
{
  KeyfobOptionSwitch *self = KEYFOB_OPTION_SWITCH (object);

  g_free (self->option);
  g_free (self->description);

  G_OBJECT_CLASS (keyfob_option_switch_parent_class)->finalize (object);
}

static void
keyfob_option_switch_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  KeyfobOptionSwitch *self = KEYFOB_OPTION_SWITCH (object);

  switch (prop_id)
    {
    case PROP_OPTION:
      g_value_set_string (value, self->option);
      break;
    case PROP_USUAL:
      g_value_set_boolean (value, self->usual);
      break;
    case PROP_DESCRIPTION:
      g_value_set_string (value, self->description);
      break;
    case PROP_HOST:
      g_value_set_object (value, self->host);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_option_switch_set_property (GObject *object,
                                   guint prop_id,
                                   const GValue *value,
                                   GParamSpec *pspec)
{
  KeyfobOptionSwitch *self = KEYFOB_OPTION_SWITCH (object);

  switch (prop_id)
    {
    case PROP_OPTION:
      self->option = g_value_dup_string (value);
      break;
    case PROP_USUAL:
      self->usual = g_value_get_boolean (value);
      break;
    case PROP_DESCRIPTION:
      self->description = g_value_dup_string (value);
      set_trouble (self, NULL);
      break;
    case PROP_HOST:
      set_host (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_option_switch_class_init (KeyfobOptionSwitchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags given = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = keyfob_option_switch_dispose;
  object_class->finalize = keyfob_option_switch_finalize;
  object_class->get_property = keyfob_option_switch_get_property;
  object_class->set_property = keyfob_option_switch_set_property;

  props[PROP_OPTION] = g_param_spec_string ("option", NULL, NULL, NULL, given);
  props[PROP_USUAL] = g_param_spec_boolean ("usual", NULL, NULL, FALSE, given);
  props[PROP_DESCRIPTION] = g_param_spec_string ("description", NULL, NULL, NULL, given);
  props[PROP_HOST] =
      g_param_spec_object ("host", NULL, NULL, KEYFOB_BUS_TYPE_HOST1,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-option-switch.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobOptionSwitch, toggle);
  gtk_widget_class_bind_template_child (widget_class, KeyfobOptionSwitch, hint);
  gtk_widget_class_bind_template_callback (widget_class, on_toggled);
}

static void
keyfob_option_switch_init (KeyfobOptionSwitch *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->host_signals = g_signal_group_new (G_TYPE_DBUS_PROXY);
  g_signal_group_connect_swapped (self->host_signals, "notify::options", G_CALLBACK (show_host),
                                  self);
}
