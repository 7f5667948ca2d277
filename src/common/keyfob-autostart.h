/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Whether the agent starts at login: the user's entry of the desktop application autostart
 * specification, which GNOME, KDE, Xfce and others follow, and nothing beside it. It asks the bus
 * for the agent, so there is only one, and where systemd runs the session it is the unit that is
 * started.
 */

/** Returns: (transfer full): absolute path of the entry */
char *keyfob_autostart_dup_path (void);

/**
 * keyfob_autostart_read_async:
 * @path: of the entry
 *
 * Looks whether there is an entry that is not switched off, be it here or by the settings of the
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
 * @path: of the entry
 * @entry: (nullable): what it says, or %NULL to remove it, and its folder with it where that is
 *   empty then
 */
void keyfob_autostart_write_async (const char *path,
                                   GBytes *entry,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/** Returns: whether the entry is written, or removed; else @error is one of %G_FILE_ERROR */
gboolean keyfob_autostart_write_finish (GAsyncResult *result, GError **error);

G_END_DECLS
