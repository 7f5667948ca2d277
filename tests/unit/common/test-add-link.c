/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-add-link.h"

#include <string.h>

#include "keyfob-auth-error.h"

static void
test_good (void)
{
  const char *cases[][2] = {
    { "keyfob:https://portal.example.org", "https://portal.example.org" },
    { "KEYFOB:portal.example.org/api", "portal.example.org/api" },
    { "portal.example.org:8443", "portal.example.org:8443" },
    { "keyfob:http://localhost:8080", "http://localhost:8080" },
    { "keyfob:https://b\xc3\xbc"
      "cher.example/",
      "https://b\xc3\xbc"
      "cher.example/" },
    { "keyfob:https://portal.example.org/auth/v2/login?redirect_uri=x",
      "https://portal.example.org/auth/v2/login?redirect_uri=x" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *address = keyfob_add_link_dup_address (cases[i][0], &error);

      g_assert_no_error (error);
      g_assert_cmpstr (address, ==, cases[i][1]);
    }
}

static void
assert_refused (const char *link)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *address = keyfob_add_link_dup_address (link, &error);

  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST);
  g_assert_null (address);
  g_assert_cmpuint (strlen (error->message), <, 100);
}

static void
test_hostile (void)
{
  const char *links[] = {
    "",
    "keyfob:",
    "keyfob:keyfob:https://portal.example.org",
    "keyfob:file:///etc/passwd",
    "file:///etc/passwd",
    "keyfob:javascript:alert(1)",
    "keyfob:data:text/html,x",
    "keyfob:ftp://portal.example.org",
    "keyfob:https://alice:secret@portal.example.org",
    "keyfob:https://portal.example.org@evil.example/",
    "keyfob:https://portal.example.org\nevil.example",
    "keyfob:https://portal.example.org evil.example",
    "keyfob:https://portal.example.org\x07",
    "keyfob:https://portal.example.org\xe2\x80\xae",
    "keyfob:https://portal.example.org/\xff",
    "keyfob:https://",
    "keyfob:/etc/passwd",
    "keyfob:--help",
  };
  g_autofree char *filling = g_strnfill (1024 * 1024, 'a');
  g_autofree char *address = g_strconcat ("https://portal.example.org/", filling, NULL);
  g_autofree char *huge = keyfob_add_link_new (address);

  for (gsize i = 0; i < G_N_ELEMENTS (links); i++)
    {
      g_test_message ("case %" G_GSIZE_FORMAT, i);
      assert_refused (links[i]);
    }
  assert_refused (huge);
}

static void
test_says_what_is_wrong (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (keyfob_add_link_dup_address ("keyfob:https://alice@portal.example.org", &error));
  g_assert_nonnull (strstr (error->message, "without a user name"));
  g_assert_null (strstr (error->message, "alice"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/add-link/good", test_good);
  g_test_add_func ("/add-link/hostile", test_hostile);
  g_test_add_func ("/add-link/says-what-is-wrong", test_says_what_is_wrong);

  return g_test_run ();
}
