/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-lock.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-time-limit.h"

/* Seconds to wait for another program: it may ask the server twice, and store what it got. */
#define LONGEST_WAIT 75

typedef struct
{
  char *name;
  KeyfobTimeLimit *limit;
} Wait;

static void
wait_free (Wait *wait)
{
  g_free (wait->name);
  g_clear_object (&wait->limit);
  g_free (wait);
}

static gboolean
is_cancelled (GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);

  return cancellable != NULL && g_cancellable_is_cancelled (cancellable);
}

static void
on_locked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Wait *wait = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobLock) lock = keyfob_lock_acquire_finish (result, &error);

  keyfob_time_limit_stop (wait->limit);

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      if (error != NULL)
        g_debug ("Nothing can be locked here: %s", error->message);
      g_task_return_pointer (task, g_steal_pointer (&lock), (GDestroyNotify) keyfob_lock_free);
    }
  else if (is_cancelled (task))
    {
      g_task_return_error (task, g_steal_pointer (&error));
    }
  else
    {
      g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE,
                               _ ("Another program has been renewing the session at %s for too "
                                  "long. Keyfob tries again later; end that program if it hangs."),
                               wait->name);
    }
}

void
keyfob_host_lock_async (KeyfobConfig *config,
                        KeyfobTokenStore *store,
                        KeyfobClock *clock,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autofree char *path = keyfob_token_store_dup_lock_path (store);
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Wait *wait = g_new0 (Wait, 1);

  wait->name = g_strdup (keyfob_config_get_name (config));
  wait->limit = keyfob_time_limit_new (clock, LONGEST_WAIT, cancellable);

  g_task_set_source_tag (task, keyfob_host_lock_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, wait, (GDestroyNotify) wait_free);

  keyfob_lock_acquire_async (path, keyfob_config_get_host_key (config),
                             keyfob_time_limit_get_cancellable (wait->limit), on_locked, task);
}

gboolean
keyfob_host_lock_finish (GAsyncResult *result, KeyfobLock **lock, GError **error)
{
  g_autoptr (GError) failure = NULL;

  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  *lock = g_task_propagate_pointer (G_TASK (result), &failure);
  if (failure == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));

  return FALSE;
}
