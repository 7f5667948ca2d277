/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-bus.h"
#include "keyfob-config-options.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_OPTION_ROW (keyfob_option_row_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobOptionRow, keyfob_option_row, KEYFOB, OPTION_ROW, AdwPreferencesRow)

/**
 * KeyfobOptionRow:
 *
 * A row for one option of a host: a switch, a choice, or an entry for a text, ports or a number. A
 * switch and a choice configure the host at once. An entry shows during typing what is wrong with
 * the text, and configures the host when the user confirms the text with Enter or the button.
 *
 * Large text on a narrow screen forbids AdwEntryRow, which cuts a long title, and AdwComboRow,
 * which has the choice beside the title. The subtitle of an AdwActionRow is too pale for an error.
 */

/** Returns: (transfer floating): a row for @option that shows no host yet */
GtkWidget *keyfob_option_row_new (const KeyfobOptionInfo *option);

/**
 * keyfob_option_row_show:
 * @host: (nullable): the host
 *
 * Shows the option as @host has it; to be called again when `Host1.Options` changes. Text that the
 * user has not confirmed yet stays, unless it was typed for another host.
 */
void keyfob_option_row_show (KeyfobOptionRow *self, KeyfobBusHost1 *host);

/** Replaces the text of the entry by @text and confirms it, as the user does with Enter. */
void keyfob_option_row_apply (KeyfobOptionRow *self, const char *text);

/** Gives the focus to the entry. */
void keyfob_option_row_focus (KeyfobOptionRow *self);

G_END_DECLS
