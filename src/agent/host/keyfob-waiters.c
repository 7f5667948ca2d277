/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-waiters.h"

KeyfobWaiters *
keyfob_waiters_new (void)
{
  return g_ptr_array_new_with_free_func (g_object_unref);
}

void
keyfob_waiters_add (KeyfobWaiters *self, GTask *task)
{
  g_ptr_array_add (self, task);
}

void
keyfob_waiters_answer (KeyfobWaiters **waiters, KeyfobToken *token, const GError *error)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (waiters);

  *waiters = keyfob_waiters_new ();

  for (guint i = 0; i < waiting->len; i++)
    {
      GTask *task = g_ptr_array_index (waiting, i);

      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        g_task_return_pointer (task, token != NULL ? g_object_ref (token) : NULL, g_object_unref);
    }
}
