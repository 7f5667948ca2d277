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
 * Connects to the agent: starts the agent, and starts it again when it ends. The properties are
 * `state`, and `agent` (a KeyfobBusAgent1, %NULL unless the state is ready).
 */

/**
 * keyfob_agent_client_new:
 * @connection: (nullable): the session bus
 *
 * Returns: (transfer full): a client that is connecting, or that stays without an agent if
 *   @connection is %NULL
 */
KeyfobAgentClient *keyfob_agent_client_new (GDBusConnection *connection);

/** Returns: the state of the connection */
KeyfobAgentClientState keyfob_agent_client_get_state (KeyfobAgentClient *self);

/** Returns: (nullable) (transfer none): the agent */
KeyfobBusAgent1 *keyfob_agent_client_get_agent (KeyfobAgentClient *self);

/** Returns: (transfer none): the hosts of the agent, in a list that stays the same object */
KeyfobHostList *keyfob_agent_client_get_hosts (KeyfobAgentClient *self);

/** Connects again after %KEYFOB_AGENT_CLIENT_FAILED, and starts the agent where there is none. */
void keyfob_agent_client_retry (KeyfobAgentClient *self);

/** Calls Agent1.Looked: the user looks at the hosts, so none of the sessions is unused. */
void keyfob_agent_client_send_looked (KeyfobAgentClient *self);

/**
 * keyfob_agent_client_explain:
 * @error: the error of a call to the agent
 *
 * Returns: (transfer full): the message of the agent, or a general one for an error of D-Bus itself
 */
char *keyfob_agent_client_explain (const GError *error);

G_END_DECLS
