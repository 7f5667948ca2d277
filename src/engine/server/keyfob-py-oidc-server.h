/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <libsoup/soup.h>

#include "keyfob-answer.h"
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

/**
 * keyfob_py_oidc_server_read_ports:
 * @answer: of the route `auth-ports`
 *
 * Returns: (transfer full) (nullable): see keyfob_server_redirect_ports_finish(); %NULL without
 *   @error where the answer names no port that can be used
 */
GVariant *keyfob_py_oidc_server_read_ports (KeyfobAnswer *answer, GError **error);

/**
 * keyfob_py_oidc_server_dup_user_name:
 * @object: the answer of the route `userinfo`
 * @token: what the server was asked with, which is not in the name
 *
 * Returns: (transfer full): a name to show, perhaps empty
 */
char *keyfob_py_oidc_server_dup_user_name (JsonObject *object, KeyfobToken *token);

G_END_DECLS
