/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-attention-model.h"
#include "keyfob-context.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_TRAY (keyfob_tray_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobTray, keyfob_tray, KEYFOB, TRAY, GObject)

/**
 * KeyfobTray:
 *
 * The icon in the tray, which shows the attention that the hosts need, with its tooltip and menu.
 *
 * Signal `quit`: the user has chosen Quit, and the process of the window has ended.
 *
 * Signal `changed`: the state has changed.
 */

/** Returns: (transfer full): the tray icon of the hosts in @model, shown while there is a tray */
KeyfobTray *keyfob_tray_new (KeyfobContext *context, KeyfobAttentionModel *model);

/**
 * KeyfobTrayState:
 * @KEYFOB_TRAY_NONE: there is no tray, or none that takes the icon
 * @KEYFOB_TRAY_HIDDEN: there is a tray, and the user wants no icon in it
 * @KEYFOB_TRAY_SHOWN: the icon is in a tray, or about to be
 */
typedef enum
{
  KEYFOB_TRAY_NONE,
  KEYFOB_TRAY_HIDDEN,
  KEYFOB_TRAY_SHOWN,
} KeyfobTrayState;

/** Returns: whether the icon is in a tray */
KeyfobTrayState keyfob_tray_get_state (KeyfobTray *self);

G_END_DECLS
