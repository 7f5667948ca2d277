/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-settings.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-clock-format.h"
#include "keyfob-host-option.h"
#include "keyfob-option-row.h"
#include "keyfob-ui.h"

struct _KeyfobHostSettings
{
  AdwBin parent_instance;

  KeyfobBusHost1 *host;
  GSignalGroup *host_signals;
  GtkFileChooserNative *chooser;
  KeyfobOptionRow *rows[KEYFOB_N_OPTIONS];
  GSignalGroup *agent_signals;
  GPtrArray *permissions; /* GtkWidget: rows of programs that get the token without a question */
  GPtrArray *programs;    /* ProgramRow: of programs that have a token file of their own */
  GPtrArray *uses;        /* GtkWidget: a row for each program that took the token */

  AdwPreferencesGroup *host_group;
  AdwPreferencesGroup *store_group;
  AdwActionRow *shared_file_row;
  GtkWidget *other_file_row;
  GtkCheckButton *automatic;
  GtkCheckButton *keyring;
  GtkCheckButton *shared_file;
  GtkCheckButton *other_file;
  GtkLabel *store_trouble;
  AdwPreferencesGroup *sign_in_group;
  AdwPreferencesGroup *access_group;
  AdwExpanderRow *unusual_row;
  AdwPreferencesGroup *uses_group;
};

G_DEFINE_FINAL_TYPE (KeyfobHostSettings, keyfob_host_settings, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_HOST,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

typedef struct
{
  char *store; /* value of the option */
  GtkWidget *row;
  GtkCheckButton *button;
} ProgramRow;

static void
program_row_free (gpointer data)
{
  ProgramRow *program = data;

  g_free (program->store);
  g_free (program);
}

static char *
verbatim_closure (GtkWidget *page, const char *text)
{
  return keyfob_ui_markup_verbatim (text);
}

/* The description of an AdwPreferencesGroup is markup. */
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

  return g_strconcat (
      where, " ", _ ("Give its header to nobody: whoever has it can stay signed in as you."), NULL);
}

static void
set_trouble (KeyfobHostSettings *self, const char *trouble)
{
  gtk_label_set_label (self->store_trouble, trouble != NULL ? trouble : "");
  gtk_widget_set_visible (GTK_WIDGET (self->store_trouble), trouble != NULL);
}

static const char *
get_store (KeyfobBusHost1 *host)
{
  GVariant *options = keyfob_bus_host1_get_options (host);
  const char *store = "";

  if (options != NULL)
    g_variant_lookup (options, "store", "&s", &store);

  return store;
}

static GtkCheckButton *
read_store (KeyfobHostSettings *self)
{
  const char *store = get_store (self->host);

  for (guint i = 0; i < self->programs->len; i++)
    {
      ProgramRow *program = g_ptr_array_index (self->programs, i);

      if (g_str_equal (program->store, store))
        return program->button;
    }

  if (*store == '\0')
    return self->automatic;
  if (g_str_equal (store, "keyring"))
    return self->keyring;
  if (g_str_equal (store, "file"))
    return self->shared_file;

  return self->other_file;
}

static char *
describe_use (guint count, gint64 last)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (last);
  /* Translators: date and time as strftime(3) has them */
  g_autofree char *when = date != NULL ? keyfob_clock_format_print (date, _ ("%x, %H:%M")) : NULL;

  /* Translators: how often a program took the token, and the date and time of the last time */
  return g_strdup_printf (ngettext ("%u time, on %s", "%u times, last on %s", count), count,
                          when != NULL ? when : "");
}

static void
show_uses (KeyfobHostSettings *self)
{
  GVariant *uses = self->host != NULL ? keyfob_bus_host1_get_uses (self->host) : NULL;
  GVariantIter iter;
  const char *name, *id;
  guint count;
  gint64 last;

  for (guint i = 0; i < self->uses->len; i++)
    adw_preferences_group_remove (self->uses_group, g_ptr_array_index (self->uses, i));
  g_ptr_array_set_size (self->uses, 0);

  gtk_widget_set_visible (GTK_WIDGET (self->uses_group),
                          uses != NULL && g_variant_n_children (uses) > 0);
  if (uses == NULL)
    return;

  g_variant_iter_init (&iter, uses);
  while (g_variant_iter_next (&iter, "(&s&sux)", &name, &id, &count, &last))
    {
      GtkWidget *row = adw_action_row_new ();
      g_autofree char *subtitle = describe_use (count, last);

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
      adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
      gtk_widget_set_tooltip_text (row, id);
      adw_preferences_group_add (self->uses_group, row);
      g_ptr_array_add (self->uses, row);
    }
}

