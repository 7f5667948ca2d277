/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_APP_FOLDERS (keyfob_app_folders_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobAppFolders, keyfob_app_folders, KEYFOB, APP_FOLDERS, GObject)

/** How many folders are watched at most. */
#define KEYFOB_APP_FOLDERS_MAX 64

/**
 * KeyfobAppFolders:
 *
 * The folders of programs in the user's cache folder, and which of them have a token file of the
 * name that py-oidc-auth-client gives it. Looks into them in a thread. The folders are watched; of
 * more than #KEYFOB_APP_FOLDERS_MAX those with a token file, then those that changed last.
 *
 * Signal `changed`: other folders have a token file.
 */

/** Returns: (transfer full): the folders, of which none is known until `changed` */
KeyfobAppFolders *keyfob_app_folders_new (void);

/** Looks again, which finds a token file in a folder that is not watched. */
void keyfob_app_folders_look (KeyfobAppFolders *self);

/** Returns: (transfer none): the names of the folders with a token file, sorted */
const char *const *keyfob_app_folders_get_names (KeyfobAppFolders *self);

G_END_DECLS
