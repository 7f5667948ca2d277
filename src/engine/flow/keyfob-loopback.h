/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_LOOPBACK (keyfob_loopback_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobLoopback, keyfob_loopback, KEYFOB, LOOPBACK, GObject)

/**
 * KeyfobLoopback:
 *
 * The web server on the loopback interface to which the provider sends the browser back (RFC 8252
 * section 7.3). Only the first request with the right state counts.
 */

/** Returns: (transfer full): a loopback server without a port */
KeyfobLoopback *keyfob_loopback_new (void);

/**
 * keyfob_loopback_listen:
 * @ports: (array length=n_ports): tried in this order
 * @error: KEYFOB_AUTH_ERROR_NO_PORT where none of @ports is free
 *
 * Listens, until keyfob_loopback_close(), on the first port that is free on both 127.0.0.1 and ::1;
 * or on one of them where the machine does not have the other.
 */
gboolean
keyfob_loopback_listen (KeyfobLoopback *self, const guint16 *ports, gsize n_ports, GError **error);

/** Returns: (nullable): `http://localhost:PORT/callback` while it listens */
const char *keyfob_loopback_get_redirect_uri (KeyfobLoopback *self);

/**
 * keyfob_loopback_wait_async:
 * @state: (nullable): the state to accept; see keyfob_callback_matches()
 *
 * Waits for the request of the browser, which then waits for keyfob_loopback_respond().
 */
void keyfob_loopback_wait_async (KeyfobLoopback *self,
                                 const char *state,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

/**
 * keyfob_loopback_wait_finish:
 * @code: (out) (transfer full): the authorization code
 * @state: (out) (optional) (transfer full): the state of the request
 * @issuer: (out) (optional) (nullable) (transfer full): `iss` (RFC 9207)
 * @error: see keyfob_callback_to_error(); the browser waits for a response then, too
 */
gboolean keyfob_loopback_wait_finish (KeyfobLoopback *self,
                                      GAsyncResult *result,
                                      char **code,
                                      char **state,
                                      char **issuer,
                                      GError **error);

/**
 * keyfob_loopback_respond:
 * @failure: (nullable): a sentence with the reason why the sign-in failed; %NULL shows success
 *
 * Shows the result in the waiting browser. Does nothing where no browser waits.
 */
void keyfob_loopback_respond (KeyfobLoopback *self, const char *failure);

/**
 * keyfob_loopback_close:
 *
 * Releases the port at once. A browser that was answered still receives the whole page; a browser
 * that waits is shown that the sign-in was ended.
 */
void keyfob_loopback_close (KeyfobLoopback *self);

G_END_DECLS
