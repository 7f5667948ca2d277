/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-launcher.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_BROWSER_LAUNCHER (keyfob_browser_launcher_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobBrowserLauncher,
                      keyfob_browser_launcher,
                      KEYFOB,
                      BROWSER_LAUNCHER,
                      GObject)

/**
 * KeyfobBrowserLauncher:
 *
 * A #KeyfobLauncher that asks the desktop for the default browser.
 */

/** Returns: (transfer full): it */
KeyfobLauncher *keyfob_browser_launcher_new (void);

G_END_DECLS
