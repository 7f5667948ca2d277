/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/**
 * keyfob_host_tidy:
 *
 * Removes the copies of old tokens that could not be removed before, where that can be done without
 * asking the user. What another program has put in their place stays, and may be used.
 */
void keyfob_host_tidy (KeyfobHost *host);

G_END_DECLS
