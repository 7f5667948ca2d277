/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-bus.h"
#include "keyfob-host-list.h"

G_BEGIN_DECLS

/**
 * KeyfobAgentClientState:
 * @KEYFOB_AGENT_CLIENT_CONNECTING: the agent is being started for the first time
 * @KEYFOB_AGENT_CLIENT_READY: the agent is there
 * @KEYFOB_AGENT_CLIENT_RECONNECTING: the agent went away and is being started again
 * @KEYFOB_AGENT_CLIENT_FAILED: the agent does not start, or its hosts cannot be read
 * @KEYFOB_AGENT_CLIENT_NO_BUS: there is no session bus, so no agent can be reached
 */
typedef enum
{
  KEYFOB_AGENT_CLIENT_CONNECTING,
  KEYFOB_AGENT_CLIENT_READY,
  KEYFOB_AGENT_CLIENT_RECONNECTING,
  KEYFOB_AGENT_CLIENT_FAILED,
  KEYFOB_AGENT_CLIENT_NO_BUS,
} KeyfobAgentClientState;

#define KEYFOB_TYPE_AGENT_CLIENT (keyfob_agent_client_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobAgentClient, keyfob_agent_client, KEYFOB, AGENT_CLIENT, GObject)

/**
 * KeyfobAgentClient:
 *
 * The way to the agent. Starts it, follows it, and starts it again when it dies. Its properties
 * are `state`, and `agent` (a KeyfobBusAgent1, %NULL unless the state is ready).
 */

/**
 * keyfob_agent_client_new:
 * @connection: (nullable): the session bus
 *
 * Returns: (transfer full): a client that is connecting, or stays without an agent where there is
 *   no @connection
 */
KeyfobAgentClient *keyfob_agent_client_new (GDBusConnection *connection);

KeyfobAgentClientState keyfob_agent_client_get_state (KeyfobAgentClient *self);

/** Returns: (nullable) (transfer none): the agent */
KeyfobBusAgent1 *keyfob_agent_client_get_agent (KeyfobAgentClient *self);

/** Returns: (transfer none): the hosts; the list is the same as long as @self lives */
KeyfobHostList *keyfob_agent_client_get_hosts (KeyfobAgentClient *self);

/** Connects again after %KEYFOB_AGENT_CLIENT_FAILED, and starts the agent where there is none. */
void keyfob_agent_client_retry (KeyfobAgentClient *self);

/** Tells the agent, where there is one, that somebody looks at the hosts. */
void keyfob_agent_client_tell_looked (KeyfobAgentClient *self);

/**
 * keyfob_agent_client_explain:
 * @error: what a call of the agent ended with
 *
 * Returns: (transfer full): the agent's own sentence, or one that fits where it has none
 */
char *keyfob_agent_client_explain (const GError *error);

G_END_DECLS
