/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-preferences-window.h"

#include <glib/gi18n-lib.h>

#include "keyfob-clipboard.h"
#include "keyfob-copy-form.h"
#include "keyfob-list-backup.h"
#include "keyfob-proxy.h"
#include "keyfob-ui.h"

#define PROXY "proxy"
#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define YEAR (365 * DAY)
#define LARGE_DPI (144 * 1024) /* from where text counts as large, in the unit of GtkSettings */

/* A setting that is a number, with those that can be chosen, from the lowest one on. */
typedef struct
{
  const char *key;
  guint unit; /* seconds */
  guint values[7];
} Choices;

static const Choices lapse_choices = { "lapse-after-days", DAY, { 1, 7, 14, 30, 90, 365 } };
static const Choices notice_choices = { "expiry-notice-minutes",
                                        MINUTE,
                                        { 5, 10, 30, 60, 120, 1440 } };
static const Choices clear_choices = { "clipboard-clear-seconds",
                                       1,
                                       { 10, 20, 45, 120, 300, 900 } };

/* The row of such a setting. */
typedef struct
{
  const Choices *choices;
  AdwComboRow *row;
  GtkStringList *words;
  GArray *values; /* guint, as in words; 0 comes last and is never */
} NumberRow;

/* The row of a setting that an administrator may lock. */
typedef struct
{
  const char *key;
  AdwActionRow *row;
  char *subtitle; /* while it is not locked */
} LockableRow;

/* In the order of the row. */
static const KeyfobCopyForm copy_forms[] = {
  KEYFOB_COPY_HEADER, KEYFOB_COPY_TOKEN,  KEYFOB_COPY_CURL,    KEYFOB_COPY_PYTHON,
  KEYFOB_COPY_R,      KEYFOB_COPY_RCLONE, KEYFOB_COPY_COMMAND,
};

struct _KeyfobPreferencesWindow
{
  AdwPreferencesWindow parent_instance;

  GSettings *settings;
  KeyfobAutostart *autostart;
  KeyfobAgentClient *client;
  GPtrArray *number_rows;
  GPtrArray *lockable_rows;

  GtkSwitch *start_at_login;
  GtkSwitch *tray_icon;
  AdwComboRow *lapse;
  AdwComboRow *notice;
  AdwComboRow *copy_form;
  AdwComboRow *clear;
  GtkSwitch *ask_first;
  GtkSwitch *lock_with_screen;
  GtkSwitch *forget_with_screen;
  AdwPreferencesGroup *network;
  GtkEditable *proxy;
  GtkWidget *apply_proxy;
};

G_DEFINE_FINAL_TYPE (KeyfobPreferencesWindow,
                     keyfob_preferences_window,
                     ADW_TYPE_PREFERENCES_WINDOW)

