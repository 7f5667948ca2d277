/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-attention-model.h"
#include "keyfob-bus-menu.h"

G_BEGIN_DECLS

/**
 * KeyfobTrayChoice:
 * @KEYFOB_TRAY_NOTHING: the item is only to be read
 * @KEYFOB_TRAY_COPY_HEADER: the header of the token of a host
 * @KEYFOB_TRAY_SIGN_IN: to a host
 * @KEYFOB_TRAY_CANCEL: the sign-in that runs
 * @KEYFOB_TRAY_OPEN: the window
 * @KEYFOB_TRAY_PREFERENCES: of the window
 * @KEYFOB_TRAY_QUIT: all of Keyfob
 *
 * What an item in the menu of the tray stands for; those about a host have its #KeyfobHost as
 * target.
 */
typedef enum
{
  KEYFOB_TRAY_NOTHING,
  KEYFOB_TRAY_COPY_HEADER,
  KEYFOB_TRAY_SIGN_IN,
  KEYFOB_TRAY_CANCEL,
  KEYFOB_TRAY_OPEN,
  KEYFOB_TRAY_PREFERENCES,
  KEYFOB_TRAY_QUIT,
} KeyfobTrayChoice;

/**
 * keyfob_tray_plan:
 * @now: Unix seconds
 *
 * A few hosts stand in the menu by name. Of many, those that want most of the user do, and the
 * others in submenus that are short enough to read.
 *
 * Returns: (transfer full): the menu of the tray
 */
KeyfobMenuNode *keyfob_tray_plan (KeyfobAttentionModel *model, gint64 now);

G_END_DECLS
