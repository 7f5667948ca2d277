/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/**
 * keyfob_host_load:
 *
 * Looks into the store for the token of @host, unless one is at hand or it is busy; one that could
 * not be stored is brought there.
 */
void keyfob_host_load (KeyfobHost *host);

/** There is no store to look into, for the reason in @error. */
void keyfob_host_give_up_loading (KeyfobHost *host, const GError *error);

G_END_DECLS
