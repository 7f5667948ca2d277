/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsoup/soup.h>

#include "keyfob-clock.h"
#include "keyfob-config.h"
#include "keyfob-server.h"

G_BEGIN_DECLS

#define KEYFOB_TYPE_PY_OIDC_SERVER (keyfob_py_oidc_server_get_type ())
G_DECLARE_FINAL_TYPE (KeyfobPyOidcServer, keyfob_py_oidc_server, KEYFOB, PY_OIDC_SERVER, GObject)

/**
 * keyfob_py_oidc_server_new:
 * @session: see keyfob_http_session_new(); all hosts share one
 *
 * Returns: (transfer full): a #KeyfobServer for a host that uses py-oidc-auth
 */
KeyfobServer *
keyfob_py_oidc_server_new (KeyfobConfig *config, SoupSession *session, KeyfobClock *clock);

G_END_DECLS
