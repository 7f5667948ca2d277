/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-presence.h"

#include "keyfob-tray.h"

struct _KeyfobPresence
{
  GObject parent_instance;

  KeyfobOverview *overview;
  KeyfobWindowRemote *window;
  KeyfobTray *tray;
};

G_DEFINE_FINAL_TYPE (KeyfobPresence, keyfob_presence, G_TYPE_OBJECT)

static void
keyfob_presence_dispose (GObject *object)
{
  KeyfobPresence *self = KEYFOB_PRESENCE (object);

  g_clear_object (&self->tray);
  g_clear_object (&self->window);
  g_clear_object (&self->overview);

  G_OBJECT_CLASS (keyfob_presence_parent_class)->dispose (object);
}

static void
keyfob_presence_class_init (KeyfobPresenceClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_presence_dispose;
}

static void
keyfob_presence_init (KeyfobPresence *self)
{
}

KeyfobPresence *
keyfob_presence_new (GDBusConnection *connection, GListModel *hosts, KeyfobClock *clock)
{
  KeyfobPresence *self = g_object_new (KEYFOB_TYPE_PRESENCE, NULL);

  self->overview = keyfob_overview_new (hosts, clock);
  self->window = keyfob_window_remote_new (connection);
  self->tray = keyfob_tray_new (connection, self->overview, self->window);

  return self;
}
