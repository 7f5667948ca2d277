/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-agent-client.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_FOUND_HOSTS (keyfob_found_hosts_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobFoundHosts,
                      keyfob_found_hosts,
                      KEYFOB,
                      FOUND_HOSTS,
                      AdwPreferencesGroup)

/**
 * KeyfobFoundHosts:
 *
 * A list of the hosts that have a token in a token file of other programs and are not among
 * Keyfob's hosts, each with who uses it and a button that adds it, and of those that are provided
 * and that the user has removed, each with a button that brings it back. Invisible while the list
 * is empty. Emits `added` with the base URL of a host that was added, and `failed` with a sentence
 * when one could not be.
 */

/** Sets the client of the agent; to be called once. */
void keyfob_found_hosts_set_client (KeyfobFoundHosts *self, KeyfobAgentClient *client);

G_END_DECLS
