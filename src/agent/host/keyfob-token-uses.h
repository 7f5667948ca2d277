/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-caller.h"

G_BEGIN_DECLS

/**
 * keyfob_token_uses_add:
 * @uses: from g_ptr_array_new_with_free_func() with keyfob_token_use_free(), the last use first
 * @caller: who took the token
 * @now: Unix seconds
 *
 * Counts a use. Of more than 16 programs those that took the token longest ago are forgotten.
 */
void keyfob_token_uses_add (GPtrArray *uses, KeyfobCaller *caller, gint64 now);

/** Returns: (transfer floating): @uses as `Host1.Uses` has them */
GVariant *keyfob_token_uses_to_variant (GPtrArray *uses);

void keyfob_token_use_free (gpointer use);

G_END_DECLS
