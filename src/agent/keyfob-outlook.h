/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-bus.h"

G_BEGIN_DECLS

/**
 * KeyfobOutlook:
 * @KEYFOB_OUTLOOK_GOOD: signed in, and goes on by itself
 * @KEYFOB_OUTLOOK_SIGNED_OUT: nobody is signed in, and nothing was lost
 * @KEYFOB_OUTLOOK_SIGNING_IN: the user is asked
 * @KEYFOB_OUTLOOK_OFFLINE: the server cannot be reached; that heals itself
 * @KEYFOB_OUTLOOK_SOON: the session ends soon, and only the user can renew it
 * @KEYFOB_OUTLOOK_NEEDS_USER: the session has ended
 *
 * What a host wants of the user, the least first.
 */
typedef enum
{
  KEYFOB_OUTLOOK_GOOD,
  KEYFOB_OUTLOOK_SIGNED_OUT,
  KEYFOB_OUTLOOK_SIGNING_IN,
  KEYFOB_OUTLOOK_OFFLINE,
  KEYFOB_OUTLOOK_SOON,
  KEYFOB_OUTLOOK_NEEDS_USER,
} KeyfobOutlook;

#define KEYFOB_N_OUTLOOKS (KEYFOB_OUTLOOK_NEEDS_USER + 1)

/**
 * keyfob_outlook_of:
 * @can_refresh: whether the session could be renewed without the user, and would be if it were used
 * @before: what it was; a host that asks its server is what it was until the answer
 * @soon: whether the token ends soon
 */
KeyfobOutlook
keyfob_outlook_of (KeyfobBusHost1 *host, gboolean can_refresh, KeyfobOutlook before, gboolean soon);

/** Returns: name of the symbolic icon that shows it by its shape */
const char *keyfob_outlook_get_icon (KeyfobOutlook outlook);

G_END_DECLS
