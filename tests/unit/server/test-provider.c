/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-provider.h"

#define PAGE "https://id.example.org/realms/a/auth"

static const struct
{
  const char *page;
  const char *client_id;
  gboolean same_place; /* as PAGE with the client "c" */
  gboolean same_client;
} cases[] = {
  { PAGE, "c", TRUE, TRUE },
  { PAGE "?state=1&client_id=c#x", "c", TRUE, TRUE },
  { "https://id.example.org:443/realms/a/auth/", "c", TRUE, TRUE },
  { "https://ID.Example.org./realms/./b/../a/auth", "c", TRUE, TRUE },
  { "https://id.example.org/realms/b/auth", "c", FALSE, TRUE },
  { "https://id.example.org/realms/A/auth", "c", FALSE, TRUE },
  { "https://id.example.org/realms//a/auth", "c", FALSE, TRUE },
  { "https://id.example.org/realms/*/auth", "c", FALSE, TRUE },
  { PAGE, "d", FALSE, FALSE },
  { PAGE, "C", FALSE, FALSE },
  { PAGE, NULL, FALSE, FALSE },
  { "http://id.example.org/realms/a/auth", "c", FALSE, FALSE },
  { "https://id.example.org:8443/realms/a/auth", "c", FALSE, FALSE },
  { "https://id.example.net/realms/a/auth", "c", FALSE, FALSE },
  { "https://evil.id.example.org/realms/a/auth", "c", FALSE, FALSE },
};

static void
test_compare (void)
{
  g_autoptr (KeyfobProvider) known = keyfob_provider_new (PAGE, "c");

  g_assert_cmpstr (known->endpoint, ==, PAGE);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KeyfobProvider) now = keyfob_provider_new (cases[i].page, cases[i].client_id);

      g_test_message ("%s as %s", cases[i].page, cases[i].client_id);
      g_assert_true (keyfob_provider_matches (now, known) == cases[i].same_place);
      g_assert_true (keyfob_provider_is_same_client (now, known) == cases[i].same_client);
    }
}

/* It could not be shown, or would break the file in which it is noted. */
static void
test_unreadable (void)
{
  g_assert_null (keyfob_provider_new ("https://alice@id.example.org/", "c"));
  g_assert_null (keyfob_provider_new ("https://%65vil.example.org/", "c"));
  g_assert_null (keyfob_provider_new ("https://id.example.org/%zz", "c"));
  g_assert_null (keyfob_provider_new (PAGE, "a\nb"));
  g_assert_null (keyfob_provider_new (PAGE, "\xff"));
  g_assert_null (keyfob_provider_new (PAGE, "a\u202eb"));
}

static void
test_path_that_varies (void)
{
  g_autoptr (KeyfobProvider) first =
      keyfob_provider_new ("https://id.example.org/s/11aa/auth", "c");
  g_autoptr (KeyfobProvider) second =
      keyfob_provider_new ("https://id.example.org/s/22bb/auth", "c");
  g_autoptr (KeyfobProvider) third =
      keyfob_provider_new ("https://id.example.org/s/33cc/auth", "c");
  g_autoptr (KeyfobProvider) elsewhere =
      keyfob_provider_new ("https://id.example.net/s/33cc/auth", "c");
  g_autoptr (KeyfobProvider) fixed = keyfob_provider_new (PAGE, "c");

  g_assert_false (keyfob_provider_may_vary (fixed));
  g_assert_true (keyfob_provider_may_vary (first));
  keyfob_provider_generalise (second, first);
  g_assert_cmpstr (second->endpoint, ==, "https://id.example.org/s/*/auth");
  g_assert_true (keyfob_provider_matches (third, second));
  g_assert_false (keyfob_provider_matches (elsewhere, second));
  g_assert_false (keyfob_provider_matches (fixed, second));

  /* no part of the address stands for any host */
  keyfob_provider_generalise (third, elsewhere);
  g_assert_cmpstr (third->endpoint, ==, "https://id.example.org/s/33cc/auth");
}

static const struct
{
  const char *issuer;
  gboolean accepted;
} issuers[] = {
  { NULL, TRUE },
  { "https://id.example.org", TRUE },
  { "https://ID.example.org:443/realms/a", TRUE },
  { "http://id.example.org/realms/a", FALSE },
  { "https://id.example.org:8443", FALSE },
  { "https://example.org", FALSE },
  { "https://id.example.org.evil.example", FALSE },
  { "https://id.example.org@evil.example", FALSE },
  { "id", FALSE },
};

static void
test_issuers (void)
{
  g_autoptr (KeyfobProvider) provider = keyfob_provider_new (PAGE, "c");

  for (gsize i = 0; i < G_N_ELEMENTS (issuers); i++)
    {
      g_test_message ("%s", issuers[i].issuer);
      g_assert_true (keyfob_provider_accepts_issuer (provider, issuers[i].issuer)
                     == issuers[i].accepted);
    }
}

static void
test_names (void)
{
  const struct
  {
    const char *one;
    const char *other;
    const char *name; /* of one beside other */
  } names[] = {
    { PAGE, "https://id.example.net/", "id.example.org" },
    { "https://id.example.org:8443/x", PAGE, "id.example.org:8443" },
    { "https://[2001:db8::1]/x", PAGE, "[2001:db8::1]" },
    { "http://id.example.org/realms/a/auth", PAGE, "http://id.example.org/realms/a/auth" },
    { "https://id.example.org/realms/b/auth", PAGE, "https://id.example.org/realms/b/auth" },
    { "https://b\xc3\xbc"
      "cher.example/x",
      PAGE, "xn--bcher-kva.example" },
    { PAGE, PAGE, "id.example.org" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (KeyfobProvider) one = keyfob_provider_new (names[i].one, "c");
      g_autoptr (KeyfobProvider) other = keyfob_provider_new (names[i].other, "c");
      g_autofree char *name = keyfob_provider_dup_name_beside (one, other);

      g_assert_cmpstr (name, ==, names[i].name);
    }
}

/* A question stays one that can be read. */
static void
test_long_path (void)
{
  g_autofree char *filling = g_strnfill (1500, 'a');
  g_autofree char *page = g_strconcat ("https://id.example.org/", filling, NULL);
  g_autoptr (KeyfobProvider) one = keyfob_provider_new (page, "c");
  g_autoptr (KeyfobProvider) other = keyfob_provider_new (PAGE, "c");
  g_autofree char *name = keyfob_provider_dup_name_beside (one, other);

  g_assert_true (g_str_has_prefix (name, "https://id.example.org/aaa"));
  g_assert_cmpint (g_utf8_strlen (name, -1), <, 130);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/provider/compare", test_compare);
  g_test_add_func ("/provider/unreadable", test_unreadable);
  g_test_add_func ("/provider/path-that-varies", test_path_that_varies);
  g_test_add_func ("/provider/issuers", test_issuers);
  g_test_add_func ("/provider/names", test_names);
  g_test_add_func ("/provider/long-path", test_long_path);

  return g_test_run ();
}
