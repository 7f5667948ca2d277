/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host-state.h"
#include "keyfob-token.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_STANDING (keyfob_standing_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobStanding, keyfob_standing, KEYFOB, STANDING, GObject)

/**
 * KeyfobStanding:
 *
 * How a host stands while nothing is going on: its token, whose it is, what the user should know,
 * and when something is due.
 */

/**
 * keyfob_standing_new:
 * @account: who was signed in, may be empty
 *
 * Returns: (transfer full): a standing without a token
 */
KeyfobStanding *keyfob_standing_new (KeyfobClock *clock, const char *account);

/** Returns: one of signed-out, signed-in, expired, offline */
KeyfobHostState keyfob_standing_get_state (KeyfobStanding *self);

/** Returns: (nullable): the token at hand, good or not */
KeyfobToken *keyfob_standing_get_token (KeyfobStanding *self);

/** Returns: what the user should read, empty when all is well */
const char *keyfob_standing_get_error (KeyfobStanding *self);
void keyfob_standing_set_error (KeyfobStanding *self, const char *sentence);

/** Returns: who is signed in, empty where unknown */
const char *keyfob_standing_get_account (KeyfobStanding *self);
void keyfob_standing_set_account (KeyfobStanding *self, const char *account);

/** @store_error: (nullable): why @token could not be stored */
void
keyfob_standing_take_token (KeyfobStanding *self, KeyfobToken *token, const GError *store_error);

/** There is no token, and none was lost. */
void keyfob_standing_sign_out (KeyfobStanding *self);

/** Only the user can go on. */
void keyfob_standing_expire (KeyfobStanding *self, const char *sentence);

/**
 * keyfob_standing_go_offline:
 * @error: why a refresh failed on the way
 *
 * The next try is later each time, and not before the server wants to be asked again.
 */
void keyfob_standing_go_offline (KeyfobStanding *self, const GError *error);

/** The server is asked for a new token now: by itself the host does not ask again at once. */
void keyfob_standing_note_asked (KeyfobStanding *self);

/** The world has changed: the next try is due at once. */
void keyfob_standing_forget_failures (KeyfobStanding *self);

/** Returns: whether a refresh is worth a try: there is a refresh token, not known to be dead */
gboolean keyfob_standing_can_refresh (KeyfobStanding *self);

/** Returns: when to look again, Unix seconds; %G_MAXINT64 where nothing is due */
gint64 keyfob_standing_get_due (KeyfobStanding *self);

G_END_DECLS
