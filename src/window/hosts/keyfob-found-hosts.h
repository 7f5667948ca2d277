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
 * Offers the hosts that have a token in the file shared with Python programs and are not listed,
 * each with one click to add it. Not visible where there are none. Emits `trouble` with a sentence
 * when one could not be added.
 */

/** Hands in the way to the agent; to be called once. */
void keyfob_found_hosts_set_client (KeyfobFoundHosts *self, KeyfobAgentClient *client);

G_END_DECLS
