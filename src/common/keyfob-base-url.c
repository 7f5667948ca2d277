/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-base-url.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-auth-error.h"

#define MAX_LENGTH 2000
#define MAX_LABEL 63
#define MAX_NAME 253
#define PATH_CHARS "!$&'()*+,;=:@/%"

static gboolean
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST, sentence);

  return FALSE;
}

static gboolean
check_characters (const char *text, GError **error)
{
  if (*text == '\0')
    return refuse (error, _ ("Type the address of a server, such as data.example.org."));

  if (strlen (text) > MAX_LENGTH)
    return refuse (error, _ ("The address is too long. Type only the address of the server."));

  if (!g_utf8_validate (text, -1, NULL))
    return refuse (error, _ ("The address holds characters that cannot be read. Type it again."));

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isspace (c) || g_unichar_type (c) == G_UNICODE_CONTROL
          || g_unichar_type (c) == G_UNICODE_FORMAT)
        return refuse (error, _ ("The address has a blank or an invisible character in it. Type it "
                                 "without."));
    }

  if (strchr (text, '\\') != NULL)
    return refuse (error, _ ("Type the address with “/” instead of “\\”."));

  return TRUE;
}

static gboolean
check_extras (const char *text, GError **error)
{
  const char *start = strstr (text, "://");
  const char *authority = start != NULL ? start + strlen ("://") : text;

  if (memchr (authority, '@', strcspn (authority, "/?#")) != NULL)
    return refuse (error, _ ("Type the address without a user name or password: you sign in later, "
                             "in the browser."));

  if (strchr (text, '?') != NULL)
    return refuse (error, _ ("Type the address without “?” and what follows it."));

  if (strchr (text, '#') != NULL)
    return refuse (error, _ ("Type the address without “#” and what follows it."));

  return TRUE;
}

static gboolean
refuse_scheme (GError **error, const char *scheme)
{
  g_set_error (
      error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST,
      _ ("A server cannot be reached by “%s:”. Type an address that begins with https://."),
      scheme);

  return FALSE;
}

char *
keyfob_base_url_dup_scheme (const char *text)
{
  g_autofree char *scheme = g_uri_parse_scheme (text);

  return scheme != NULL ? g_ascii_strdown (scheme, -1) : NULL;
}

/* What stands before a colon may be a scheme or, where none is given, a host with its port. */
static gboolean
take_scheme (const char **text, const char **scheme, GError **error)
{
  g_autofree char *found = keyfob_base_url_dup_scheme (*text);
  const char *rest = found != NULL ? *text + strlen (found) + 1 : *text;
  gboolean is_web = g_strcmp0 (found, "https") == 0 || g_strcmp0 (found, "http") == 0;

  if (found != NULL && !is_web
      && (g_str_has_prefix (rest, "//")
          || (!g_ascii_isdigit (*rest) && strchr (found, '.') == NULL
              && strcmp (found, "localhost") != 0)))
    return refuse_scheme (error, found);

  if (is_web && !g_str_has_prefix (rest, "//"))
    return refuse (error, _ ("Type two slashes after the colon: https://data.example.org."));

  *scheme = g_strcmp0 (found, "http") == 0 ? "http" : "https";
  if (is_web)
    *text = rest;
  if (g_str_has_prefix (*text, "//"))
    *text += strlen ("//");

  return TRUE;
}

static char *
dup_ip (const char *text, GSocketFamily family)
{
  g_autoptr (GInetAddress) address =
      strchr (text, '%') == NULL ? g_inet_address_new_from_string (text) : NULL;

  if (address == NULL || g_inet_address_get_family (address) != family)
    return NULL;

  return g_inet_address_to_string (address);
}

static gboolean
is_dns_name (const char *name)
{
  g_auto (GStrv) labels = g_strsplit (name, ".", -1);

  if (strlen (name) > MAX_NAME)
    return FALSE;

  for (gsize i = 0; labels[i] != NULL; i++)
    {
      gsize length = strlen (labels[i]);

      if (length == 0 || length > MAX_LABEL || labels[i][0] == '-' || labels[i][length - 1] == '-'
          || strspn (labels[i], "abcdefghijklmnopqrstuvwxyz0123456789-_") != length)
        return FALSE;
    }

  return TRUE;
}