enum
{
  PROP_0,
  PROP_SETTINGS,
  PROP_AUTOSTART,
  PROP_CLIENT,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/* Returns: (transfer full): a number of seconds in the largest unit that it is a multiple of */
static char *
describe_seconds (guint seconds)
{
  if (seconds == 0)
    return g_strdup (_ ("Never"));
  if (seconds % YEAR == 0)
    return g_strdup_printf (ngettext ("%u year", "%u years", seconds / YEAR), seconds / YEAR);
  if (seconds % DAY == 0)
    return g_strdup_printf (ngettext ("%u day", "%u days", seconds / DAY), seconds / DAY);
  if (seconds % HOUR == 0)
    return g_strdup_printf (ngettext ("%u hour", "%u hours", seconds / HOUR), seconds / HOUR);
  if (seconds % MINUTE == 0)
    return g_strdup_printf (ngettext ("%u minute", "%u minutes", seconds / MINUTE),
                            seconds / MINUTE);

  return g_strdup_printf (ngettext ("%u second", "%u seconds", seconds), seconds);
}

static void
number_row_free (gpointer data)
{
  NumberRow *self = data;

  g_object_unref (self->words);
  g_array_unref (self->values);
  g_free (self);
}

static void
lockable_row_free (gpointer data)
{
  LockableRow *self = data;

  g_free (self->subtitle);
  g_free (self);
}

static void
show_locks (KeyfobPreferencesWindow *self)
{
  for (guint i = 0; i < self->lockable_rows->len; i++)
    {
      LockableRow *lockable = g_ptr_array_index (self->lockable_rows, i);
      gboolean writable = g_settings_is_writable (self->settings, lockable->key);

      adw_action_row_set_subtitle (lockable->row,
                                   writable ? lockable->subtitle : _ ("Set by your administrator"));
    }
}

static void
add_lockable (KeyfobPreferencesWindow *self, const char *key, gpointer row)
{
  LockableRow *lockable = g_new0 (LockableRow, 1);

  lockable->key = key;
  lockable->row = ADW_ACTION_ROW (row);
  lockable->subtitle = g_strdup (adw_action_row_get_subtitle (row));
  g_ptr_array_add (self->lockable_rows, lockable);
}

/* Returns: the position of @value, which is added where it was set elsewhere */
static guint
find_value (NumberRow *self, guint value)
{
  g_autofree char *word = describe_seconds (value * self->choices->unit);
  guint i;

  for (i = 0; i < self->values->len; i++)
    {
      guint other = g_array_index (self->values, guint, i);

      if (other == value)
        return i;
      if (value != 0 && (other == 0 || other > value))
        break;
    }

  g_array_insert_val (self->values, i, value);
  gtk_string_list_splice (self->words, i, 0, (const char *const[]){ word, NULL });

  return i;
}

static void
on_number_chosen (KeyfobPreferencesWindow *self, GParamSpec *pspec, AdwComboRow *row)
{
  guint position = adw_combo_row_get_selected (row);

  for (guint i = 0; position != GTK_INVALID_LIST_POSITION && i < self->number_rows->len; i++)
    {
      NumberRow *number = g_ptr_array_index (self->number_rows, i);

      if (number->row == row)
        g_settings_set_uint (self->settings, number->choices->key,
                             g_array_index (number->values, guint, position));
    }
}

/* Returns: the value that counts */
static guint
get_number (KeyfobPreferencesWindow *self, const Choices *choices)
{
  return choices == &clear_choices ? keyfob_clipboard_get_seconds (self->settings)
                                   : g_settings_get_uint (self->settings, choices->key);
}

/* Returns: whether the administrator allows @value */
static gboolean
may_choose (KeyfobPreferencesWindow *self, const Choices *choices, guint value)
{
  guint most = g_settings_get_uint (self->settings, "clipboard-clear-seconds-maximum");

  return choices != &clear_choices || most == 0 || (value > 0 && value <= most);
}

static void
show_number (KeyfobPreferencesWindow *self, NumberRow *number)
{
  guint position;

  g_signal_handlers_block_by_func (number->row, on_number_chosen, self);
  position = find_value (number, get_number (self, number->choices));
  adw_combo_row_set_selected (number->row, position);
  g_signal_handlers_unblock_by_func (number->row, on_number_chosen, self);
}

static void
on_changed (KeyfobPreferencesWindow *self, const char *key)
{
  for (guint i = 0; i < self->number_rows->len; i++)
    {
      NumberRow *number = g_ptr_array_index (self->number_rows, i);

      if (g_str_equal (number->choices->key, key))
        show_number (self, number);
    }
}

static void
add_number (KeyfobPreferencesWindow *self, AdwComboRow *row, const Choices *choices)
{
  NumberRow *number = g_new0 (NumberRow, 1);

  number->choices = choices;
  number->row = row;
  number->words = gtk_string_list_new (NULL);
  number->values = g_array_new (FALSE, FALSE, sizeof (guint));
  g_ptr_array_add (self->number_rows, number);
  /* the last of the values, which is not written, is 0 */
  for (guint i = 0; i < G_N_ELEMENTS (choices->values); i++)
    if (may_choose (self, choices, choices->values[i]))
      find_value (number, choices->values[i]);

  adw_combo_row_set_model (row, G_LIST_MODEL (number->words));
  g_signal_connect_object (row, "notify::selected", G_CALLBACK (on_number_chosen), self,
                           G_CONNECT_SWAPPED);
  show_number (self, number);
  g_settings_bind_writable (self->settings, choices->key, row, "sensitive", FALSE);
  add_lockable (self, choices->key, row);
}

static gboolean
form_to_position (GValue *value, GVariant *variant, gpointer user_data)
{
  KeyfobCopyForm form = keyfob_copy_form_parse (g_variant_get_string (variant, NULL));

  for (guint i = 0; i < G_N_ELEMENTS (copy_forms); i++)
    if (copy_forms[i] == form)
      g_value_set_uint (value, i);

  return TRUE;
}

static GVariant *
position_to_form (const GValue *value, const GVariantType *type, gpointer user_data)
{
  guint position = g_value_get_uint (value);

  return position < G_N_ELEMENTS (copy_forms)
             ? g_variant_new_string (keyfob_copy_form_word (copy_forms[position]))
             : NULL;
}

static void
add_copy_forms (KeyfobPreferencesWindow *self)
{
  g_autoptr (GtkStringList) words = gtk_string_list_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (copy_forms); i++)
    gtk_string_list_append (words, keyfob_copy_form_label (copy_forms[i]));
  adw_combo_row_set_model (self->copy_form, G_LIST_MODEL (words));
  g_settings_bind_with_mapping (self->settings, KEYFOB_COPY_FORM_KEY, self->copy_form, "selected",
                                G_SETTINGS_BIND_DEFAULT, form_to_position, position_to_form, NULL,
                                NULL);
  add_lockable (self, KEYFOB_COPY_FORM_KEY, self->copy_form);
}

