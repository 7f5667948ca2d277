/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_SEARCH_PROVIDER (keyfob_search_provider_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobSearchProvider,
                      keyfob_search_provider,
                      KEYFOB,
                      SEARCH_PROVIDER,
                      GObject)

/**
 * KeyfobSearchProvider:
 *
 * Finds hosts from the search of GNOME Shell and from KRunner. It has no timer, and its object is
 * not below that of the agent, so that a search does not count as a need of the agent, see
 * #KeyfobIdleExit.
 */

/**
 * keyfob_search_provider_new:
 * @hosts: a model of #KeyfobHost
 *
 * To be made before the agent has its name: the bus may have started the agent for a search.
 *
 * Returns: (transfer full): what is exported on @connection
 */
KeyfobSearchProvider *keyfob_search_provider_new (GDBusConnection *connection, GListModel *hosts);

G_END_DECLS
