/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/**
 * keyfob_host_look_again:
 *
 * Looks at the store, which other programs have changed, as soon as the host is at rest: takes up a
 * newer token without asking the server, and signs out where a Keyfob has removed the token. One
 * that a Python program has dropped, or overwritten with an older one, is put back.
 */
void keyfob_host_look_again (KeyfobHost *host);

G_END_DECLS
