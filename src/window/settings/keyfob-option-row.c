/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-option-row.h"

#include <glib/gi18n-lib.h>

#include "keyfob-agent-client.h"
#include "keyfob-host-option.h"
#include "keyfob-ui.h"

struct _KeyfobOptionRow
{
  AdwPreferencesRow parent_instance;

  const KeyfobOptionInfo *option;
  KeyfobBusHost1 *host;
  char *saved; /* text of the option as the host has it */

  GtkLabel *title;
  GtkWidget *entry_box;
  GtkEntry *entry;
  GtkWidget *apply_button;
  GtkDropDown *drop_down;
  GtkSwitch *toggle;
  GtkWidget *control; /* gets the focus: the entry, the button of drop_down, or toggle */
  GtkLabel *hint;
};

G_DEFINE_FINAL_TYPE (KeyfobOptionRow, keyfob_option_row, ADW_TYPE_PREFERENCES_ROW)

static gboolean
is_typed (KeyfobOptionRow *self)
{
  return self->control == GTK_WIDGET (self->entry);
}

static const char *
get_text (KeyfobOptionRow *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->entry));
}

/* @trouble: (nullable): why the host cannot have the option as the user wants it */
static void
set_trouble (KeyfobOptionRow *self, const char *trouble)
{
  const char *hint = trouble;

  if (hint == NULL && self->option->description != NULL)
    hint = _ (self->option->description);
  gtk_label_set_label (self->hint, hint != NULL ? hint : "");
  gtk_widget_set_visible (GTK_WIDGET (self->hint), hint != NULL);
  keyfob_ui_describe (GTK_WIDGET (self->control), hint);

  if (trouble != NULL)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->hint), "error");
      gtk_widget_remove_css_class (GTK_WIDGET (self->hint), "dim-label");
      gtk_widget_add_css_class (GTK_WIDGET (self->entry), "error");
    }
  else
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self->hint), "error");
      gtk_widget_add_css_class (GTK_WIDGET (self->hint), "dim-label");
      gtk_widget_remove_css_class (GTK_WIDGET (self->entry), "error");
    }
  gtk_accessible_update_state (
      GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
      trouble != NULL ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

/* Returns: (transfer full) (nullable): the typed value, if it is valid for the host */
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

  set_trouble (self, error != NULL ? error->message : NULL);
  gtk_widget_set_visible (self->apply_button, value != NULL);
}

static void
set_busy (KeyfobOptionRow *self, gboolean busy)
{
  gtk_editable_set_editable (GTK_EDITABLE (self->entry), !busy);
  gtk_widget_set_sensitive (self->apply_button, !busy);
}

/* Returns: (transfer full): the value that the host has */
static GVariant *
dup_value (KeyfobOptionRow *self)
{
  GVariant *options = keyfob_bus_host1_get_options (self->host);
  GVariant *value = NULL;

  if (options != NULL)
    value =
        g_variant_lookup_value (options, self->option->name, G_VARIANT_TYPE (self->option->type));

  return value != NULL ? value : keyfob_option_dup_usual (self->option);
}

static guint
find_choice (KeyfobOptionRow *self, const char *value)
{
  const KeyfobOptionChoice *choices = self->option->choices;

  for (guint i = 0; choices[i].value != NULL; i++)
    {
      if (g_str_equal (choices[i].value, value))
        return i;
    }

  return GTK_INVALID_LIST_POSITION;
}

/* Shows the value in the switch or the drop-down. */
static void
show_value (KeyfobOptionRow *self)
{
  g_autoptr (GVariant) value = dup_value (self);

  if (self->option->choices != NULL)
    gtk_drop_down_set_selected (self->drop_down,
                                find_choice (self, g_variant_get_string (value, NULL)));
  else
    gtk_switch_set_active (self->toggle, g_variant_get_boolean (value));
}

static void
on_configured (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobOptionRow) self = user_data;
  KeyfobBusHost1 *host = KEYFOB_BUS_HOST1 (source);
  g_autofree char *trouble = keyfob_host_option_set_finish (host, result);

  set_busy (self, FALSE);
  if (self->host != host)
    return;

  /* after an error, the typed text stays, to be corrected */
  if (!is_typed (self))
    show_value (self);
  else if (trouble == NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->entry), self->saved);

  set_trouble (self, trouble);
}

static void
on_apply (KeyfobOptionRow *self)
{
  g_autoptr (GVariant) value = NULL;

  /* Enter in the entry activates this too, perhaps during a call */
  if (!is_changed (self) || !gtk_editable_get_editable (GTK_EDITABLE (self->entry)))
    return;

  value = read_value (self, NULL);
  if (value == NULL)
    return;

  set_busy (self, TRUE);
  set_trouble (self, NULL);
  keyfob_host_option_set (self->host, self->option, value, on_configured, g_object_ref (self));
}

/* Takes @value, which is floating. */
static void
configure (KeyfobOptionRow *self, GVariant *value)
{
  g_autoptr (GVariant) wanted = g_variant_ref_sink (value);
  g_autoptr (GVariant) current = self->host != NULL ? dup_value (self) : NULL;

  if (current != NULL && !g_variant_equal (wanted, current))
    keyfob_host_option_set (self->host, self->option, wanted, on_configured, g_object_ref (self));
}

