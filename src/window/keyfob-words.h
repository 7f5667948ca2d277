/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * KeyfobHostState:
 * @KEYFOB_HOST_SIGNED_OUT: there is no token
 * @KEYFOB_HOST_SIGNING_IN: a sign-in runs
 * @KEYFOB_HOST_SIGNED_IN: there is a token
 * @KEYFOB_HOST_REFRESHING: a new token is under way
 * @KEYFOB_HOST_EXPIRED: only the user can get a new token
 * @KEYFOB_HOST_OFFLINE: the server cannot be reached; the token may still be good
 *
 * `Host1.State`. What a row shows derives from it.
 */
typedef enum
{
  KEYFOB_HOST_SIGNED_OUT,
  KEYFOB_HOST_SIGNING_IN,
  KEYFOB_HOST_SIGNED_IN,
  KEYFOB_HOST_REFRESHING,
  KEYFOB_HOST_EXPIRED,
  KEYFOB_HOST_OFFLINE,
} KeyfobHostState;

/** Returns: the state that @word (nullable) names; signed out where it names none */
KeyfobHostState keyfob_host_state_parse (const char *word);

/** Returns: whether only the user can bring a host in @state on */
gboolean keyfob_host_state_needs_user (KeyfobHostState state);

/** Returns: whether a host in @state has a token, or can get one by itself */
gboolean keyfob_host_state_has_token (KeyfobHostState state);

/** Returns: the state in words, the text alternative of its icon */
const char *keyfob_words_state (KeyfobHostState state);

/** Returns: name of the icon of @state; no two states have the same shape */
const char *keyfob_words_state_icon (KeyfobHostState state);

/** Returns: (nullable): style class of the icon of @state */
const char *keyfob_words_state_style (KeyfobHostState state);

/**
 * keyfob_words_time_left:
 * @expires: Unix time in seconds
 * @now: Unix time in seconds
 *
 * Rounded down, for a token is never to look better than it is.
 *
 * Returns: (transfer full): how long it is until @expires, or the time of day where that is far
 */
char *keyfob_words_time_left (gint64 expires, gint64 now);

/**
 * keyfob_words_session_ended:
 * @expires: Unix time in seconds, 0 where it is not known
 * @now: Unix time in seconds
 *
 * Returns: (transfer full): a sentence that says when the session ended
 */
char *keyfob_words_session_ended (gint64 expires, gint64 now);

/**
 * keyfob_words_status:
 * @account: (nullable): who is signed in
 * @expires: end of the access token, Unix time in seconds, 0 where it is not known
 * @now: Unix time in seconds
 *
 * Returns: (transfer full): the line under the name of a host
 */
char *keyfob_words_status (KeyfobHostState state, const char *account, gint64 expires, gint64 now);

G_END_DECLS
