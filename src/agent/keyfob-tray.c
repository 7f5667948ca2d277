/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-tray.h"

#include "keyfob-status-notifier.h"
#include "keyfob-tray-words.h"

struct _KeyfobTray
{
  GObject parent_instance;

  KeyfobOverview *overview;
  KeyfobWindowRemote *window;
  KeyfobStatusNotifier *notifier;
};

G_DEFINE_FINAL_TYPE (KeyfobTray, keyfob_tray, G_TYPE_OBJECT)

static void
update (KeyfobTray *self)
{
  KeyfobOutlook worst = keyfob_overview_get_worst (self->overview);
  g_autofree char *title = keyfob_tray_words_title (self->overview);
  g_autofree char *count = keyfob_tray_words_count (self->overview);
  g_autofree char *details = keyfob_tray_words_details (self->overview);

  keyfob_status_notifier_set_icon (self->notifier, keyfob_outlook_get_icon (worst),
                                   g_variant_new_array (G_VARIANT_TYPE ("(iiay)"), NULL, 0),
                                   worst == KEYFOB_OUTLOOK_NEEDS_USER);
  keyfob_status_notifier_set_words (self->notifier, title, count, details);
}

static void
on_activate (KeyfobTray *self, const char *activation_token)
{
  keyfob_window_remote_open (self->window, activation_token);
}

static void
keyfob_tray_dispose (GObject *object)
{
  KeyfobTray *self = KEYFOB_TRAY (object);

  g_clear_object (&self->notifier);
  g_clear_object (&self->window);
  g_clear_object (&self->overview);

  G_OBJECT_CLASS (keyfob_tray_parent_class)->dispose (object);
}

static void
keyfob_tray_class_init (KeyfobTrayClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_tray_dispose;
}

static void
keyfob_tray_init (KeyfobTray *self)
{
}

KeyfobTray *
keyfob_tray_new (GDBusConnection *connection, KeyfobOverview *overview, KeyfobWindowRemote *window)
{
  KeyfobTray *self = g_object_new (KEYFOB_TYPE_TRAY, NULL);

  self->overview = g_object_ref (overview);
  self->window = g_object_ref (window);
  self->notifier = keyfob_status_notifier_new (connection, "/NO_DBUSMENU");
  g_signal_connect_object (self->notifier, "activate", G_CALLBACK (on_activate), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (overview, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);

  return self;
}
