/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host-file.h"
#include "keyfob-stores.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_TOKEN_LOCATION (keyfob_token_location_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobTokenLocation, keyfob_token_location, KEYFOB, TOKEN_LOCATION, GObject)

/**
 * KeyfobTokenLocation:
 *
 * Where the token of one host is kept, where it should be, and where a copy was left that could not
 * be removed yet. Remembered with the hosts, so that Keyfob tells its own tokens from those of
 * Python programs, also after a restart. A place is `keyring` or the path of a file.
 */

/** Returns: (transfer full): what is remembered of @config */
KeyfobTokenLocation *keyfob_token_location_new (KeyfobStores *stores,
                                                KeyfobHostFile *file,
                                                KeyfobClock *clock,
                                                KeyfobConfig *config);

/** Sets the configuration of the host; where the token is wanted may change. */
void keyfob_token_location_set_config (KeyfobTokenLocation *self, KeyfobConfig *config);

/** Returns: where the token is; empty where there is none, or none that is stored */
const char *keyfob_token_location_get_place (KeyfobTokenLocation *self);

/** Returns: where a new token goes */
const char *keyfob_token_location_get_wanted (KeyfobTokenLocation *self);

/** Returns: (nullable): the store where the token is, else the one where a new token goes */
KeyfobTokenStore *keyfob_token_location_get_store (KeyfobTokenLocation *self);

/** Returns: (nullable): the store where a new token goes, else the one where the token is */
KeyfobTokenStore *keyfob_token_location_get_store_for_new (KeyfobTokenLocation *self);

/** Returns: (nullable): the store at a place */
KeyfobTokenStore *keyfob_token_location_open (KeyfobTokenLocation *self, const char *place);

/**
 * keyfob_token_location_dup_candidates:
 * @was_signed_in: there was a token when the agent ran last
 *
 * Returns: (transfer full): the places where the token may be, the likeliest first
 */
GStrv keyfob_token_location_dup_candidates (KeyfobTokenLocation *self, gboolean was_signed_in);

/** Returns: (transfer full): the places from where the token is removed when the user signs out */
GStrv keyfob_token_location_dup_all (KeyfobTokenLocation *self);

/** Returns: (transfer full): the places where copies were left */
GStrv keyfob_token_location_dup_left (KeyfobTokenLocation *self);

/** Returns: when the last of them was left, Unix seconds */
gint64 keyfob_token_location_get_left_at (KeyfobTokenLocation *self);

/** Returns: whether the token is at @place, or, where there is none, may be or come there */
gboolean keyfob_token_location_may_be_in (KeyfobTokenLocation *self, const char *place);

/** Returns: where Keyfob has put a token, found there or not; empty where it has put none */
char *keyfob_token_location_dup_recorded (KeyfobTokenLocation *self);

/** Returns: whether Keyfob put the token where it is; else another program did */
gboolean keyfob_token_location_is_own (KeyfobTokenLocation *self);

/** Returns: (nullable): where the token should move now; %NULL where it can stay, or has to */
const char *keyfob_token_location_get_target (KeyfobTokenLocation *self);

/** The token was found in @store. */
void keyfob_token_location_found (KeyfobTokenLocation *self, KeyfobTokenStore *store);

/** Keyfob has put the token into @store; where it was before, a copy is left. */
void keyfob_token_location_saved (KeyfobTokenLocation *self, KeyfobTokenStore *store);

/** A new token for the one that was found is in @store. */
void keyfob_token_location_refreshed (KeyfobTokenLocation *self, KeyfobTokenStore *store);

/** There is no token any more, except copies at @left. */
void keyfob_token_location_gone (KeyfobTokenLocation *self, const char *const *left);

/** The copy at @place is removed. */
void keyfob_token_location_copy_removed (KeyfobTokenLocation *self, const char *place);

/** The token could not move to where it should be; that is not tried again until
 * keyfob_token_location_allow_moves(). */
void keyfob_token_location_move_failed (KeyfobTokenLocation *self);

/** Whether the store has changed since the host looked into it. */
gboolean keyfob_token_location_is_stale (KeyfobTokenLocation *self);
void keyfob_token_location_set_stale (KeyfobTokenLocation *self, gboolean stale);

/** The stores have changed. */
void keyfob_token_location_allow_moves (KeyfobTokenLocation *self);

G_END_DECLS