static void
show_options (KeyfobHostSettings *self)
{
  for (KeyfobOption option = 0; option < KEYFOB_N_OPTIONS; option++)
    if (self->rows[option] != NULL)
      keyfob_option_row_show (self->rows[option], self->host);

  if (self->host != NULL)
    gtk_check_button_set_active (read_store (self), TRUE);
}

static void
on_store_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobHostSettings) self = user_data;
  KeyfobBusHost1 *host = KEYFOB_BUS_HOST1 (source);
  g_autofree char *trouble = keyfob_host_option_set_finish (host, result);

  if (self->host != host)
    return;

  gtk_check_button_set_active (read_store (self), TRUE);
  set_trouble (self, trouble);
}

static void
on_store_toggled (KeyfobHostSettings *self, GtkCheckButton *button)
{
  const char *store = "";

  if (self->host == NULL || !gtk_check_button_get_active (button) || button == read_store (self))
    return;

  if (button == self->other_file)
    {
      keyfob_option_row_focus (self->rows[KEYFOB_OPTION_STORE]);
      return;
    }

  if (button == self->keyring)
    store = "keyring";
  else if (button == self->shared_file)
    store = "file";
  for (guint i = 0; i < self->programs->len; i++)
    {
      ProgramRow *program = g_ptr_array_index (self->programs, i);

      if (program->button == button)
        store = program->store;
    }
  set_trouble (self, NULL);
  keyfob_host_option_set (self->host, keyfob_option_get_info (KEYFOB_OPTION_STORE),
                          g_variant_new_string (store), on_store_set, g_object_ref (self));
}

static void
on_file_chosen (KeyfobHostSettings *self, int response)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  if (file != NULL)
    path = g_file_get_path (file);
  g_clear_object (&self->chooser);

  if (path != NULL && self->host != NULL)
    keyfob_option_row_apply (self->rows[KEYFOB_OPTION_STORE], path);
}

static void
on_browse (KeyfobHostSettings *self)
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
set_host (KeyfobHostSettings *self, KeyfobBusHost1 *host)
{
  if (!g_set_object (&self->host, host))
    return;

  g_signal_group_set_target (self->host_signals, host);
  set_trouble (self, NULL);
  show_options (self);
  show_uses (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_HOST]);
}

static void
add_row (KeyfobHostSettings *self, KeyfobOption option)
{
  const KeyfobOptionInfo *info = keyfob_option_get_info (option);
  GtkWidget *row = keyfob_option_row_new (info);

  self->rows[option] = KEYFOB_OPTION_ROW (row);
  switch (info->section)
    {
    case KEYFOB_OPTION_SECTION_HOST:
      adw_preferences_group_add (self->host_group, row);
      break;
    case KEYFOB_OPTION_SECTION_STORE:
      adw_preferences_group_add (self->store_group, row);
      g_object_bind_property (self->other_file, "active", row, "visible", G_BINDING_SYNC_CREATE);
      break;
    case KEYFOB_OPTION_SECTION_SIGN_IN:
      adw_preferences_group_add (self->sign_in_group, row);
      break;
    case KEYFOB_OPTION_SECTION_ACCESS:
      adw_preferences_group_add (self->access_group, row);
      break;
    case KEYFOB_OPTION_SECTION_UNUSUAL:
    default:
      adw_expander_row_add_row (self->unusual_row, row);
    }
}

static void
add_program (KeyfobHostSettings *self, const char *name)
{
  ProgramRow *program = g_new0 (ProgramRow, 1);
  g_autofree char *title = g_strdup_printf (_ ("Token file of %s"), name);

  program->store = g_strconcat (KEYFOB_STORE_APP, name, NULL);
  program->row = adw_action_row_new ();
  program->button = GTK_CHECK_BUTTON (gtk_check_button_new ());
  g_ptr_array_add (self->programs, program);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (program->row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (program->row), title);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (program->row), 0);
  adw_action_row_add_prefix (ADW_ACTION_ROW (program->row), GTK_WIDGET (program->button));
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (program->row),
                                         GTK_WIDGET (program->button));
  gtk_widget_set_valign (GTK_WIDGET (program->button), GTK_ALIGN_CENTER);
  gtk_check_button_set_group (program->button, self->automatic);
  g_signal_connect_object (program->button, "toggled", G_CALLBACK (on_store_toggled), self,
                           G_CONNECT_SWAPPED);
  adw_preferences_group_add (self->store_group, program->row);
}

