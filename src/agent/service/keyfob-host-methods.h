/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include "keyfob-context.h"
#include "keyfob-host.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_HOST_METHODS (keyfob_host_methods_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobHostMethods, keyfob_host_methods, KEYFOB, HOST_METHODS, GObject)

/**
 * KeyfobHostMethods:
 *
 * Answers the method calls on one host.
 */

/** Returns: (transfer full): answers calls on @host as long as it lives */
KeyfobHostMethods *keyfob_host_methods_new (KeyfobContext *context, KeyfobHost *host);

/** Returns: (transfer none): the host */
KeyfobHost *keyfob_host_methods_get_host (KeyfobHostMethods *self);

G_END_DECLS
