/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-context.h"
#include "keyfob-wake-monitor.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_AGENT (keyfob_agent_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobAgent, keyfob_agent, KEYFOB, AGENT, GObject)

/**
 * KeyfobAgent:
 *
 * The service on the bus: the hosts and the token store.
 */

/**
 * keyfob_agent_new:
 *
 * Returns: (transfer full): an agent with the hosts of the file, which looks up their tokens
 */
KeyfobAgent *keyfob_agent_new (KeyfobContext *context, KeyfobWakeMonitor *wake_monitor);

/**
 * keyfob_agent_settle_async:
 *
 * For a private agent: where there is only the shared file, adds a host for each token in it that
 * is of none, and for the host that the client has named; these hosts do not get into the list of
 * hosts. Completes once it is known how all hosts stand.
 */
void
keyfob_agent_settle_async (KeyfobAgent *self, GAsyncReadyCallback callback, gpointer user_data);
void keyfob_agent_settle_finish (KeyfobAgent *self, GAsyncResult *result);

/** Exports the agent and its hosts on the bus. Returns: %FALSE where the bus refuses that */
gboolean keyfob_agent_export (KeyfobAgent *self, GError **error);

/** Returns: (transfer none): a model of #KeyfobHost, in the order in which they were added */
GListModel *keyfob_agent_get_hosts (KeyfobAgent *self);

/** Sets Agent1.Leaves: whether the agent ends by itself when it is not needed. */
void keyfob_agent_set_leaves (KeyfobAgent *self, gboolean leaves);

/** Sets Agent1.Tray. */
void keyfob_agent_set_tray (KeyfobAgent *self, const char *state);

/** Returns: whether a token may be on its way from a server, which is lost where nobody waits for
 * it */
gboolean keyfob_agent_is_renewing (KeyfobAgent *self);

/**
 * keyfob_agent_quit_async:
 *
 * Cancels every sign-in, lets a refresh or a sign-out that runs come to its end, and saves tokens,
 * hosts and notices. What could not be saved is also a notice for the next start.
 */
void keyfob_agent_quit_async (KeyfobAgent *self, GAsyncReadyCallback callback, gpointer user_data);

/** Returns: %FALSE with KEYFOB_AUTH_ERROR_STORE, which says what could not be saved */
gboolean keyfob_agent_quit_finish (KeyfobAgent *self, GAsyncResult *result, GError **error);

G_END_DECLS
