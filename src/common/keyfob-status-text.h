/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

#include "keyfob-host-state.h"

G_BEGIN_DECLS

/**
 * keyfob_status_text_state:
 * @store: (nullable): what `Host1.Store` has for the host
 *
 * Returns: the state in words, the text alternative of its icon
 */
const char *keyfob_status_text_state (KeyfobHostState state, const char *store);

/** Returns: name of the icon of @state; no two states have the same shape */
const char *keyfob_status_text_state_icon (KeyfobHostState state);

/** Returns: (nullable): style class of the icon of @state */
const char *keyfob_status_text_state_style (KeyfobHostState state);

/**
 * keyfob_status_text_time_left:
 * @expires: Unix time in seconds
 * @now: Unix time in seconds
 *
 * Rounded down, for a token is never to look better than it is.
 *
 * Returns: (transfer full): how long it is until @expires, or the time of day where that is far
 */
char *keyfob_status_text_time_left (gint64 expires, gint64 now);

/**
 * keyfob_status_text_session_ended:
 * @expires: Unix time in seconds, 0 where it is not known
 * @now: Unix time in seconds
 *
 * Returns: (transfer full): a sentence that says when the session ended
 */
char *keyfob_status_text_session_ended (gint64 expires, gint64 now);

/**
 * keyfob_status_text_status:
 * @store: (nullable): what `Host1.Store` has for the host
 * @account: (nullable): who is signed in
 * @expires: end of the access token, Unix time in seconds, 0 where it is not known
 * @renews: whether the token is renewed by itself
 * @now: Unix time in seconds
 *
 * A time is told only where it matters to the user.
 *
 * Returns: (transfer full): the line under the name of a host
 */
char *keyfob_status_text_status (KeyfobHostState state,
                                 const char *store,
                                 const char *account,
                                 gint64 expires,
                                 gboolean renews,
                                 gint64 now);

/**
 * keyfob_status_text_outlook:
 * @expires: see keyfob_status_text_status()
 * @renews: see keyfob_status_text_status()
 * @now: Unix time in seconds
 *
 * Returns: (transfer full) (nullable): what becomes of a good token; %NULL where there is nothing
 * to tell
 */
char *keyfob_status_text_outlook (gint64 expires, gboolean renews, gint64 now);

/** Returns: whether the user has to sign in again within an hour, see keyfob_status_text_outlook()
 */
gboolean keyfob_status_text_ends_soon (gint64 expires, gboolean renews, gint64 now);

/**
 * keyfob_status_text_waiting:
 * @by_code: on another device, else in the browser
 * @provider: the host that the user is sent to
 *
 * Returns: (transfer full): the line under the name of a host while a sign-in waits for the user
 */
char *keyfob_status_text_waiting (gboolean by_code, const char *provider);

/**
 * keyfob_status_text_who:
 * @account: (nullable): who is signed in
 * @expires: see keyfob_status_text_status()
 * @renews: see keyfob_status_text_status()
 * @now: Unix time in seconds
 *
 * Returns: (transfer full): who is signed in with a good token and what becomes of it, as a
 * sentence
 */
char *keyfob_status_text_who (const char *account, gint64 expires, gboolean renews, gint64 now);

/**
 * keyfob_status_text_moment:
 * @time: Unix time in seconds
 * @now: Unix time in seconds
 *
 * Returns: (transfer full) (nullable): when that is, such as "14:02" or "tomorrow at 09:12", to be
 *   used in a sentence; %NULL for a time beyond any calendar
 */
char *keyfob_status_text_moment (gint64 time, gint64 now);

/**
 * keyfob_status_text_distance:
 * @time: Unix time in seconds
 * @now: Unix time in seconds
 *
 * Returns: (transfer full): how far away that is, such as "in 12 min" or "3 h ago"
 */
char *keyfob_status_text_distance (gint64 time, gint64 now);

G_END_DECLS
