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
 * One port on 127.0.0.1 and ::1, and its connections. Any program of the machine can connect, so
 * the number of connections and their duration are limited.
 *
 * The signal `incoming` passes each new #GSocketConnection, and the #GSocketAddress object that
 * identifies the connection in the functions below.
 */

/** Seconds after which a connection is cut off; see keyfob_loopback_listener_lift_deadline(). */
#define KEYFOB_LOOPBACK_DEADLINE 10

/** Largest number of connections at once; one more cuts off the oldest. */
#define KEYFOB_LOOPBACK_MAX_CONNECTIONS 32

/** Returns: (transfer full): a listener without a port */
KeyfobLoopbackListener *keyfob_loopback_listener_new (void);

/**
 * keyfob_loopback_listener_listen:
 * @ports: (array length=n_ports): tried in this order
 * @error: KEYFOB_AUTH_ERROR_NO_PORT where none of @ports is free
 *
 * See keyfob_loopback_listen().
 */
gboolean keyfob_loopback_listener_listen (KeyfobLoopbackListener *self,
                                          const guint16 *ports,
                                          gsize n_ports,
                                          GError **error);

/** Returns: the port; 0 without one */
guint16 keyfob_loopback_listener_get_port (KeyfobLoopbackListener *self);

/** @peer: identifies the connection, which is no longer cut off after KEYFOB_LOOPBACK_DEADLINE */
void keyfob_loopback_listener_lift_deadline (KeyfobLoopbackListener *self, GSocketAddress *peer);

/** @peer: identifies the connection, which is cut off */
void keyfob_loopback_listener_drop (KeyfobLoopbackListener *self, GSocketAddress *peer);

/** Releases the port. Open connections go on until their deadline. */
void keyfob_loopback_listener_close (KeyfobLoopbackListener *self);

G_END_DECLS
