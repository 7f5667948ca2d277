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
 * The web server on loopback that the browser comes back to (RFC 8252 section 7.3). It answers
 * one request, the one whose state is right; every other changes nothing.
 */

/** Returns: (transfer full): one that holds no port yet */
KeyfobLoopback *keyfob_loopback_new (void);

/**
 * keyfob_loopback_listen:
 * @ports: (array length=n_ports): tried in this order
 * @error: KEYFOB_AUTH_ERROR_NO_PORT where each is taken
 *
 * Takes the first port that is free on 127.0.0.1 and ::1 both (or on the one that the machine
 * has) and holds it until keyfob_loopback_close().
 */
gboolean
keyfob_loopback_listen (KeyfobLoopback *self, const guint16 *ports, gsize n_ports, GError **error);

/** Returns: (nullable): `http://localhost:PORT/callback` while it listens */
const char *keyfob_loopback_get_redirect_uri (KeyfobLoopback *self);

/**
 * keyfob_loopback_wait_async:
 * @state: (nullable): the state to accept; %NULL: any whose middle part, between the first and
 *   the last `|`, is the redirect URI
 *
 * Waits for the browser. The browser then waits for keyfob_loopback_respond().
 */
void keyfob_loopback_wait_async (KeyfobLoopback *self,
                                 const char *state,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

/**
 * keyfob_loopback_wait_finish:
 * @code: (out) (transfer full): the authorization code
 * @state: (out) (optional) (transfer full): the state that came with it
 * @issuer: (out) (optional) (nullable) (transfer full): `iss`, where given (RFC 9207)
 * @error: KEYFOB_AUTH_ERROR_DENIED for `access_denied`, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED
 *   where the provider wants to see the user, KEYFOB_AUTH_ERROR_SERVER for any other `error=`, with
 *   the provider's words; the browser waits for a response then, too
 */
gboolean keyfob_loopback_wait_finish (KeyfobLoopback *self,
                                      GAsyncResult *result,
                                      char **code,
                                      char **state,
                                      char **issuer,
                                      GError **error);

/**
 * keyfob_loopback_respond:
 * @failure: (nullable): the sentence that says why it did not work; %NULL where it did
 *
 * Shows the waiting browser how it ended. Does nothing when no browser waits.
 */
void keyfob_loopback_respond (KeyfobLoopback *self, const char *failure);

/**
 * keyfob_loopback_close:
 *
 * Frees the port at once and takes no further request. A browser that was answered still gets the
 * whole page, one that was not is told that the sign-in ended.
 */
void keyfob_loopback_close (KeyfobLoopback *self);

G_END_DECLS
