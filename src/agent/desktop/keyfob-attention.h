/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host-state.h"

G_BEGIN_DECLS

/**
 * KeyfobAttention:
 * @KEYFOB_ATTENTION_GOOD: signed in, and renewed without the user
 * @KEYFOB_ATTENTION_SIGNED_OUT: the user has not signed in, or has signed out
 * @KEYFOB_ATTENTION_SIGNING_IN: a sign-in waits for the user
 * @KEYFOB_ATTENTION_OFFLINE: the server cannot be reached; the agent tries again by itself
 * @KEYFOB_ATTENTION_SOON: the session ends soon, and only the user can renew it
 * @KEYFOB_ATTENTION_NEEDS_USER: the session has ended
 *
 * How much a host needs the user, the least first.
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
 * @state: of the host
 * @can_refresh: whether the session can be renewed without the user, and is when it is used
 * @before: the attention so far; stays while the host asks its server
 * @soon: whether the token ends soon
 *
 * Returns: the attention that a host needs now
 */
KeyfobAttention keyfob_attention_of (KeyfobHostState state,
                                     gboolean can_refresh,
                                     KeyfobAttention before,
                                     gboolean soon);

/** Returns: the name of the symbolic icon for @attention; the icons differ by shape, not by colour
 */
const char *keyfob_attention_get_icon (KeyfobAttention attention);

G_END_DECLS
