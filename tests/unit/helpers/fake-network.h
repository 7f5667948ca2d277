/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define FAKE_TYPE_NETWORK (fake_network_get_type ())
G_DECLARE_FINAL_TYPE (FakeNetwork, fake_network, FAKE, NETWORK, GObject)

/**
 * FakeNetwork:
 *
 * A #GNetworkMonitor whose network comes and goes as a test wants it.
 */

/** Returns: (transfer full): a monitor of a network that is there */
FakeNetwork *fake_network_new (void);

/** Tells everyone that the network has changed. */
void fake_network_change (FakeNetwork *self, gboolean available);

/** Tells that a captive portal is there or gone, as NetworkManager does: nothing else has changed.
 */
void fake_network_set_portal (FakeNetwork *self, gboolean portal);

G_END_DECLS
