/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

#include "keyfob-clock.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_LOOPBACK (keyfob_loopback_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobLoopback, keyfob_loopback, KEYFOB, LOOPBACK, GObject)

/**
 * KeyfobLoopback:
 *
 * The web server on the loopback interface to which the provider sends the browser back (RFC 8252
 * section 7.3). Only the first request with the right state counts, and only where the browser says
 * nothing else than that it goes to this page.
 *
 * All users of the machine can connect. A request of another user gets 403 and changes nothing.
 * Where it cannot be told whose browser came, the browser is shown a number and nothing happens
 * until keyfob_loopback_go_on() says that the user has seen that number. The first browser that is
 * asked about stays the one, so that no other takes its place while the user looks; a browser of
 * the user needs no answer. The signal `question` tells that keyfob_loopback_get_question() has
 * changed.
 *
 * The provider answers by the address of a GET request, since Keyfob asks for no other response
 * mode (RFC 6749 section 4.1.2): other methods change nothing.
 *
 * It also leads the browser to the provider: see keyfob_loopback_lead_to().
 *
 * The signal `visited` tells that a browser came to the short address.
 *
 * The signal `trouble` passes a sentence about something that may keep the browser from coming
 * back, and what to do. The wait goes on.
 */

/** Seconds for which a port is held after the end, for a browser that comes back late or again. */
#define KEYFOB_LOOPBACK_LINGER 60

/**
 * keyfob_loopback_new:
 * @clock: measures KEYFOB_LOOPBACK_LINGER
 * @ended: (element-type KeyfobLoopback): owns its elements; where a loopback server stays after its
 *   end, until its time is over or another one needs the port
 *
 * Returns: (transfer full): a loopback server without a port
 */
KeyfobLoopback *keyfob_loopback_new (KeyfobClock *clock, GPtrArray *ended);

/**
 * keyfob_loopback_listen:
 * @ports: (array length=n_ports): tried in this order
 * @error: KEYFOB_AUTH_ERROR_NO_PORT where none of @ports is free
 *
 * Listens on the first port that is free on both 127.0.0.1 and ::1; or on one of them where the
 * machine does not have the other.
 */
gboolean
keyfob_loopback_listen (KeyfobLoopback *self, const guint16 *ports, gsize n_ports, GError **error);

/** Returns: (nullable): `http://localhost:PORT/callback` while it listens */
const char *keyfob_loopback_get_redirect_uri (KeyfobLoopback *self);

/**
 * keyfob_loopback_lead_to:
 * @uri: address of the sign-in page
 *
 * Makes a short address that leads the browser on to @uri. All users of the machine can read the
 * argument list of a browser, and @uri contains the state. The short address is good once, and
 * while keyfob_loopback_wait_async() waits; a second one replaces the first.
 *
 * Returns: (transfer full) (nullable): `http://127.0.0.1:PORT/open/RANDOM`; %NULL where the system
 *   has no random numbers
 */
char *keyfob_loopback_lead_to (KeyfobLoopback *self, const char *uri);

/**
 * keyfob_loopback_get_question:
 *
 * Returns: (nullable): what the user has to answer: a sentence with the number that the browser
 * shows
 */
const char *keyfob_loopback_get_question (KeyfobLoopback *self);

/**
 * keyfob_loopback_go_on:
 *
 * The user has answered yes: the browser is led on, or its answer counts, once the user reloads its
 * page.
 */
void keyfob_loopback_go_on (KeyfobLoopback *self);

/**
 * keyfob_loopback_take_address:
 * @uri: the address that a browser ended at which could not reach this server, as the user copied
 *   it; a secret
 * @error: why it does not count: a sentence for the user, who can try again, also after an error of
 *   the provider
 *
 * The same as the request of a browser of this user for @uri, while keyfob_loopback_wait_async()
 * waits.
 */
gboolean keyfob_loopback_take_address (KeyfobLoopback *self, const char *uri, GError **error);

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
 * Shows the result in the waiting browser, or in the one that comes back again. Does nothing where
 * no answer of the provider came, and a second time.
 */
void keyfob_loopback_respond (KeyfobLoopback *self, const char *failure);

/**
 * keyfob_loopback_close:
 *
 * Ends the wait. A browser that waits is shown that the sign-in was ended. A browser that comes
 * back afterwards is shown how the sign-in went, for KEYFOB_LOOPBACK_LINGER seconds; where no
 * browser can come back since none was waited for, the port is released at once.
 */
void keyfob_loopback_close (KeyfobLoopback *self);

G_END_DECLS
