/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/** Has the method calls on the bus interface of @host answered as long as @host lives. */
void keyfob_host_methods_connect (KeyfobHost *host);

G_END_DECLS
