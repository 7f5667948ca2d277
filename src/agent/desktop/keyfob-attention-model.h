/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/**
 * KeyfobAttention:
 * @KEYFOB_ATTENTION_GOOD: signed in, and renewed without the user
 * @KEYFOB_ATTENTION_SIGNED_OUT: the user has not signed in, or has signed out
 * @KEYFOB_ATTENTION_SIGNING_IN: a sign-in waits for the user
 * @KEYFOB_ATTENTION_OFFLINE: the server cannot be reached; the agent tries again by itself
 * @KEYFOB_ATTENTION_LOCKED: the token is there and cannot be read; nothing is lost
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
  KEYFOB_ATTENTION_LOCKED,
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

#define KEYFOB_TYPE_ATTENTION_MODEL (keyfob_attention_model_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobAttentionModel,
                      keyfob_attention_model,
                      KEYFOB,
                      ATTENTION_MODEL,
                      GObject)

/**
 * KeyfobAttentionModel:
 *
 * The attention that each host needs, as tray and notifications show it. The model has one timer,
 * for the next session that ends soon, and no timer where no session does.
 *
 * Signal `changed`: a host, or its attention, has changed; many changes at once are one signal.
 */

/**
 * keyfob_attention_model_new:
 * @hosts: (element-type KeyfobHost): followed from now on
 * @settings: has the minutes of the early notice
 *
 * Returns: (transfer full): a model of @hosts
 */
KeyfobAttentionModel *
keyfob_attention_model_new (GListModel *hosts, KeyfobClock *clock, KeyfobSettings *settings);

guint keyfob_attention_model_get_n_hosts (KeyfobAttentionModel *self);

/** Returns: (transfer none): the host at @position */
KeyfobHost *keyfob_attention_model_get_host (KeyfobAttentionModel *self, guint position);

/** Returns: (transfer none) (nullable): the host with the object path @path */
KeyfobHost *keyfob_attention_model_find_host (KeyfobAttentionModel *self, const char *path);

/** Returns: the attention that the host at @position needs */
KeyfobAttention keyfob_attention_model_get_attention (KeyfobAttentionModel *self, guint position);

/** Returns: the number of hosts that need that attention */
guint keyfob_attention_model_count (KeyfobAttentionModel *self, KeyfobAttention attention);

/** Returns: the attention that all hosts together need: the highest; hosts that are signed out
 * count only where all are */
KeyfobAttention keyfob_attention_model_get_worst (KeyfobAttentionModel *self);

G_END_DECLS
