/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * KeyfobRetry:
 * @base: seconds to wait after the first failure; doubles with each further failure
 * @cap: the longest wait, seconds, without the share that is drawn
 * @failures: how many attempts failed one after the other
 * @not_before: when the next attempt is due, Unix seconds; 0 at once
 *
 * When a failed attempt is made again. A plain value: the owner sets @base and @cap and
 * may read and write the other fields.
 */
typedef struct
{
  gint64 base;
  gint64 cap;
  guint failures;
  gint64 not_before;
} KeyfobRetry;

/**
 * keyfob_retry_note_failure:
 * @now: Unix seconds
 * @jitter: 0 to 1, the share of a quarter of the wait that is added to it, so that many machines
 *   that lost the same server do not come back in the same second; 0 where that does not matter
 *
 * Counts a failure and plans the next attempt.
 *
 * Returns: seconds until then
 */
gint64 keyfob_retry_note_failure (KeyfobRetry *retry, gint64 now, double jitter);

/** Forgets all failures: the next attempt is due at once, and the next failure is the first. */
void keyfob_retry_reset (KeyfobRetry *retry);

/** Keeps what is left of the wait when this machine's clock was set forward by @seconds. */
void keyfob_retry_shift (KeyfobRetry *retry, gint64 seconds);

G_END_DECLS
