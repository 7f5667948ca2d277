/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-autostart.h"

#include <errno.h>

#include <glib/gstdio.h>

#include "keyfob-autostart-resources.h"

#define ENTRY "/org/keyfob/Keyfob/autostart.desktop"

/* Set to false by desktops that switch an entry off instead of removing it. */
#define KEY_GNOME_ENABLED "X-GNOME-Autostart-enabled"

static gboolean
is_on (const char *path)
{
  g_autoptr (GKeyFile) entry = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  gboolean enabled;

  if (!g_key_file_load_from_file (entry, path, G_KEY_FILE_NONE, NULL))
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
write_entry (GTask *task, const char *folder, const char *path)
{
  g_autoptr (GBytes) entry = g_resource_lookup_data (keyfob_autostart_get_resource (), ENTRY,
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  GError *error = NULL;
  gsize size;
  const char *text = g_bytes_get_data (entry, &size);

  if (g_mkdir_with_parents (folder, 0700) < 0)
    return_errno (task, errno);
  else if (!g_file_set_contents (path, text, size, &error))
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
remove_entry (GTask *task, const char *folder, const char *path)
{
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
write_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autofree char *folder = g_path_get_dirname (task_data);

  write_entry (task, folder, task_data);
}

static void
remove_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autofree char *folder = g_path_get_dirname (task_data);

  remove_entry (task, folder, task_data);
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

void
keyfob_autostart_write_async (const char *path,
                              gboolean start,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, keyfob_autostart_write_async);
  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, start ? write_in_thread : remove_in_thread);
}

gboolean
keyfob_autostart_write_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