static void
move_to_end (AdwPreferencesGroup *group, GtkWidget *row)
{
  g_object_ref (row);
  adw_preferences_group_remove (group, row);
  adw_preferences_group_add (group, row);
  g_object_unref (row);
}

/* @host: (nullable): the file of its program is offered, too, when it is not there yet */
static void
show_programs (KeyfobHostSettings *self, KeyfobBusHost1 *host, KeyfobBusAgent1 *agent)
{
  const char *const *names = agent != NULL ? keyfob_bus_agent1_get_programs (agent) : NULL;
  const char *store = host != NULL ? get_store (host) : "";
  const char *own =
      g_str_has_prefix (store, KEYFOB_STORE_APP) ? store + strlen (KEYFOB_STORE_APP) : NULL;

  for (guint i = 0; i < self->programs->len; i++)
    {
      ProgramRow *program = g_ptr_array_index (self->programs, i);

      adw_preferences_group_remove (self->store_group, program->row);
    }
  g_ptr_array_set_size (self->programs, 0);

  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    add_program (self, names[i]);
  if (own != NULL && (names == NULL || !g_strv_contains (names, own)))
    add_program (self, own);

  move_to_end (self->store_group, self->other_file_row);
  move_to_end (self->store_group, GTK_WIDGET (self->rows[KEYFOB_OPTION_STORE]));
}

static char *
describe_permission (const char *program, gint64 until)
{
  g_autoptr (GDateTime) end = until > 0 ? g_date_time_new_from_unix_local (until) : NULL;
  g_autofree char *time = NULL;

  if (end == NULL)
    /* Translators: what tells a program apart, such as the path of its executable */
    return g_strdup_printf (_ ("%s · always"), program);

  time = keyfob_clock_format_print (end, "%H:%M");
  /* Translators: what tells a program apart, and a time of day */
  return g_strdup_printf (_ ("%s · until %s"), program, time);
}

static void
on_revoke (GtkWidget *widget, const char *action, GVariant *program)
{
  KeyfobHostSettings *self = KEYFOB_HOST_SETTINGS (widget);
  g_autoptr (KeyfobBusAgent1) agent = g_signal_group_dup_target (self->agent_signals);

  if (agent != NULL && self->host != NULL)
    keyfob_bus_agent1_call_revoke (agent, keyfob_bus_host1_get_url (self->host),
                                   g_variant_get_string (program, NULL), NULL, NULL, NULL);
}

static void
add_permission (KeyfobHostSettings *self, GVariant *permission)
{
  const char *url = "", *program = "", *name = "";
  gint64 until = 0;
  GtkWidget *row, *button;
  g_autofree char *subtitle = NULL;

  g_variant_lookup (permission, "url", "&s", &url);
  g_variant_lookup (permission, "program", "&s", &program);
  g_variant_lookup (permission, "name", "&s", &name);
  g_variant_lookup (permission, "until", "x", &until);
  if (g_strcmp0 (url, keyfob_bus_host1_get_url (self->host)) != 0)
    return;

  row = adw_action_row_new ();
  button = gtk_button_new_with_label (_ ("Revoke"));
  subtitle = describe_permission (program, until);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "access.revoke");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", program);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  adw_preferences_group_add (self->access_group, row);
  g_ptr_array_add (self->permissions, row);
}

static void
show_permissions (KeyfobHostSettings *self)
{
  g_autoptr (KeyfobBusAgent1) agent = g_signal_group_dup_target (self->agent_signals);
  GVariant *permissions = agent != NULL ? keyfob_bus_agent1_get_permissions (agent) : NULL;
  gsize n_permissions = permissions != NULL ? g_variant_n_children (permissions) : 0;

  for (guint i = 0; i < self->permissions->len; i++)
    adw_preferences_group_remove (self->access_group, g_ptr_array_index (self->permissions, i));
  g_ptr_array_set_size (self->permissions, 0);

  for (gsize i = 0; i < n_permissions && self->host != NULL; i++)
    {
      g_autoptr (GVariant) permission = g_variant_get_child_value (permissions, i);

      add_permission (self, permission);
    }
}

static void
keyfob_host_settings_dispose (GObject *object)
{
  KeyfobHostSettings *self = KEYFOB_HOST_SETTINGS (object);

  g_clear_object (&self->chooser);
  g_clear_object (&self->host_signals);
  g_clear_object (&self->agent_signals);
  g_clear_object (&self->host);

  G_OBJECT_CLASS (keyfob_host_settings_parent_class)->dispose (object);
}

