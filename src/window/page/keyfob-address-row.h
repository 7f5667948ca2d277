/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-agent-client.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_ADDRESS_ROW (keyfob_address_row_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobAddressRow, keyfob_address_row, KEYFOB, ADDRESS_ROW, AdwPreferencesRow)

/**
 * KeyfobAddressRow:
 *
 * The address of a host, which the user can change: the agent looks for the sign-in at the new
 * address, and forgets the old one only when it is found. Activates `win.show-host` with the host
 * at its new address, and `win.back` when Escape is pressed and nothing is typed.
 */

/** Sets the client of the agent, which has to stay. */
void keyfob_address_row_set_client (KeyfobAddressRow *self, KeyfobAgentClient *client);

/**
 * keyfob_address_row_set_host:
 * @host: (nullable): the host
 * @again: whether that is the host that is shown already, of an agent that was started again; then
 *   what is typed stays
 *
 * Shows the address of @host, and forgets what is typed.
 */
void keyfob_address_row_set_host (KeyfobAddressRow *self, KeyfobBusHost1 *host, gboolean again);

/** Returns: whether the host gets another address at this moment, and with it another object */
gboolean keyfob_address_row_is_moving (KeyfobAddressRow *self);

G_END_DECLS
