/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-bus.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_HOST_SETTINGS (keyfob_host_settings_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobHostSettings, keyfob_host_settings, KEYFOB, HOST_SETTINGS, AdwBin)

/**
 * KeyfobHostSettings:
 *
 * The page with all options of one host. A change is sent to the agent at once, or when the user
 * confirms a typed text; where the agent refuses the change, the page says so beside the option.
 * The property `host` is the host that is shown (nullable).
 */

/**
 * keyfob_host_settings_show:
 * @host: (nullable): the host, or %NULL to show none any more
 * @agent: (nullable): the agent, which knows the token files of programs
 */
void
keyfob_host_settings_show (KeyfobHostSettings *self, KeyfobBusHost1 *host, KeyfobBusAgent1 *agent);

/** Returns: (nullable) (transfer none): the host that is shown */
KeyfobBusHost1 *keyfob_host_settings_get_host (KeyfobHostSettings *self);

G_END_DECLS
