/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * keyfob_copy_menu_new:
 *
 * Returns: (transfer full): a menu of the forms in which the token of a host is copied, the one
 * that the user prefers first; the actions are `host.copy` and, of forms without a token,
 *   `host.copy-command`. It follows the settings.
 */
GMenuModel *keyfob_copy_menu_new (void);

G_END_DECLS
