/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-clock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_BACK_OFF (keyfob_back_off_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobBackOff, keyfob_back_off, KEYFOB, BACK_OFF, GObject)

/**
 * KeyfobBackOff:
 *
 * When a server may be asked again. All times are Unix seconds by the clock of this machine.
 */

/** Returns: (transfer full): one for a server that was never asked */
KeyfobBackOff *keyfob_back_off_new (KeyfobClock *clock);

/** The server is asked now. */
void keyfob_back_off_note_asked (KeyfobBackOff *self);

/**
 * keyfob_back_off_note_failure:
 * @error: why there was no answer that helps
 *
 * Plans the next try: later each time, not by all machines at the same second, and not before the
 * server wants to be asked. A program that asks again and again does not make it later.
 */
void keyfob_back_off_note_failure (KeyfobBackOff *self, const GError *error);

/** The token is dead already; where the server gave it just now, it is not asked soon again. */
void keyfob_back_off_note_dead_token (KeyfobBackOff *self);

/** All is well: the next failure is the first. */
void keyfob_back_off_forget (KeyfobBackOff *self);

/**
 * keyfob_back_off_hurry:
 *
 * The network is another one, or the machine woke up: the next try is due at once, as soon as the
 * server may be asked again; where one is under way, after that.
 */
void keyfob_back_off_hurry (KeyfobBackOff *self);

/** This machine's clock was set forward by @seconds. */
void keyfob_back_off_shift (KeyfobBackOff *self, gint64 seconds);

/** Returns: when the next try is due after a failure, maybe in the past */
gint64 keyfob_back_off_get_retry (KeyfobBackOff *self);

/** Returns: until when the agent leaves the server alone by itself; 0 if it need not */
gint64 keyfob_back_off_get_pause_end (KeyfobBackOff *self);

/** Returns: whether programs are told to wait, too, because the server has asked for it */
gboolean keyfob_back_off_is_put_off (KeyfobBackOff *self);

G_END_DECLS
