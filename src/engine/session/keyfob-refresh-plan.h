/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Return value of keyfob_refresh_plan_due() for a host that is not refreshed without a caller. */
#define KEYFOB_REFRESH_NEVER G_MAXINT64

/** Shortest time between two refreshes without a caller, seconds. */
#define KEYFOB_REFRESH_SPACING 120

/**
 * KeyfobRefreshFacts:
 * @received: when the token arrived
 * @expires: end of the access token
 * @refresh_expires: the server's hint on the end of the refresh token; 0 unknown
 * @broker: whether the access token is also the refresh token
 * @last_used: when a program last requested the token or the user last looked at the host
 * @last_asked: when the last refresh without a caller began; 0 never
 * @lapse_after: seconds without use after which a host is not refreshed any more; 0 never
 *
 * The facts that decide when a token is refreshed. All times are Unix seconds by this machine's
 * clock.
 */
typedef struct
{
  gint64 received;
  gint64 expires;
  gint64 refresh_expires;
  gboolean broker;
  gint64 last_used;
  gint64 last_asked;
  gint64 lapse_after;
} KeyfobRefreshFacts;

/**
 * keyfob_refresh_plan_is_possible:
 *
 * Returns: whether the server can renew the session at all. In broker mode it forgets the session
 *   at @refresh_expires, which for an offline token of Keycloak without an end is the time of
 *   arrival: then there is only the access token, to its end.
 */
gboolean keyfob_refresh_plan_is_possible (const KeyfobRefreshFacts *facts);

/**
 * keyfob_refresh_plan_due:
 * @jitter: random number from 0 to 1 that is drawn once for each token, so that many machines do
 * not send requests in the same second
 *
 * A token is refreshed at 80 % of its life, or two minutes before its end where that is earlier,
 * but never in the first half of its life. The hint on the end of the refresh token counts only
 * in broker mode, where the server does enforce it: there a host is renewed before it that was
 * used since the token arrived, or within the last hour. A refresh there brings one hour, so a
 * token that lives longer is refreshed when less than that is left of it.
 *
 * Returns: Unix seconds at which to refresh, maybe in the past; or KEYFOB_REFRESH_NEVER where the
 *   host is not in use, the session cannot be renewed, or a refresh would only cost life
 */
gint64 keyfob_refresh_plan_due (const KeyfobRefreshFacts *facts, double jitter);

G_END_DECLS
