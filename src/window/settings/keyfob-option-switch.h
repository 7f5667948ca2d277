/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-bus.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_OPTION_SWITCH (keyfob_option_switch_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobOptionSwitch,
                      keyfob_option_switch,
                      KEYFOB,
                      OPTION_SWITCH,
                      AdwPreferencesRow)

/**
 * KeyfobOptionSwitch:
 *
 * One option of a host that is on or off. Its properties are `option` (the name for
 * `Host1.Configure`), `usual` (what it is where the host does not name it), `description` (what it
 * means) and `host` (nullable).
 */

G_END_DECLS
