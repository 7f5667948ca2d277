/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-options.h"
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

/* A value of each option that is not the default. */
static const char *const values[KEYFOB_N_OPTIONS] = {
  [KEYFOB_OPTION_NAME] = "' a; name'",
  [KEYFOB_OPTION_STORE] = "'/srv/tokens.json'",
  [KEYFOB_OPTION_DEVICE_FLOW] = "false",
  [KEYFOB_OPTION_LOGIN_ROUTE] = "'a/b'",
  [KEYFOB_OPTION_TOKEN_ROUTE] = "'c'",
  [KEYFOB_OPTION_DEVICE_ROUTE] = "'d'",
  [KEYFOB_OPTION_LOGOUT_ROUTE] = "'e'",
  [KEYFOB_OPTION_USERINFO_ROUTE] = "'f'",
  [KEYFOB_OPTION_REDIRECT_PORTS] = "[4000, 65535]",
  [KEYFOB_OPTION_TIMEOUT] = "60",
  [KEYFOB_OPTION_SCOPE] = "'openid'",
  [KEYFOB_OPTION_ISSUER] = "'http://idp.example.org'",
  [KEYFOB_OPTION_SERVER_PKCE] = "true",
  [KEYFOB_OPTION_ALLOW_HTTP] = "true",
};

/* From the bus to hosts.ini and to the bus again, @options beside allow-http; @key is in the file
 */
static void
assert_comes_back (GVariantDict *options, const char *key, gsize n_options)
{
  static const char *group = "http://intranet.example.org";
  g_autoptr (GError) error = NULL;
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (KeyfobConfig) config = NULL;
  g_autoptr (KeyfobConfig) again = NULL;
  g_autoptr (GVariant) before = NULL;
  g_autoptr (GVariant) after = NULL;

  g_variant_dict_insert (options, "allow-http", "b", TRUE);
  config = keyfob_config_new (group, g_variant_dict_end (options), &error);
  g_assert_no_error (error);

  keyfob_host_group_write (keys, group, config);
  g_assert_true (g_key_file_has_key (keys, group, key, NULL));
  again = keyfob_host_group_read (keys, group, &error);
  g_assert_no_error (error);

  before = g_variant_ref_sink (keyfob_config_to_options (config));
  after = g_variant_ref_sink (keyfob_config_to_options (again));
  g_assert_cmpuint (g_variant_n_children (before), ==, n_options);
  g_assert_cmpvariant (before, after);
}

static void
test_every_option_comes_back (void)
{
  g_auto (GVariantDict) all = G_VARIANT_DICT_INIT (NULL);

  for (gsize i = 0; i < KEYFOB_N_OPTIONS; i++)
    {
      const KeyfobOptionInfo *info = keyfob_option_get_info (i);
      g_auto (GVariantDict) one = G_VARIANT_DICT_INIT (NULL);
      g_autoptr (GVariant) value = NULL;

      g_test_message ("%s", info->name);
      g_assert_nonnull (values[i]);
      value = g_variant_parse (G_VARIANT_TYPE (info->type), values[i], NULL, NULL, NULL);
      g_variant_dict_insert_value (&all, info->name, value);
      g_variant_dict_insert_value (&one, info->name, value);
      assert_comes_back (&one, info->name, i == KEYFOB_OPTION_ALLOW_HTTP ? 1 : 2);
    }

  assert_comes_back (&all, "name", KEYFOB_N_OPTIONS);
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
