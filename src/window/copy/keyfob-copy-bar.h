/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-clipboard.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_COPY_BAR (keyfob_copy_bar_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobCopyBar, keyfob_copy_bar, KEYFOB, COPY_BAR, AdwBin)

/**
 * KeyfobCopyBar:
 *
 * Shows which secret is on the `clipboard` (a KeyfobClipboard) and for how many seconds, and has a
 * button that clears the clipboard. Visible only while there is a secret; wakes the program once a
 * second, only while the bar is visible and the clipboard is to be cleared.
 */

G_END_DECLS
