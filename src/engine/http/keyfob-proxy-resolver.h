/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define KEYFOB_TYPE_PROXY_RESOLVER (keyfob_proxy_resolver_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobProxyResolver, keyfob_proxy_resolver, KEYFOB, PROXY_RESOLVER, GObject)

/**
 * KeyfobProxyResolver:
 *
 * The proxies of the system's settings, except that a host on loopback is never asked through a
 * proxy, and that the schemes of proxies are taken as curl does: none is http, socks5h resolves
 * names at the proxy, and upper case is as lower case.
 */

/**
 * keyfob_proxy_resolver_new:
 * @system: (nullable): what knows the settings; %NULL for that of GIO, loaded when it is needed
 *
 * Returns: (transfer full): a resolver in front of @system
 */
GProxyResolver *keyfob_proxy_resolver_new (GProxyResolver *system);

/**
 * keyfob_proxy_resolver_set_proxy:
 * @proxy: as keyfob_proxy_check() gives it; empty to ask what is behind the resolver
 *
 * Sets the proxy for all hosts but those on loopback.
 */
void keyfob_proxy_resolver_set_proxy (KeyfobProxyResolver *self, const char *proxy);

/** Returns: whether the last look-up for the host of @uri answered a proxy */
gboolean keyfob_proxy_resolver_leads_to_proxy (KeyfobProxyResolver *self, GUri *uri);

G_END_DECLS
