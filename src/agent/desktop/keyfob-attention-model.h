/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-clock.h"
#include "keyfob-config.h"
#include "keyfob-attention.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_ATTENTION_MODEL (keyfob_attention_model_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobAttentionModel,
                      keyfob_attention_model,
                      KEYFOB,
                      ATTENTION_MODEL,
                      GObject)

/**
 * KeyfobAttentionModel:
 *
 * All hosts as tray and notifications see them: what each wants of the user. It has one timer, for
 * the next session whose end comes near, and none where there is no such.
 *
 * Signal `changed`: something of some host did; many changes at once are one signal.
 */

/**
 * keyfob_attention_model_new:
 * @hosts: a model of #KeyfobHost
 *
 * Returns: (transfer full): an model of them
 */
KeyfobAttentionModel *keyfob_attention_model_new (GListModel *hosts, KeyfobClock *clock);

/** Property `notice-minutes`: how long before its end a session is about to end, 0 never. */
guint keyfob_attention_model_get_notice_minutes (KeyfobAttentionModel *self);
void keyfob_attention_model_set_notice_minutes (KeyfobAttentionModel *self, guint minutes);

guint keyfob_attention_model_get_n_hosts (KeyfobAttentionModel *self);

/** Returns: (transfer none): what is shown of the host at @position */
KeyfobBusHost1 *keyfob_attention_model_get_host (KeyfobAttentionModel *self, guint position);

/** Returns: (transfer none): the configuration of the host at @position */
KeyfobConfig *keyfob_attention_model_get_config (KeyfobAttentionModel *self, guint position);

/** Returns: what the host at @position wants of the user */
KeyfobAttention keyfob_attention_model_get_attention (KeyfobAttentionModel *self, guint position);

/** Returns: how many hosts have that attention */
guint keyfob_attention_model_count (KeyfobAttentionModel *self, KeyfobAttention attention);

/** Returns: what all hosts together want; that nobody is signed in counts where it is so everywhere
 */
KeyfobAttention keyfob_attention_model_get_worst (KeyfobAttentionModel *self);

G_END_DECLS
