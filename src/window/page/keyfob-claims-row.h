/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-bus.h"
#include "keyfob-ticker.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_CLAIMS_ROW (keyfob_claims_row_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobClaimsRow, keyfob_claims_row, KEYFOB, CLAIMS_ROW, AdwExpanderRow)

/**
 * KeyfobClaimsRow:
 *
 * What can be read of the token of a host, in a row that unfolds. Nothing of it is verified, and
 * the row says so.
 */

/**
 * keyfob_claims_row_show:
 * @host: (nullable): the host
 * @now: the present time, Unix seconds
 *
 * Asks the agent for the claims of the present token of @host.
 */
void keyfob_claims_row_show (KeyfobClaimsRow *self, KeyfobBusHost1 *host, gint64 now);

G_END_DECLS