/* Where the last label is a number, programs differ on which address is meant. */
static gboolean
looks_like_ip (const char *name)
{
  const char *dot = strrchr (name, '.');
  const char *label = dot != NULL ? dot + 1 : name;

  return strspn (label, "0123456789") == strlen (label)
         || (g_str_has_prefix (label, "0x")
             && strspn (label + 2, "0123456789abcdef") == strlen (label + 2));
}

static char *
normalise_name (const char *host, GError **error)
{
  g_autofree char *ascii = g_hostname_to_ascii (host);
  g_autofree char *name = ascii != NULL ? g_ascii_strdown (ascii, -1) : g_strdup ("");
  gsize length = strlen (name);

  if (length > 1 && name[length - 1] == '.')
    name[length - 1] = '\0';

  if (!is_dns_name (name))
    {
      refuse (error, _ ("The name of the server is not written right. Type it as in "
                        "data.example.org."));
      return NULL;
    }

  if (looks_like_ip (name))
    {
      char *ip = dup_ip (name, G_SOCKET_FAMILY_IPV4);

      if (ip == NULL)
        refuse (error, _ ("Type an IPv4 address as four numbers, such as 192.0.2.1."));
      return ip;
    }

  return g_steal_pointer (&name);
}

static gboolean
refuse_port (GError **error)
{
  return refuse (error, _ ("Type a port from 1 to 65535 after the colon, or leave both out."));
}

static char *
normalise_host (const char *host, gboolean bracketed, GError **error)
{
  char *ip;

  if (*host == '\0')
    {
      refuse (error,
              _ ("The name of the server is missing. Type it as in https://data.example.org."));
      return NULL;
    }

  if (!bracketed && strchr (host, ':') == NULL)
    return normalise_name (host, error);
  /* a name with several colons is no address with its brackets left out */
  if (!bracketed && strpbrk (host, "[]") == NULL
      && host[strspn (host, "0123456789abcdefABCDEF:.%")] != '\0')
    {
      refuse_port (error);
      return NULL;
    }

  ip = bracketed ? dup_ip (host, G_SOCKET_FAMILY_IPV6) : NULL;
  if (ip == NULL)
    refuse (error, _ ("Type an IPv6 address in brackets, such as [2001:db8::1]."));

  return ip;
}

static gboolean
parse_port (const char *text, const char *scheme, guint64 *port, GError **error)
{
  *port = 0;

  if (text == NULL)
    return TRUE;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, port, NULL))
    return refuse_port (error);

  if (*port == (strcmp (scheme, "https") == 0 ? 443 : 80))
    *port = 0;

  return TRUE;
}

/* Cuts @authority in two at the colon of the port. */
static const char *
split_port (char *authority)
{
  char *bracket = strrchr (authority, ']');
  char *colon = strrchr (bracket != NULL ? bracket : authority, ':');

  if (colon == NULL || (bracket == NULL && strchr (authority, ':') != colon))
    return NULL;

  *colon = '\0';

  return colon + 1;
}

static char *
parse_host (char *authority, gboolean *is_ipv6, GError **error)
{
  gsize length = strlen (authority);

  *is_ipv6 = length >= 2 && authority[0] == '[' && authority[length - 1] == ']';
  if (!*is_ipv6)
    return normalise_host (authority, FALSE, error);

  authority[length - 1] = '\0';

  return normalise_host (authority + 1, TRUE, error);
}

static gboolean
is_segment (const char *segment, const char *dots)
{
  g_auto (GStrv) parts = g_regex_split_simple ("%2e", segment, G_REGEX_CASELESS, 0);
  g_autofree char *decoded = g_strjoinv (".", parts);

  return strcmp (decoded, dots) == 0;
}

/* RFC 3986 section 5.2.4, and no slash at the end */
static char *
normalise_path (const char *path)
{
  g_autofree char *escaped = g_uri_escape_string (path, PATH_CHARS, FALSE);
  g_auto (GStrv) segments = g_strsplit (escaped, "/", -1);
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  for (gsize i = 0; segments[i] != NULL; i++)
    {
      if (is_segment (segments[i], "..") && kept->len > 1)
        g_ptr_array_set_size (kept, kept->len - 1);
      else if (!is_segment (segments[i], "..") && !is_segment (segments[i], "."))
        g_ptr_array_add (kept, segments[i]);
    }

  while (kept->len > 0 && *(char *) g_ptr_array_index (kept, kept->len - 1) == '\0')
    g_ptr_array_set_size (kept, kept->len - 1);
  g_ptr_array_add (kept, NULL);

  return g_strjoinv ("/", (char **) kept->pdata);
}

