/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-context.h"
#include "keyfob-host.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_HOST_CALLS (keyfob_host_calls_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobHostCalls, keyfob_host_calls, KEYFOB, HOST_CALLS, GObject)

/**
 * KeyfobHostCalls:
 *
 * Answers the method calls on one host.
 */

/** Returns: (transfer full): answers calls on @host as long as it lives */
KeyfobHostCalls *keyfob_host_calls_new (KeyfobContext *context, KeyfobHost *host);

/** Returns: (transfer none): the host */
KeyfobHost *keyfob_host_calls_get_host (KeyfobHostCalls *self);

G_END_DECLS
