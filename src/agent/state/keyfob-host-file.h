/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-clock.h"
#include "keyfob-config.h"

G_BEGIN_DECLS

/* The most hosts that there can be. */
#define KEYFOB_HOST_FILE_MOST 2000

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
 * The file with the hosts, which a person can read and edit: a key file with a group for each base
 * URL. No secret is in it. It is read once, and written as #KeyfobKeyFileWriter does: what a person
 * or another agent changes in the file meanwhile stays. A host that was removed there comes back
 * only with keyfob_host_file_set().
 */

/**
 * keyfob_host_file_new:
 * @path: path of the file, which is not read yet
 * @clock: times the next attempt after a write that failed
 *
 * Returns: (transfer full): the file
 */
KeyfobHostFile *keyfob_host_file_new (const char *path, KeyfobClock *clock);

/** Returns: (transfer full): a copy in memory of the file at @path, which is not written */
KeyfobHostFile *keyfob_host_file_new_copy (const char *path, KeyfobClock *clock);

/** Returns: whether changes stay in memory */
gboolean keyfob_host_file_is_copy (KeyfobHostFile *self);

/** Returns: (transfer full): `hosts.ini` in Keyfob's folder of the user's configuration */
char *keyfob_host_file_dup_default_path (void);

/**
 * keyfob_host_file_set_provided:
 * @configs: (element-type KeyfobConfig): as keyfob_provided_hosts_get_configs() has them
 *
 * Has the file say of these hosts only how they are other than they are provided, or that they are
 * removed; to be called before keyfob_host_file_load(), and whenever they have changed. A host in
 * the file that is provided no longer keeps what was provided, apart from what the user has
 * changed.
 */
void keyfob_host_file_set_provided (KeyfobHostFile *self, GPtrArray *configs);

/** Returns: whether the host is provided */
gboolean keyfob_host_file_is_provided (KeyfobHostFile *self, KeyfobConfig *config);

/** Returns: whether the host is provided, with all its options */
gboolean keyfob_host_file_is_as_provided (KeyfobHostFile *self, KeyfobConfig *config);

/** Returns: whether the file has the host, as it does once the user has made anything of it */
gboolean keyfob_host_file_is_listed (KeyfobHostFile *self, KeyfobConfig *config);

/** Returns: (transfer none) (nullable): the host as it is provided, whether or not it is removed */
KeyfobConfig *keyfob_host_file_find_provided (KeyfobHostFile *self, const char *url);

/** Returns: (transfer full) (nullable): the host with the options of the file and, where the file
 * has none, those with which it is provided; %NULL where it is neither there nor provided, or is
 * removed */
KeyfobConfig *keyfob_host_file_dup_config (KeyfobHostFile *self, const char *base_url);

/** Returns: (transfer full) (element-type KeyfobConfig): the hosts that are provided and removed */
GPtrArray *keyfob_host_file_list_removed (KeyfobHostFile *self);

/**
 * keyfob_host_file_load:
 * @problem: (out) (optional) (nullable): what the user should know of a file that is damaged or
 *   cannot be read
 *
 * Reads the file; blocks, so it is for the time before the main loop runs. A host that cannot be
 * read, or is one too many, is left out and stays in the file. Where a line cannot be read, a copy
 * of the file is kept beside it, and it is written again without that line; where there can be no
 * copy, or the file cannot be read at all, it is never written to. Of a host that is there in two
 * spellings the first group counts.
 *
 * Returns: (transfer full) (element-type KeyfobHostEntry): the hosts in the order of the file, then
 *   those that are provided
 */
GPtrArray *keyfob_host_file_load (KeyfobHostFile *self, char **problem);

/**
 * keyfob_host_file_read_list:
 * @problems: (out) (transfer full): a sentence for each host that is left out
 *
 * Reads the hosts of a file that a person keeps, in the same format, which is not changed; blocks,
 * so it is for a thread. The file may be one of another program: a group whose name is a word alone
 * is passed over.
 *
 * Returns: (transfer full) (element-type KeyfobHostEntry): the hosts; %NULL with
 *   KEYFOB_AUTH_ERROR_STORE where the file cannot be read or is no such list
 */
GPtrArray *keyfob_host_file_read_list (const char *path, GStrv *problems, GError **error);

/**
 * keyfob_host_file_parse_list:
 * @path: of the file that has @text, for sentences
 * @problems: (out) (transfer full): a sentence for each host that is left out
 * @error: G_KEY_FILE_ERROR
 *
 * Returns: (transfer full) (element-type KeyfobHostEntry): the hosts in @text, which is no key file
 *   where this is %NULL
 */
GPtrArray *keyfob_host_file_parse_list (const char *path,
                                        const char *text,
                                        gsize length,
                                        GStrv *problems,
                                        GError **error);

/**
 * keyfob_host_file_write_list:
 * @configs: (element-type KeyfobConfig)
 *
 * Returns: (transfer full): the text of such a file
 */
char *keyfob_host_file_write_list (GPtrArray *configs);

/** Returns: (transfer full) (element-type KeyfobConfig): the hosts that are in the file now */
GPtrArray *keyfob_host_file_list (KeyfobHostFile *self);

/** Adds or changes a host, and has the file written; one that is as it is provided, and is not
 * listed, is not. */
void keyfob_host_file_set (KeyfobHostFile *self, KeyfobConfig *config, const char *account);

/** Adds @to with all that the file has of @from, which stays, but for the options; has the file
 * written. */
void keyfob_host_file_copy (KeyfobHostFile *self, KeyfobConfig *from, KeyfobConfig *to);

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
#define KEYFOB_HOST_NOTE_ACCOUNT "account"
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

/** Removes a host, in all its spellings, and has the file written; the file says so of a host that
 * is provided, until keyfob_host_file_set(). */
void keyfob_host_file_remove (KeyfobHostFile *self, KeyfobConfig *config);

/** Writes all changes that are not on disk yet, also after a write that failed. */
void keyfob_host_file_flush_async (KeyfobHostFile *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

/** Returns: %FALSE with KEYFOB_AUTH_ERROR_STORE where it could not be written */
gboolean keyfob_host_file_flush_finish (KeyfobHostFile *self, GAsyncResult *result, GError **error);

G_END_DECLS