static gboolean
check_path (const char *path, GError **error)
{
  for (const char *p = strchr (path, '%'); p != NULL; p = strchr (p + 1, '%'))
    {
      if (!g_ascii_isxdigit (p[1]) || !g_ascii_isxdigit (p[2]))
        return refuse (error, _ ("There is a “%” in the path that stands for nothing. Check the "
                                 "address."));
    }

  return TRUE;
}

static gboolean
check_http (const char *scheme, const char *host, gboolean allow_http, GError **error)
{
  if (allow_http || strcmp (scheme, "https") == 0 || keyfob_base_url_is_loopback (host))
    return TRUE;

  return refuse (error, _ ("Whoever is on the way could read your token over http. Type https:// "
                           "instead."));
}

gboolean
keyfob_base_url_is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);
  g_autofree char *name = g_ascii_strdown (host, -1);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);

  return strcmp (name, "localhost") == 0 || g_str_has_suffix (name, ".localhost");
}

gboolean
keyfob_base_url_may_lead_to (const char *from, const char *to)
{
  const GUriFlags flags = G_URI_FLAGS_ENCODED | G_URI_FLAGS_PARSE_RELAXED;
  g_autoptr (GUri) source = g_uri_parse (from, flags, NULL);
  g_autoptr (GUri) target = g_uri_parse (to, flags, NULL);
  const char *host = target != NULL ? g_uri_get_host (target) : NULL;

  if (host == NULL || *host == '\0' || g_uri_get_userinfo (target) != NULL)
    return FALSE;
  if (strcmp (g_uri_get_scheme (target), "https") == 0)
    return TRUE;
  if (strcmp (g_uri_get_scheme (target), "http") != 0)
    return FALSE;

  return keyfob_base_url_is_loopback (host)
         || (source != NULL && strcmp (g_uri_get_scheme (source), "http") == 0
             && !keyfob_base_url_is_loopback (g_uri_get_host (source)));
}

static const char *
without_www (const char *host)
{
  return g_ascii_strncasecmp (host, "www.", 4) == 0 ? host + 4 : host;
}

gboolean
keyfob_base_url_is_same_site (const char *from, const char *to)
{
  const GUriFlags flags = G_URI_FLAGS_ENCODED | G_URI_FLAGS_PARSE_RELAXED;
  g_autoptr (GUri) source = g_uri_parse (from, flags, NULL);
  g_autoptr (GUri) target = g_uri_parse (to, flags, NULL);
  const char *source_host = source != NULL ? g_uri_get_host (source) : NULL;
  const char *target_host = target != NULL ? g_uri_get_host (target) : NULL;

  if (source_host == NULL || target_host == NULL || g_uri_get_userinfo (target) != NULL)
    return FALSE;

  return (strcmp (g_uri_get_scheme (target), "https") == 0
          || strcmp (g_uri_get_scheme (target), g_uri_get_scheme (source)) == 0)
         && g_ascii_strcasecmp (without_www (source_host), without_www (target_host)) == 0;
}

gboolean
keyfob_base_url_may_share_token (const char *from, const char *to)
{
  g_autoptr (GUri) source =
      g_uri_parse (from, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
  g_autoptr (GUri) target =
      g_uri_parse (to, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, NULL);

  return source != NULL && target != NULL && keyfob_base_url_is_same_site (from, to)
         && (strcmp (g_uri_get_scheme (target), "https") == 0
             || g_uri_get_port (source) == g_uri_get_port (target));
}

/* Cuts off a route of py-oidc-auth and what follows it: people copy the address of a page. Returns:
 * whether there was one */
static gboolean
cut_route (char *text)
{
  static const char *const routes[] = {
    "/auth/v2",
    "/auth/v2/login",
    "/auth/v2/token",
    "/auth/v2/device",
    "/auth/v2/callback",
    "/auth/v2/logout",
    "/auth/v2/userinfo",
    "/auth/v2/status",
    "/auth/v2/auth-ports",
    "/auth/v2/.well-known/jwks.json",
  };
  gsize length = strcspn (text, "?#");

  while (length > 0 && text[length - 1] == '/')
    length--;

  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      gsize base = length - MIN (strlen (routes[i]), length);

      /* a host may be called auth */
      if (base > 1 && text[base - 1] == '/' && text[base - 2] == ':')
        continue;
      if (base > 0 && strncmp (text + base, routes[i], length - base) == 0)
        {
          while (base > 0 && text[base - 1] == '/')
            base--;
          text[base] = '\0';
          return TRUE;
        }
    }

  return FALSE;
}

