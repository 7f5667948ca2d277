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
 * While it waits for the user it has, and tells of by notify: `user-code`, `verification-uri`,
 * `verification-uri-complete` (strings, nullable) and `expires` (Unix seconds by this machine's
 * clock, 0 while there is no code). Before and after that they are empty.
 *
 * It asks no faster than the server allows, slows down for good when told so, backs off while the
 * server cannot be reached, and ends with KEYFOB_AUTH_ERROR_EXPIRED when the code runs out.
 * KEYFOB_AUTH_ERROR_UNSUPPORTED means that this server knows no device flow.
 */

/** Returns: (transfer full): a #KeyfobFlow */
KeyfobDeviceFlow *keyfob_device_flow_new (KeyfobServer *server, KeyfobClock *clock);

/** Returns: (nullable): what the user enters, as the server wrote it */
const char *keyfob_device_flow_get_user_code (KeyfobDeviceFlow *self);

/** Returns: (nullable): where the user enters it */
const char *keyfob_device_flow_get_verification_uri (KeyfobDeviceFlow *self);

/** Returns: (nullable): the same with the code in it, where the server has that */
const char *keyfob_device_flow_get_verification_uri_complete (KeyfobDeviceFlow *self);

/** Returns: when the code runs out, Unix seconds by this machine's clock; 0 while there is none */
gint64 keyfob_device_flow_get_expires (KeyfobDeviceFlow *self);

G_END_DECLS
