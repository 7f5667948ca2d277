/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-autostart.h"

#include <errno.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "keyfob-autostart-resources.h"
#include "keyfob-background-portal.h"
#include "keyfob-file.h"

#define ENTRY "/org/keyfob/Keyfob/autostart.desktop"

/* Set to false by desktops that switch an entry off instead of removing it. */
#define KEY_GNOME_ENABLED "X-GNOME-Autostart-enabled"

struct _KeyfobAutostart
{
  GObject parent_instance;

  char *path;
  GDBusConnection *portal; /* (nullable): asked before the entry is changed */
  char *error;
  gboolean enabled;
  gboolean wanted; /* differs from enabled while a change is waiting or being written */
  gboolean busy;   /* with reading or writing; one at a time, so that the last change holds */
};

G_DEFINE_FINAL_TYPE (KeyfobAutostart, keyfob_autostart, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ENABLED,
  PROP_ERROR,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static gboolean
is_on (const char *path)
{
  g_autoptr (GKeyFile) entry = g_key_file_new ();
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gboolean enabled;
  gsize length;

  if (!keyfob_file_read (path, KEYFOB_FILE_MAX, &text, &length, NULL) || length == 0
      || !g_key_file_load_from_data (entry, text, length, G_KEY_FILE_NONE, NULL))
    return FALSE;
  if (g_key_file_get_boolean (entry, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_HIDDEN, NULL))
    return FALSE;

  enabled = g_key_file_get_boolean (entry, G_KEY_FILE_DESKTOP_GROUP, KEY_GNOME_ENABLED, &error);

  return enabled || error != NULL;
}

static void
read_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_task_return_boolean (task, is_on (task_data));
}

static void
return_errno (GTask *task, int error_number)
{
  g_task_return_new_error (task, G_FILE_ERROR, g_file_error_from_errno (error_number), "%s",
                           g_strerror (error_number));
}

static void
write_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const char *path = task_data;
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GBytes) entry = g_resource_lookup_data (keyfob_autostart_get_resource (), ENTRY,
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  GError *error = NULL;
  gsize size;
  const char *text = g_bytes_get_data (entry, &size);

  if (g_mkdir_with_parents (folder, 0700) < 0)
    return_errno (task, errno);
  else if (!keyfob_file_replace (path, text, size, &error))
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
remove_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const char *path = task_data;
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_unlink (path) < 0 && errno != ENOENT)
    {
      return_errno (task, errno);
      return;
    }

  /* fails, and leaves the folder, where it has other entries */
  g_rmdir (folder);
  g_task_return_boolean (task, TRUE);
}

static void
set_error (KeyfobAutostart *self, const GError *error)
{
  g_autofree char *sentence = NULL;

  if (error != NULL)
    /* Translators: a reason given by the system, such as "Permission denied" */
    sentence = g_strdup_printf (_ ("It cannot be changed: %s"), error->message);
  if (g_strcmp0 (sentence, self->error) == 0)
    return;

  g_free (self->error);
  self->error = g_steal_pointer (&sentence);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ERROR]);
}

static void write_wanted (KeyfobAutostart *self);

/* @error: (nullable): %NULL where the entry is now as @written says */
static void
finish_change (KeyfobAutostart *self, gboolean written, const GError *error)
{
  self->busy = FALSE;
  if (error == NULL)
    self->enabled = written;
  else
    self->wanted = self->enabled;

  set_error (self, error);
  if (self->wanted != self->enabled)
    write_wanted (self);
  else
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ENABLED]);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  finish_change (KEYFOB_AUTOSTART (source), GPOINTER_TO_INT (user_data), error);
}

static void
write_entry (KeyfobAutostart *self, gboolean enabled)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_written, GINT_TO_POINTER (enabled));

  g_task_set_source_tag (task, write_entry);
  g_task_set_task_data (task, g_strdup (self->path), g_free);
  g_task_run_in_thread (task, enabled ? write_in_thread : remove_in_thread);
}

