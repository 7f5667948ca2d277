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
 * The icon in the tray and its tooltip: an org.kde.StatusNotifierItem that is on the bus while
 * there is a tray, and is registered with each new tray. With the property `wanted` set to %FALSE
 * it is in none.
 *
 * Signal `activate`: the user has clicked the icon.
 */

/**
 * keyfob_status_notifier_new:
 * @menu_path: object path of the menu of the item, a com.canonical.dbusmenu
 *
 * Returns: (transfer full): an item that is shown as soon as there is a tray
 */
KeyfobStatusNotifier *keyfob_status_notifier_new (GDBusConnection *connection,
                                                  const char *menu_path);

/** Getter of the property `present`. Returns: whether there is a tray */
gboolean keyfob_status_notifier_get_present (KeyfobStatusNotifier *self);

/** Getter of the property `shown`. Returns: whether there is a tray that shows the item, or is
 * about to */
gboolean keyfob_status_notifier_get_shown (KeyfobStatusNotifier *self);

/**
 * keyfob_status_notifier_steal_activation_token:
 *
 * Returns: (nullable) (transfer full): the activation token of the click that is being handled;
 *   %NULL where the tray gave none, and at the second call
 */
char *keyfob_status_notifier_steal_activation_token (KeyfobStatusNotifier *self);

/**
 * keyfob_status_notifier_set_icon:
 * @name: name of a symbolic icon
 * @pixmaps: the same icon as `a(iiay)`, for trays that do not find @name; a floating reference is
 *   taken
 * @attention: whether the item needs the attention of the user; trays do not hide such an item
 */
void keyfob_status_notifier_set_icon (KeyfobStatusNotifier *self,
                                      const char *name,
                                      GVariant *pixmaps,
                                      gboolean attention);

/**
 * keyfob_status_notifier_set_words:
 * @title: one line that stands for the icon where it is not seen, as in a list or a screen reader
 * @tooltip: first line of the tooltip
 * @details: the other lines of the tooltip, may be empty
 *
 * All three are plain text.
 */
void keyfob_status_notifier_set_words (KeyfobStatusNotifier *self,
                                       const char *title,
                                       const char *tooltip,
                                       const char *details);

G_END_DECLS
