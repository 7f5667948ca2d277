/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-overview.h"

G_BEGIN_DECLS

/** Returns: (transfer full): how many are signed in, "2 of 3 signed in" */
char *keyfob_tray_words_count (KeyfobOverview *overview);

/** Returns: (transfer full): what the hosts want, a line for each kind, the worst first; may be
 * empty */
char *keyfob_tray_words_details (KeyfobOverview *overview);

/** Returns: (transfer full): both in one line, without all but the worst */
char *keyfob_tray_words_title (KeyfobOverview *overview);

G_END_DECLS