/* What is chosen stands below the title where both have no room side by side. */
static void
update_rows (KeyfobPreferencesWindow *self)
{
  AdwComboRow *rows[] = { self->lapse, self->notice, self->copy_form, self->clear };
  int dpi;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-xft-dpi", &dpi, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    adw_combo_row_set_use_subtitle (rows[i], dpi >= LARGE_DPI);
}

static char *
autostart_closure (GtkWidget *window, const char *error)
{
  return g_strdup (error != NULL ? error : _ ("Sign-ins are renewed while no window is open, too"));
}

/* @writable: whether the administrator has not locked the setting */
static char *
tray_closure (GtkWidget *window, const char *tray, gboolean writable)
{
  if (!writable)
    return g_strdup (_ ("Set by your administrator"));
  if (g_strcmp0 (tray, "none") == 0)
    return g_strdup (_ ("There is no tray here, or none that takes icons"));

  return g_strdup (_ ("Without it Keyfob ends some time after its window, unless it starts with "
                      "the session"));
}

static void
on_export (KeyfobPreferencesWindow *self, AdwActionRow *row)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->client);

  if (agent != NULL)
    keyfob_list_backup_export (GTK_WIDGET (row), agent, NULL);
}

static void
on_import (KeyfobPreferencesWindow *self, AdwActionRow *row)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->client);

  if (agent != NULL)
    keyfob_list_backup_import (row, agent);
}

/* @sentence: (nullable): what is wrong with the proxy */
static void
describe_proxy (KeyfobPreferencesWindow *self, const char *sentence)
{
  const char *text =
      g_settings_is_writable (self->settings, PROXY) ? sentence : _ ("Set by your administrator");
  GtkAccessible *entry = GTK_ACCESSIBLE (self->proxy);
  g_autofree char *breakable = NULL;

  if (text == NULL)
    text = _ ("An address such as http://proxy.example.org:3128, or “none”. If empty, the proxy of "
              "the system is used.");
  breakable = keyfob_ui_dup_breakable (text);
  adw_preferences_group_set_description (self->network, breakable);
  keyfob_ui_describe (GTK_WIDGET (self->proxy), text);
  gtk_accessible_update_state (
      entry, GTK_ACCESSIBLE_STATE_INVALID,
      sentence != NULL ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
  if (sentence != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->proxy), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->proxy), "error");
}

static void
show_proxy (KeyfobPreferencesWindow *self)
{
  g_autofree char *proxy = g_settings_get_string (self->settings, PROXY);

  gtk_editable_set_text (self->proxy, proxy);
  describe_proxy (self, NULL);
}

static void
on_proxy_typed (KeyfobPreferencesWindow *self)
{
  g_autofree char *proxy = g_settings_get_string (self->settings, PROXY);

  gtk_widget_set_visible (self->apply_proxy,
                          !g_str_equal (gtk_editable_get_text (self->proxy), proxy));
}

static void
on_proxy_entered (KeyfobPreferencesWindow *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *proxy = keyfob_proxy_check (gtk_editable_get_text (self->proxy), &error);

  if (proxy == NULL)
    {
      describe_proxy (self, error->message);
      return;
    }

  g_settings_set_string (self->settings, PROXY, proxy);
  show_proxy (self);
}

