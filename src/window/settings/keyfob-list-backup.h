/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-bus.h"

G_BEGIN_DECLS

/**
 * keyfob_list_backup_export:
 * @teller: says how it went: an #AdwActionRow as its subtitle, or an #AdwToastOverlay
 * @agent: the agent whose servers are exported
 * @hosts: (nullable): paths of their objects; %NULL for all
 *
 * Asks for a file, and writes the list of servers into it, without tokens.
 */
void
keyfob_list_backup_export (GtkWidget *teller, KeyfobBusAgent1 *agent, const char *const *hosts);

/**
 * keyfob_list_backup_import:
 * @row: says how it went
 * @agent: the agent that gets the servers
 *
 * Asks for such a file, and adds the servers that are not there yet. Asks again about those that
 * are less safe, and offers to undo it.
 */
void keyfob_list_backup_import (AdwActionRow *row, KeyfobBusAgent1 *agent);

G_END_DECLS
