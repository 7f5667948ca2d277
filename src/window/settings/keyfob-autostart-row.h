/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_AUTOSTART_ROW (keyfob_autostart_row_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobAutostartRow, keyfob_autostart_row, KEYFOB, AUTOSTART_ROW, AdwActionRow)

/**
 * KeyfobAutostartRow:
 *
 * The switch for the start at login, as the user's autostart folder has it: read again whenever the
 * row is shown.
 */

G_END_DECLS
