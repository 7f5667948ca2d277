/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-attention-model.h"

G_BEGIN_DECLS

/** Returns: (transfer full): how many are signed in, "2 of 3 signed in" */
char *keyfob_tray_text_count (KeyfobAttentionModel *model);

/** Returns: (transfer full): what the hosts want, a line for each kind, the worst first; may be
 * empty */
char *keyfob_tray_text_details (KeyfobAttentionModel *model);

/** Returns: (transfer full): both in one line, without all but the worst */
char *keyfob_tray_text_title (KeyfobAttentionModel *model);

G_END_DECLS
