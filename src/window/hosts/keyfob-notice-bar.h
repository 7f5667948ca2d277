/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-agent-client.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_NOTICE_BAR (keyfob_notice_bar_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobNoticeBar, keyfob_notice_bar, KEYFOB, NOTICE_BAR, AdwBin)

/**
 * KeyfobNoticeBar:
 *
 * Shows a notice that is not about a single host: the keyring is locked, there is no keyring, the
 * agent has a notice, or sessions end with the window. Shows one notice at a time.
 */

/** Sets the client of the agent, and the settings; to be called once. */
void keyfob_notice_bar_set_client (KeyfobNoticeBar *self,
                                   KeyfobAgentClient *client,
                                   GSettings *settings);

G_END_DECLS