static void
keyfob_host_settings_finalize (GObject *object)
{
  g_ptr_array_unref (KEYFOB_HOST_SETTINGS (object)->programs);
  g_ptr_array_unref (KEYFOB_HOST_SETTINGS (object)->permissions);
  g_ptr_array_unref (KEYFOB_HOST_SETTINGS (object)->uses);

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
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_host_settings_class_init (KeyfobHostSettingsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = keyfob_host_settings_dispose;
  object_class->finalize = keyfob_host_settings_finalize;
  object_class->get_property = keyfob_host_settings_get_property;

  props[PROP_HOST] =
      g_param_spec_object ("host", NULL, NULL, KEYFOB_BUS_TYPE_HOST1,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-host-settings.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostSettings, host_group);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostSettings, store_group);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostSettings, shared_file_row);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostSettings, other_file_row);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostSettings, automatic);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostSettings, keyring);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostSettings, shared_file);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostSettings, other_file);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostSettings, store_trouble);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostSettings, sign_in_group);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostSettings, access_group);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostSettings, unusual_row);
  gtk_widget_class_bind_template_child (widget_class, KeyfobHostSettings, uses_group);
  gtk_widget_class_bind_template_callback (widget_class, kept_closure);
  gtk_widget_class_bind_template_callback (widget_class, verbatim_closure);
  gtk_widget_class_bind_template_callback (widget_class, on_store_toggled);
  gtk_widget_class_bind_template_callback (widget_class, on_browse);
  gtk_widget_class_install_action (widget_class, "access.revoke", "s", on_revoke);
}

static void
keyfob_host_settings_init (KeyfobHostSettings *self)
{
  self->programs = g_ptr_array_new_with_free_func (program_row_free);
  self->permissions = g_ptr_array_new ();
  self->uses = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));

  for (KeyfobOption option = 0; option < KEYFOB_N_OPTIONS; option++)
    if (keyfob_option_get_info (option)->section != KEYFOB_OPTION_SECTION_NONE)
      add_row (self, option);
  adw_preferences_group_add (self->sign_in_group, GTK_WIDGET (self->unusual_row));

  self->host_signals = g_signal_group_new (G_TYPE_DBUS_PROXY);
  g_signal_group_connect_swapped (self->host_signals, "notify::options", G_CALLBACK (show_options),
                                  self);
  self->agent_signals = g_signal_group_new (G_TYPE_DBUS_PROXY);
  g_signal_group_connect_swapped (self->agent_signals, "notify::permissions",
                                  G_CALLBACK (show_permissions), self);
  g_signal_group_connect_swapped (self->host_signals, "notify::uses", G_CALLBACK (show_uses), self);
}

/* What the administrator does not allow cannot be chosen. */
static void
allow_files (KeyfobHostSettings *self, gboolean allowed)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->shared_file_row), allowed);
  gtk_widget_set_sensitive (self->other_file_row, allowed);
  gtk_widget_set_sensitive (GTK_WIDGET (self->rows[KEYFOB_OPTION_STORE]), allowed);
  for (guint i = 0; i < self->programs->len; i++)
    gtk_widget_set_sensitive (((ProgramRow *) g_ptr_array_index (self->programs, i))->row, allowed);
}

void
keyfob_host_settings_show (KeyfobHostSettings *self, KeyfobBusHost1 *host, KeyfobBusAgent1 *agent)
{
  g_autofree char *markup =
      keyfob_ui_markup_verbatim (agent != NULL ? keyfob_bus_agent1_get_store_file (agent) : NULL);

  gboolean files_allowed = agent == NULL || keyfob_bus_agent1_get_file_store_allowed (agent);

  g_return_if_fail (KEYFOB_IS_HOST_SETTINGS (self));
  g_return_if_fail (host == NULL || KEYFOB_BUS_IS_HOST1 (host));

  adw_action_row_set_subtitle (self->shared_file_row,
                               files_allowed ? markup : _ ("Set by your administrator"));
  /* forgets text that was typed for this host before and not confirmed */
  set_host (self, NULL);
  show_programs (self, host, agent);
  allow_files (self, files_allowed);
  set_host (self, host);
  g_signal_group_set_target (self->agent_signals, agent);
  show_permissions (self);
}

KeyfobBusHost1 *
keyfob_host_settings_get_host (KeyfobHostSettings *self)
{
  g_return_val_if_fail (KEYFOB_IS_HOST_SETTINGS (self), NULL);

  return self->host;
}
