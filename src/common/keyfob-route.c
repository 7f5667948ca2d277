/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-route.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-base-url.h"
#include "keyfob-text.h"

#define MAX_ROUTE 1000
#define ROUTE_CHARS "!$&'()*+,;=:@/%"

static gboolean
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST, sentence);

  return FALSE;
}

static gboolean
has_dot_segment (const char *route)
{
  return g_regex_match_simple ("(^|/)(\\.|%2e){1,2}(/|$)", route, G_REGEX_CASELESS, 0);
}

static gboolean
check_route (const char *route, GError **error)
{
  g_autofree char *scheme = keyfob_base_url_dup_scheme (route);

  if (strlen (route) > MAX_ROUTE || !keyfob_text_is_clean (route)
      || strpbrk (route, " \\?#") != NULL)
    return refuse (error, _ ("A route is only a path, such as /auth/v2/login, without blanks, “?” "
                             "and “#”."));

  if (scheme != NULL || strstr (route, "//") != NULL)
    return refuse (error, _ ("A route is only a path, such as /auth/v2/login: it is on the same "
                             "host."));

  if (has_dot_segment (route))
    return refuse (error, _ ("A route cannot lead out of the address of the host: type it without "
                             "“..”."));

  return TRUE;
}

char *
keyfob_route_normalise (const char *text, GError **error)
{
  g_autofree char *route = g_strstrip (g_strdup (text));
  const char *path = *route == '/' && route[1] != '/' ? route + 1 : route;

  if (!check_route (path, error))
    return NULL;

  return g_uri_escape_string (path, ROUTE_CHARS, FALSE);
}
