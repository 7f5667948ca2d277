/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-agent-client.h"

G_BEGIN_DECLS

/**
 * keyfob_about_show:
 * @parent: (nullable): the window that it is shown over
 * @client: (nullable): the agent
 *
 * Shows what this program is, and what a report of a fault should tell of it: versions, the
 * desktop, and how many hosts stand how. No address, account or token is in that.
 */
void keyfob_about_show (GtkWindow *parent, KeyfobAgentClient *client);

G_END_DECLS
