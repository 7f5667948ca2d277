/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/** Answers the method calls on the bus interface of @host until @host is disposed of. */
void keyfob_host_methods_connect (KeyfobHost *host);

/**
 * keyfob_host_methods_get_token:
 * @invocation: (transfer full): a call that is answered as `Host1.GetToken`
 * @options: `a{sv}`
 */
void keyfob_host_methods_get_token (KeyfobHost *host,
                                    GDBusMethodInvocation *invocation,
                                    GVariant *options);

/** Returns: (transfer floating): `a{sv}`, as `Host1.GetToken` answers */
GVariant *keyfob_host_methods_token_to_variant (KeyfobToken *token);

G_END_DECLS
