/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * KeyfobBearerFiles:
 *
 * The files from which programs read the access token of a host: `keyfob/NAME.token` in the runtime
 * folder of the user, and for one host `bt_uUID` beside that folder, where WLCG Bearer Token
 * Discovery looks. They are there only while somebody wants them and there is a token to hand out.
 *
 * Reads and writes at once: the runtime folder is in the memory of this machine (Base Directory
 * specification), and a token that is taken back has to be gone when that is told.
 *
 * What another program, or another user, has put in the place of a file is neither followed nor
 * replaced.
 */
typedef struct _KeyfobBearerFiles KeyfobBearerFiles;

/**
 * keyfob_bearer_files_new:
 * @folder: (nullable): `XDG_RUNTIME_DIR`
 *
 * Removes the files of an agent that has crashed.
 *
 * Returns: (transfer full): keeps no file yet
 */
KeyfobBearerFiles *keyfob_bearer_files_new (const char *folder);

/** Removes all files. */
void keyfob_bearer_files_free (KeyfobBearerFiles *self);

/**
 * keyfob_bearer_files_dup_name:
 * @url: base URL
 *
 * Returns: (transfer full): the name of the file of a host: its URL without `https://`, with `_`
 * for each `/` and `+` for the `:` before a port. A `~` and a digest of the URL follow where that
 *   could be the name of another host as well.
 */
char *keyfob_bearer_files_dup_name (const char *url);

/**
 * keyfob_bearer_files_keep:
 * @url: base URL of the host
 * @wlcg: also `bt_uUID`; with %FALSE that stays as it was
 *
 * From now on there is a file for the tokens of @url.
 *
 * Returns: %FALSE with KEYFOB_AUTH_ERROR
 */
gboolean
keyfob_bearer_files_keep (KeyfobBearerFiles *self, const char *url, gboolean wlcg, GError **error);

/**
 * keyfob_bearer_files_put:
 * @token: (nullable): %NULL for none
 *
 * Puts @token into the files of @url, if they are kept. A file that cannot be written is removed,
 * where it is ours.
 *
 * Returns: %FALSE with KEYFOB_AUTH_ERROR
 */
gboolean keyfob_bearer_files_put (KeyfobBearerFiles *self,
                                  const char *url,
                                  const char *token,
                                  GError **error);

/** Removes the files of @url, which are not kept any more. */
void keyfob_bearer_files_drop (KeyfobBearerFiles *self, const char *url);

/** Removes all files, and lets none be kept any more. */
void keyfob_bearer_files_close (KeyfobBearerFiles *self);

/** Returns: whether there is a file for the tokens of @url, while there are tokens */
gboolean keyfob_bearer_files_is_kept (KeyfobBearerFiles *self, const char *url);

/** Returns: whether the agent is needed for a file */
gboolean keyfob_bearer_files_is_needed (KeyfobBearerFiles *self);

/** Returns: (transfer full): the paths of the files that are kept for @url, there or not */
GStrv keyfob_bearer_files_dup_paths (KeyfobBearerFiles *self, const char *url);

G_END_DECLS
