/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-bus.h"
#include "keyfob-context.h"
#include "keyfob-token-location.h"
#include "keyfob-server.h"
#include "keyfob-sign-in.h"
#include "keyfob-host-session.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_HOST (keyfob_host_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobHost, keyfob_host, KEYFOB, HOST, GObject)

/**
 * KeyfobHostActivity:
 * @KEYFOB_HOST_AT_REST: nothing
 * @KEYFOB_HOST_WAITING: waits for the store to open
 * @KEYFOB_HOST_LOADING: looks for its token in the store
 * @KEYFOB_HOST_IN_REFRESH: the server is asked for a new token
 * @KEYFOB_HOST_IN_SIGN_IN: the user is asked
 * @KEYFOB_HOST_IN_SIGN_OUT: the token is being removed
 * @KEYFOB_HOST_IN_SAVE: the token is stored, which could not be done before
 * @KEYFOB_HOST_IN_MOVE: the token is on its way to another store
 *
 * What a host is doing. One thing at a time: a second one waits with keyfob_host_join_async().
 */
typedef enum
{
  KEYFOB_HOST_AT_REST,
  KEYFOB_HOST_WAITING,
  KEYFOB_HOST_LOADING,
  KEYFOB_HOST_IN_REFRESH,
  KEYFOB_HOST_IN_SIGN_IN,
  KEYFOB_HOST_IN_SIGN_OUT,
  KEYFOB_HOST_IN_SAVE,
  KEYFOB_HOST_IN_MOVE,
} KeyfobHostActivity;

/**
 * KeyfobHost:
 *
 * One host: its configuration, its token and how it stands, shown in the properties of its
 * `Host1` interface. Its methods are in keyfob-host-methods.h.
 *
 * Signal `changed`: something of what is shown may have changed.
 */

/**
 * keyfob_host_new:
 * @account: who was signed in, may be empty
 * @last_used: when it was last used, Unix seconds; 0 unknown, which counts from now
 *
 * Returns: (transfer full): a host that waits for the store
 */
KeyfobHost *keyfob_host_new (KeyfobContext *context,
                             KeyfobConfig *config,
                             const char *account,
                             gint64 last_used);

/**
 * keyfob_host_dup_path:
 *
 * Returns: (transfer full): the object path of a host with the base URL of @config
 */
char *keyfob_host_dup_path (KeyfobConfig *config);

/** Returns: (transfer none): what is exported on the bus */
KeyfobBusHost1 *keyfob_host_get_skeleton (KeyfobHost *self);

KeyfobContext *keyfob_host_get_context (KeyfobHost *self);
KeyfobConfig *keyfob_host_get_config (KeyfobHost *self);
KeyfobServer *keyfob_host_get_server (KeyfobHost *self);

/** Returns: (transfer none): the HTTP session for requests to the host */
SoupSession *keyfob_host_get_http (KeyfobHost *self);
KeyfobHostActivity keyfob_host_get_activity (KeyfobHost *self);

/** Returns: (transfer none): GTasks of keyfob_host_configure_async(), see keyfob-host-storage.h */
GQueue *keyfob_host_get_changes (KeyfobHost *self);

/** Returns: (transfer none): its token, account and error, and when something is due */
KeyfobHostSession *keyfob_host_get_session (KeyfobHost *self);

/** Returns: the state that is shown: of the session, or what the host is doing */
KeyfobHostState keyfob_host_get_state (KeyfobHost *self);

/** Returns: its object path on the bus: readable, and always the same for a base URL */
const char *keyfob_host_get_path (KeyfobHost *self);

/** Returns: whether the host has a token that is not stored yet */
gboolean keyfob_host_is_unsaved (KeyfobHost *self);

/** Returns: whether a token is at hand or can be got without the user, also during a sign-in, which
 * leaves a good token as it is */
gboolean keyfob_host_has_token (KeyfobHost *self);

/** Returns: whether it has a token, at hand or locked away: a session is not over because its token
 * cannot be read */
gboolean keyfob_host_is_signed_in (KeyfobHost *self);

/** Returns: whether it is not known yet if there is a token in the store */
gboolean keyfob_host_is_looking_up (KeyfobHost *self);

/** Returns: whether it does something that must not be cut off */
gboolean keyfob_host_is_busy (KeyfobHost *self);

/** Returns: (transfer none): where its token is kept */
KeyfobTokenLocation *keyfob_host_get_location (KeyfobHost *self);

/** Returns: (nullable): the store where its token is, or goes; %NULL while that cannot be asked */
KeyfobTokenStore *keyfob_host_get_store (KeyfobHost *self);

