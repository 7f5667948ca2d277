/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-bus.h"
#include "keyfob-host-item.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_ERROR_CARD (keyfob_error_card_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobErrorCard, keyfob_error_card, KEYFOB, ERROR_CARD, AdwBin)

/**
 * KeyfobErrorCard:
 *
 * What is wrong with a host, with the one button that mends it, and what the server said behind
 * *Details*. Invisible where nothing is wrong. Needs the actions of the host, see
 * #KeyfobHostActions.
 */

/** Returns: (transfer floating): a card that is invisible */
GtkWidget *keyfob_error_card_new (void);

/**
 * keyfob_error_card_update:
 * @item: (nullable): the host
 * @agent: (nullable): the agent, which knows of the keyring
 * @now: the present time, Unix seconds
 * @in_row: whether the card is part of a row, which has buttons *Sign in* and *Unlock* and says how
 *   the host stands
 *
 * Shows how @item stands now.
 */
void keyfob_error_card_update (KeyfobErrorCard *self,
                               KeyfobHostItem *item,
                               KeyfobBusAgent1 *agent,
                               gint64 now,
                               gboolean in_row);

/** Returns: (transfer none) (nullable): the button that mends what is wrong, where there is one */
GtkWidget *keyfob_error_card_get_mend (KeyfobErrorCard *self);

/** Returns: (nullable): what the card says, while it is shown */
const char *keyfob_error_card_get_sentence (KeyfobErrorCard *self);

/** Sets whether the buttons can be pressed. */
void keyfob_error_card_set_sensitive (KeyfobErrorCard *self, gboolean sensitive);

G_END_DECLS
