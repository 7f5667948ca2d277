/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-host-group.h"

static void
test_urls (void)
{
  static const char *const urls[] = {
    "https://auth.example.org", "https://auth.example.org:8443/api/v2", "http://[::1]:8080",
    "https://[2001:db8::7]/a",  "https://auth.example.org/a%5Bb%5D",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autofree char *group = keyfob_host_group_from_url (urls[i]);
      g_autofree char *url = keyfob_host_group_to_url (group);

      g_assert_null (strpbrk (group, "[]"));
      g_assert_cmpstr (url, ==, urls[i]);
    }
}

static void
test_every_option_comes_back (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (KeyfobConfig) config =
      keyfob_config_new ("http://intranet.example.org",
                         g_variant_new_parsed ("{'allow-http': <true>, 'name': <' a; name '>,"
                                               " 'login-route': <'a/b'>, 'token-route': <'c'>,"
                                               " 'device-route': <'d'>, 'logout-route': <'e'>,"
                                               " 'userinfo-route': <'f'>, 'scope': <'openid'>,"
                                               " 'issuer': <'https://idp.example.org'>,"
                                               " 'redirect-ports': <[uint16 4000, 65535]>,"
                                               " 'timeout': <uint32 60>, 'server-pkce': <true>,"
                                               " 'store': <'/srv/tokens.json'>}"),
                         &error);
  g_autoptr (KeyfobConfig) again = NULL;
  g_autoptr (GVariant) before = NULL;
  g_autoptr (GVariant) after = NULL;

  g_assert_no_error (error);
  keyfob_host_group_write (keys, "http://intranet.example.org", config);
  again = keyfob_host_group_read (keys, "http://intranet.example.org", &error);
  g_assert_no_error (error);

  before = g_variant_ref_sink (keyfob_config_to_options (config));
  after = g_variant_ref_sink (keyfob_config_to_options (again));
  g_assert_cmpuint (g_variant_n_children (before), ==, 13);
  g_assert_cmpvariant (before, after);
}

static void
test_bad (void)
{
  static const char *const table[] = {
    "[not a url]\n",
    "[https://u:p@example.org]\n",
    "[https://example.org]\nredirect-ports=1;many\n",
    "[https://example.org]\nredirect-ports=70000\n",
    "[https://example.org]\nredirect-ports=-1\n",
    "[https://example.org]\ntimeout=soon\n",
    "[https://example.org]\ntimeout=-5\n",
    "[https://example.org]\nserver-pkce=perhaps\n",
    "[https://example.org]\nname=\xff\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (GKeyFile) keys = g_key_file_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *group = NULL;

      g_test_message ("group %" G_GSIZE_FORMAT, i);
      g_assert_true (g_key_file_load_from_data (keys, table[i], -1, G_KEY_FILE_NONE, &error));
      group = g_key_file_get_start_group (keys);
      g_assert_null (keyfob_host_group_read (keys, group, &error));
      g_assert_nonnull (error);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/host-group/urls", test_urls);
  g_test_add_func ("/host-group/every-option-comes-back", test_every_option_comes_back);
  g_test_add_func ("/host-group/bad", test_bad);

  return g_test_run ();
}
