/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-host-item.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_HOST_LIST (keyfob_host_list_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobHostList, keyfob_host_list, KEYFOB, HOST_LIST, GObject)

/**
 * KeyfobHostList:
 *
 * The agent's hosts as a #GListModel of #KeyfobHostItem, in no order, without those whose removal
 * is pending. Emits `host-changed` with an item that has changed.
 */

/** Returns: (transfer full): an empty list */
KeyfobHostList *keyfob_host_list_new (void);

/** Shows the hosts of @manager (nullable) from now on; with %NULL the list is empty. */
void keyfob_host_list_set_manager (KeyfobHostList *self, GDBusObjectManager *manager);

/**
 * keyfob_host_list_get_last_expires:
 *
 * Also the property `last-expires`. Until then, the time left of some host changes.
 *
 * Returns: the end of the token that lasts longest, Unix time in seconds; 0 without a token
 */
gint64 keyfob_host_list_get_last_expires (KeyfobHostList *self);

/** Returns: (transfer none) (nullable): the host whose object on the bus has @path; also one whose
 *   removal is pending */
KeyfobHostItem *keyfob_host_list_find (KeyfobHostList *self, const char *path);

/** Returns: (transfer none) (nullable): the host with the base URL @url */
KeyfobHostItem *keyfob_host_list_find_url (KeyfobHostList *self, const char *url);

/** Returns: whether a host with the base URL @url is in the list */
gboolean keyfob_host_list_has_url (KeyfobHostList *self, const char *url);

G_END_DECLS