static void
on_toggled (KeyfobOptionRow *self)
{
  configure (self, g_variant_new_boolean (gtk_switch_get_active (self->toggle)));
}

static void
on_chosen (KeyfobOptionRow *self)
{
  guint chosen = gtk_drop_down_get_selected (self->drop_down);
  const KeyfobOptionChoice *choice;
  g_autofree char *name = NULL;

  if (chosen == GTK_INVALID_LIST_POSITION)
    return;

  choice = &self->option->choices[chosen];
  name = g_strjoin (" ", _ (self->option->title), _ (choice->title), NULL);
  keyfob_ui_name_drop_down (self->drop_down, name);
  configure (self, g_variant_new_string (choice->value));
}

static void
keyfob_option_row_dispose (GObject *object)
{
  KeyfobOptionRow *self = KEYFOB_OPTION_ROW (object);

  g_clear_object (&self->host);

  G_OBJECT_CLASS (keyfob_option_row_parent_class)->dispose (object);
}

static void
keyfob_option_row_finalize (GObject *object)
{
  KeyfobOptionRow *self = KEYFOB_OPTION_ROW (object);

  g_free (self->saved);

  G_OBJECT_CLASS (keyfob_option_row_parent_class)->finalize (object);
}

static void
keyfob_option_row_class_init (KeyfobOptionRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = keyfob_option_row_dispose;
  object_class->finalize = keyfob_option_row_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-option-row.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobOptionRow, title);
  gtk_widget_class_bind_template_child (widget_class, KeyfobOptionRow, entry_box);
  gtk_widget_class_bind_template_child (widget_class, KeyfobOptionRow, entry);
  gtk_widget_class_bind_template_child (widget_class, KeyfobOptionRow, apply_button);
  gtk_widget_class_bind_template_child (widget_class, KeyfobOptionRow, drop_down);
  gtk_widget_class_bind_template_child (widget_class, KeyfobOptionRow, toggle);
  gtk_widget_class_bind_template_child (widget_class, KeyfobOptionRow, hint);
  gtk_widget_class_bind_template_callback (widget_class, check);
  gtk_widget_class_bind_template_callback (widget_class, on_apply);
  gtk_widget_class_bind_template_callback (widget_class, on_chosen);
  gtk_widget_class_bind_template_callback (widget_class, on_toggled);
}

static void
keyfob_option_row_init (KeyfobOptionRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
fill_drop_down (KeyfobOptionRow *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  for (const KeyfobOptionChoice *choice = self->option->choices; choice->value != NULL; choice++)
    gtk_string_list_append (titles, _ (choice->title));

  gtk_drop_down_set_model (self->drop_down, G_LIST_MODEL (titles));
}

GtkWidget *
keyfob_option_row_new (const KeyfobOptionInfo *option)
{
  KeyfobOptionRow *self = g_object_new (KEYFOB_TYPE_OPTION_ROW, "title", _ (option->title), NULL);

  self->option = option;
  if (option->choices != NULL)
    {
      self->control = gtk_widget_get_first_child (GTK_WIDGET (self->drop_down));
      gtk_widget_set_visible (GTK_WIDGET (self->drop_down), TRUE);
      fill_drop_down (self);
      return GTK_WIDGET (self);
    }

  if (g_str_equal (option->type, "b"))
    self->control = GTK_WIDGET (self->toggle);
  else
    self->control = GTK_WIDGET (self->entry);
  gtk_widget_set_visible (GTK_WIDGET (self->toggle), !is_typed (self));
  gtk_widget_set_visible (self->entry_box, is_typed (self));
  gtk_label_set_mnemonic_widget (self->title, self->control);

  return GTK_WIDGET (self);
}

static void
set_host (KeyfobOptionRow *self, KeyfobBusHost1 *host)
{
  g_autofree char *usual = NULL;

  if (!g_set_object (&self->host, host))
    return;

  if (host != NULL)
    usual = keyfob_host_option_usual_text (keyfob_bus_host1_get_url (host), self->option);
  gtk_entry_set_placeholder_text (self->entry, usual);

  /* text that was typed for the last host is not offered to the next one */
  g_free (self->saved);
  self->saved = g_strdup ("");
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  set_trouble (self, NULL);
}

void
keyfob_option_row_show (KeyfobOptionRow *self, KeyfobBusHost1 *host)
{
  gboolean changed;

  g_return_if_fail (KEYFOB_IS_OPTION_ROW (self));
  g_return_if_fail (host == NULL || KEYFOB_BUS_IS_HOST1 (host));

  set_host (self, host);
  if (host == NULL)
    return;

  if (!is_typed (self))
    {
      show_value (self);
      return;
    }

  changed = is_changed (self);
  g_free (self->saved);
  self->saved = keyfob_host_option_to_text (keyfob_bus_host1_get_options (host), self->option);
  if (!changed)
    gtk_editable_set_text (GTK_EDITABLE (self->entry), self->saved);
  check (self);
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
