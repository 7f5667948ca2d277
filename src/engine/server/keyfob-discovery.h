/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsoup/soup.h>

#include "keyfob-clock.h"

G_BEGIN_DECLS

/**
 * KeyfobFoundServer:
 * @base_url: as keyfob_base_url_normalise() writes it
 * @has_device: whether there is a device route
 * @has_userinfo: whether there is a userinfo route
 * @ports: (nullable): `aq`, the redirect ports that it names
 *
 * A server that has the login route of py-oidc-auth.
 */
typedef struct
{
  char *base_url;
  gboolean has_device;
  gboolean has_userinfo;
  GVariant *ports;
} KeyfobFoundServer;

void keyfob_found_server_free (KeyfobFoundServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyfobFoundServer, keyfob_found_server_free)

/**
 * keyfob_discovery_candidates:
 * @link: any link to the server, as a person pastes it
 * @allow_http: also look where http would be spoken to another machine
 * @error: KEYFOB_AUTH_ERROR_INVALID_HOST where @link is no address
 *
 * Returns: (transfer full): the base URLs that @link may stand for, the most likely one first: its
 *   own address, each address above that, and where deployments are known to have their sign-in
 */
GPtrArray *keyfob_discovery_candidates (const char *link, gboolean allow_http, GError **error);

/**
 * keyfob_discovery_run_async:
 * @link: see keyfob_discovery_candidates()
 * @allow_http: see keyfob_discovery_candidates()
 *
 * Finds out where the sign-in of a server is. Asks in a way that begins nothing: no route gets what
 * it needs, a cookie or a token. All addresses are asked at once, for a few seconds, and only
 * redirects on the same site are followed.
 */
void keyfob_discovery_run_async (SoupSession *session,
                                 KeyfobClock *clock,
                                 const char *link,
                                 gboolean allow_http,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

/**
 * keyfob_discovery_run_finish:
 * @error: KEYFOB_AUTH_ERROR_UNSUPPORTED where the server answers and has no such sign-in;
 *   KEYFOB_AUTH_ERROR_UNAVAILABLE where it is out of order; else as keyfob_http_send_finish()
 *
 * Returns: (transfer full) (element-type KeyfobFoundServer): at least one server, the most likely
 *   one first, or %NULL
 */
GPtrArray *keyfob_discovery_run_finish (GAsyncResult *result, GError **error);

G_END_DECLS
