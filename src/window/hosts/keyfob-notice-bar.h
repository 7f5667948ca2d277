/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-agent-client.h"
#include "keyfob-autostart.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_NOTICE_BAR (keyfob_notice_bar_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobNoticeBar, keyfob_notice_bar, KEYFOB, NOTICE_BAR, AdwBin)

/**
 * KeyfobNoticeBar:
 *
 * Shows a notice that is not about a single host: the keyring is locked, there is no keyring, the
 * agent has a notice, or sessions end with the window. Shows one notice at a time.
 */

/**
 * keyfob_notice_bar_set_client:
 * @client: the client of the agent
 * @autostart: whether the agent starts at login, which the bar offers
 * @settings: remember which notices the user has dismissed
 *
 * To be called once.
 */
void keyfob_notice_bar_set_client (KeyfobNoticeBar *self,
                                   KeyfobAgentClient *client,
                                   KeyfobAutostart *autostart,
                                   GSettings *settings);

G_END_DECLS
