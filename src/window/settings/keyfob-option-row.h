/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-bus.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_OPTION_ROW (keyfob_option_row_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobOptionRow, keyfob_option_row, KEYFOB, OPTION_ROW, AdwPreferencesRow)

/**
 * KeyfobOptionRow:
 *
 * One option of a host that is typed. Says while it is typed what is wrong with it, and sets it
 * when the user confirms it by Enter or its button. Its properties are `option` (the name for
 * `Host1.Configure`) and `host` (nullable).
 */

/** Types @text for the user and confirms it. */
void keyfob_option_row_apply (KeyfobOptionRow *self, const char *text);

/** Puts the cursor into the entry. */
void keyfob_option_row_focus (KeyfobOptionRow *self);

G_END_DECLS
