/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-settings.h"

#define SCHEMA "org.keyfob.Keyfob"
#define LAPSE_AFTER_DAYS "lapse-after-days"
#define DEFAULT_DAYS 30
#define NOTICE_MINUTES "expiry-notice-minutes"
#define DEFAULT_MINUTES 10
#define LOCK_WITH_SCREEN "lock-with-screen"
#define FORGET_WITH_SCREEN "forget-permissions-with-screen"
#define ASK_FIRST "ask-first"
#define TRAY_ICON "tray-icon"
#define PROXY "proxy"
#define ALLOW_FILE_STORE "allow-file-store"
#define DAY (24 * 60 * 60)

struct _KeyfobSettings
{
  GObject parent_instance;

  GSettings *settings; /* NULL where there is no schema */
  guint lapse_days;    /* cached, since each host reads it */
};

G_DEFINE_FINAL_TYPE (KeyfobSettings, keyfob_settings, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_LAPSE_AFTER,
  PROP_NOTICE_MINUTES,
  PROP_LOCK_WITH_SCREEN,
  PROP_ASK_FIRST,
  PROP_TRAY_ICON,
  PROP_PROXY,
  PROP_ALLOW_FILE_STORE,
  N_PROPS,
};
static GParamSpec *properties[N_PROPS];

/* What is told of when it changes. */
static const char *const keys[N_PROPS] = {
  [PROP_LAPSE_AFTER] = LAPSE_AFTER_DAYS,
  [PROP_NOTICE_MINUTES] = NOTICE_MINUTES,
  [PROP_LOCK_WITH_SCREEN] = LOCK_WITH_SCREEN,
  [PROP_ASK_FIRST] = ASK_FIRST,
  [PROP_TRAY_ICON] = TRAY_ICON,
  [PROP_PROXY] = PROXY,
  [PROP_ALLOW_FILE_STORE] = ALLOW_FILE_STORE,
};

static void
on_changed (KeyfobSettings *self, const char *key)
{
  if (g_str_equal (key, LAPSE_AFTER_DAYS))
    self->lapse_days = g_settings_get_uint (self->settings, LAPSE_AFTER_DAYS);

  for (guint i = 0; i < N_PROPS; i++)
    if (g_strcmp0 (keys[i], key) == 0)
      g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
}

static gboolean
has_keys (GSettingsSchema *schema)
{
  for (guint i = 0; i < N_PROPS; i++)
    if (keys[i] != NULL && !g_settings_schema_has_key (schema, keys[i]))
      return FALSE;

  return g_settings_schema_has_key (schema, FORGET_WITH_SCREEN);
}

/* The schema of an older Keyfob may lack a key, and reading that would end the program. */
static GSettings *
open_settings (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema =
      source != NULL ? g_settings_schema_source_lookup (source, SCHEMA, TRUE) : NULL;

  if (schema == NULL || !has_keys (schema))
    {
      g_debug ("No schema of settings is installed, so they are the defaults");
      return NULL;
    }

  return g_settings_new_full (schema, NULL, NULL);
}

static void
keyfob_settings_dispose (GObject *object)
{
  KeyfobSettings *self = KEYFOB_SETTINGS (object);

  g_clear_object (&self->settings);

  G_OBJECT_CLASS (keyfob_settings_parent_class)->dispose (object);
}

static void
keyfob_settings_get_property (GObject *object, guint property_id, GValue *value, GParamSpec *pspec)
{
  KeyfobSettings *self = KEYFOB_SETTINGS (object);

  switch (property_id)
    {
    case PROP_LAPSE_AFTER:
      g_value_set_int64 (value, keyfob_settings_get_lapse_after (self));
      break;
    case PROP_NOTICE_MINUTES:
      g_value_set_uint (value, keyfob_settings_get_notice_minutes (self));
      break;
    case PROP_LOCK_WITH_SCREEN:
      g_value_set_boolean (value, keyfob_settings_get_lock_with_screen (self));
      break;
    case PROP_ASK_FIRST:
      g_value_set_boolean (value, keyfob_settings_get_ask_first (self));
      break;
    case PROP_TRAY_ICON:
      g_value_set_boolean (value, keyfob_settings_get_tray_icon (self));
      break;
    case PROP_ALLOW_FILE_STORE:
      g_value_set_boolean (value, keyfob_settings_get_allow_file_store (self));
      break;
    case PROP_PROXY:
      g_value_take_string (value, keyfob_settings_dup_proxy (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
keyfob_settings_class_init (KeyfobSettingsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_settings_dispose;
  object_class->get_property = keyfob_settings_get_property;

  properties[PROP_LAPSE_AFTER] =
      g_param_spec_int64 ("lapse-after", NULL, NULL, 0, G_MAXINT64, 0,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_NOTICE_MINUTES] =
      g_param_spec_uint ("notice-minutes", NULL, NULL, 0, G_MAXUINT, DEFAULT_MINUTES,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_LOCK_WITH_SCREEN] =
      g_param_spec_boolean ("lock-with-screen", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_ASK_FIRST] =
      g_param_spec_boolean (ASK_FIRST, NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_TRAY_ICON] =
      g_param_spec_boolean (TRAY_ICON, NULL, NULL, TRUE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_PROXY] = g_param_spec_string (
      PROXY, NULL, NULL, "", G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_ALLOW_FILE_STORE] =
      g_param_spec_boolean (ALLOW_FILE_STORE, NULL, NULL, TRUE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
keyfob_settings_init (KeyfobSettings *self)
{
  self->lapse_days = DEFAULT_DAYS;
  self->settings = open_settings ();
  if (self->settings == NULL)
    return;

  g_signal_connect_object (self->settings, "changed", G_CALLBACK (on_changed), self,
                           G_CONNECT_SWAPPED);
  self->lapse_days = g_settings_get_uint (self->settings, LAPSE_AFTER_DAYS);
}

KeyfobSettings *
keyfob_settings_new (void)
{
  return g_object_new (KEYFOB_TYPE_SETTINGS, NULL);
}

gint64
keyfob_settings_get_lapse_after (KeyfobSettings *self)
{
  return (gint64) self->lapse_days * DAY;
}

guint
keyfob_settings_get_notice_minutes (KeyfobSettings *self)
{
  return self->settings != NULL ? g_settings_get_uint (self->settings, NOTICE_MINUTES)
                                : DEFAULT_MINUTES;
}

gboolean
keyfob_settings_get_lock_with_screen (KeyfobSettings *self)
{
  return self->settings != NULL && g_settings_get_boolean (self->settings, LOCK_WITH_SCREEN);
}

gboolean
keyfob_settings_get_forget_with_screen (KeyfobSettings *self)
{
  return self->settings != NULL && g_settings_get_boolean (self->settings, FORGET_WITH_SCREEN);
}

gboolean
keyfob_settings_get_ask_first (KeyfobSettings *self)
{
  return self->settings != NULL && g_settings_get_boolean (self->settings, ASK_FIRST);
}

gboolean
keyfob_settings_get_tray_icon (KeyfobSettings *self)
{
  return self->settings == NULL || g_settings_get_boolean (self->settings, TRAY_ICON);
}

gboolean
keyfob_settings_get_allow_file_store (KeyfobSettings *self)
{
  return self->settings == NULL || g_settings_get_boolean (self->settings, ALLOW_FILE_STORE);
}

char *
keyfob_settings_dup_proxy (KeyfobSettings *self)
{
  return self->settings != NULL ? g_settings_get_string (self->settings, PROXY) : g_strdup ("");
}