char *
keyfob_base_url_normalise (const char *text, gboolean allow_http, char **host_key, GError **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autofree char *authority = NULL;
  g_autofree char *host = NULL;
  g_autofree char *path = NULL;
  g_autofree char *port_suffix = NULL;
  char *url;
  const char *rest = stripped;
  const char *scheme;
  const char *port_text;
  gboolean is_ipv6;
  guint64 port;

  /* what is left is a base URL: it is normalised again whenever the list of hosts is read */
  while (cut_route (stripped))
    continue;
  if (!check_characters (rest, error) || !check_extras (rest, error)
      || !take_scheme (&rest, &scheme, error))
    return NULL;

  authority = g_strndup (rest, strcspn (rest, "/"));
  rest += strlen (authority);
  port_text = split_port (authority);
  host = parse_host (authority, &is_ipv6, error);
  if (host == NULL || !parse_port (port_text, scheme, &port, error) || !check_path (rest, error)
      || !check_http (scheme, host, allow_http, error))
    return NULL;

  path = normalise_path (rest);
  port_suffix = port != 0 ? g_strdup_printf (":%" G_GUINT64_FORMAT, port) : g_strdup ("");
  if (host_key != NULL)
    *host_key = g_strconcat (scheme, "://", host, port_suffix, NULL);

  url = g_strconcat (scheme, "://", is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "", port_suffix, path,
                     NULL);
  /* perhaps a route comes out only now */
  while (cut_route (url))
    continue;

  return url;
}

/* Quotes and brackets around an address, and what ends a sentence behind it; square brackets may
 * belong to it. */
static char *
strip_quotes (char *text)
{
  const char *quotes = "\"'`<>(){}\302\253\302\273\342\200\230\342\200\231\342\200\232"
                       "\342\200\234\342\200\235\342\200\236";
  const char *first = text;
  const char *end;

  while (*first != '\0' && g_utf8_strchr (quotes, -1, g_utf8_get_char (first)) != NULL)
    first = g_utf8_next_char (first);

  end = first + strlen (first);
  while (end > first)
    {
      const char *last = g_utf8_prev_char (end);
      gunichar c = g_utf8_get_char (last);

      if (g_utf8_strchr (quotes, -1, c) == NULL && (c > 127 || strchr (".,;:!", (int) c) == NULL))
        break;
      end = last;
    }

  return g_strndup (first, end - first);
}

/* Returns: (transfer full): the word of @text that is a link, else the whole text */
static char *
dup_link (const char *text)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t\r\n", -1);

  for (gsize i = 0; words[i] != NULL; i++)
    {
      if (strstr (words[i], "://") != NULL)
        return g_strdup (words[i]);
    }

  return g_strstrip (g_strdup (text));
}

/* Of a link that offers a server, the part behind its scheme. */
static const char *
skip_offer (const char *text)
{
  static const char offer[] = KEYFOB_ADD_LINK_SCHEME ":";
  gsize length = strlen (offer);

  return g_ascii_strncasecmp (text, offer, length) == 0 ? text + length : text;
}

/* Puts right what stands for the slashes behind the scheme. */
static char *
mend_scheme (const char *text)
{
  gsize scheme = g_ascii_strncasecmp (text, "https", 5) == 0 ? 5 : 4;
  const char *rest = text + scheme;

  if (g_ascii_strncasecmp (text, "http", 4) != 0
      || !(g_str_has_prefix (rest, "//") || g_str_has_prefix (rest, ":/")))
    return g_strdup (text);

  if (*rest == ':')
    rest++;
  while (*rest == '/')
    rest++;

  return g_strdup_printf ("%.*s://%s", (int) scheme, text, rest);
}

char *
keyfob_base_url_from_link (const char *text)
{
  g_autofree char *link = NULL;
  g_autofree char *bare = NULL;
  char *address;

  if (!g_utf8_validate (text, -1, NULL))
    return g_strdup (text);

  link = dup_link (text);
  bare = strip_quotes (link);
  address = mend_scheme (skip_offer (bare));
  address[strcspn (address, "?#")] = '\0';

  return address;
}
