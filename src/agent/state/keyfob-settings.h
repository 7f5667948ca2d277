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
 * What the user has set that matters to the agent; the defaults where the schema is not installed,
 * as with an agent that is run from a build folder.
 */

/** Returns: (transfer full): the settings, which follow what the user changes */
KeyfobSettings *keyfob_settings_new (void);

/**
 * keyfob_settings_get_lapse_after:
 *
 * The property `lapse-after`.
 *
 * Returns: seconds without use after which the session of a host is left to lapse; 0 never
 */
gint64 keyfob_settings_get_lapse_after (KeyfobSettings *self);

/**
 * keyfob_settings_get_notice_minutes:
 *
 * The property `notice-minutes`.
 *
 * Returns: how long before a session ends that cannot be renewed the user is told; 0 never
 */
guint keyfob_settings_get_notice_minutes (KeyfobSettings *self);

G_END_DECLS
