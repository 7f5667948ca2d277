/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-attention.h"
#include "keyfob-host.h"

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

/**
 * keyfob_attention_model_find_host:
 * @path: an object path
 * @position: (out): undefined where there is no such host
 *
 * Returns: whether there is a host with that path
 */
gboolean
keyfob_attention_model_find_host (KeyfobAttentionModel *self, const char *path, guint *position);

/** Returns: the attention that the host at @position needs */
KeyfobAttention keyfob_attention_model_get_attention (KeyfobAttentionModel *self, guint position);

/** Returns: the number of hosts that need that attention */
guint keyfob_attention_model_count (KeyfobAttentionModel *self, KeyfobAttention attention);

/** Returns: the attention that all hosts together need: the highest; hosts that are signed out
 * count only where all are */
KeyfobAttention keyfob_attention_model_get_worst (KeyfobAttentionModel *self);

G_END_DECLS