/* A screen reader says both where the focus is. */
static void
on_selected (KeyfobPreferencesWindow *self, GParamSpec *pspec, AdwComboRow *row)
{
  GtkStringObject *word = adw_combo_row_get_selected_item (row);
  g_autofree char *name = NULL;

  if (word == NULL)
    return;

  name = g_strjoin (" ", adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)),
                    gtk_string_object_get_string (word), NULL);
  /* libadwaita's, to the title alone, which would be said a second time */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
name_switch (GtkSwitch *toggle)
{
  GtkWidget *row = gtk_widget_get_ancestor (GTK_WIDGET (toggle), ADW_TYPE_PREFERENCES_ROW);

  gtk_accessible_update_property (GTK_ACCESSIBLE (toggle), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), -1);
}

static void
bind_switch (KeyfobPreferencesWindow *self, const char *key, GtkSwitch *toggle)
{
  name_switch (toggle);
  g_settings_bind (self->settings, key, toggle, "active", G_SETTINGS_BIND_DEFAULT);
}

static void
bind_lockable_switch (KeyfobPreferencesWindow *self, const char *key, GtkSwitch *toggle)
{
  bind_switch (self, key, toggle);
  add_lockable (self, key, gtk_widget_get_ancestor (GTK_WIDGET (toggle), ADW_TYPE_ACTION_ROW));
}

static void
on_writable_changed (KeyfobPreferencesWindow *self)
{
  show_locks (self);
  show_proxy (self);
}

