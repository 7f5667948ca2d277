/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/** Does what is due for the session: renews it, or tells that it ended; at rest only. */
void keyfob_host_renew (KeyfobHost *host);

/** Begins a refresh of the token of @host; at rest only, with a refresh token and a store. */
void keyfob_host_refresh (KeyfobHost *host);

G_END_DECLS
