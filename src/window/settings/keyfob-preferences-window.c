/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-preferences-window.h"

#include <glib/gi18n-lib.h>

struct _KeyfobPreferencesWindow
{
  AdwPreferencesWindow parent_instance;

  GSettings *settings;
  KeyfobAutostart *autostart;

  GtkSpinButton *lapse_days;
  GtkSpinButton *notice_minutes;
  GtkSwitch *start_at_login;
  GtkSwitch *lock_with_screen;
  GtkSwitch *forget_with_screen;
  GtkSpinButton *clear_seconds;
};

G_DEFINE_FINAL_TYPE (KeyfobPreferencesWindow,
                     keyfob_preferences_window,
                     ADW_TYPE_PREFERENCES_WINDOW)

enum
{
  PROP_0,
  PROP_SETTINGS,
  PROP_AUTOSTART,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static char *
lapse_closure (GtkWidget *window, double value)
{
  int days = (int) value;

  if (days == 0)
    return g_strdup (_ ("Never: each is kept alive as long as its server allows"));

  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                       "After %d day without being used, or looked at here; 0 for "
                                       "never",
                                       "After %d days without being used, or looked at here; 0 for "
                                       "never",
                                       days),
                          days);
}

static char *
notice_closure (GtkWidget *window, double value)
{
  int minutes = (int) value;

  if (minutes == 0)
    return g_strdup (_ ("Never: only once the session has ended"));

  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                       "%d minute before the end, where only you can renew the "
                                       "session; 0 for never",
                                       "%d minutes before the end, where only you can renew the "
                                       "session; 0 for never",
                                       minutes),
                          minutes);
}

static char *
autostart_closure (GtkWidget *window, const char *error)
{
  return g_strdup (error != NULL ? error
                                 : _ ("Sessions are kept alive while no window is open, too"));
}

static char *
clear_closure (GtkWidget *window, double value)
{
  int seconds = (int) value;

  if (seconds == 0)
    return g_strdup (_ ("Never: what was copied stays until something else is"));

  return g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE,
                   "After %d second, unless something else was copied since; 0 "
                   "for never",
                   "After %d seconds, unless something else was copied since; 0 "
                   "for never",
                   seconds),
      seconds);
}

static void
keyfob_preferences_window_constructed (GObject *object)
{
  KeyfobPreferencesWindow *self = KEYFOB_PREFERENCES_WINDOW (object);

  G_OBJECT_CLASS (keyfob_preferences_window_parent_class)->constructed (object);

  g_settings_bind (self->settings, "lapse-after-days", self->lapse_days, "value",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "expiry-notice-minutes", self->notice_minutes, "value",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "clipboard-clear-seconds", self->clear_seconds, "value",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "lock-with-screen", self->lock_with_screen, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "forget-permissions-with-screen", self->forget_with_screen,
                   "active", G_SETTINGS_BIND_DEFAULT);
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

  G_OBJECT_CLASS (keyfob_preferences_window_parent_class)->dispose (object);
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
  object_class->get_property = keyfob_preferences_window_get_property;
  object_class->set_property = keyfob_preferences_window_set_property;

  props[PROP_SETTINGS] =
      g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS,
                           G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  props[PROP_AUTOSTART] =
      g_param_spec_object ("autostart", NULL, NULL, KEYFOB_TYPE_AUTOSTART,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-preferences-window.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobPreferencesWindow, lapse_days);
  gtk_widget_class_bind_template_child (widget_class, KeyfobPreferencesWindow, notice_minutes);
  gtk_widget_class_bind_template_child (widget_class, KeyfobPreferencesWindow, start_at_login);
  gtk_widget_class_bind_template_child (widget_class, KeyfobPreferencesWindow, lock_with_screen);
  gtk_widget_class_bind_template_child (widget_class, KeyfobPreferencesWindow, forget_with_screen);
  gtk_widget_class_bind_template_child (widget_class, KeyfobPreferencesWindow, clear_seconds);
  gtk_widget_class_bind_template_callback (widget_class, lapse_closure);
  gtk_widget_class_bind_template_callback (widget_class, notice_closure);
  gtk_widget_class_bind_template_callback (widget_class, autostart_closure);
  gtk_widget_class_bind_template_callback (widget_class, clear_closure);
}

static void
keyfob_preferences_window_init (KeyfobPreferencesWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
keyfob_preferences_window_new (GtkWindow *parent, KeyfobAutostart *autostart, GSettings *settings)
{
  g_return_val_if_fail (GTK_IS_WINDOW (parent), NULL);
  g_return_val_if_fail (KEYFOB_IS_AUTOSTART (autostart), NULL);
  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);

  return g_object_new (KEYFOB_TYPE_PREFERENCES_WINDOW, "application",
                       gtk_window_get_application (parent), "transient-for", parent, "autostart",
                       autostart, "settings", settings, NULL);
}
