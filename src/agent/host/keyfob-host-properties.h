/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-bus.h"
#include "keyfob-config.h"
#include "keyfob-token-location.h"
#include "keyfob-sign-in.h"
#include "keyfob-host-session.h"

G_BEGIN_DECLS

/**
 * keyfob_host_properties_dup_path:
 *
 * Returns: (transfer full): the object path for a base URL: readable, and always the same
 */
char *keyfob_host_properties_dup_path (KeyfobConfig *config);

/**
 * keyfob_host_properties_show:
 * @state: how the host stands, or what it is doing
 * @sign_in: (nullable): the sign-in that runs
 *
 * Shows a host in the properties of @face. No secret is among them.
 */
void keyfob_host_properties_show (KeyfobBusHost1 *face,
                                  KeyfobConfig *config,
                                  KeyfobTokenLocation *location,
                                  KeyfobHostSession *session,
                                  KeyfobHostState state,
                                  KeyfobSignIn *sign_in);

G_END_DECLS
