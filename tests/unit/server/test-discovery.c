/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* Which addresses a link may stand for. How they are asked is in tests/agent/test_discover.py. */

#include "keyfob-auth-error.h"
#include "keyfob-base-url.h"
#include "keyfob-discovery.h"

static const struct
{
  const char *link;
  const char *address;
} links[] = {
  { "https://portal.example.org/auth/v2/login?redirect_uri=http%3A%2F%2Flocalhost",
    "https://portal.example.org/auth/v2/login" },
  { "https://portal.example.org/app/#/login?next=https://x.org",
    "https://portal.example.org/app/" },
  { " \"portal.example.org\" ", "portal.example.org" },
  { "<https://portal.example.org>", "https://portal.example.org" },
  { "\342\200\236portal.example.org\342\200\234.", "portal.example.org" },
  { "\302\253https://portal.example.org/\302\273", "https://portal.example.org/" },
  { "Sign in at https://portal.example.org/app, please.", "https://portal.example.org/app" },
  { "(see\thttps://portal.example.org)\n", "https://portal.example.org" },
  { "keyfob:https://portal.example.org/api", "https://portal.example.org/api" },
  { "Keyfob:portal.example.org", "portal.example.org" },
  { "https//portal.example.org", "https://portal.example.org" },
  { "https:/portal.example.org/api", "https://portal.example.org/api" },
  { "HTTP:///portal.example.org", "HTTP://portal.example.org" },
  { "httpd.example.org", "httpd.example.org" },
  { "http", "http" },
  { "https:", "https" },
  { "[2001:db8::1]:8443/x", "[2001:db8::1]:8443/x" },
  { "https://[::1]", "https://[::1]" },
  { "two words", "two words" },
  { "portal.example.org?", "portal.example.org" },
  { "\"\"", "" },
  { "?", "" },
  { "", "" },
  { "\377", "\377" },
};

static void
test_links (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (links); i++)
    {
      g_autofree char *address = keyfob_base_url_from_link (links[i].link);

      g_assert_cmpstr (address, ==, links[i].address);
    }
}

static const struct
{
  const char *link;
  gboolean allow_http;
  const char *candidates;
} candidates[] = {
  { "portal.example.org", FALSE,
    "https://portal.example.org https://portal.example.org/api "
    "https://portal.example.org/api/freva-nextgen" },
  { "https://Portal.example.org/api/x/auth/v2/login?a=b", FALSE,
    "https://portal.example.org/api/x https://portal.example.org/api https://portal.example.org "
    "https://portal.example.org/api/freva-nextgen" },
  { "https://localhost:8080", FALSE,
    "https://localhost:8080 https://localhost:8080/api https://localhost:8080/api/freva-nextgen" },
  { "http://portal.example.org", FALSE,
    "https://portal.example.org https://portal.example.org/api "
    "https://portal.example.org/api/freva-nextgen" },
  { "http://portal.example.org", TRUE,
    "https://portal.example.org https://portal.example.org/api "
    "https://portal.example.org/api/freva-nextgen http://portal.example.org "
    "http://portal.example.org/api http://portal.example.org/api/freva-nextgen" },
  { "[::1]:8080/a", FALSE,
    "https://[::1]:8080/a https://[::1]:8080 https://[::1]:8080/api "
    "https://[::1]:8080/api/freva-nextgen http://[::1]:8080/a http://[::1]:8080 "
    "http://[::1]:8080/api http://[::1]:8080/api/freva-nextgen" },
};

static void
test_candidates (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (candidates); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) found =
          keyfob_discovery_candidates (candidates[i].link, candidates[i].allow_http, &error);
      g_autofree char *joined = NULL;

      g_assert_no_error (error);
      g_ptr_array_add (found, NULL);
      joined = g_strjoinv (" ", (char **) found->pdata);
      g_assert_cmpstr (joined, ==, candidates[i].candidates);
    }
}

/* A path of many parts makes no flood of requests. */
static void
test_deep_path (void)
{
  g_autoptr (GPtrArray) found = keyfob_discovery_candidates (
      "https://x.example.org/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o", FALSE, NULL);

  g_assert_cmpuint (found->len, <=, 12);
  g_assert_true (
      g_ptr_array_find_with_equal_func (found, "https://x.example.org", g_str_equal, NULL));
}

static void
test_no_address (void)
{
  const char *const bad[] = { "", "two words", "ftp://x.example.org", "\377",
                              "https://me:pw@x.org" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (keyfob_discovery_candidates (bad[i], FALSE, &error));
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST);
      g_assert_null (strstr (error->message, "pw"));
    }
}

/* Addresses, and whether the second is on the site of the first and may get its tokens. */
static const struct
{
  const char *from;
  const char *to;
  gboolean same_site;
  gboolean shares_token;
} sites[] = {
  { "https://x.example.org/a", "https://x.example.org/b?c#d", TRUE, TRUE },
  { "https://x.example.org", "https://X.Example.ORG", TRUE, TRUE },
  { "https://www.example.org", "https://example.org", TRUE, TRUE },
  { "https://example.org", "https://www.example.org", TRUE, TRUE },
  { "https://example.org", "https://example.org:8443", TRUE, TRUE },
  { "http://example.org", "https://example.org", TRUE, TRUE },
  { "https://example.org", "http://example.org", FALSE, FALSE },
  { "http://localhost:80", "http://localhost", TRUE, TRUE },
  { "http://localhost:8080", "http://localhost:8080/x", TRUE, TRUE },
  { "http://localhost:8080", "http://localhost:8081", TRUE, FALSE },
  { "http://localhost:8080", "http://127.0.0.1:8080", FALSE, FALSE },
  { "http://[::1]:8080", "http://[::1]:8080/x", TRUE, TRUE },
  { "https://example.org", "https://x.example.org", FALSE, FALSE },
  { "https://www.example.org", "https://www.example.org.evil.org", FALSE, FALSE },
  { "https://example.org", "https://example.org@evil.org", FALSE, FALSE },
  { "https://example.org", "https://me@example.org", FALSE, FALSE },
  { "https://example.org", "https://evil.org\\@example.org", FALSE, FALSE },
  { "https://example.org", "ftp://example.org", FALSE, FALSE },
  { "https://example.org", "/x", FALSE, FALSE },
  { "https://example.org", "https:///x", FALSE, FALSE },
  { "https://example.org", "", FALSE, FALSE },
};

static void
test_sites (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sites); i++)
    {
      g_test_message ("%s %s", sites[i].from, sites[i].to);
      g_assert_cmpint (keyfob_base_url_is_same_site (sites[i].from, sites[i].to), ==,
                       sites[i].same_site);
      g_assert_cmpint (keyfob_base_url_may_share_token (sites[i].from, sites[i].to), ==,
                       sites[i].shares_token);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/discovery/links", test_links);
  g_test_add_func ("/discovery/candidates", test_candidates);
  g_test_add_func ("/discovery/deep-path", test_deep_path);
  g_test_add_func ("/discovery/no-address", test_no_address);
  g_test_add_func ("/discovery/sites", test_sites);

  return g_test_run ();
}
