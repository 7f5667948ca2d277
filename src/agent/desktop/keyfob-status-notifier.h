/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_STATUS_NOTIFIER (keyfob_status_notifier_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobStatusNotifier,
                      keyfob_status_notifier,
                      KEYFOB,
                      STATUS_NOTIFIER,
                      GObject)

/**
 * KeyfobStatusNotifier:
 *
 * The item in the tray: a StatusNotifierItem that is on the bus as long as there is a tray, and is
 * registered again with every new one.
 *
 * Signal `activate`: the user wants to see the window.
 */

/**
 * keyfob_status_notifier_new:
 * @menu_path: object path of its com.canonical.dbusmenu
 *
 * Returns: (transfer full): an item that waits for a tray
 */
KeyfobStatusNotifier *keyfob_status_notifier_new (GDBusConnection *connection,
                                                  const char *menu_path);

/** Property `shown`. Returns: whether there is a tray that has the item, or is about to get it */
gboolean keyfob_status_notifier_get_shown (KeyfobStatusNotifier *self);

/**
 * keyfob_status_notifier_steal_activation_token:
 *
 * Returns: (nullable) (transfer full): what the tray gave for the click that comes with it, once
 */
char *keyfob_status_notifier_steal_activation_token (KeyfobStatusNotifier *self);

/**
 * keyfob_status_notifier_set_icon:
 * @name: of a symbolic icon
 * @pixmaps: `a(iiay)`, for trays that do not find it; a floating reference is taken
 * @attention: whether the tray should bring the item out of where it hides others
 */
void keyfob_status_notifier_set_icon (KeyfobStatusNotifier *self,
                                      const char *name,
                                      GVariant *pixmaps,
                                      gboolean attention);

/**
 * keyfob_status_notifier_set_words:
 * @title: one line that says it all
 * @tooltip: first line of the tooltip
 * @details: what follows it, may be empty
 *
 * All three are plain text.
 */
void keyfob_status_notifier_set_words (KeyfobStatusNotifier *self,
                                       const char *title,
                                       const char *tooltip,
                                       const char *details);

G_END_DECLS
