/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * KeyfobPrivateAgent:
 *
 * An agent for one call, at the other end of a socket pair. It ends when the connection does, after
 * what must not be cut off: an answer of the server that has the only refresh token.
 */
typedef struct _KeyfobPrivateAgent KeyfobPrivateAgent;

/**
 * keyfob_private_agent_start:
 * @store: (nullable): the token file that the user has named
 * @is_bare: @store is to hold a single token
 * @host: (nullable): the host that the user has named
 *
 * Returns: (transfer full): a running agent; %NULL with KEYFOB_AUTH_ERROR where it does not start
 */
KeyfobPrivateAgent *
keyfob_private_agent_start (const char *store, gboolean is_bare, const char *host, GError **error);

/** Returns: (transfer full): the connection to the agent, which can be made once; or %NULL */
GDBusConnection *keyfob_private_agent_connect (KeyfobPrivateAgent *self, GError **error);

/** Waits until the agent has ended; its connection has to be closed before. */
void keyfob_private_agent_free (KeyfobPrivateAgent *self);

G_END_DECLS
