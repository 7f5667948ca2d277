/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-option-row.h"

#include "keyfob-agent-client.h"
#include "keyfob-host-option.h"

struct _KeyfobOptionRow
{
  AdwPreferencesRow parent_instance;

  char *option;
  KeyfobBusHost1 *host;
  GSignalGroup *host_signals;
  char *saved; /* as the host has it */

  GtkEntry *entry;
  GtkWidget *apply_button;
  GtkLabel *hint;
};

G_DEFINE_FINAL_TYPE (KeyfobOptionRow, keyfob_option_row, ADW_TYPE_PREFERENCES_ROW)

enum
{
  PROP_0,
  PROP_OPTION,
  PROP_HOST,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static const char *
get_text (KeyfobOptionRow *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->entry));
}

static void
set_hint (KeyfobOptionRow *self, const char *hint)
{
  gboolean wrong = hint != NULL;

  gtk_label_set_label (self->hint, wrong ? hint : "");
  gtk_widget_set_visible (GTK_WIDGET (self->hint), wrong);
  if (wrong)
    gtk_widget_add_css_class (GTK_WIDGET (self->entry), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->entry), "error");

  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  wrong ? hint : "", -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
                               wrong ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
}

/* Returns: (transfer full) (nullable): what is typed, if the host could have it */
static GVariant *
read_value (KeyfobOptionRow *self, GError **error)
{
  g_autoptr (GVariant) value = keyfob_host_option_from_text (self->option, get_text (self), error);

  if (value == NULL || !keyfob_host_option_check (self->host, self->option, value, error))
    return NULL;

  return g_steal_pointer (&value);
}

static gboolean
is_changed (KeyfobOptionRow *self)
{
  return self->host != NULL && g_strcmp0 (get_text (self), self->saved) != 0;
}

static void
check (KeyfobOptionRow *self)
{
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) error = NULL;

  if (is_changed (self))
    value = read_value (self, &error);

  set_hint (self, error != NULL ? error->message : NULL);
  gtk_widget_set_visible (self->apply_button, value != NULL);
}

/* What the user has begun to type stays. */
static void
on_options_changed (KeyfobOptionRow *self)
{
  g_autofree char *saved =
      keyfob_host_option_to_text (keyfob_bus_host1_get_options (self->host), self->option);
  gboolean changed = is_changed (self);

  g_free (self->saved);
  self->saved = g_steal_pointer (&saved);
  if (!changed)
    gtk_editable_set_text (GTK_EDITABLE (self->entry), self->saved);
  check (self);
}

static void
set_busy (KeyfobOptionRow *self, gboolean busy)
{
  gtk_editable_set_editable (GTK_EDITABLE (self->entry), !busy);
  gtk_widget_set_sensitive (self->apply_button, !busy);
}

static void
on_configured (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobOptionRow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;

  keyfob_bus_host1_call_configure_finish (KEYFOB_BUS_HOST1 (source), result, &error);
  set_busy (self, FALSE);
  if (self->host != KEYFOB_BUS_HOST1 (source))
    return;

  if (error == NULL)
    {
      /* perhaps written in another way than it was typed */
      gtk_editable_set_text (GTK_EDITABLE (self->entry), self->saved);
      return;
    }

  sentence = keyfob_agent_client_explain (error);
  set_hint (self, sentence);
}

static void
on_apply (KeyfobOptionRow *self)
{
  g_autoptr (GVariant) value = NULL;

  /* Enter in the entry comes here too, also a second time */
  if (!is_changed (self) || !gtk_editable_get_editable (GTK_EDITABLE (self->entry)))
    return;

  value = read_value (self, NULL);
  if (value == NULL)
    return;

  set_busy (self, TRUE);
  set_hint (self, NULL);
  keyfob_host_option_set (self->host, self->option, value, on_configured, g_object_ref (self));
}

static void
show_usual (KeyfobOptionRow *self)
{
  g_autofree char *usual =
      keyfob_host_option_usual_text (keyfob_bus_host1_get_url (self->host), self->option);

  gtk_entry_set_placeholder_text (self->entry, usual);
}

static void
set_host (KeyfobOptionRow *self, KeyfobBusHost1 *host)
{
  if (!g_set_object (&self->host, host))
    return;

  g_signal_group_set_target (self->host_signals, host);
  /* nothing typed for one host is taken to another */
  g_clear_pointer (&self->saved, g_free);
  self->saved = g_strdup ("");
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  if (host != NULL)
    {
      show_usual (self);
      on_options_changed (self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_HOST]);
}

static void
keyfob_option_row_dispose (GObject *object)
{
  KeyfobOptionRow *self = KEYFOB_OPTION_ROW (object);

  g_clear_object (&self->host_signals);
  g_clear_object (&self->host);

  G_OBJECT_CLASS (keyfob_option_row_parent_class)->dispose (object);
}

static void
keyfob_option_row_finalize (GObject *object)
{
  KeyfobOptionRow *self = KEYFOB_OPTION_ROW (object);

  g_free (self->option);
  g_free (self->saved);

  G_OBJECT_CLASS (keyfob_option_row_parent_class)->finalize (object);
}

static void
keyfob_option_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  KeyfobOptionRow *self = KEYFOB_OPTION_ROW (object);

  switch (prop_id)
    {
    case PROP_OPTION:
      g_value_set_string (value, self->option);
      break;
    case PROP_HOST:
      g_value_set_object (value, self->host);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_option_row_set_property (GObject *object,
                                guint prop_id,
                                const GValue *value,
                                GParamSpec *pspec)
{
  KeyfobOptionRow *self = KEYFOB_OPTION_ROW (object);

  switch (prop_id)
    {
    case PROP_OPTION:
      self->option = g_value_dup_string (value);
      break;
    case PROP_HOST:
      set_host (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_option_row_class_init (KeyfobOptionRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = keyfob_option_row_dispose;
  object_class->finalize = keyfob_option_row_finalize;
  object_class->get_property = keyfob_option_row_get_property;
  object_class->set_property = keyfob_option_row_set_property;

  props[PROP_OPTION] =
      g_param_spec_string ("option", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  props[PROP_HOST] =
      g_param_spec_object ("host", NULL, NULL, KEYFOB_BUS_TYPE_HOST1,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-option-row.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobOptionRow, entry);
  gtk_widget_class_bind_template_child (widget_class, KeyfobOptionRow, apply_button);
  gtk_widget_class_bind_template_child (widget_class, KeyfobOptionRow, hint);
  gtk_widget_class_bind_template_callback (widget_class, check);
  gtk_widget_class_bind_template_callback (widget_class, on_apply);
}

static void
keyfob_option_row_init (KeyfobOptionRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->host_signals = g_signal_group_new (G_TYPE_DBUS_PROXY);
  g_signal_group_connect_swapped (self->host_signals, "notify::options",
                                  G_CALLBACK (on_options_changed), self);
}

void
keyfob_option_row_apply (KeyfobOptionRow *self, const char *text)
{
  g_return_if_fail (KEYFOB_IS_OPTION_ROW (self));
  g_return_if_fail (text != NULL);

  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
  on_apply (self);
}

void
keyfob_option_row_focus (KeyfobOptionRow *self)
{
  g_return_if_fail (KEYFOB_IS_OPTION_ROW (self));

  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
}
