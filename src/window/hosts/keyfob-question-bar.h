/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-agent-client.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_QUESTION_BAR (keyfob_question_bar_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobQuestionBar, keyfob_question_bar, KEYFOB, QUESTION_BAR, AdwBin)

/**
 * KeyfobQuestionBar:
 *
 * Asks whether a program may have the token of a host, for the oldest question that the agent has
 * open; visible only while there is one. Its buttons work a moment after the question has come, so
 * that a click which was meant for something else answers nothing.
 *
 * Signal `failed` (sentence): an answer did not reach the agent, or cannot be kept.
 */

/** Shows the questions of the agent behind @client; to be called once. */
void keyfob_question_bar_set_client (KeyfobQuestionBar *self, KeyfobAgentClient *client);

G_END_DECLS
