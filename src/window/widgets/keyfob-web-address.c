/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-web-address.h"

#include <string.h>

#define HTTPS "https://"

/* In an address, spaces and letters beyond ASCII are percent-encoded (RFC 3986 section 2). */
static gboolean
is_plain (const char *text)
{
  while (g_ascii_isgraph (*text))
    text++;

  return *text == '\0';
}

gboolean
keyfob_web_address_is_valid (const char *text)
{
  g_autoptr (GUri) uri = NULL;
  const char *scheme;

  if (text == NULL || !is_plain (text))
    return FALSE;

  uri = g_uri_parse (text, G_URI_FLAGS_ENCODED, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    return FALSE;
  /* in https://bank.example@evil.example, the user name looks like the host */
  if (g_uri_get_userinfo (uri) != NULL)
    return FALSE;

  scheme = g_uri_get_scheme (uri);
  return g_str_equal (scheme, "https") || g_str_equal (scheme, "http");
}

char *
keyfob_web_address_shorten (const char *address)
{
  g_autofree char *shortened = NULL;

  g_return_val_if_fail (address != NULL, NULL);

  if (g_ascii_strncasecmp (address, HTTPS, strlen (HTTPS)) == 0)
    address += strlen (HTTPS);
  shortened = g_strdup (address);
  if (g_str_has_suffix (shortened, "/") && strpbrk (shortened, "?#") == NULL)
    shortened[strlen (shortened) - 1] = '\0';

  return g_steal_pointer (&shortened);
}
