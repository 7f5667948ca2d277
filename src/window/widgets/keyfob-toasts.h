/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** Returns: (transfer full): a toast that says @text, which is plain text */
AdwToast *keyfob_toasts_new (const char *text);

/** Shows a toast that says @text, which is plain text. */
void keyfob_toasts_show (AdwToastOverlay *toasts, const char *text);

G_END_DECLS
