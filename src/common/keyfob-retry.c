/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-retry.h"

#define JITTER 0.25
#define MOST_DOUBLINGS 16 /* keeps the shifted number small; every cap is reached before */

gint64
keyfob_retry_note_failure (KeyfobRetry *retry, gint64 now, double jitter)
{
  gint64 wait = MIN (retry->base << MIN (retry->failures, MOST_DOUBLINGS), retry->cap);

  wait += (gint64) (wait * JITTER * jitter);
  retry->failures++;
  retry->not_before = now + wait;

  return wait;
}

void
keyfob_retry_reset (KeyfobRetry *retry)
{
  retry->failures = 0;
  retry->not_before = 0;
}

void
keyfob_retry_shift (KeyfobRetry *retry, gint64 seconds)
{
  if (retry->not_before > 0)
    retry->not_before += seconds;
}
