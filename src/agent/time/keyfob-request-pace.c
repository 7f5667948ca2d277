/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-request-pace.h"

#include "keyfob-auth-error.h"
#include "keyfob-refresh-plan.h"

#define FIRST_RETRY 120 /* seconds */
#define LAST_RETRY 2880 /* seconds */
#define FIRST_PAUSE 3   /* seconds, after a request that did not reach the server */
/* seconds, for programs that ask; a longer time may come from a gateway, not from the server */
#define LONGEST_PUT_OFF 600

/* Returns: whether the server itself answered; a captive portal gives a bad answer */
static gboolean
is_answer (const GError *error)
{
  return g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_SERVER)
         || g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE);
}

/* A time in the future was noted before the clock was set back. */
static gboolean
was_asked (const KeyfobRequestPace *pace, gint64 now)
{
  return pace->asked > 0 && pace->asked <= now;
}

void
keyfob_request_pace_init (KeyfobRequestPace *pace)
{
  *pace = (KeyfobRequestPace){
    .refresh = { .base = FIRST_RETRY, .cap = LAST_RETRY },
    /* no longer than the pause after an answer */
    .reach = { .base = FIRST_PAUSE, .cap = KEYFOB_REFRESH_SPACING },
  };
}

void
keyfob_request_pace_note_asked (KeyfobRequestPace *pace, gint64 now)
{
  if (now >= keyfob_request_pace_get_pause_end (pace, now) + KEYFOB_REFRESH_SPACING)
    keyfob_retry_reset (&pace->reach);
  pace->asked = now;
  pace->pause_end = now + KEYFOB_REFRESH_SPACING;
  pace->put_off_end = 0;
  pace->hurried = FALSE;
}

void
keyfob_request_pace_note_failure (KeyfobRequestPace *pace,
                                  gint64 now,
                                  const GError *error,
                                  double jitter)
{
  gint64 wanted = keyfob_auth_error_get_retry_after (error);

  if (is_answer (error))
    pace->pause_end = pace->asked + KEYFOB_REFRESH_SPACING;
  else
    pace->pause_end = pace->asked + keyfob_retry_note_failure (&pace->reach, pace->asked, 0);
  pace->pause_end = MAX (pace->pause_end, pace->asked + wanted);
  pace->put_off_end = pace->asked + MIN (wanted, LONGEST_PUT_OFF);

  if (pace->hurried)
    {
      pace->refresh.not_before = 0;
      return;
    }

  if (now >= pace->refresh.not_before)
    keyfob_retry_note_failure (&pace->refresh, now, jitter);
  pace->refresh.not_before = MAX (pace->refresh.not_before, now + MAX (FIRST_RETRY, wanted));
}

void
keyfob_request_pace_note_dead_token (KeyfobRequestPace *pace, gint64 now, double jitter)
{
  if (was_asked (pace, now))
    pace->pause_end = pace->asked + keyfob_retry_note_failure (&pace->refresh, pace->asked, jitter);
}

void
keyfob_request_pace_reset (KeyfobRequestPace *pace)
{
  keyfob_retry_reset (&pace->refresh);
  keyfob_retry_reset (&pace->reach);
}

void
keyfob_request_pace_hurry (KeyfobRequestPace *pace)
{
  keyfob_retry_reset (&pace->refresh);
  pace->put_off_end = 0;
  pace->hurried = TRUE;
}

void
keyfob_request_pace_shift (KeyfobRequestPace *pace, gint64 seconds)
{
  keyfob_retry_shift (&pace->refresh, seconds);
  keyfob_retry_shift (&pace->reach, seconds);
  if (pace->asked == 0)
    return;

  pace->asked += seconds;
  pace->pause_end += seconds;
  pace->put_off_end += seconds;
}

gint64
keyfob_request_pace_get_retry (const KeyfobRequestPace *pace, gint64 now)
{
  return MAX (pace->refresh.not_before, keyfob_request_pace_get_pause_end (pace, now));
}

gint64
keyfob_request_pace_get_pause_end (const KeyfobRequestPace *pace, gint64 now)
{
  return was_asked (pace, now) ? pace->pause_end : 0;
}

gboolean
keyfob_request_pace_is_put_off (const KeyfobRequestPace *pace, gint64 now)
{
  return was_asked (pace, now) && now < pace->put_off_end;
}
