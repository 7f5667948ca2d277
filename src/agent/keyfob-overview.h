/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-clock.h"
#include "keyfob-config.h"
#include "keyfob-outlook.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_OVERVIEW (keyfob_overview_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobOverview, keyfob_overview, KEYFOB, OVERVIEW, GObject)

/**
 * KeyfobOverview:
 *
 * All hosts as tray and notifications see them: what each wants of the user. It has one timer, for
 * the next session whose end comes near, and none where there is no such.
 *
 * Signal `changed`: something of some host did; many changes at once are one signal.
 */

/**
 * keyfob_overview_new:
 * @hosts: a model of #KeyfobHost
 *
 * Returns: (transfer full): an overview of them
 */
KeyfobOverview *keyfob_overview_new (GListModel *hosts, KeyfobClock *clock);

/** Property `notice-minutes`: how long before its end a session is about to end, 0 never. */
guint keyfob_overview_get_notice_minutes (KeyfobOverview *self);
void keyfob_overview_set_notice_minutes (KeyfobOverview *self, guint minutes);

guint keyfob_overview_get_n_hosts (KeyfobOverview *self);

/** Returns: (transfer none): what is shown of the host at @position */
KeyfobBusHost1 *keyfob_overview_get_host (KeyfobOverview *self, guint position);

/** Returns: (transfer none): the configuration of the host at @position */
KeyfobConfig *keyfob_overview_get_config (KeyfobOverview *self, guint position);

/** Returns: what the host at @position wants of the user */
KeyfobOutlook keyfob_overview_get_outlook (KeyfobOverview *self, guint position);

/** Returns: how many hosts have that outlook */
guint keyfob_overview_count (KeyfobOverview *self, KeyfobOutlook outlook);

/** Returns: what all hosts together want; that nobody is signed in counts where it is so everywhere
 */
KeyfobOutlook keyfob_overview_get_worst (KeyfobOverview *self);

G_END_DECLS
