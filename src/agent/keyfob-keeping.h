/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host-file.h"
#include "keyfob-stores.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_KEEPING (keyfob_keeping_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobKeeping, keyfob_keeping, KEYFOB, KEEPING, GObject)

/**
 * KeyfobKeeping:
 *
 * Where the token of one host is kept, where it should be, and where a copy was left that could not
 * be removed yet. Remembered with the hosts, so that Keyfob tells its own tokens from those of
 * Python programs, also after a restart. A place is `keyring` or the path of a file.
 */

/** Returns: (transfer full): what is remembered of @config */
KeyfobKeeping *keyfob_keeping_new (KeyfobStores *stores,
                                   KeyfobHostFile *file,
                                   KeyfobClock *clock,
                                   KeyfobConfig *config);

/** The user has changed his mind. */
void keyfob_keeping_set_config (KeyfobKeeping *self, KeyfobConfig *config);

/** Returns: where the token is; empty where there is none, or none that is stored */
const char *keyfob_keeping_get_place (KeyfobKeeping *self);

/** Returns: where a new token goes */
const char *keyfob_keeping_get_wanted (KeyfobKeeping *self);

/** Returns: (nullable): the store where the token is, else the one where a new token goes */
KeyfobTokenStore *keyfob_keeping_get_store (KeyfobKeeping *self);

/** Returns: (nullable): the store where a new token goes, else the one where the token is */
KeyfobTokenStore *keyfob_keeping_get_store_for_new (KeyfobKeeping *self);

/** Returns: (nullable): the store at a place */
KeyfobTokenStore *keyfob_keeping_open (KeyfobKeeping *self, const char *place);

/**
 * keyfob_keeping_dup_candidates:
 * @was_signed_in: there was a token when the agent ran last
 *
 * Returns: (transfer full): the places where the token may be, the likeliest first
 */
GStrv keyfob_keeping_dup_candidates (KeyfobKeeping *self, gboolean was_signed_in);

/** Returns: (transfer full): the places from where the token is removed when the user signs out */
GStrv keyfob_keeping_dup_all (KeyfobKeeping *self);

/** Returns: (transfer full): the places where copies were left */
GStrv keyfob_keeping_dup_left (KeyfobKeeping *self);

/** Returns: when the last of them was left, Unix seconds */
gint64 keyfob_keeping_get_left_at (KeyfobKeeping *self);

/** Returns: whether the token is at @place, or, where there is none, may be or come there */
gboolean keyfob_keeping_may_be_in (KeyfobKeeping *self, const char *place);

/** Returns: whether Keyfob put the token where it is; else another program did */
gboolean keyfob_keeping_is_own (KeyfobKeeping *self);

/** Returns: (nullable): where the token should move now; %NULL where it can stay, or has to */
const char *keyfob_keeping_get_target (KeyfobKeeping *self);

/** The token was found in @store. */
void keyfob_keeping_found (KeyfobKeeping *self, KeyfobTokenStore *store);

/** Keyfob has put the token into @store; where it was before, a copy is left. */
void keyfob_keeping_saved (KeyfobKeeping *self, KeyfobTokenStore *store);

/** A new token for the one that was found is in @store. */
void keyfob_keeping_refreshed (KeyfobKeeping *self, KeyfobTokenStore *store);

/** There is no token any more, except copies at @left. */
void keyfob_keeping_gone (KeyfobKeeping *self, const char *const *left);

/** The copy at @place is removed. */
void keyfob_keeping_tidied (KeyfobKeeping *self, const char *place);

/** The token could not move to where it should be; that is not tried again until
 * keyfob_keeping_take_heart(). */
void keyfob_keeping_move_failed (KeyfobKeeping *self);

/** Whether the store has changed since the host looked into it. */
gboolean keyfob_keeping_is_stale (KeyfobKeeping *self);
void keyfob_keeping_set_stale (KeyfobKeeping *self, gboolean stale);

/** The stores have changed. */
void keyfob_keeping_take_heart (KeyfobKeeping *self);

G_END_DECLS
