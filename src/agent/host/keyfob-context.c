/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-context.h"

static void
clear (KeyfobContext *self)
{
  g_clear_pointer (&self->callers, keyfob_callers_free);
  g_clear_object (&self->connection);
  g_clear_object (&self->session);
  g_clear_object (&self->clock);
  g_clear_object (&self->launcher);
  g_clear_object (&self->file);
  g_clear_object (&self->notices);
  g_clear_object (&self->settings);
  g_clear_object (&self->lock);
  g_clear_object (&self->questions);
  g_clear_object (&self->scheduler);
  g_clear_object (&self->stores);
  /* each element has a reference to the array */
  g_ptr_array_set_size (self->ended_loopbacks, 0);
  g_clear_pointer (&self->ended_loopbacks, g_ptr_array_unref);
}

KeyfobContext *
keyfob_context_new (GDBusConnection *connection,
                    KeyfobCallers *callers,
                    SoupSession *session,
                    KeyfobClock *clock,
                    KeyfobLauncher *launcher,
                    KeyfobHostFile *file,
                    KeyfobNotices *notices,
                    KeyfobSettings *settings,
                    KeyfobTokenLock *lock,
                    KeyfobQuestions *questions,
                    KeyfobStores *stores)
{
  KeyfobContext *self = g_rc_box_new0 (KeyfobContext);

  self->connection = g_object_ref (connection);
  self->callers = callers;
  self->session = g_object_ref (session);
  self->clock = g_object_ref (clock);
  self->launcher = g_object_ref (launcher);
  self->file = g_object_ref (file);
  self->notices = g_object_ref (notices);
  self->settings = g_object_ref (settings);
  self->lock = g_object_ref (lock);
  self->questions = g_object_ref (questions);
  self->stores = g_object_ref (stores);
  self->scheduler = keyfob_scheduler_new (clock);
  self->ended_loopbacks = g_ptr_array_new_with_free_func (g_object_unref);

  return self;
}

KeyfobContext *
keyfob_context_ref (KeyfobContext *self)
{
  return g_rc_box_acquire (self);
}

void
keyfob_context_unref (KeyfobContext *self)
{
  g_rc_box_release_full (self, (GDestroyNotify) clear);
}
