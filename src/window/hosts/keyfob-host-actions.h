/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <adwaita.h>

#include "keyfob-agent-client.h"
#include "keyfob-clipboard.h"
#include "keyfob-host-item.h"
#include "keyfob-ticker.h"

G_BEGIN_DECLS

/**
 * KeyfobHostContext:
 * @client: the client of the agent
 * @ticker: the current time
 * @clipboard: gets what is copied
 * @toasts: shows what has no other place; its window gets the actions that the window carries out
 *
 * What whatever shows a host needs of the window. The window owns it.
 */
typedef struct
{
  KeyfobAgentClient *client;
  KeyfobTicker *ticker;
  KeyfobClipboard *clipboard;
  AdwToastOverlay *toasts;
} KeyfobHostContext;

#define KEYFOB_TYPE_HOST_ACTIONS (keyfob_host_actions_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobHostActions,
                      keyfob_host_actions,
                      KEYFOB,
                      HOST_ACTIONS,
                      GSimpleActionGroup)

/**
 * keyfob_host_actions_new:
 * @item: the host
 * @context: what the actions work with
 *
 * The actions on one host, for whatever shows it: insert them as the group `host`. Each is enabled
 * while it makes sense. What fails becomes the property `failure` of @item.
 *
 * The window carries out `win.use-device`, `win.host-settings` and `win.remove-host`, each with the
 * path of the host's object.
 *
 * Returns: (transfer full): the actions
 */
KeyfobHostActions *keyfob_host_actions_new (KeyfobHostItem *item, const KeyfobHostContext *context);

/**
 * keyfob_host_actions_sign_in_async:
 *
 * Does what the action `sign-in` does, and tells when the agent has answered. The state of the host
 * tells how the sign-in ends.
 */
void keyfob_host_actions_sign_in_async (KeyfobHostActions *self,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

/** Returns: whether the agent began a sign-in; the item has the failure otherwise */
gboolean keyfob_host_actions_sign_in_finish (KeyfobHostActions *self, GAsyncResult *result);

/** Cancels the sign-in of keyfob_host_actions_sign_in_async(): one that has not begun yet as soon
 * as it does, if that is before the agent has answered. */
void keyfob_host_actions_cancel_sign_in (KeyfobHostActions *self);

G_END_DECLS
