/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-bus.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_STORE_CHOICE (keyfob_store_choice_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobStoreChoice,
                      keyfob_store_choice,
                      KEYFOB,
                      STORE_CHOICE,
                      AdwPreferencesGroup)

/**
 * KeyfobStoreChoice:
 *
 * Where the token of a host is kept: says it, and lets the user choose. Its properties are `host`
 * (nullable) and `store-file` (nullable; path of the file that is shared with Python programs).
 */

G_END_DECLS
