/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/** Tries again to store the token of @host, where that has failed; does nothing unless at rest. */
void keyfob_host_save (KeyfobHost *host);

G_END_DECLS
