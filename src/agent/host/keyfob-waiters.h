/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-token.h"

G_BEGIN_DECLS

/**
 * KeyfobWaiters:
 *
 * Tasks (#GTask) that wait for the same thing and all get the same answer.
 */
typedef GPtrArray KeyfobWaiters;

/** Returns: (transfer full): an empty list */
KeyfobWaiters *keyfob_waiters_new (void);

/** @task: (transfer full): waits from now on */
void keyfob_waiters_add (KeyfobWaiters *self, GTask *task);

/**
 * keyfob_waiters_answer:
 * @waiters: the list; a new one takes its place before anyone is answered, so that who is answered
 *   may wait again
 * @token: (nullable): the answer
 * @error: (nullable): the answer instead
 */
void keyfob_waiters_answer (KeyfobWaiters **waiters, KeyfobToken *token, const GError *error);

G_END_DECLS
