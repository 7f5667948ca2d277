/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-context.h"

struct _KeyfobContext
{
  GObject parent_instance;

  GDBusConnection *connection;
  SoupSession *session;
  KeyfobClock *clock;
  KeyfobLauncher *launcher;
  KeyfobHostFile *file;
  KeyfobNotices *notices;
  KeyfobSettings *settings;
  KeyfobScheduler *scheduler;
  KeyfobStores *stores;
};

G_DEFINE_FINAL_TYPE (KeyfobContext, keyfob_context, G_TYPE_OBJECT)

static void
keyfob_context_dispose (GObject *object)
{
  KeyfobContext *self = KEYFOB_CONTEXT (object);

  g_clear_object (&self->connection);
  g_clear_object (&self->session);
  g_clear_object (&self->clock);
  g_clear_object (&self->launcher);
  g_clear_object (&self->file);
  g_clear_object (&self->notices);
  g_clear_object (&self->settings);
  g_clear_object (&self->scheduler);
  g_clear_object (&self->stores);

  G_OBJECT_CLASS (keyfob_context_parent_class)->dispose (object);
}

static void
keyfob_context_class_init (KeyfobContextClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_context_dispose;
}

static void
keyfob_context_init (KeyfobContext *self)
{
}

KeyfobContext *
keyfob_context_new (GDBusConnection *connection,
                    SoupSession *session,
                    KeyfobClock *clock,
                    KeyfobLauncher *launcher,
                    KeyfobHostFile *file,
                    KeyfobNotices *notices,
                    KeyfobSettings *settings,
                    KeyfobStores *stores)
{
  KeyfobContext *self = g_object_new (KEYFOB_TYPE_CONTEXT, NULL);

  self->connection = g_object_ref (connection);
  self->session = g_object_ref (session);
  self->clock = g_object_ref (clock);
  self->launcher = g_object_ref (launcher);
  self->file = g_object_ref (file);
  self->notices = g_object_ref (notices);
  self->settings = g_object_ref (settings);
  self->stores = g_object_ref (stores);
  self->scheduler = keyfob_scheduler_new (clock);

  return self;
}

GDBusConnection *
keyfob_context_get_connection (KeyfobContext *self)
{
  return self->connection;
}

SoupSession *
keyfob_context_get_session (KeyfobContext *self)
{
  return self->session;
}

KeyfobClock *
keyfob_context_get_clock (KeyfobContext *self)
{
  return self->clock;
}

KeyfobLauncher *
keyfob_context_get_launcher (KeyfobContext *self)
{
  return self->launcher;
}

KeyfobHostFile *
keyfob_context_get_file (KeyfobContext *self)
{
  return self->file;
}

KeyfobNotices *
keyfob_context_get_notices (KeyfobContext *self)
{
  return self->notices;
}

KeyfobSettings *
keyfob_context_get_settings (KeyfobContext *self)
{
  return self->settings;
}

KeyfobScheduler *
keyfob_context_get_scheduler (KeyfobContext *self)
{
  return self->scheduler;
}

KeyfobStores *
keyfob_context_get_stores (KeyfobContext *self)
{
  return self->stores;
}
