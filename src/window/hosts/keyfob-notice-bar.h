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
 * Says what concerns all hosts and needs a person: the keyring is locked, or there is none, or what
 * the agent wants known. One at a time.
 */

/** Hands in the way to the agent and the settings; to be called once. */
void keyfob_notice_bar_set_client (KeyfobNoticeBar *self,
                                   KeyfobAgentClient *client,
                                   GSettings *settings);

G_END_DECLS
