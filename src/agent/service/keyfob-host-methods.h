/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/** Answers the method calls on the bus interface of @host until @host is disposed of. */
void keyfob_host_methods_connect (KeyfobHost *host);

G_END_DECLS