static void
keyfob_preferences_window_constructed (GObject *object)
{
  KeyfobPreferencesWindow *self = KEYFOB_PREFERENCES_WINDOW (object);

  G_OBJECT_CLASS (keyfob_preferences_window_parent_class)->constructed (object);
  keyfob_ui_complete_accessibility (GTK_WIDGET (object));

  name_switch (self->start_at_login);
  bind_switch (self, "tray-icon", self->tray_icon);
  bind_lockable_switch (self, "ask-first", self->ask_first);
  bind_lockable_switch (self, "lock-with-screen", self->lock_with_screen);
  bind_lockable_switch (self, "forget-permissions-with-screen", self->forget_with_screen);
  add_number (self, self->lapse, &lapse_choices);
  add_number (self, self->notice, &notice_choices);
  add_number (self, self->clear, &clear_choices);
  add_copy_forms (self);
  show_proxy (self);
  g_signal_connect_object (self->settings, "changed::" PROXY, G_CALLBACK (show_proxy), self,
                           G_CONNECT_SWAPPED);
  g_settings_bind_writable (self->settings, PROXY, self->proxy, "sensitive", FALSE);
  show_locks (self);
  g_signal_connect_object (self->settings, "writable-changed", G_CALLBACK (on_writable_changed),
                           self, G_CONNECT_SWAPPED);
  update_rows (self);
  g_signal_connect_object (gtk_widget_get_settings (GTK_WIDGET (self)), "notify::gtk-xft-dpi",
                           G_CALLBACK (update_rows), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed", G_CALLBACK (on_changed), self,
                           G_CONNECT_SWAPPED);
  g_object_bind_property (self->autostart, "enabled", self->start_at_login, "active",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  keyfob_autostart_update (self->autostart);
}

static void
keyfob_preferences_window_dispose (GObject *object)
{
  KeyfobPreferencesWindow *self = KEYFOB_PREFERENCES_WINDOW (object);

  g_clear_object (&self->settings);
  g_clear_object (&self->autostart);
  g_clear_object (&self->client);

  G_OBJECT_CLASS (keyfob_preferences_window_parent_class)->dispose (object);
}

static void
keyfob_preferences_window_finalize (GObject *object)
{
  KeyfobPreferencesWindow *self = KEYFOB_PREFERENCES_WINDOW (object);

  g_ptr_array_unref (self->number_rows);
  g_ptr_array_unref (self->lockable_rows);

  G_OBJECT_CLASS (keyfob_preferences_window_parent_class)->finalize (object);
}

static void
keyfob_preferences_window_get_property (GObject *object,
                                        guint prop_id,
                                        GValue *value,
                                        GParamSpec *pspec)
{
  KeyfobPreferencesWindow *self = KEYFOB_PREFERENCES_WINDOW (object);

  switch (prop_id)
    {
    case PROP_AUTOSTART:
      g_value_set_object (value, self->autostart);
      break;
    case PROP_CLIENT:
      g_value_set_object (value, self->client);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_preferences_window_set_property (GObject *object,
                                        guint prop_id,
                                        const GValue *value,
                                        GParamSpec *pspec)
{
  KeyfobPreferencesWindow *self = KEYFOB_PREFERENCES_WINDOW (object);

  switch (prop_id)
    {
    case PROP_SETTINGS:
      self->settings = g_value_dup_object (value);
      break;
    case PROP_AUTOSTART:
      self->autostart = g_value_dup_object (value);
      break;
    case PROP_CLIENT:
      self->client = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_preferences_window_class_init (KeyfobPreferencesWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = keyfob_preferences_window_constructed;
  object_class->dispose = keyfob_preferences_window_dispose;
  object_class->finalize = keyfob_preferences_window_finalize;
  object_class->get_property = keyfob_preferences_window_get_property;
  object_class->set_property = keyfob_preferences_window_set_property;

  props[PROP_SETTINGS] =
      g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS,
                           G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  props[PROP_AUTOSTART] =
      g_param_spec_object ("autostart", NULL, NULL, KEYFOB_TYPE_AUTOSTART,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  props[PROP_CLIENT] =
      g_param_spec_object ("client", NULL, NULL, KEYFOB_TYPE_AGENT_CLIENT,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-preferences-window.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobPreferencesWindow, start_at_login);
  gtk_widget_class_bind_template_child (widget_class, KeyfobPreferencesWindow, tray_icon);
  gtk_widget_class_bind_template_child (widget_class, KeyfobPreferencesWindow, lapse);
  gtk_widget_class_bind_template_child (widget_class, KeyfobPreferencesWindow, notice);
  gtk_widget_class_bind_template_child (widget_class, KeyfobPreferencesWindow, copy_form);
  gtk_widget_class_bind_template_child (widget_class, KeyfobPreferencesWindow, clear);
  gtk_widget_class_bind_template_child (widget_class, KeyfobPreferencesWindow, ask_first);
  gtk_widget_class_bind_template_child (widget_class, KeyfobPreferencesWindow, lock_with_screen);
  gtk_widget_class_bind_template_child (widget_class, KeyfobPreferencesWindow, forget_with_screen);
  gtk_widget_class_bind_template_child (widget_class, KeyfobPreferencesWindow, network);
  gtk_widget_class_bind_template_child (widget_class, KeyfobPreferencesWindow, proxy);
  gtk_widget_class_bind_template_child (widget_class, KeyfobPreferencesWindow, apply_proxy);
  gtk_widget_class_bind_template_callback (widget_class, on_proxy_typed);
  gtk_widget_class_bind_template_callback (widget_class, on_proxy_entered);
  gtk_widget_class_bind_template_callback (widget_class, on_export);
  gtk_widget_class_bind_template_callback (widget_class, on_import);
  gtk_widget_class_bind_template_callback (widget_class, on_selected);
  gtk_widget_class_bind_template_callback (widget_class, autostart_closure);
  gtk_widget_class_bind_template_callback (widget_class, tray_closure);
}

static void
keyfob_preferences_window_init (KeyfobPreferencesWindow *self)
{
  self->number_rows = g_ptr_array_new_with_free_func (number_row_free);
  self->lockable_rows = g_ptr_array_new_with_free_func (lockable_row_free);
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
keyfob_preferences_window_new (GtkWindow *parent,
                               KeyfobAgentClient *client,
                               KeyfobAutostart *autostart,
                               GSettings *settings)
{
  g_return_val_if_fail (GTK_IS_WINDOW (parent), NULL);
  g_return_val_if_fail (KEYFOB_IS_AGENT_CLIENT (client), NULL);
  g_return_val_if_fail (KEYFOB_IS_AUTOSTART (autostart), NULL);
  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);

  return g_object_new (KEYFOB_TYPE_PREFERENCES_WINDOW, "application",
                       gtk_window_get_application (parent), "transient-for", parent, "client",
                       client, "autostart", autostart, "settings", settings, NULL);
}
