/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-attention.h"

G_BEGIN_DECLS

/**
 * keyfob_tray_pixmaps:
 *
 * The icon of keyfob_attention_get_icon() drawn out, for trays that do not find it by its name: in
 * a grey that is seen on light and on dark.
 *
 * Returns: (transfer floating): `a(iiay)` in a few sizes
 */
GVariant *keyfob_tray_pixmaps (KeyfobAttention attention);

G_END_DECLS
