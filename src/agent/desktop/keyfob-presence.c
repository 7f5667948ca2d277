/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-presence.h"

#include "keyfob-notifications.h"
#include "keyfob-tray.h"

struct _KeyfobPresence
{
  GObject parent_instance;

  KeyfobAttentionModel *model;
  KeyfobWindowRemote *window;
  KeyfobHostRemote *hosts;
  KeyfobTray *tray;
  KeyfobNotifications *notifications;
};

G_DEFINE_FINAL_TYPE (KeyfobPresence, keyfob_presence, G_TYPE_OBJECT)

enum
{
  QUIT,
  TRAY,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

static void
on_quit (KeyfobPresence *self)
{
  g_signal_emit (self, signals[QUIT], 0);
}

static void
on_shown (KeyfobPresence *self, gboolean shown)
{
  g_signal_emit (self, signals[TRAY], 0, shown);
}

static void
keyfob_presence_dispose (GObject *object)
{
  KeyfobPresence *self = KEYFOB_PRESENCE (object);

  g_clear_object (&self->notifications);
  g_clear_object (&self->tray);
  g_clear_object (&self->hosts);
  g_clear_object (&self->window);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (keyfob_presence_parent_class)->dispose (object);
}

static void
keyfob_presence_class_init (KeyfobPresenceClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_presence_dispose;

  signals[QUIT] = g_signal_new ("quit", KEYFOB_TYPE_PRESENCE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
  signals[TRAY] = g_signal_new ("tray", KEYFOB_TYPE_PRESENCE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
keyfob_presence_init (KeyfobPresence *self)
{
}

KeyfobPresence *
keyfob_presence_new (KeyfobContext *context, GListModel *hosts)
{
  KeyfobPresence *self = g_object_new (KEYFOB_TYPE_PRESENCE, NULL);
  GDBusConnection *connection = context->connection;
  KeyfobClock *clock = context->clock;

  self->model = keyfob_attention_model_new (hosts, clock);
  g_object_bind_property (context->settings, "notice-minutes", self->model, "notice-minutes",
                          G_BINDING_SYNC_CREATE);
  self->window = keyfob_window_remote_new (connection);
  self->hosts = keyfob_host_remote_new (connection, self->window);
  self->tray = keyfob_tray_new (connection, self->model, clock, self->hosts, self->window);
  self->notifications =
      keyfob_notifications_new (connection, context->file, self->model, self->hosts, self->window);
  g_signal_connect_object (self->tray, "quit", G_CALLBACK (on_quit), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->tray, "shown", G_CALLBACK (on_shown), self, G_CONNECT_SWAPPED);

  return self;
}

gboolean
keyfob_presence_is_notifying (KeyfobPresence *self)
{
  return keyfob_notifications_is_showing (self->notifications);
}
