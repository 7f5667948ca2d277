/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-permissions.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-key-file-writer.h"
#include "keyfob-source.h"

#define URL "url"
#define PROGRAM "program"
#define NAME "name"
#define UNTIL "until" /* Unix seconds; without it the permission is for always */
#define MOST 500      /* permissions */

struct _KeyfobPermissions
{
  GObject parent_instance;

  KeyfobClock *clock;
  KeyfobSettings *settings;
  KeyfobScreenMonitor *screen;
  GKeyFile *keys; /* a group for each permission, the oldest first */
  KeyfobKeyFileWriter *writer;
  GSource *timer; /* (nullable): of the permission that ends first */
};

G_DEFINE_FINAL_TYPE (KeyfobPermissions, keyfob_permissions, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

/* The name of a group cannot have brackets. */
static char *
dup_group (const char *url, const char *program)
{
  g_autofree char *first = g_uri_escape_string (url, ":/@,", FALSE);
  g_autofree char *second = g_uri_escape_string (program, ":/@,", FALSE);

  return g_strconcat (first, " ", second, NULL);
}

/* Returns: seconds until the permission ends; 0 for one that has ended, or that never was: the
 * clock may have been set back; G_MAXINT64 for always */
static gint64
get_seconds_left (KeyfobPermissions *self, const char *group)
{
  g_autoptr (GError) error = NULL;
  gint64 left;

  if (!g_key_file_has_key (self->keys, group, UNTIL, NULL))
    return g_key_file_has_key (self->keys, group, PROGRAM, NULL) ? G_MAXINT64 : 0;

  left = g_key_file_get_int64 (self->keys, group, UNTIL, &error) - keyfob_clock_now (self->clock);

  return error == NULL && left <= KEYFOB_PERMISSION_SECONDS ? MAX (left, 0) : 0;
}

static void start_timer (KeyfobPermissions *self);

static void
changed (KeyfobPermissions *self)
{
  start_timer (self);
  keyfob_key_file_writer_write (self->writer, self->keys);
  g_signal_emit (self, signals[CHANGED], 0);
}

static gboolean
drop_ended (KeyfobPermissions *self)
{
  g_auto (GStrv) groups = g_key_file_get_groups (self->keys, NULL);
  gboolean dropped = FALSE;

  for (gsize i = 0; groups[i] != NULL; i++)
    if (get_seconds_left (self, groups[i]) == 0)
      dropped |= g_key_file_remove_group (self->keys, groups[i], NULL);

  return dropped;
}

static gboolean
on_timer (gpointer user_data)
{
  KeyfobPermissions *self = KEYFOB_PERMISSIONS (user_data);

  if (drop_ended (self))
    changed (self);
  else
    start_timer (self);

  return G_SOURCE_REMOVE;
}

static void
start_timer (KeyfobPermissions *self)
{
  g_auto (GStrv) groups = g_key_file_get_groups (self->keys, NULL);
  gint64 left = G_MAXINT64;

  g_clear_pointer (&self->timer, keyfob_source_free);
  for (gsize i = 0; groups[i] != NULL; i++)
    left = MIN (left, get_seconds_left (self, groups[i]));
  if (left == G_MAXINT64)
    return;

  self->timer = keyfob_clock_timer (self->clock, MAX (left, 1) * G_USEC_PER_SEC);
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_attach (self->timer, NULL);
}

static gboolean
forget_all (KeyfobPermissions *self)
{
  g_auto (GStrv) groups = g_key_file_get_groups (self->keys, NULL);

  for (gsize i = 0; groups[i] != NULL; i++)
    g_key_file_remove_group (self->keys, groups[i], NULL);

  return groups[0] != NULL;
}

static void
on_screen (KeyfobPermissions *self)
{
  if (keyfob_screen_monitor_get_locked (self->screen)
      && keyfob_settings_get_forget_with_screen (self->settings) && forget_all (self))
    changed (self);
}

static void
keyfob_permissions_dispose (GObject *object)
{
  KeyfobPermissions *self = KEYFOB_PERMISSIONS (object);

  g_clear_pointer (&self->timer, keyfob_source_free);
  g_clear_object (&self->clock);
  g_clear_object (&self->settings);
  g_clear_object (&self->screen);
  g_clear_object (&self->writer);

  G_OBJECT_CLASS (keyfob_permissions_parent_class)->dispose (object);
}

static void
keyfob_permissions_finalize (GObject *object)
{
  g_key_file_unref (KEYFOB_PERMISSIONS (object)->keys);

  G_OBJECT_CLASS (keyfob_permissions_parent_class)->finalize (object);
}

static void
keyfob_permissions_class_init (KeyfobPermissionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_permissions_dispose;
  G_OBJECT_CLASS (klass)->finalize = keyfob_permissions_finalize;

  signals[CHANGED] = g_signal_new ("changed", KEYFOB_TYPE_PERMISSIONS, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
keyfob_permissions_init (KeyfobPermissions *self)
{
  self->keys = g_key_file_new ();
}

KeyfobPermissions *
keyfob_permissions_new (const char *path,
                        KeyfobClock *clock,
                        KeyfobSettings *settings,
                        KeyfobScreenMonitor *screen)
{
  KeyfobPermissions *self = g_object_new (KEYFOB_TYPE_PERMISSIONS, NULL);
  g_autoptr (GError) error = NULL;
  gboolean forget = keyfob_settings_get_forget_with_screen (settings);

  self->clock = g_object_ref (clock);
  self->settings = g_object_ref (settings);
  self->screen = g_object_ref (screen);
  self->writer = keyfob_key_file_writer_new (path, clock);
  keyfob_key_file_writer_set_failure (self->writer,
                                      _ ("Which programs may have a token cannot be saved: %s"));
  if (!keyfob_key_file_read (self->keys, path, &error))
    g_message ("Some permissions in %s are lost: %s", path, error->message);
  if (forget ? forget_all (self) : drop_ended (self))
    changed (self);
  start_timer (self);
  g_signal_connect_object (screen, "notify::locked", G_CALLBACK (on_screen), self,
                           G_CONNECT_SWAPPED);

  return self;
}

char *
keyfob_permissions_dup_default_path (void)
{
  return g_build_filename (g_get_user_state_dir (), GETTEXT_PACKAGE, "permissions.ini", NULL);
}

gboolean
keyfob_permissions_has (KeyfobPermissions *self, const char *url, const char *program)
{
  g_autofree char *group = dup_group (url, program);

  return get_seconds_left (self, group) > 0;
}

static void
drop_oldest (KeyfobPermissions *self)
{
  gsize n_groups;
  g_auto (GStrv) groups = g_key_file_get_groups (self->keys, &n_groups);

  for (gsize i = 0; i + MOST < n_groups; i++)
    g_key_file_remove_group (self->keys, groups[i], NULL);
}

void
keyfob_permissions_add (KeyfobPermissions *self,
                        const char *url,
                        const char *program,
                        const char *name,
                        gint64 seconds)
{
  g_autofree char *group = dup_group (url, program);

  g_key_file_remove_group (self->keys, group, NULL);
  g_key_file_set_string (self->keys, group, URL, url);
  g_key_file_set_string (self->keys, group, PROGRAM, program);
  g_key_file_set_string (self->keys, group, NAME, name);
  if (seconds > 0)
    g_key_file_set_int64 (self->keys, group, UNTIL,
                          keyfob_clock_now (self->clock)
                              + MIN (seconds, KEYFOB_PERMISSION_SECONDS));
  drop_oldest (self);
  changed (self);
}

void
keyfob_permissions_move (KeyfobPermissions *self, const char *from, const char *to)
{
  g_auto (GStrv) groups = g_key_file_get_groups (self->keys, NULL);
  g_autofree char *old = dup_group (from, "");
  g_autofree char *new = dup_group (to, "");

  for (gsize i = 0; groups[i] != NULL; i++)
    {
      g_autofree char *group = NULL;
      g_auto (GStrv) keys = NULL;

      if (!g_str_has_prefix (groups[i], old))
        continue;

      group = g_strconcat (new, groups[i] + strlen (old), NULL);
      keys = g_key_file_get_keys (self->keys, groups[i], NULL, NULL);
      for (gsize j = 0; keys[j] != NULL; j++)
        {
          g_autofree char *value = g_key_file_get_value (self->keys, groups[i], keys[j], NULL);

          g_key_file_set_value (self->keys, group, keys[j], value);
        }
      g_key_file_set_string (self->keys, group, URL, to);
      g_key_file_remove_group (self->keys, groups[i], NULL);
    }
  changed (self);
}

void
keyfob_permissions_remove (KeyfobPermissions *self, const char *url, const char *program)
{
  g_auto (GStrv) groups = g_key_file_get_groups (self->keys, NULL);
  g_autofree char *wanted = dup_group (url, program != NULL ? program : "");
  gboolean removed = FALSE;

  for (gsize i = 0; groups[i] != NULL; i++)
    if (program != NULL ? g_str_equal (groups[i], wanted) : g_str_has_prefix (groups[i], wanted))
      removed |= g_key_file_remove_group (self->keys, groups[i], NULL);

  if (removed)
    changed (self);
}

GVariant *
keyfob_permissions_to_variant (KeyfobPermissions *self)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_auto (GStrv) groups = g_key_file_get_groups (self->keys, NULL);

  for (gsize i = 0; groups[i] != NULL; i++)
    {
      g_autofree char *url = keyfob_key_file_dup_string (self->keys, groups[i], URL, NULL);
      g_autofree char *program = keyfob_key_file_dup_string (self->keys, groups[i], PROGRAM, NULL);
      g_autofree char *name = keyfob_key_file_dup_string (self->keys, groups[i], NAME, NULL);
      gint64 until = g_key_file_get_int64 (self->keys, groups[i], UNTIL, NULL);
      GVariantDict dict;

      if (url == NULL || program == NULL || name == NULL || get_seconds_left (self, groups[i]) == 0)
        continue;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "url", "s", url);
      g_variant_dict_insert (&dict, "program", "s", program);
      g_variant_dict_insert (&dict, "name", "s", name);
      g_variant_dict_insert (&dict, "until", "x", until);
      g_variant_builder_add_value (&builder, g_variant_dict_end (&dict));
    }

  return g_variant_builder_end (&builder);
}

KeyfobKeyFileWriter *
keyfob_permissions_get_writer (KeyfobPermissions *self)
{
  return self->writer;
}
