/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-context.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_QUESTION_NOTIFICATIONS (keyfob_question_notifications_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobQuestionNotifications,
                      keyfob_question_notifications,
                      KEYFOB,
                      QUESTION_NOTIFICATIONS,
                      GObject)

/**
 * KeyfobQuestionNotifications:
 *
 * A notification for each open question of whether a program may have a token, with the answers as
 * its buttons. A click on the notification itself opens the window and answers nothing.
 */

/** Returns: (transfer full): notifications of the questions of @context */
KeyfobQuestionNotifications *keyfob_question_notifications_new (KeyfobContext *context);

G_END_DECLS
