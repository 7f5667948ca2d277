/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_SETTINGS (keyfob_settings_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobSettings, keyfob_settings, KEYFOB, SETTINGS, GObject)

/**
 * KeyfobSettings:
 *
 * The settings of the user that the agent needs; their defaults where the schema is not installed,
 * as for an agent that is run from a build folder.
 */

/** Returns: (transfer full): the settings, which change as the user changes them */
KeyfobSettings *keyfob_settings_new (void);

/**
 * keyfob_settings_get_lapse_after:
 *
 * The property `lapse-after`.
 *
 * Returns: seconds without use after which the session of a host is not renewed any more; 0 where
 *   it always is
 */
gint64 keyfob_settings_get_lapse_after (KeyfobSettings *self);

/**
 * keyfob_settings_get_notice_minutes:
 *
 * The property `notice-minutes`.
 *
 * Returns: how many minutes before the end of a session that cannot be renewed the user is
 *   notified; 0 for no notification
 */
guint keyfob_settings_get_notice_minutes (KeyfobSettings *self);

/**
 * keyfob_settings_get_lock_with_screen:
 *
 * The property `lock-with-screen`.
 *
 * Returns: whether tokens are locked while the screen is
 */
gboolean keyfob_settings_get_lock_with_screen (KeyfobSettings *self);

/** Returns: whether a lock of the screen ends the permissions that the user has given to programs
 */
gboolean keyfob_settings_get_forget_with_screen (KeyfobSettings *self);

/**
 * keyfob_settings_get_ask_first:
 *
 * The property `ask-first`.
 *
 * Returns: whether the user is asked before a program gets the token of any host
 */
gboolean keyfob_settings_get_ask_first (KeyfobSettings *self);

/**
 * keyfob_settings_get_tray_icon:
 *
 * The property `tray-icon`.
 *
 * Returns: whether there is to be an icon in the tray
 */
gboolean keyfob_settings_get_tray_icon (KeyfobSettings *self);

/**
 * keyfob_settings_get_allow_file_store:
 *
 * The property `allow-file-store`.
 *
 * Returns: whether tokens may be kept in files
 */
gboolean keyfob_settings_get_allow_file_store (KeyfobSettings *self);

/**
 * keyfob_settings_dup_proxy:
 *
 * The property `proxy`.
 *
 * Returns: (transfer full): the proxy that the user has set, not checked; empty for the system's
 */
char *keyfob_settings_dup_proxy (KeyfobSettings *self);

G_END_DECLS
