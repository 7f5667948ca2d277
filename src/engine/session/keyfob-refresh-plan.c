/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "keyfob-config-build.h"

#include "keyfob-refresh-plan.h"

#include "keyfob-host-state.h"

/* the share of its life after which a token is refreshed */
#define LIFE_SHARE 0.8
/* how long before its end a token is refreshed at the latest, seconds */
#define AHEAD 120
/* how much of a token's life the jitter may take */
#define JITTER_SHARE 0.05
/* how long a use of a host counts where its session is short, seconds */
#define SHORT_USE (60 * 60)

/* In broker mode the server deletes the session at @refresh_expires, even where the token itself
 * is good for longer. */
static gint64
end_of_life (const KeyfobRefreshFacts *facts)
{
  if (facts->broker && facts->refresh_expires > 0)
    return MIN (facts->expires, facts->refresh_expires);

  return facts->expires;
}

/* Some servers end a broker session long before its token, often after minutes. Such a session is
 * refreshed only while the host is in use; otherwise there would be a request every two minutes. */
static gboolean
is_in_use (const KeyfobRefreshFacts *facts, gint64 due)
{
  if (facts->broker && facts->refresh_expires > 0 && facts->refresh_expires < facts->expires)
    return facts->last_used >= MIN (facts->received, due - SHORT_USE);

  return facts->lapse_after == 0 || due - facts->last_used < facts->lapse_after;
}

/* A token of unknown lifetime, or one that had ended when it arrived, is due at once. */
static gint64
get_wanted (const KeyfobRefreshFacts *facts, double jitter)
{
  gint64 end = end_of_life (facts);
  gint64 life = end - facts->received;
  gint64 due;

  if (facts->expires <= 0 || life <= 0)
    return facts->received;

  due = MIN (facts->received + (gint64) ((double) life * LIFE_SHARE), end - AHEAD);
  due -= (gint64) (CLAMP (jitter, 0, 1) * JITTER_SHARE * life);

  return MAX (due, facts->received + (life + 1) / 2);
}

gboolean
keyfob_refresh_plan_is_possible (const KeyfobRefreshFacts *facts)
{
  return !facts->broker || facts->refresh_expires <= 0
         || facts->refresh_expires - facts->received >= KEYFOB_REFRESH_SPACING;
}

/* A broker token that lives longer than what a refresh brings is kept until less of it is left. */
static gint64
keep_longer_life (const KeyfobRefreshFacts *facts, gint64 due)
{
  gint64 worth = facts->expires - KEYFOB_BROKER_LIFE;

  if (!facts->broker || due >= worth)
    return due;

  return worth < end_of_life (facts) ? worth : KEYFOB_REFRESH_NEVER;
}

gint64
keyfob_refresh_plan_due (const KeyfobRefreshFacts *facts, double jitter)
{
  gint64 due;

  if (!keyfob_refresh_plan_is_possible (facts))
    return KEYFOB_REFRESH_NEVER;

  due = keep_longer_life (facts, get_wanted (facts, jitter));
  if (facts->last_asked > 0)
    due = MAX (due, facts->last_asked + KEYFOB_REFRESH_SPACING);

  return is_in_use (facts, due) ? due : KEYFOB_REFRESH_NEVER;
}
