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

/** @token is stored now, which could not be before; another program may have had a newer one. */
void keyfob_standing_note_saved (KeyfobStanding *self, KeyfobToken *token);

/** @error: why the token could not be stored, again */
void keyfob_standing_note_not_saved (KeyfobStanding *self, const GError *error);

/** Returns: whether the token at hand is stored, or there is none */
gboolean keyfob_standing_is_saved (KeyfobStanding *self);

/** Returns: when to try again to store it, Unix seconds; %G_MAXINT64 where it is */
gint64 keyfob_standing_get_save_due (KeyfobStanding *self);

/** There is no token, and none was lost. */
void keyfob_standing_sign_out (KeyfobStanding *self);

/** Only the user can go on: the refresh token, where there is one, is dead. */
void keyfob_standing_expire (KeyfobStanding *self, const char *sentence);

/** The token ended and was not renewed, for nobody used it; a refresh may still work. */
void keyfob_standing_lapse (KeyfobStanding *self, const char *sentence);

/**
 * keyfob_standing_go_offline:
 * @error: why a refresh failed on the way
 *
 * The next try is later each time, and not before the server wants to be asked again.
 */
void keyfob_standing_go_offline (KeyfobStanding *self, const GError *error);

/** The server is asked for a new token now: by itself the host does not ask again at once. */
void keyfob_standing_note_asked (KeyfobStanding *self);

/** The world has changed: the next try is due as soon as the server may be asked again. */
void keyfob_standing_forget_failures (KeyfobStanding *self);

/**
 * keyfob_standing_shift:
 * @seconds: by which this machine's clock has just been set forward
 *
 * What was measured with this clock since the agent runs is moved along. A token that was stored
 * before may be of a time when the clock was right, so it stays as it is.
 */
void keyfob_standing_shift (KeyfobStanding *self, gint64 seconds);

/** Returns: when a program or a person last used the host, Unix seconds */
gint64 keyfob_standing_get_last_used (KeyfobStanding *self);
void keyfob_standing_set_last_used (KeyfobStanding *self, gint64 time);

/** Somebody uses the host, or looks at it. */
void keyfob_standing_note_used (KeyfobStanding *self);

/** @seconds: without use, after which the session is left to lapse; 0 never */
void keyfob_standing_set_lapse_after (KeyfobStanding *self, gint64 seconds);

/** Returns: whether a refresh is worth a try: there is a refresh token, not known to be dead */
gboolean keyfob_standing_can_refresh (KeyfobStanding *self);

/** Returns: whether the server has asked to be left alone for now, by programs as well */
gboolean keyfob_standing_is_put_off (KeyfobStanding *self);

/** Returns: whether a refresh is due some day by itself: it is worth a try, and the host in use */
gboolean keyfob_standing_get_renews (KeyfobStanding *self);

/** Returns: when to look again, Unix seconds; %G_MAXINT64 where nothing is due */
gint64 keyfob_standing_get_due (KeyfobStanding *self);

G_END_DECLS
