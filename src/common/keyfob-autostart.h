/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Whether the agent starts at login: where the user's autostart folder has an entry for the agent
 * (desktop application autostart specification), which GNOME, KDE, Xfce and others follow; there is
 * no setting beside the entry. The entry activates the agent over the bus, so that no second agent
 * is started, and systemd, where it runs the session, starts its unit.
 */

/** Returns: (transfer full): absolute path of the entry */
char *keyfob_autostart_dup_path (void);

/**
 * keyfob_autostart_read_async:
 * @path: path of the entry
 *
 * Reads whether there is an entry that is not switched off, by Keyfob or by the settings of the
 * desktop.
 */
void keyfob_autostart_read_async (const char *path,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

/** Returns: whether the agent starts at login */
gboolean keyfob_autostart_read_finish (GAsyncResult *result);

#define KEYFOB_TYPE_AUTOSTART (keyfob_autostart_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobAutostart, keyfob_autostart, KEYFOB, AUTOSTART, GObject)

/**
 * KeyfobAutostart:
 *
 * Whether the agent starts at login, for a user interface that shows and changes it. Its
 * properties:
 *
 * - `enabled`: whether the agent starts at login, as read last. Setting it writes the entry, or
 *   removes the entry together with its folder where that is empty then. The property has the new
 *   value once that is done, and is notified even if it could not be done; the last of several
 *   changes holds.
 * - `error`: why the last change could not be made, as a sentence for the user; %NULL if it was
 */

/**
 * keyfob_autostart_new:
 * @path: path of the entry
 * @portal: (nullable): the session bus where a portal has to be asked first, as in a Flatpak; the
 * desktop then does not read the entry, which keeps in mind what the portal said
 *
 * Returns: (transfer full): the autostart entry, not read yet: `enabled` is %FALSE until then
 */
KeyfobAutostart *keyfob_autostart_new (const char *path, GDBusConnection *portal);

/** Reads the entry again, which may have been changed in the settings of the desktop. */
void keyfob_autostart_update (KeyfobAutostart *self);

/** Returns: whether the agent starts at login, as read last */
gboolean keyfob_autostart_get_enabled (KeyfobAutostart *self);

/** Lets the agent start at login, or not; see the property `enabled`. */
void keyfob_autostart_set_enabled (KeyfobAutostart *self, gboolean enabled);

/** Returns: (nullable): why the last change could not be made, as a sentence for the user */
const char *keyfob_autostart_get_error (KeyfobAutostart *self);

G_END_DECLS
