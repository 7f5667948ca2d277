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
 * keyfob_host_properties_show:
 * @state: how the host stands, or what it is doing
 * @sign_in: (nullable): the sign-in that runs
 *
 * Shows a host in the properties of @skeleton. No secret is among them.
 */
void keyfob_host_properties_show (KeyfobBusHost1 *skeleton,
                                  KeyfobConfig *config,
                                  KeyfobTokenLocation *location,
                                  KeyfobHostSession *session,
                                  KeyfobHostState state,
                                  KeyfobSignIn *sign_in);

G_END_DECLS
