/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-lock.h"

G_BEGIN_DECLS

static inline void
acquire_lock_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/** As keyfob_lock_acquire_async(), but waits for the lock, in any thread. */
static inline KeyfobLock *
acquire_lock (const char *path, const char *name, GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GAsyncResult) result = NULL;

  g_main_context_push_thread_default (context);
  keyfob_lock_acquire_async (path, name, NULL, acquire_lock_done, &result);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);

  return keyfob_lock_acquire_finish (result, error);
}

G_END_DECLS
