/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_PROVIDED_HOSTS (keyfob_provided_hosts_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobProvidedHosts, keyfob_provided_hosts, KEYFOB, PROVIDED_HOSTS, GObject)

/**
 * KeyfobProvidedHosts:
 *
 * The hosts that whoever runs the computer provides for all its users: those in all `*.ini` files
 * of some folders, which have the form of hosts.ini. Of the same host in two files the first one
 * counts: in the order of the folders, and in one folder in the order of the names. A file whose
 * name an earlier folder has, too, is not read. A file that cannot be read, or that other users can
 * change, is left out, and so is a host that is no good; the log says why, once. What a file said
 * while it was good counts until it is good again or gone.
 *
 * Signal `changed`: the files were read anew.
 */

/**
 * keyfob_provided_hosts_new:
 * @folders: absolute paths; a folder need not exist
 *
 * Reads the files; blocks, so it is for the time before the main loop runs.
 *
 * Returns: (transfer full): the hosts
 */
KeyfobProvidedHosts *keyfob_provided_hosts_new (const char *const *folders);

/** Returns: (transfer full): `keyfob/hosts.d` in the folders of XDG_CONFIG_DIRS, then in those of
 * XDG_DATA_DIRS */
GStrv keyfob_provided_hosts_dup_default_folders (void);

/** Returns: (transfer none) (element-type KeyfobConfig): the hosts; another array after `changed`
 */
GPtrArray *keyfob_provided_hosts_get_configs (KeyfobProvidedHosts *self);

/** Returns: (transfer none) (array zero-terminated=1): what is wrong with the files, a line each
 * for whoever runs the computer; others after `changed` */
const char *const *keyfob_provided_hosts_get_problems (KeyfobProvidedHosts *self);

/** Has the files read anew, in a thread, whenever one of them changes, comes or goes. */
void keyfob_provided_hosts_watch (KeyfobProvidedHosts *self);

G_END_DECLS
