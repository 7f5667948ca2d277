/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host-state.h"
#include "keyfob-token.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_HOST_SESSION (keyfob_host_session_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobHostSession, keyfob_host_session, KEYFOB, HOST_SESSION, GObject)

/**
 * KeyfobHostSession:
 *
 * How a host stands while nothing is going on: its token, whose it is, what the user should know,
 * and when something is due.
 */

/**
 * keyfob_host_session_new:
 * @account: who was signed in, may be empty
 *
 * Returns: (transfer full): a session without a token
 */
KeyfobHostSession *keyfob_host_session_new (KeyfobClock *clock, const char *account);

/** Returns: one of signed-out, signed-in, expired, offline, locked */
KeyfobHostState keyfob_host_session_get_state (KeyfobHostSession *self);

/** Returns: (nullable): the token at hand, good or not */
KeyfobToken *keyfob_host_session_get_token (KeyfobHostSession *self);

/** Returns: when the token at hand ends, Unix seconds; 0 without a token */
gint64 keyfob_host_session_get_expires (KeyfobHostSession *self);

/** Returns: what the user should read, empty when all is well */
const char *keyfob_host_session_get_error (KeyfobHostSession *self);
void keyfob_host_session_set_error (KeyfobHostSession *self, const char *sentence);

/** Has the user read why the store cannot be used. */
void keyfob_host_session_note_store_failure (KeyfobHostSession *self, const GError *error);

/** Takes that back: the store can be used, or is another one. */
void keyfob_host_session_end_store_failure (KeyfobHostSession *self);

/** Returns: who is signed in, empty where unknown */
const char *keyfob_host_session_get_account (KeyfobHostSession *self);
void keyfob_host_session_set_account (KeyfobHostSession *self, const char *account);

/** @store_error: (nullable): why @token could not be stored */
void keyfob_host_session_take_token (KeyfobHostSession *self,
                                     KeyfobToken *token,
                                     const GError *store_error);

/** @token is stored now, which could not be before; another program may have had a newer one. */
void keyfob_host_session_note_saved (KeyfobHostSession *self, KeyfobToken *token);

/** @error: why the token could not be stored, again */
void keyfob_host_session_note_not_saved (KeyfobHostSession *self, const GError *error);

/** Returns: whether the token at hand is stored, or there is none */
gboolean keyfob_host_session_is_saved (KeyfobHostSession *self);

/** Returns: when to try again to store it, Unix seconds; %G_MAXINT64 where it is */
gint64 keyfob_host_session_get_save_due (KeyfobHostSession *self);

/** Drops the token and sets the state to signed-out. */
void keyfob_host_session_sign_out (KeyfobHostSession *self);

/** Sets the state to locked. @error: why the token cannot be read from its store */
void keyfob_host_session_lock (KeyfobHostSession *self, const GError *error);

/** Returns: (nullable): why the token cannot be read; %NULL in any other state */
const GError *keyfob_host_session_get_lock_error (KeyfobHostSession *self);

/**
 * keyfob_host_session_expire:
 * @sentence: says so to the user once the access token has ended, too
 *
 * The session cannot be renewed any more: the refresh token, where there is one, is dead. The host
 * stays signed in for as long as its access token is good.
 */
void keyfob_host_session_expire (KeyfobHostSession *self, const char *sentence);

/** The token ended and was not renewed, for nobody used it; a refresh may still work. */
void keyfob_host_session_lapse (KeyfobHostSession *self, const char *sentence);

/**
 * keyfob_host_session_go_offline:
 * @error: why a refresh failed on the way
 *
 * The next try is later each time, and not before the server wants to be asked again.
 */
void keyfob_host_session_go_offline (KeyfobHostSession *self, const GError *error);

/** The server is asked for a new token now: by itself the host does not ask again at once. */
void keyfob_host_session_note_asked (KeyfobHostSession *self);

/** The network has changed, or the machine woke up: the next try is due as soon as the server may
 * be asked again. */
void keyfob_host_session_forget_failures (KeyfobHostSession *self);

/**
 * keyfob_host_session_shift:
 * @seconds: by which this machine's clock has just been set forward
 *
 * What was measured with this clock since the agent runs is moved along. A token that was stored
 * before may be of a time when the clock was right, so it stays as it is.
 */
void keyfob_host_session_shift (KeyfobHostSession *self, gint64 seconds);

/** Returns: when a program or a person last used the host, Unix seconds */
gint64 keyfob_host_session_get_last_used (KeyfobHostSession *self);
void keyfob_host_session_set_last_used (KeyfobHostSession *self, gint64 time);

/** Somebody uses the host, or looks at it. */
void keyfob_host_session_note_used (KeyfobHostSession *self);

/** @always: whether the host counts as used at any time, as by a program that reads its token from
 * a file */
void keyfob_host_session_set_always_used (KeyfobHostSession *self, gboolean always);

/** @seconds: without use, after which the session is left to lapse; 0 never */
void keyfob_host_session_set_lapse_after (KeyfobHostSession *self, gint64 seconds);

/** Returns: whether a refresh is worth a try: there is a refresh token, and the server may take it
 */
gboolean keyfob_host_session_can_refresh (KeyfobHostSession *self);

/** Returns: whether only a sign-in brings another token, though the present one may still be good
 */
gboolean keyfob_host_session_has_ended (KeyfobHostSession *self);

/** Returns: whether the server has asked to be left alone for now, by programs as well */
gboolean keyfob_host_session_is_put_off (KeyfobHostSession *self);

/** Returns: whether a refresh is due some day by itself: it is worth a try, and the host in use */
gboolean keyfob_host_session_get_renews (KeyfobHostSession *self);

/** Returns: when the token at hand was got, Unix seconds; 0 where that is not known */
gint64 keyfob_host_session_get_renewed (KeyfobHostSession *self);

/** Returns: when the token is renewed by itself, Unix seconds; 0 where it is not */
gint64 keyfob_host_session_get_renews_at (KeyfobHostSession *self);

/** Returns: when to look again, Unix seconds; %G_MAXINT64 where nothing is due */
gint64 keyfob_host_session_get_due (KeyfobHostSession *self);

G_END_DECLS
