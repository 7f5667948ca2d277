/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-context.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_PRESENCE (keyfob_presence_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobPresence, keyfob_presence, KEYFOB, PRESENCE, GObject)

/**
 * KeyfobPresence:
 *
 * What the user sees of the agent on the desktop.
 *
 * Signal `quit`: the user wants no more of Keyfob; its window has ended already. Signal `tray`
 * (gboolean): there is a tray with the icon from now on, or none any more.
 */

/**
 * keyfob_presence_new:
 * @hosts: a model of #KeyfobHost
 *
 * Returns: (transfer full): what is seen of those hosts
 */
KeyfobPresence *keyfob_presence_new (KeyfobContext *context, GListModel *hosts);

/** Returns: whether there is a notification for the user to see, whose actions need the agent */
gboolean keyfob_presence_is_notifying (KeyfobPresence *self);

G_END_DECLS
