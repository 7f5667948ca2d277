/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-agent-client.h"

G_BEGIN_DECLS

/**
 * keyfob_host_removal_start:
 * @client: the client of the agent
 * @toasts: gets a message about the result
 * @host: the host
 *
 * Removes @host. Asks the user first where a token would be lost, and offers to undo the removal
 * where there is no token.
 */
void keyfob_host_removal_start (KeyfobAgentClient *client,
                                AdwToastOverlay *toasts,
                                KeyfobBusHost1 *host);

/** Adds the removed host with the base URL @url again, with its @options. */
void keyfob_host_removal_undo (KeyfobAgentClient *client,
                               AdwToastOverlay *toasts,
                               const char *url,
                               GVariant *options);

G_END_DECLS
