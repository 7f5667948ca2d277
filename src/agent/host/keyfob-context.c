/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-context.h"

#include "keyfob-http-session.h"

static void
clear (KeyfobContext *self)
{
  g_clear_pointer (&self->callers, keyfob_callers_free);
  g_clear_object (&self->connection);
  g_clear_object (&self->session);
  g_clear_object (&self->clock);
  g_clear_object (&self->launcher);
  g_clear_object (&self->file);
  g_clear_object (&self->provided);
  g_clear_object (&self->trimmer);
  g_clear_object (&self->notices);
  g_clear_object (&self->settings);
  g_clear_object (&self->lock);
  g_clear_object (&self->questions);
  g_clear_object (&self->scheduler);
  g_clear_object (&self->stores);
  g_clear_pointer (&self->bearer_files, keyfob_bearer_files_free);
  g_clear_pointer (&self->bare_host, g_free);
  g_clear_pointer (&self->named_host, g_free);
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
                    KeyfobStores *stores,
                    const char *runtime_folder)
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
  self->bearer_files = keyfob_bearer_files_new (runtime_folder);
  self->scheduler = keyfob_scheduler_new (clock);
  self->ended_loopbacks = g_ptr_array_new_with_free_func (g_object_unref);

  return self;
}

SoupSession *
keyfob_context_new_session (KeyfobContext *self, const char *ca_file, const char *proxy)
{
  SoupSession *session;

  if (*ca_file == '\0' && *proxy == '\0')
    return g_object_ref (self->session);

  session = keyfob_http_session_new_for (self->session, ca_file, proxy);
  if (self->trimmer != NULL)
    keyfob_memory_trimmer_watch (self->trimmer, session);

  return session;
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