/** Begins something; at rest only, or while it waits for the store. One that is loading can begin
 * to wait. */
void keyfob_host_begin (KeyfobHost *self, KeyfobHostActivity activity);

/**
 * keyfob_host_finish:
 * @token: (nullable): what came of the activity
 * @error: (nullable): why it failed
 *
 * Ends what the host is doing and tells everyone who waits for that.
 */
void keyfob_host_finish (KeyfobHost *self, KeyfobToken *token, const GError *error);

/**
 * keyfob_host_keep_token_file:
 * @wlcg: see keyfob_bearer_files_keep()
 * @program: (nullable): which program the user has allowed to have it, if that was asked
 *
 * Keeps the token of the host in a file, renewed in time, until
 * keyfob_host_drop_token_file() or the sign-out.
 *
 * Returns: (transfer full): the paths of the files; %NULL with KEYFOB_AUTH_ERROR
 */
GStrv
keyfob_host_keep_token_file (KeyfobHost *self, gboolean wlcg, const char *program, GError **error);

/** Removes the file again, if there is one. */
void keyfob_host_drop_token_file (KeyfobHost *self);

/** Removes the file if it is there for @program. */
void keyfob_host_revoke_token_file (KeyfobHost *self, const char *program);

/** Changes who is signed in, and remembers it. */
void keyfob_host_set_account (KeyfobHost *self, const char *account);

/** Tells what has changed in the session of @self, and sets its timer anew. */
void keyfob_host_update (KeyfobHost *self);

/** Writes down when the host was last used. */
void keyfob_host_save_use (KeyfobHost *self);

/** The host is being removed: no session begins any more, and nothing of the host is written down.
 * Several calls can do so. */
void keyfob_host_begin_removal (KeyfobHost *self);

/** One of them has failed. */
void keyfob_host_end_removal (KeyfobHost *self);

/** Returns: whether the host is being removed, or is removed */
gboolean keyfob_host_is_being_removed (KeyfobHost *self);

/** @sign_in: (nullable): the sign-in that runs */
void keyfob_host_set_sign_in (KeyfobHost *self, KeyfobSignIn *sign_in);

/** Returns: whether a sign-in is under way that was cancelled, and that nobody may join */
gboolean keyfob_host_is_sign_in_cancelled (KeyfobHost *self);

/** @client: (nullable): unique bus name of a program for which the sign-in runs, too */
void keyfob_host_add_sign_in_client (KeyfobHost *self, const char *client);

/** Brings the answer of the provider to the sign-in that runs: see keyfob_sign_in_take_address().
 */
gboolean keyfob_host_take_address (KeyfobHost *self, const char *uri, GError **error);

/** Opens the sign-in page in the browser; see keyfob_sign_in_open_page(). */
void keyfob_host_open_page (KeyfobHost *self, const char *activation_token);

/** Returns: whether a sign-in runs and asks @question; it goes on then, see keyfob_sign_in_go_on()
 */
gboolean keyfob_host_go_on (KeyfobHost *self, const char *question, const char *activation_token);

/** Returns: what the sign-in that runs asks the user, else empty */
const char *keyfob_host_get_question (KeyfobHost *self);

/** Ends the sign-in that runs, if one does. */
void keyfob_host_cancel (KeyfobHost *self);

/** Waits until the sign-in that runs is under way, or has ended. */
void keyfob_host_start_async (KeyfobHost *self, GAsyncReadyCallback callback, gpointer user_data);

/** Waits for the end of what the host is doing. */
void keyfob_host_join_async (KeyfobHost *self, GAsyncReadyCallback callback, gpointer user_data);

/**
 * keyfob_host_join_finish:
 * @token: (out) (nullable) (transfer full): the token that came of it
 *
 * Finishes keyfob_host_start_async(), too.
 *
 * Returns: %FALSE with a KEYFOB_AUTH_ERROR where it failed
 */
gboolean keyfob_host_join_finish (KeyfobHost *self,
                                  GAsyncResult *result,
                                  KeyfobToken **token,
                                  GError **error);

/** Changes the configuration, see `Host1.Configure`; a token stays where it is, see
 * keyfob_host_configure_async(). */
gboolean keyfob_host_configure (KeyfobHost *self, GVariant *options, GError **error);

/** Shows in `Host1.Uses` that @caller took the token. */
void keyfob_host_note_caller (KeyfobHost *self, KeyfobCaller *caller);

/** @sentence: what the user should read, empty when all is well */
void keyfob_host_set_error (KeyfobHost *self, const char *sentence);

G_END_DECLS
