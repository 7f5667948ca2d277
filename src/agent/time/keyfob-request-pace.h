/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-retry.h"

G_BEGIN_DECLS

/**
 * KeyfobRequestPace:
 * @refresh: the next refresh after one that failed
 * @reach: the pause after requests that did not reach the server, where the network comes and goes
 * @asked: when the server was last asked; 0 never
 * @pause_end: until when the agent does not ask by itself
 * @put_off_end: until when programs are told to wait, too
 * @hurried: whether the network changed, or the machine woke up, while the request is under way
 *
 * When a server may be asked again. All times are Unix seconds by the clock of this machine.
 */
typedef struct
{
  KeyfobRetry refresh;
  KeyfobRetry reach;
  gint64 asked;
  gint64 pause_end;
  gint64 put_off_end;
  gboolean hurried;
} KeyfobRequestPace;

/** Sets the pace for a server that was never asked. */
void keyfob_request_pace_init (KeyfobRequestPace *pace);

/** Notes that the server is asked now. */
void keyfob_request_pace_note_asked (KeyfobRequestPace *pace, gint64 now);

/**
 * keyfob_request_pace_note_failure:
 * @error: why there was no answer that helps
 * @jitter: as for keyfob_retry_note_failure()
 *
 * Plans the next refresh: later each time, and not before the server wants to be asked. A program
 * that asks again and again does not make it later.
 */
void keyfob_request_pace_note_failure (KeyfobRequestPace *pace,
                                       gint64 now,
                                       const GError *error,
                                       double jitter);

/** Notes that a token had ended when it arrived: its server is not asked again soon. */
void keyfob_request_pace_note_dead_token (KeyfobRequestPace *pace, gint64 now, double jitter);

/** Forgets all failures: the next one is the first. */
void keyfob_request_pace_reset (KeyfobRequestPace *pace);

/**
 * keyfob_request_pace_hurry:
 *
 * Makes the next attempt due as soon as the server may be asked again, since the network is another
 * one, or the machine woke up. A request under way is waited for.
 */
void keyfob_request_pace_hurry (KeyfobRequestPace *pace);

/** Keeps what is left of all waits when this machine's clock was set forward by @seconds. */
void keyfob_request_pace_shift (KeyfobRequestPace *pace, gint64 seconds);

/** Returns: when the next refresh is due after one that failed, perhaps in the past */
gint64 keyfob_request_pace_get_retry (const KeyfobRequestPace *pace, gint64 now);

/** Returns: until when the agent does not ask the server by itself; 0 where it may ask now */
gint64 keyfob_request_pace_get_pause_end (const KeyfobRequestPace *pace, gint64 now);

/** Returns: whether programs are told to wait, too, because the server wants that */
gboolean keyfob_request_pace_is_put_off (const KeyfobRequestPace *pace, gint64 now);

G_END_DECLS
