/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-loopback-peer.h"

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
 * One port on 127.0.0.1 and ::1, and its connections, each with one request and one response. Any
 * program of the machine can connect, so the number of connections and their duration are limited.
 *
 * The signal `request` passes the number that identifies the connection in the functions below
 * (guint), the head of the request (#GByteArray, wiped afterwards: request line and header fields,
 * as they came), and whether the head is too long and was cut off. A handler answers, at once or
 * later.
 *
 * The signal `tls` tells that a browser, not of another user, came with https. It was refused.
 */

/** Seconds after which a connection is cut off; see keyfob_loopback_listener_keep(). */
#define KEYFOB_LOOPBACK_DEADLINE 10

/** Largest number of connections at once; one more cuts off the oldest of another user, else the
 * oldest. */
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

/** Returns: (transfer full) (nullable): `127.0.0.1:PORT`, or `[::1]:PORT` where the machine does
 *   not have the other; %NULL without a port */
char *keyfob_loopback_listener_dup_authority (KeyfobLoopbackListener *self);

/**
 * keyfob_loopback_listener_look_up_peer:
 * @id: identifies the connection
 *
 * Returns: whose program the request came from
 */
KeyfobLoopbackPeer keyfob_loopback_listener_look_up_peer (KeyfobLoopbackListener *self, guint id);

/**
 * keyfob_loopback_listener_keep:
 * @id: identifies the connection
 *
 * Lets the connection wait for its response for as long as that takes, however many others come.
 */
void keyfob_loopback_listener_keep (KeyfobLoopbackListener *self, guint id);

/**
 * keyfob_loopback_listener_answer:
 * @id: identifies the connection
 * @response: all that is sent, with its status line and header fields
 *
 * Answers, and closes the connection. Does nothing where the connection is gone.
 */
void keyfob_loopback_listener_answer (KeyfobLoopbackListener *self, guint id, GBytes *response);

/**
 * keyfob_loopback_listener_close:
 *
 * Releases the port, and closes connections without a request. The others go on until their
 * deadline.
 */
void keyfob_loopback_listener_close (KeyfobLoopbackListener *self);

G_END_DECLS
