/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-web-address.h"

static void
test_valid (void)
{
  const char *texts[] = {
    "https://auth.example.org/device",
    "HTTPS://auth.example.org",
    "http://[::1]:8080/device?user_code=WDJB-MJHT#x",
    "https://auth.example.org/d%C3%A4",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_true (keyfob_web_address_is_valid (texts[i]));
}

static void
test_invalid (void)
{
  const char *texts[] = {
    NULL,
    "",
    "WDJB-MJHT",
    "auth.example.org/device",
    "//auth.example.org/device",
    "https:",
    "https://",
    "https:///device",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "ftp://auth.example.org/device",
    "httpsx://auth.example.org/device",
    "https://auth.example.org@evil.example/",
    "https://user:word@auth.example.org/",
    "https://auth.example.org/de vice",
    "https://auth.example.org/\n",
    "https://auth.example.org:99999/",
    "https://auth.example.org/\xc3\xa4",
    "https://auth.example.org/\xff",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_test_message ("case %" G_GSIZE_FORMAT, i);
      g_assert_false (keyfob_web_address_is_valid (texts[i]));
    }
}

static void
test_shorten (void)
{
  const char *cases[][2] = {
    { "https://auth.example.org/device", "auth.example.org/device" },
    { "HTTPS://auth.example.org/", "auth.example.org" },
    { "http://127.0.0.1:8080/device", "http://127.0.0.1:8080/device" },
    { "http://localhost/", "http://localhost" },
    { "https://auth.example.org/?next=/", "auth.example.org/?next=/" },
    { "https://auth.example.org/#/", "auth.example.org/#/" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = keyfob_web_address_shorten (cases[i][0]);

      g_assert_cmpstr (words, ==, cases[i][1]);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/web-address/valid", test_valid);
  g_test_add_func ("/web-address/invalid", test_invalid);
  g_test_add_func ("/web-address/shorten", test_shorten);

  return g_test_run ();
}
