/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-bus.h"
#include "keyfob-window-remote.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_HOST_REMOTE (keyfob_host_remote_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobHostRemote, keyfob_host_remote, KEYFOB, HOST_REMOTE, GObject)

/**
 * KeyfobHostRemote:
 *
 * What tray and notifications do with hosts. They ask for it on the bus, as every program does,
 * although the agent that answers is their own: so there is one way in.
 */

/** Returns: (transfer full): a way to the hosts of the agent on @connection */
KeyfobHostRemote *keyfob_host_remote_new (GDBusConnection *connection, KeyfobWindowRemote *window);

/** Returns: (transfer full): the object path of @host, also before it is on the bus */
char *keyfob_host_remote_dup_path (KeyfobBusHost1 *host);

/**
 * keyfob_host_remote_sign_in:
 * @activation_token: (nullable): lets the browser come to the front
 *
 * Begins a sign-in by browser, also where there is a token that is still good. Where it comes to
 * nothing the window opens and says why.
 */
void keyfob_host_remote_sign_in (KeyfobHostRemote *self,
                                 KeyfobBusHost1 *host,
                                 const char *activation_token);

/** Ends the sign-in that runs. */
void keyfob_host_remote_cancel (KeyfobHostRemote *self, KeyfobBusHost1 *host);

G_END_DECLS
