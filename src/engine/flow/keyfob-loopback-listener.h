/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_LOOPBACK_LISTENER (keyfob_loopback_listener_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobLoopbackListener,
                      keyfob_loopback_listener,
                      KEYFOB,
                      LOOPBACK_LISTENER,
                      GObject)

/**
 * KeyfobLoopbackListener:
 *
 * One port on 127.0.0.1 and ::1, and the connections that come in on it. Any program of the
 * machine can connect, so their number and the time they may take are limited.
 *
 * Its signal `incoming` brings each #GSocketConnection and the #GSocketAddress object that stands
 * for it in the calls below.
 */

/** Seconds that a connection may take, unless keyfob_loopback_listener_keep() is called for it. */
#define KEYFOB_LOOPBACK_DEADLINE 10

/** Connections at once; a further one ends the oldest. */
#define KEYFOB_LOOPBACK_MAX_CONNECTIONS 32

/** Returns: (transfer full): one that holds no port yet */
KeyfobLoopbackListener *keyfob_loopback_listener_new (void);

/**
 * keyfob_loopback_listener_listen:
 * @ports: (array length=n_ports): tried in this order
 * @error: KEYFOB_AUTH_ERROR_NO_PORT where each is taken
 *
 * See keyfob_loopback_listen().
 */
gboolean keyfob_loopback_listener_listen (KeyfobLoopbackListener *self,
                                          const guint16 *ports,
                                          gsize n_ports,
                                          GError **error);

/** Returns: the port, 0 while it holds none */
guint16 keyfob_loopback_listener_get_port (KeyfobLoopbackListener *self);

/** @peer: the remote address of an incoming connection, which may now take as long as it needs */
void keyfob_loopback_listener_keep (KeyfobLoopbackListener *self, GSocketAddress *peer);

/** @peer: the remote address of an incoming connection, which is cut off */
void keyfob_loopback_listener_drop (KeyfobLoopbackListener *self, GSocketAddress *peer);

/** Frees the port. Connections that are there go on until their deadline. */
void keyfob_loopback_listener_close (KeyfobLoopbackListener *self);

G_END_DECLS