/* What the desktop is asked for. */
typedef struct
{
  KeyfobAutostart *autostart;
  gboolean enabled;
} Change;

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Change *change = user_data;
  g_autoptr (KeyfobAutostart) self = change->autostart;
  g_autoptr (GError) error = NULL;

  if (keyfob_background_portal_request_finish (result, &error))
    write_entry (self, change->enabled);
  else
    finish_change (self, change->enabled, error);
}

static void
write_wanted (KeyfobAutostart *self)
{
  Change *change;

  self->busy = TRUE;
  if (self->portal == NULL)
    {
      write_entry (self, self->wanted);
      return;
    }

  change = g_new (Change, 1);
  *change = (Change){ g_object_ref (self), self->wanted };
  keyfob_background_portal_request_async (self->portal, self->wanted, NULL, on_answered, change);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobAutostart) self = user_data;
  gboolean changed = self->wanted != self->enabled;

  self->busy = FALSE;
  self->enabled = keyfob_autostart_read_finish (result);
  if (!changed)
    self->wanted = self->enabled;

  if (self->wanted != self->enabled)
    write_wanted (self);
  else
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ENABLED]);
}

static void
keyfob_autostart_finalize (GObject *object)
{
  KeyfobAutostart *self = KEYFOB_AUTOSTART (object);

  g_free (self->path);
  g_clear_object (&self->portal);
  g_free (self->error);

  G_OBJECT_CLASS (keyfob_autostart_parent_class)->finalize (object);
}

static void
keyfob_autostart_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  KeyfobAutostart *self = KEYFOB_AUTOSTART (object);

  switch (prop_id)
    {
    case PROP_ENABLED:
      g_value_set_boolean (value, self->enabled);
      break;
    case PROP_ERROR:
      g_value_set_string (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_autostart_set_property (GObject *object,
                               guint prop_id,
                               const GValue *value,
                               GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_ENABLED:
      keyfob_autostart_set_enabled (KEYFOB_AUTOSTART (object), g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_autostart_class_init (KeyfobAutostartClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = keyfob_autostart_finalize;
  object_class->get_property = keyfob_autostart_get_property;
  object_class->set_property = keyfob_autostart_set_property;

  props[PROP_ENABLED] =
      g_param_spec_boolean ("enabled", NULL, NULL, FALSE, G_PARAM_READWRITE | flags);
  props[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, G_PARAM_READABLE | flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
keyfob_autostart_init (KeyfobAutostart *self)
{
}

char *
keyfob_autostart_dup_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "autostart", KEYFOB_AGENT_NAME ".desktop",
                           NULL);
}

void
keyfob_autostart_read_async (const char *path,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, keyfob_autostart_read_async);
  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, read_in_thread);
}

gboolean
keyfob_autostart_read_finish (GAsyncResult *result)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), NULL);
}

KeyfobAutostart *
keyfob_autostart_new (const char *path, GDBusConnection *portal)
{
  KeyfobAutostart *self;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (KEYFOB_TYPE_AUTOSTART, NULL);
  self->path = g_strdup (path);
  g_set_object (&self->portal, portal);

  return self;
}

void
keyfob_autostart_update (KeyfobAutostart *self)
{
  g_return_if_fail (KEYFOB_IS_AUTOSTART (self));

  if (self->busy)
    return;

  self->busy = TRUE;
  keyfob_autostart_read_async (self->path, NULL, on_read, g_object_ref (self));
}

gboolean
keyfob_autostart_get_enabled (KeyfobAutostart *self)
{
  g_return_val_if_fail (KEYFOB_IS_AUTOSTART (self), FALSE);

  return self->enabled;
}

void
keyfob_autostart_set_enabled (KeyfobAutostart *self, gboolean enabled)
{
  g_return_if_fail (KEYFOB_IS_AUTOSTART (self));

  self->wanted = enabled;
  if (!self->busy && self->wanted != self->enabled)
    write_wanted (self);
}

const char *
keyfob_autostart_get_error (KeyfobAutostart *self)
{
  g_return_val_if_fail (KEYFOB_IS_AUTOSTART (self), NULL);

  return self->error;
}
