/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-host.h"

G_BEGIN_DECLS

/*
 * What a host does with the stores that hold its token. Nothing here asks the server.
 */

/**
 * keyfob_host_load:
 *
 * Looks for the token where it may be, unless the host has one or is busy. Where that depends on a
 * keyring that is being opened, the host waits for it.
 */
void keyfob_host_load (KeyfobHost *host);

/** Tries again to store the token of @host, where that has failed; does nothing unless at rest. */
void keyfob_host_save (KeyfobHost *host);

/**
 * keyfob_host_remove_leftovers:
 *
 * Removes the copies of old tokens that could not be removed before, where that can be done without
 * asking the user. What another program has put in their place stays, and may be used.
 */
void keyfob_host_remove_leftovers (KeyfobHost *host);

/**
 * keyfob_host_reload:
 *
 * Looks at the store, which other programs have changed, as soon as the host is at rest: takes up a
 * newer token without asking the server, and signs out where a Keyfob has removed the token. One
 * that a Python program has dropped, or overwritten with an older one, is put back.
 */
void keyfob_host_reload (KeyfobHost *host);

/** Signs out of @host, whose token another program has removed from the store. */
void keyfob_host_take_removal (KeyfobHost *host);

/**
 * keyfob_host_configure_async:
 * @options: `a{sv}`, see `Host1.Configure`
 *
 * Changes the configuration of @host; where that changes the place of its token, the token moves
 * along.
 */
void keyfob_host_configure_async (KeyfobHost *host,
                                  GVariant *options,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

/**
 * keyfob_host_configure_finish:
 * @error: KEYFOB_AUTH_ERROR_INVALID_HOST, or why the token could not be stored in its new place;
 *   nothing has changed then
 */
gboolean keyfob_host_configure_finish (KeyfobHost *host, GAsyncResult *result, GError **error);

/**
 * keyfob_host_change_address_async:
 * @to: the host at its new address, on the same site
 *
 * Has the token, and what is noted in the list of hosts, be those of @to. The host at its old
 * address is left signed out and being removed, see keyfob_host_is_being_removed(), and is in the
 * list until the caller removes it.
 */
void keyfob_host_change_address_async (KeyfobHost *host,
                                       KeyfobConfig *to,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);

/**
 * keyfob_host_change_address_finish:
 * @left_error: (out) (nullable): why a copy of the token is left at the old address
 * @error: why nothing has changed
 */
gboolean keyfob_host_change_address_finish (KeyfobHost *host,
                                            GAsyncResult *result,
                                            GError **left_error,
                                            GError **error);

/**
 * keyfob_host_follow_stores:
 *
 * Does what has become possible: looks for the token where it was not found yet, moves it to where
 * it should be, removes copies that were left. For when the stores have changed.
 */
void keyfob_host_follow_stores (KeyfobHost *host);

/** Moves the token to where it should be, if it is not there and can; at rest only. */
void keyfob_host_move_to_wanted (KeyfobHost *host);

G_END_DECLS
