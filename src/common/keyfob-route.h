/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * KeyfobRoute:
 *
 * The routes of a py-oidc-auth server; each is appended to the base URL.
 */
typedef enum
{
  KEYFOB_ROUTE_LOGIN,
  KEYFOB_ROUTE_TOKEN,
  KEYFOB_ROUTE_DEVICE,
  KEYFOB_ROUTE_LOGOUT,
  KEYFOB_ROUTE_USERINFO,
  KEYFOB_ROUTE_AUTH_PORTS,
  KEYFOB_N_ROUTES,
} KeyfobRoute;

/**
 * keyfob_route_normalise:
 * @text: a path as a person types it, with or without a slash before it
 * @error: KEYFOB_AUTH_ERROR_INVALID_HOST where @text is anything else, or leads out of the base URL
 *
 * Returns: (transfer full): the path without a slash before it, or %NULL
 */
char *keyfob_route_normalise (const char *text, GError **error);

G_END_DECLS
