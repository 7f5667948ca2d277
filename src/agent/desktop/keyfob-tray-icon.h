/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-attention-model.h"

G_BEGIN_DECLS

/**
 * keyfob_tray_icon_get_name:
 *
 * Returns: name of the symbolic icon for @attention; the icons differ by shape, not by colour
 */
const char *keyfob_tray_icon_get_name (KeyfobAttention attention);

/**
 * keyfob_tray_icon_draw:
 *
 * Draws the icon that keyfob_tray_icon_get_name() names, for trays that do not find its file.
 *
 * Returns: (transfer floating): the icon in several sizes, `a(iiay)` of width, height and pixels
 *   (ARGB, 8 bits each, big endian)
 */
GVariant *keyfob_tray_icon_draw (KeyfobAttention attention);

G_END_DECLS
