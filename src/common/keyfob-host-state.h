/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * KeyfobHostState:
 * @KEYFOB_HOST_SIGNED_OUT: there is no token
 * @KEYFOB_HOST_SIGNING_IN: the user is asked
 * @KEYFOB_HOST_SIGNED_IN: there is a token that is good, or that a refresh will renew
 * @KEYFOB_HOST_REFRESHING: the server is asked for a new token
 * @KEYFOB_HOST_EXPIRED: only the user can go on
 * @KEYFOB_HOST_OFFLINE: would refresh, cannot; the token may still be good
 * @KEYFOB_HOST_LOCKED: there is a token in a store that is locked, does not answer or cannot be
 * read
 *
 * How a host stands; everything that is shown of it derives from this.
 */
typedef enum
{
  KEYFOB_HOST_SIGNED_OUT,
  KEYFOB_HOST_SIGNING_IN,
  KEYFOB_HOST_SIGNED_IN,
  KEYFOB_HOST_REFRESHING,
  KEYFOB_HOST_EXPIRED,
  KEYFOB_HOST_OFFLINE,
  KEYFOB_HOST_LOCKED,
} KeyfobHostState;

/** Returns: the word that `Host1.State` has for it */
const char *keyfob_host_state_to_string (KeyfobHostState state);

/** Returns: the state that @word (nullable) names; signed out where it names none */
KeyfobHostState keyfob_host_state_parse (const char *word);

/**
 * keyfob_host_state_is_unreadable:
 * @store: (nullable): what `Host1.Store` has for the host
 *
 * Returns: whether @state is that of a token in a file that cannot be read, which Unlock is of no
 *   use for
 */
gboolean keyfob_host_state_is_unreadable (KeyfobHostState state, const char *store);

/** Returns: whether only the user can bring a host in @state on */
gboolean keyfob_host_state_needs_user (KeyfobHostState state);

/** Returns: whether a host in @state has a token at hand, or can get one by itself */
gboolean keyfob_host_state_has_token (KeyfobHostState state);

/** Life of what any refresh brings in broker mode, seconds */
#define KEYFOB_BROKER_LIFE (60 * 60)

/**
 * keyfob_host_state_can_renew:
 * @broker: whether the access token is also the refresh token
 * @left: for how many seconds the token is still good
 *
 * Returns: whether a new token can be had in @state, and is not good for a shorter time than the
 *   present one
 */
gboolean keyfob_host_state_can_renew (KeyfobHostState state, gboolean broker, gint64 left);

/** Returns: whether there is something to sign out of: a token, at hand or in a locked store */
gboolean keyfob_host_state_can_sign_out (KeyfobHostState state);

G_END_DECLS
