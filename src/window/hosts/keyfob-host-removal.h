/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-agent-client.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_HOST_REMOVAL (keyfob_host_removal_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobHostRemoval, keyfob_host_removal, KEYFOB, HOST_REMOVAL, GObject)

/**
 * KeyfobHostRemoval:
 *
 * Removes hosts: asks first where a token would be lost, and offers to undo it where none is.
 */

/**
 * keyfob_host_removal_new:
 * @client: the way to the agent
 * @toasts: where it says what it did
 *
 * Returns: (transfer full): the remover
 */
KeyfobHostRemoval *keyfob_host_removal_new (KeyfobAgentClient *client, AdwToastOverlay *toasts);

/** Removes @host, or asks the user about it. */
void keyfob_host_removal_start (KeyfobHostRemoval *self, KeyfobBusHost1 *host);

/** Adds the host that had @url again, with its @options. */
void keyfob_host_removal_undo (KeyfobHostRemoval *self, const char *url, GVariant *options);

G_END_DECLS
