/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * keyfob_verbatim_to_markup:
 * @text: (nullable): an address or a path
 *
 * Returns: (transfer full): Pango markup that shows @text without a hyphen where it is broken, for
 *   that would look like a part of it
 */
char *keyfob_verbatim_to_markup (const char *text);

G_END_DECLS
