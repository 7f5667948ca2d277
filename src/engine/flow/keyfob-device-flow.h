/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-clock.h"
#include "keyfob-flow.h"
#include "keyfob-server.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_DEVICE_FLOW (keyfob_device_flow_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobDeviceFlow, keyfob_device_flow, KEYFOB, DEVICE_FLOW, GObject)

/**
 * KeyfobDeviceFlow:
 *
 * Signs in by a code that the user enters on another device (RFC 8628).
 *
 * Properties that notify, and are set only while the flow waits for the user: `user-code`,
 * `verification-uri`, `verification-uri-complete` (strings, nullable), `provider` (string,
 * nullable: what the verification URI leads to, to be shown) and `expires` (Unix seconds by this
 * machine's clock, else 0). While `question` (string, nullable) is set, the user has to answer it
 * before any of these, see keyfob_device_flow_go_on().
 *
 * Polls at the interval of the server, permanently slower after each `slow_down`, and with growing
 * pauses while the server cannot be reached. Fails with KEYFOB_AUTH_ERROR_EXPIRED when the code
 * expires, and with KEYFOB_AUTH_ERROR_UNSUPPORTED where the server has no device flow.
 */

/** Returns: (transfer full): a #KeyfobFlow */
KeyfobDeviceFlow *keyfob_device_flow_new (KeyfobServer *server, KeyfobClock *clock);

/**
 * keyfob_device_flow_set_known:
 * @known: (transfer full) (nullable): what the verification URI led to before
 * @check: judges a provider that does not match @known
 */
void keyfob_device_flow_set_known (KeyfobDeviceFlow *self,
                                   KeyfobProvider *known,
                                   KeyfobFlowCheck check,
                                   gpointer user_data);

/** Returns: (nullable): what the verification URI leads to, also after the attempt */
const KeyfobProvider *keyfob_device_flow_get_provider (KeyfobDeviceFlow *self);

/** Answers the question: shows the code. To answer no, cancel the attempt. */
void keyfob_device_flow_go_on (KeyfobDeviceFlow *self);

/** Returns: (nullable): the code for the user, as the server sent it */
const char *keyfob_device_flow_get_user_code (KeyfobDeviceFlow *self);

/** Returns: (nullable): address at which the user enters the code */
const char *keyfob_device_flow_get_verification_uri (KeyfobDeviceFlow *self);

/** Returns: (nullable): the address with the code in it, where the server sent one */
const char *keyfob_device_flow_get_verification_uri_complete (KeyfobDeviceFlow *self);

/** Returns: end of the code, Unix seconds by this machine's clock; 0 while there is no code */
gint64 keyfob_device_flow_get_expires (KeyfobDeviceFlow *self);

G_END_DECLS
