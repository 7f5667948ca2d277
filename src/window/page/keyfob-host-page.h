/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host-actions.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_HOST_PAGE (keyfob_host_page_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobHostPage, keyfob_host_page, KEYFOB, HOST_PAGE, AdwBin)

/**
 * KeyfobHostPage:
 *
 * The page of one host: who is signed in, what to do with the token, what is known of the session
 * and of the server. It shows what the agent says at any moment, and without a host a hint. The
 * property `narrow` tells whether the page covers the list, so that it needs a way back.
 */

/** Sets what the page works with; @context has to stay. */
void keyfob_host_page_set_context (KeyfobHostPage *self, const KeyfobHostContext *context);

/**
 * keyfob_host_page_show:
 * @item: (nullable): the host, or %NULL to show none any more
 *
 * Where @item is the host that is shown already, of an agent that was started again, the page stays
 * as it is, with what is typed, the scroll position and the focus.
 */
void keyfob_host_page_show (KeyfobHostPage *self, KeyfobHostItem *item);

/** Returns: (nullable) (transfer none): the host that is shown */
KeyfobHostItem *keyfob_host_page_get_item (KeyfobHostPage *self);

/** Returns: whether the host gets another address at this moment, and with it another object */
gboolean keyfob_host_page_is_moving (KeyfobHostPage *self);

/** Gives the focus to what the user is likely to do: copy the header, or sign in. */
void keyfob_host_page_focus (KeyfobHostPage *self);

/** Lets the user type another name for the host. */
void keyfob_host_page_rename (KeyfobHostPage *self);

G_END_DECLS
