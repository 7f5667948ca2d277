/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-toasts.h"

/* AdwToast takes markup, and before 1.4 cannot be told not to. */
AdwToast *
keyfob_toasts_new (const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  return adw_toast_new (escaped);
}

void
keyfob_toasts_show (AdwToastOverlay *toasts, const char *text)
{
  adw_toast_overlay_add_toast (toasts, keyfob_toasts_new (text));
}
