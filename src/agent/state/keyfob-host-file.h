/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-clock.h"
#include "keyfob-config.h"

G_BEGIN_DECLS

/**
 * KeyfobHostEntry:
 * @config: how to talk to the host
 * @account: who was signed in, may be empty
 * @last_used: when the host was last used, Unix seconds; 0 where that is not known
 *
 * A host in the file.
 */
typedef struct
{
  KeyfobConfig *config;
  char *account;
  gint64 last_used;
} KeyfobHostEntry;

void keyfob_host_entry_free (KeyfobHostEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobHostEntry, keyfob_host_entry_free)

#define KEYFOB_TYPE_HOST_FILE (keyfob_host_file_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobHostFile, keyfob_host_file, KEYFOB, HOST_FILE, GObject)

/**
 * KeyfobHostFile:
 *
 * The file with the hosts, which a person can read, and edit while the agent does not run: a key
 * file with a group for each base URL. No secret is in it. Groups and keys that Keyfob does not
 * know stay. It is written as #KeyfobKeyFileWriter does.
 */

/**
 * keyfob_host_file_new:
 * @path: path of the file, which is not read yet
 * @clock: times the next attempt after a write that failed
 *
 * Returns: (transfer full): the file
 */
KeyfobHostFile *keyfob_host_file_new (const char *path, KeyfobClock *clock);

/** Returns: (transfer full): `hosts.ini` in Keyfob's folder of the user's configuration */
char *keyfob_host_file_dup_default_path (void);

/**
 * keyfob_host_file_load:
 * @problem: (out) (optional) (nullable): what the user should know of a file that is damaged or
 *   cannot be read
 *
 * Reads the file; blocks, so it is for the time before the main loop runs. A host that cannot be
 * read is left out and stays in the file. Where a line cannot be read, a copy of the file is kept
 * beside it, and it is written again without that line; where there can be no copy, or the file
 * cannot be read at all, it is never written to. Of a host that is there in two spellings the first
 * group counts.
 *
 * Returns: (transfer full) (element-type KeyfobHostEntry): the hosts in the order of the file
 */
GPtrArray *keyfob_host_file_load (KeyfobHostFile *self, char **problem);

/** Returns: (transfer full) (element-type KeyfobConfig): the hosts that are in the file now */
GPtrArray *keyfob_host_file_list (KeyfobHostFile *self);

/** Adds or changes a host, and has the file written. */
void keyfob_host_file_set (KeyfobHostFile *self, KeyfobConfig *config, const char *account);

/**
 * keyfob_host_file_note_used:
 * @time: when the host was last used, Unix seconds
 *
 * Sets when the host was last used, and has the file written, unless the file has a time within
 * half a day of @time.
 */
void keyfob_host_file_note_used (KeyfobHostFile *self, KeyfobConfig *config, gint64 time);

/** Returns: (transfer full): the store where Keyfob has put the token of a host, `keyring` or a
 * file; empty where there is none */
char *keyfob_host_file_dup_token_store (KeyfobHostFile *self, KeyfobConfig *config);

/** Returns: (transfer full): the stores where copies of the token were left, since they could not
 * be removed */
GStrv keyfob_host_file_dup_copy_stores (KeyfobHostFile *self, KeyfobConfig *config);

/** Returns: when the last copy was left, Unix seconds; 0 where there is no copy */
gint64 keyfob_host_file_get_copy_time (KeyfobHostFile *self, KeyfobConfig *config);

/** Sets these three for a host that is in the file, and has the file written where a store differs.
 */
void keyfob_host_file_set_token_stores (KeyfobHostFile *self,
                                        KeyfobConfig *config,
                                        const char *store,
                                        const char *const *copies,
                                        gint64 copy_time);

/*
 * Notes on a host, each a text of its own key in the file.
 *
 * NOTIFIED: the last notification that the user has seen; CONSENT: whether the provider has to be
 * asked for consent; PORTS: the redirect ports that the server names; LOGIN_PAGE, CLIENT, ISSUER
 * and CODE_PAGE: see keyfob-known-provider.h
 */
#define KEYFOB_HOST_NOTE_NOTIFIED "told"
#define KEYFOB_HOST_NOTE_CONSENT "known-consent"
#define KEYFOB_HOST_NOTE_PORTS "known-ports"
#define KEYFOB_HOST_NOTE_LOGIN_PAGE "known-login-page"
#define KEYFOB_HOST_NOTE_CLIENT "known-client"
#define KEYFOB_HOST_NOTE_ISSUER "known-issuer"
#define KEYFOB_HOST_NOTE_CODE_PAGE "known-code-page"

/** Returns: (transfer full): the note, may be empty */
char *keyfob_host_file_dup_note (KeyfobHostFile *self, KeyfobConfig *config, const char *note);

/** Sets a note on a host that is in the file, and has the file written where the note differs; an
 * empty @text removes the note. */
void keyfob_host_file_set_note (KeyfobHostFile *self,
                                KeyfobConfig *config,
                                const char *note,
                                const char *text);

/** Removes a host, in all its spellings, and has the file written. */
void keyfob_host_file_remove (KeyfobHostFile *self, KeyfobConfig *config);

/** Writes all changes that are not on disk yet, also after a write that failed. */
void keyfob_host_file_flush_async (KeyfobHostFile *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/** Returns: %FALSE with KEYFOB_AUTH_ERROR_STORE where it could not be written */
gboolean keyfob_host_file_flush_finish (KeyfobHostFile *self, GAsyncResult *result, GError **error);

G_END_DECLS
