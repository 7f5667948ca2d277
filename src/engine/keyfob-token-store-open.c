/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-token-store.h"

#include "keyfob-file-store.h"
#include "keyfob-keyring-error.h"
#include "keyfob-keyring-store.h"

typedef struct
{
  char *path;
  KeyfobClock *clock;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_free (job->path);
  g_object_unref (job->clock);
  g_free (job);
}

static gboolean
is_no_keyring (const GError *error)
{
  static const int codes[] = {
    G_DBUS_ERROR_SERVICE_UNKNOWN,
    G_DBUS_ERROR_NAME_HAS_NO_OWNER,
    G_DBUS_ERROR_SPAWN_EXEC_FAILED,
    G_DBUS_ERROR_SPAWN_FORK_FAILED,
    G_DBUS_ERROR_SPAWN_CHILD_EXITED,
    G_DBUS_ERROR_SPAWN_CHILD_SIGNALED,
    G_DBUS_ERROR_SPAWN_FAILED,
    G_DBUS_ERROR_SPAWN_SETUP_FAILED,
    G_DBUS_ERROR_SPAWN_CONFIG_INVALID,
    G_DBUS_ERROR_SPAWN_SERVICE_INVALID,
    G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND,
    G_DBUS_ERROR_SPAWN_PERMISSIONS_INVALID,
    G_DBUS_ERROR_SPAWN_FILE_INVALID,
    G_DBUS_ERROR_SPAWN_NO_MEMORY,
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, G_DBUS_ERROR, codes[i]))
      return TRUE;

  return FALSE;
}

static void
return_file (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  g_task_return_pointer (task, keyfob_file_store_new (job->path, job->clock), g_object_unref);
}

static void
service_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (SecretService) service = NULL;
  g_autoptr (GError) error = NULL;
  Job *job = g_task_get_task_data (task);

  service = secret_service_open_finish (result, &error);

  if (service != NULL)
    g_task_return_pointer (task, keyfob_keyring_store_new (service, job->clock), g_object_unref);
  else if (is_no_keyring (error))
    {
      g_debug ("No Secret Service: %s", error->message);
      return_file (task);
    }
  else
    g_task_return_error (task, keyfob_keyring_error_take (g_steal_pointer (&error)));
}

static void
bus_got_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  connection = g_bus_get_finish (result, &error);

  /* Not secret_service_get(): that one is shared and vanishes with its service. */
  if (connection != NULL)
    secret_service_open (SECRET_TYPE_SERVICE, NULL, SECRET_SERVICE_OPEN_SESSION,
                         g_task_get_cancellable (task), service_opened_cb, g_object_ref (task));
  else if (!g_task_return_error_if_cancelled (task))
    {
      g_debug ("No session bus: %s", error->message);
      return_file (task);
    }
}

void
keyfob_token_store_open_async (const char *file_path,
                               gboolean only_file,
                               KeyfobClock *clock,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Job *job = NULL;

  g_return_if_fail (file_path != NULL && g_path_is_absolute (file_path));
  g_return_if_fail (KEYFOB_IS_CLOCK (clock));

  job = g_new0 (Job, 1);
  job->path = g_strdup (file_path);
  job->clock = g_object_ref (clock);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, keyfob_token_store_open_async);
  g_task_set_task_data (task, job, job_free);

  if (only_file)
    return_file (task);
  else
    g_bus_get (G_BUS_TYPE_SESSION, cancellable, bus_got_cb, g_object_ref (task));
}

KeyfobTokenStore *
keyfob_token_store_open_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

char *
keyfob_token_store_dup_default_path (void)
{
  const char *named = g_getenv ("OIDC_TOKEN_FILE");

  if (named == NULL || *named == '\0')
    return g_build_filename (g_get_user_cache_dir (), "py-oidc-auth", "token-store.json", NULL);

  if (g_str_equal (named, "~") || g_str_has_prefix (named, "~/"))
    return g_build_filename (g_get_home_dir (), named + 1, NULL);

  return g_canonicalize_filename (named, NULL);
}
