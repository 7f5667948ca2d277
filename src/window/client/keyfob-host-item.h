/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-bus.h"
#include "keyfob-host-state.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_HOST_ITEM (keyfob_host_item_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobHostItem, keyfob_host_item, KEYFOB, HOST_ITEM, GObject)

/**
 * KeyfobHostItem:
 *
 * A host in the window: what the agent says of it, and what the window knows beside that. Whatever
 * shows the host (row, page) may come and go; the item stays as long as the host does. Emits
 * `changed` after any property of the host, or `failure`, has changed.
 */

/**
 * KeyfobHostPending:
 * @KEYFOB_HOST_PENDING_NOTHING: nothing
 * @KEYFOB_HOST_PENDING_SIGN_OUT: its token is about to be removed
 * @KEYFOB_HOST_PENDING_REMOVAL: the host is about to be removed, and is not in the list meanwhile
 *
 * What the user has done and may still undo; the agent does not know of it yet.
 */
typedef enum
{
  KEYFOB_HOST_PENDING_NOTHING,
  KEYFOB_HOST_PENDING_SIGN_OUT,
  KEYFOB_HOST_PENDING_REMOVAL,
} KeyfobHostPending;

/**
 * KeyfobHostSection:
 * @KEYFOB_HOST_SECTION_NEEDS_YOU: only the user can bring it on, or has to answer or mend something
 * @KEYFOB_HOST_SECTION_READY: has a token, or gets one by itself
 * @KEYFOB_HOST_SECTION_NOT_SIGNED_IN: there is no token, and nothing is wrong
 *
 * The sections of the list, from the top.
 */
typedef enum
{
  KEYFOB_HOST_SECTION_NEEDS_YOU,
  KEYFOB_HOST_SECTION_READY,
  KEYFOB_HOST_SECTION_NOT_SIGNED_IN,
} KeyfobHostSection;

/** Returns: (transfer full): an item for @host */
KeyfobHostItem *keyfob_host_item_new (KeyfobBusHost1 *host);

/** Returns: (transfer none): the host */
KeyfobBusHost1 *keyfob_host_item_get_host (KeyfobHostItem *self);

/**
 * keyfob_host_item_get_state:
 *
 * Also the property `state`, by the words of `Host1.State`.
 *
 * Returns: the state of the host; signed out while that is pending
 */
KeyfobHostState keyfob_host_item_get_state (KeyfobHostItem *self);

/** Sets the property `pending`, a #KeyfobHostPending. */
void keyfob_host_item_set_pending (KeyfobHostItem *self, KeyfobHostPending pending);

/** Returns: what is pending for the host */
KeyfobHostPending keyfob_host_item_get_pending (KeyfobHostItem *self);

/** Returns: (transfer none): the path of the host's object on the bus */
const char *keyfob_host_item_get_path (KeyfobHostItem *self);

/**
 * keyfob_host_item_set_failure:
 * @failure: (nullable): a sentence for the user about the call that failed, or %NULL
 *
 * Sets the property `failure`. It stays until the next call, or until the host is signed in.
 */
void keyfob_host_item_set_failure (KeyfobHostItem *self, const char *failure);

/** Sets the same of @error of a call, in words of the agent; what kind of failure it is stays
 * known. */
void
keyfob_host_item_take_failure (KeyfobHostItem *self, const char *sentence, const GError *error);

/** Returns: (nullable): what kind of failure that was, see keyfob_auth_error_get_word() */
const char *keyfob_host_item_get_failure_word (KeyfobHostItem *self);

/**
 * keyfob_host_item_get_page_since:
 *
 * Also the property `page-since`.
 *
 * Returns: since when the page of the sign-in could have opened, by g_get_monotonic_time(): when
 * its address was told, or the page was opened again
 */
gint64 keyfob_host_item_get_page_since (KeyfobHostItem *self);

/** To be called when the page of the sign-in is opened again. */
void keyfob_host_item_page_opened (KeyfobHostItem *self);

/** Returns: (transfer none) (nullable): why the last call failed */
const char *keyfob_host_item_get_failure (KeyfobHostItem *self);

/**
 * keyfob_host_item_get_error:
 *
 * What the agent shows for the host is more exact than the failure of the call that it comes of, as
 * of a sign-in. It is outdated where a later call has failed of which the agent shows nothing, as
 * one that looks for the address.
 *
 * Returns: (transfer none) (nullable): `Host1.Error` where that is the latest news
 */
const char *keyfob_host_item_get_error (KeyfobHostItem *self);

/**
 * keyfob_host_item_get_section:
 *
 * A sign-in that needs no answer leaves the host where it was.
 *
 * Returns: where the host stands in the list
 */
KeyfobHostSection keyfob_host_item_get_section (KeyfobHostItem *self);

/** Returns: whether the user has pinned the host to the top of its section */
gboolean keyfob_host_item_is_pinned (KeyfobHostItem *self);

/**
 * keyfob_host_item_compare:
 * @by_use: whether the host that was used last comes first, else names are compared
 *
 * Returns: the order of two hosts: section, pin, use, name, and for the same name the path of their
 *   objects; less than, equal to or greater than 0
 */
int keyfob_host_item_compare (KeyfobHostItem *self, KeyfobHostItem *other, gboolean by_use);

/**
 * keyfob_host_item_matches:
 * @text: what is looked for, as g_utf8_casefold() makes it
 *
 * Returns: whether @text is in the name, address, account or note
 */
gboolean keyfob_host_item_matches (KeyfobHostItem *self, const char *text);

/** Returns: the option of that name, of type s; empty where it is as usual */
const char *keyfob_host_item_get_option (KeyfobHostItem *self, const char *name);

/** Returns: (transfer full): address without the "https://", which nobody types */
char *keyfob_host_item_dup_address (KeyfobHostItem *self);

G_END_DECLS
