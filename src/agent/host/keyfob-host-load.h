/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/**
 * keyfob_host_load:
 *
 * Looks for the token where it may be, unless the host has one or is busy. Where that depends on a
 * keyring that is being opened, the host waits for it.
 */
void keyfob_host_load (KeyfobHost *host);

G_END_DECLS
