/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Whether the agent starts at login: the entry in the user's autostart folder (desktop application
 * autostart specification), which GNOME, KDE, Xfce and others follow, and no setting beside it. The
 * entry activates the agent over the bus, so that no second agent is started, and systemd, where it
 * runs the session, starts its unit.
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

/**
 * keyfob_autostart_write_async:
 * @path: path of the entry
 * @start: whether the agent starts at login
 *
 * Writes the entry, or removes it together with its folder where that is empty then.
 */
void keyfob_autostart_write_async (const char *path,
                                   gboolean start,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/** Returns: whether the entry is written or removed; else @error is one of %G_FILE_ERROR */
gboolean keyfob_autostart_write_finish (GAsyncResult *result, GError **error);

G_END_DECLS
