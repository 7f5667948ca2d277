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
 * Says what is on the `clipboard` (a KeyfobClipboard) and for how long, and takes it away when
 * asked to. It is there only while something of ours is, and wakes up, once a second, only while it
 * is seen and there is something to count.
 */

G_END_DECLS
