/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-bus.h"

G_BEGIN_DECLS

/**
 * KeyfobAttention:
 * @KEYFOB_ATTENTION_GOOD: signed in, and goes on by itself
 * @KEYFOB_ATTENTION_SIGNED_OUT: nobody is signed in, and nothing was lost
 * @KEYFOB_ATTENTION_SIGNING_IN: the user is asked
 * @KEYFOB_ATTENTION_OFFLINE: the server cannot be reached; that heals itself
 * @KEYFOB_ATTENTION_SOON: the session ends soon, and only the user can renew it
 * @KEYFOB_ATTENTION_NEEDS_USER: the session has ended
 *
 * What a host wants of the user, the least first.
 */
typedef enum
{
  KEYFOB_ATTENTION_GOOD,
  KEYFOB_ATTENTION_SIGNED_OUT,
  KEYFOB_ATTENTION_SIGNING_IN,
  KEYFOB_ATTENTION_OFFLINE,
  KEYFOB_ATTENTION_SOON,
  KEYFOB_ATTENTION_NEEDS_USER,
} KeyfobAttention;

#define KEYFOB_N_ATTENTIONS (KEYFOB_ATTENTION_NEEDS_USER + 1)

/**
 * keyfob_attention_of:
 * @can_refresh: whether the session could be renewed without the user, and would be if it were used
 * @before: what it was; a host that asks its server is what it was until the answer
 * @soon: whether the token ends soon
 */
KeyfobAttention keyfob_attention_of (KeyfobBusHost1 *host,
                                     gboolean can_refresh,
                                     KeyfobAttention before,
                                     gboolean soon);

/** Returns: name of the symbolic icon that shows it by its shape */
const char *keyfob_attention_get_icon (KeyfobAttention attention);

G_END_DECLS
