/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-proxy.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-base-url.h"
#include "keyfob-text.h"

#define MAX_LENGTH 300

static char *
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST, sentence);

  return NULL;
}

static gboolean
is_proxy_scheme (const char *scheme)
{
  return g_str_equal (scheme, "http") || g_str_equal (scheme, "https")
         || g_str_equal (scheme, "socks5");
}

/* GLib knows the usual port of none of them. */
static int
get_usual_port (const char *scheme)
{
  if (g_str_equal (scheme, "socks5"))
    return 1080;

  return g_str_equal (scheme, "https") ? 443 : 8080;
}

static gboolean
is_bare (GUri *uri)
{
  return *g_uri_get_path (uri) == '\0' && g_uri_get_query (uri) == NULL
         && g_uri_get_fragment (uri) == NULL;
}

/* A name and password whose “@” is written as %40 are part of the host, and would be kept and
 * shown. */
static gboolean
may_have_password (const char *host)
{
  return strpbrk (host, "@%:") != NULL && !g_hostname_is_ip_address (host);
}

static char *
refuse_password (GError **error)
{
  return refuse (error, _ ("Give the proxy without a user name and password. If it wants them, "
                           "set it in the system's settings, and choose “system” here."));
}

char *
keyfob_proxy_check (const char *text, GError **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autofree char *scheme = NULL;
  g_autoptr (GUri) uri = NULL;
  const char *host;
  int port;

  if (*stripped == '\0' || g_str_equal (stripped, KEYFOB_PROXY_NONE)
      || g_str_equal (stripped, KEYFOB_PROXY_SYSTEM))
    return g_steal_pointer (&stripped);

  if (strchr (stripped, '@') != NULL)
    return refuse_password (error);

  scheme = keyfob_base_url_dup_scheme (stripped);
  if (g_str_has_suffix (stripped, "/"))
    stripped[strlen (stripped) - 1] = '\0';
  if (scheme != NULL && is_proxy_scheme (scheme) && strlen (stripped) <= MAX_LENGTH
      && keyfob_text_is_clean (stripped))
    uri = g_uri_parse (stripped, G_URI_FLAGS_NONE, NULL);
  host = uri != NULL ? g_uri_get_host (uri) : NULL;
  port = uri != NULL ? g_uri_get_port (uri) : 0;
  if (host != NULL && may_have_password (host))
    return refuse_password (error);
  if (host == NULL || *host == '\0' || strchr (host, ' ') != NULL || port == 0 || !is_bare (uri))
    return refuse (error, _ ("Give the proxy as in http://proxy.example.org:3128, also with "
                             "https:// or socks5://, or as “none” or “system”."));

  return g_uri_join (G_URI_FLAGS_NONE, scheme, NULL, host,
                     port > 0 ? port : get_usual_port (scheme), "", NULL, NULL);
}
