/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-auth-error.h"
#include "keyfob-config.h"

#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct
{
  const char *url;
  const char *base_url;
  const char *host_key;
} good_urls[] = {
  { "data.example.org", "https://data.example.org", "https://data.example.org" },
  { "  data.example.org\n", "https://data.example.org", "https://data.example.org" },
  { "HTTPS://Data.Example.ORG/", "https://data.example.org", "https://data.example.org" },
  { "//data.example.org", "https://data.example.org", "https://data.example.org" },
  { "https://data.example.org:443", "https://data.example.org", "https://data.example.org" },
  { "https://data.example.org:80", "https://data.example.org:80", "https://data.example.org:80" },
  { "http://localhost:80/", "http://localhost", "http://localhost" },
  { "http://localhost:443", "http://localhost:443", "http://localhost:443" },
  { "localhost:8080", "https://localhost:8080", "https://localhost:8080" },
  { "example.org:8443/x", "https://example.org:8443/x", "https://example.org:8443" },
  { "host:0443", "https://host", "https://host" },
  { "127.0.0.1:8080", "https://127.0.0.1:8080", "https://127.0.0.1:8080" },
  { "http://127.8.9.1:8080", "http://127.8.9.1:8080", "http://127.8.9.1:8080" },
  { "http://keyfob.localhost:8080", "http://keyfob.localhost:8080",
    "http://keyfob.localhost:8080" },
  { "http://[::1]:8080", "http://[::1]:8080", "http://::1:8080" },
  { "[0:0:0:0:0:0:0:1]", "https://[::1]", "https://::1" },
  { "https://[2001:DB8::1]:443/a", "https://[2001:db8::1]/a", "https://2001:db8::1" },
  { "https://data.example.org/api/Freva-Nextgen//", "https://data.example.org/api/Freva-Nextgen",
    "https://data.example.org" },
  { "https://data.example.org/a/./b/../c", "https://data.example.org/a/c",
    "https://data.example.org" },
  { "https://data.example.org/../../a", "https://data.example.org/a", "https://data.example.org" },
  { "https://data.example.org/a/%2E%2e/b", "https://data.example.org/b",
    "https://data.example.org" },
  { "https://data.example.org/a%2Fb", "https://data.example.org/a%2Fb",
    "https://data.example.org" },
  { "https://data.example.org/ä", "https://data.example.org/%C3%A4", "https://data.example.org" },
  { "https://data.example.org/a@b:c", "https://data.example.org/a@b:c",
    "https://data.example.org" },
  { "https://bücher.example", "https://xn--bcher-kva.example", "https://xn--bcher-kva.example" },
  { "https://BÜCHER.example", "https://xn--bcher-kva.example", "https://xn--bcher-kva.example" },
  { "https://data.example.org.", "https://data.example.org", "https://data.example.org" },
  { "my_host", "https://my_host", "https://my_host" },
  /* what people copy from a browser or a manual */
  { "https://portal.example.org/auth/v2/login?redirect_uri=http://localhost:53100/callback",
    "https://portal.example.org", "https://portal.example.org" },
  { "https://portal.example.org/auth/v2/login", "https://portal.example.org",
    "https://portal.example.org" },
  { "portal.example.org:8443/api/freva/auth/v2/token/", "https://portal.example.org:8443/api/freva",
    "https://portal.example.org:8443" },
  { "https://portal.example.org//auth/v2/auth-ports#top", "https://portal.example.org",
    "https://portal.example.org" },
  { "https://portal.example.org/auth/v2/callback?code=c&state=a|b c", "https://portal.example.org",
    "https://portal.example.org" },
  { "https://portal.example.org/b//auth/v2/x/..", "https://portal.example.org/b",
    "https://portal.example.org" },
  { "https://portal.example.org/b/auth/v2/auth/v2/login", "https://portal.example.org/b",
    "https://portal.example.org" },
  { "https://portal.example.org/a/auth/v2/?x", "https://portal.example.org/a",
    "https://portal.example.org" },
  { "https://portal.example.org/auth/v2/other", "https://portal.example.org/auth/v2/other",
    "https://portal.example.org" },
  { "https://portal.example.org/oauth/v2/login", "https://portal.example.org/oauth/v2/login",
    "https://portal.example.org" },
  { "https://auth/v2/login", "https://auth/v2/login", "https://auth" },
  { "auth/v2/login", "https://auth/v2/login", "https://auth" },
  { LABEL_63 ".example", "https://" LABEL_63 ".example", "https://" LABEL_63 ".example" },
};

static const struct
{
  const char *url;
  const char *says;
} bad_urls[] = {
  { "", "Type the address" },
  { " \t ", "Type the address" },
  { "https://", "name of the server is missing" },
  { "http://evillocalhost", "over http" },
  { "http://localhost.example.org", "over http" },
  { "http://128.0.0.1", "over http" },
  { "http://126.255.255.255", "over http" },
  { "http://[::2]", "over http" },
  { "http://0.0.0.0", "over http" },
  { "https:///path", "name of the server is missing" },
  { "https://:8080", "name of the server is missing" },
  { "/just/a/path", "name of the server is missing" },
  { "https:data.example.org", "two slashes" },
  { "http:/data.example.org", "two slashes" },
  { "ftp://data.example.org", "“ftp:”" },
  { "javascript:alert(1)", "“javascript:”" },
  { "file:///etc/passwd", "“file:”" },
  { "data:text/html,x", "“data:”" },
  { "http://data.example.org", "https://" },
  { "http://192.0.2.1", "https://" },
  { "http://localhost.example.org", "https://" },
  { "http://128.0.0.1", "https://" },
  { "https://alice@data.example.org", "without a user name" },
  { "https://alice:hunter2@data.example.org/x", "without a user name" },
  { "alice:hunter2@data.example.org", "without a user name" },
  { "https://data.example.org/?q=1", "without “?”" },
  { "data.example.org?", "without “?”" },
  { "https://alice:hunter2@data.example.org/auth/v2/login?x=1", "without a user name" },
  { "https://data.example.org/#top", "without “#”" },
  { "https://data.example.org:0", "port from 1 to 65535" },
  { "https://data.example.org:65536", "port from 1 to 65535" },
  { "https://data.example.org:99999999999999999999", "port from 1 to 65535" },
  { "https://data.example.org:", "port from 1 to 65535" },
  { "https://data.example.org:+80", "port from 1 to 65535" },
  { "localhost:abc", "port from 1 to 65535" },
  { "http://host:37535:x/y", "port from 1 to 65535" },
  { "data.example.org:8443:1", "port from 1 to 65535" },
  { "data example.org", "blank" },
  { "https://data.example.org/a b", "blank" },
  { "https://data.example.org/a\nb", "blank" },
  { "https://data.exam\001ple.org", "blank" },
  { "https://data\xe2\x80\xae.example.org", "blank" },
  { "https://data.example.org\\x", "instead of" },
  { "https://data\xff.example.org", "cannot be read" },
  { "https://::1:8080", "brackets" },
  { "::1", "brackets" },
  { "https://[::1", "brackets" },
  { "https://[::1]x", "brackets" },
  { "https://[127.0.0.1]", "brackets" },
  { "https://[fe80::1%25eth0]", "brackets" },
  { "https://256.1.1.1", "IPv4" },
  { "https://127.1", "IPv4" },
  { "http://2130706433", "IPv4" },
  { "http://0x7f.0x1", "IPv4" },
  { "https://a..b", "not written right" },
  { "https://.example.org", "not written right" },
  { "https://-a.example", "not written right" },
  { "https://a-.example", "not written right" },
  { "https://a" LABEL_63 ".example", "not written right" },
  { "https://exa%6dple.org", "not written right" },
  { "https://exa\"mple.org", "not written right" },
  { "https://<script>", "not written right" },
  { "https://data.example.org/%zz", "“%”" },
  { "https://data.example.org/%4", "“%”" },
};

static KeyfobConfig *
new_config (const char *url, const char *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobConfig) config =
      keyfob_config_new (url, options != NULL ? g_variant_new_parsed (options) : NULL, &error);

  g_assert_no_error (error);

  return g_steal_pointer (&config);
}

static void
assert_refused (const char *url, GVariant *options, const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobConfig) config = keyfob_config_new (url, options, &error);

  g_assert_null (config);
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, says));
  g_assert_null (strstr (error->message, "hunter2"));
}

static void
test_good_urls (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good_urls); i++)
    {
      g_autoptr (KeyfobConfig) config = new_config (good_urls[i].url, NULL);
      g_autoptr (KeyfobConfig) again = NULL;

      g_assert_cmpstr (keyfob_config_get_base_url (config), ==, good_urls[i].base_url);
      g_assert_cmpstr (keyfob_config_get_host_key (config), ==, good_urls[i].host_key);

      again = new_config (keyfob_config_get_base_url (config), NULL);
      g_assert_cmpstr (keyfob_config_get_base_url (again), ==, good_urls[i].base_url);
    }
}

static void
test_bad_urls (void)
{
  g_autofree char *long_url = g_strnfill (3000, 'a');

  for (gsize i = 0; i < G_N_ELEMENTS (bad_urls); i++)
    assert_refused (bad_urls[i].url, NULL, bad_urls[i].says);

  assert_refused (long_url, NULL, "too long");
}

static void
test_allow_http (void)
{
  g_autoptr (KeyfobConfig) config =
      new_config ("http://data.example.org", "{'allow-http': <true>}");

  g_assert_cmpstr (keyfob_config_get_base_url (config), ==, "http://data.example.org");
}

static void
test_defaults (void)
{
  g_autoptr (KeyfobConfig) config = new_config ("data.example.org:8443/api/", NULL);
  g_autoptr (GVariant) options = g_variant_ref_sink (keyfob_config_to_options (config));
  g_autofree char *login = keyfob_config_dup_url (config, KEYFOB_ROUTE_LOGIN);
  g_autofree char *userinfo = keyfob_config_dup_url (config, KEYFOB_ROUTE_USERINFO);
  gsize n_ports;
  const guint16 *ports = keyfob_config_get_redirect_ports (config, &n_ports);

  g_assert_cmpuint (g_variant_n_children (options), ==, 0);
  g_assert_cmpstr (keyfob_config_get_name (config), ==, "data.example.org:8443/api");
  g_assert_cmpstr (login, ==, "https://data.example.org:8443/api/auth/v2/login");
  g_assert_cmpstr (userinfo, ==, "https://data.example.org:8443/api/auth/v2/userinfo");
  g_assert_cmpuint (n_ports, ==, 6);
  g_assert_cmpuint (ports[0], ==, 53100);
  g_assert_cmpuint (ports[5], ==, 53105);
  g_assert_false (keyfob_config_has_own_redirect_ports (config));
  g_assert_cmpuint (keyfob_config_get_timeout (config), ==, 300);
  g_assert_null (keyfob_config_get_scope (config));
  g_assert_null (keyfob_config_get_issuer (config));
  g_assert_false (keyfob_config_get_server_pkce (config));
  g_assert_true (keyfob_config_get_device_flow (config));
  g_assert_cmpstr (keyfob_config_get_consent (config), ==, "automatic");
  g_assert_cmpstr (keyfob_config_get_store (config), ==, "");
}

static const char *all_options =
    "{'name': <'Data'>, 'login-route': <'l/in/'>, 'token-route': <'t'>, 'device-route': <'d'>,"
    " 'logout-route': <'out'>, 'userinfo-route': <'who'>, 'auth-ports-route': <'ports'>, "
    "'redirect-ports': <@aq [8000, 8001]>,"
    " 'timeout': <@u 60>, 'scope': <'openid profile'>, 'issuer': <'https://id.example.org/'>,"
    " 'server-pkce': <true>, 'device-flow': <false>, 'consent': <'never'>,"
    " 'ask-first': <true>,"
    " 'allow-http': <true>, 'store': <'/srv/tokens.json'>,"
    " 'ca-file': <'/etc/ssl/a.pem'>, 'proxy': <'none'>}";

static void
test_options_round_trip (void)
{
  g_autoptr (KeyfobConfig) config = new_config ("http://data.example.org", all_options);
  g_autoptr (GVariant) options = g_variant_ref_sink (keyfob_config_to_options (config));
  g_autoptr (GVariant) expected = g_variant_ref_sink (g_variant_new_parsed (all_options));
  g_autoptr (KeyfobConfig) again =
      keyfob_config_new (keyfob_config_get_base_url (config), options, NULL);
  g_autoptr (GVariant) options_again = g_variant_ref_sink (keyfob_config_to_options (again));
  g_autofree char *login = keyfob_config_dup_url (config, KEYFOB_ROUTE_LOGIN);
  gsize n_ports;

  g_assert_true (g_variant_equal (options, options_again));
  g_assert_cmpuint (g_variant_n_children (options), ==, g_variant_n_children (expected));
  g_assert_cmpstr (keyfob_config_get_name (config), ==, "Data");
  g_assert_cmpstr (login, ==, "http://data.example.org/l/in/");
  g_assert_cmpuint (keyfob_config_get_redirect_ports (config, &n_ports)[1], ==, 8001);
  g_assert_cmpuint (n_ports, ==, 2);
  g_assert_true (keyfob_config_has_own_redirect_ports (config));
  g_assert_cmpuint (keyfob_config_get_timeout (config), ==, 60);
  g_assert_cmpstr (keyfob_config_get_scope (config), ==, "openid profile");
  g_assert_cmpstr (keyfob_config_get_issuer (config), ==, "https://id.example.org/");
  g_assert_true (keyfob_config_get_server_pkce (config));
  g_assert_false (keyfob_config_get_device_flow (config));
  g_assert_cmpstr (keyfob_config_get_consent (config), ==, "never");
  g_assert_cmpstr (keyfob_config_get_store (config), ==, "/srv/tokens.json");
}

static void
test_proxy (void)
{
  const char *cases[][2] = {
    { "", "" },
    { " none ", "none" },
    { "system", "system" },
    { "http://proxy.example.org:3128/", "http://proxy.example.org:3128" },
    { "HTTPS://proxy.example.org", "https://proxy.example.org:443" },
    { "socks5://[2001:db8::1]", "socks5://[2001:db8::1]:1080" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *options = g_strdup_printf ("{'proxy': <'%s'>}", cases[i][0]);
      g_autoptr (KeyfobConfig) config = new_config ("https://data.example.org", options);

      g_assert_cmpstr (keyfob_config_get_proxy (config), ==, cases[i][1]);
    }
}

static void
test_with_options (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobConfig) config = new_config ("http://data.example.org", all_options);
  g_autoptr (KeyfobConfig) changed = keyfob_config_with_options (
      config, g_variant_new_parsed ("{'name': <''>, 'timeout': <@u 90>, 'login-route': <''>}"),
      &error);
  g_autofree char *login = NULL;
  g_autofree char *token = NULL;

  g_assert_no_error (error);
  login = keyfob_config_dup_url (changed, KEYFOB_ROUTE_LOGIN);
  token = keyfob_config_dup_url (changed, KEYFOB_ROUTE_TOKEN);
  g_assert_cmpstr (keyfob_config_get_name (changed), ==, "data.example.org");
  g_assert_cmpuint (keyfob_config_get_timeout (changed), ==, 90);
  g_assert_cmpstr (login, ==, "http://data.example.org/auth/v2/login");
  g_assert_cmpstr (token, ==, "http://data.example.org/t");
  g_assert_cmpstr (keyfob_config_get_name (config), ==, "Data");

  g_clear_object (&changed);
  changed =
      keyfob_config_with_options (config, g_variant_new_parsed ("{'allow-http': <false>}"), &error);
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST);
}

static const struct
{
  const char *options;
  const char *says;
} bad_options[] = {
  { "{'colour': <'blue'>}", "no option “colour”" },
  { "{'name': <1>}", "“name” is of another type" },
  { "{'timeout': <'60'>}", "“timeout” is of another type" },
  { "{'redirect-ports': <[1, 2]>}", "“redirect-ports” is of another type" },
  { "{'server-pkce': <'yes'>}", "“server-pkce” is of another type" },
  { "{'login-route': <true>}", "“login-route” is of another type" },
  { "{'redirect-ports': <@aq []>}", "redirect ports" },
  { "{'redirect-ports': <@aq [53100, 0]>}", "from 1 to 65535" },
  { "{'timeout': <@u 0>}", "from 1 to 3600" },
  { "{'timeout': <@u 3601>}", "from 1 to 3600" },
  { "{'login-route': <'https://evil.example/'>}", "on the same host" },
  { "{'login-route': <'//evil.example/'>}", "on the same host" },
  { "{'login-route': <'javascript:x'>}", "on the same host" },
  { "{'login-route': <'../login'>}", "“..”" },
  { "{'login-route': <'a/%2e%2E/login'>}", "“..”" },
  { "{'login-route': <'login?x=1'>}", "only a path" },
  { "{'login-route': <'login#x'>}", "only a path" },
  { "{'login-route': <'log in'>}", "only a path" },
  { "{'login-route': <'log\\\\in'>}", "only a path" },
  { "{'name': <'a\\nb'>}", "invisible" },
  { "{'name': <'a\\u202eb'>}", "invisible" },
  { "{'scope': <'a\\nb'>}", "scope" },
  { "{'scope': <'a\"b'>}", "scope" },
  { "{'issuer': <'id.example.org'>}", "beginning with" },
  { "{'issuer': <'http://id.example.org'>}", "https://" },
  { "{'issuer': <'https://id.example.org/?x'>}", "without “?”" },
  { "{'ca-file': <'institute.pem'>}", "whole path" },
  { "{'ca-file': <'/etc/ssl/'>}", "whole path" },
  { "{'proxy': <'proxy.example.org'>}", "as in http://" },
  { "{'proxy': <'proxy.example.org:3128'>}", "as in http://" },
  { "{'proxy': <'ftp://proxy.example.org'>}", "as in http://" },
  { "{'proxy': <'http://'>}", "as in http://" },
  { "{'proxy': <'http://proxy.example.org/path'>}", "as in http://" },
  { "{'proxy': <'http://proxy.example.org:0x'>}", "as in http://" },
  { "{'proxy': <'http://proxy.example.org:0'>}", "as in http://" },
  { "{'proxy': <'http://a b'>}", "as in http://" },
  { "{'proxy': <'http://proxy\n.example.org'>}", "as in http://" },
  { "{'proxy': <'http://alice:secret@proxy.example.org'>}", "without a user name" },
  { "{'proxy': <'http://alice@proxy.example.org'>}", "without a user name" },
  { "{'proxy': <'http://alice%3Asecret%40proxy.example.org:3128'>}", "without a user name" },
  { "{'proxy': <'socks5://alice%40proxy.example.org/'>}", "without a user name" },
  { "{'proxy': <'http://alice%3Asecret'>}", "without a user name" },
  { "{'proxy': <'http://alice%253Asecret%2540proxy.example.org'>}", "without a user name" },
  { "{'help-page': <'help.example.org'>}", "help page" },
  { "{'help-page': <'javascript:alert(1)'>}", "help page" },
  { "{'help-page': <'file:///etc/passwd'>}", "help page" },
  { "{'help-page': <'https://a:b@help.example.org'>}", "help page" },
  { "{'help-page': <'https://help.example.org/a b'>}", "help page" },
  { "{'picture': <'logo.png'>}", "path of the picture" },
  { "{'consent': <'please'>}", "one of: automatic, always, never" },
  { "{'consent': <true>}", "“consent” is of another type" },
  { "{'store': <'cloud'>}", "whole path" },
  { "{'store': <'tokens.json'>}", "whole path" },
  { "{'store': <'~/tokens.json'>}", "whole path" },
  { "{'store': <'/srv/'>}", "whole path" },
  { "{'store': <'/.'>}", "whole path" },
  { "{'store': <'/srv/..'>}", "whole path" },
  { "{'store': <'/srv/a\\nb'>}", "whole path" },
  { "{'store': <'app:'>}", "one folder" },
  { "{'store': <'app:.'>}", "one folder" },
  { "{'store': <'app:..'>}", "one folder" },
  { "{'store': <'app:.hidden'>}", "one folder" },
  { "{'store': <'app:a/b'>}", "one folder" },
  { "{'store': <'app:../x'>}", "one folder" },
  { "{'store': <'app:/srv'>}", "one folder" },
  { "{'store': <'app:a\\nb'>}", "one folder" },
  { "{'store': <'app:a\\u202eb'>}", "one folder" },
  { "{'store': <true>}", "“store” is of another type" },
};

static void
test_bad_options (void)
{
  g_autofree char *name = g_strnfill (101, 'a');
  g_autofree char *long_folder = g_strnfill (256, 'a');
  g_autofree char *folder = g_strconcat ("app:", long_folder, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (bad_options); i++)
    {
      g_test_message ("%s", bad_options[i].options);
      assert_refused (
          "data.example.org",
          g_variant_parse (G_VARIANT_TYPE_VARDICT, bad_options[i].options, NULL, NULL, NULL),
          bad_options[i].says);
    }

  assert_refused ("data.example.org", g_variant_new_parsed ("{'name': <%s>}", name), "at most 100");
  assert_refused ("data.example.org", g_variant_new_parsed ("{'store': <%s>}", folder),
                  "one folder");
  assert_refused ("data.example.org", g_variant_new_parsed ("[1, 2]"), "another type");
}

static void
test_name_is_stripped (void)
{
  g_autoptr (KeyfobConfig) config = new_config ("data.example.org", "{'name': <'  Data  '>}");
  g_autoptr (KeyfobConfig) unnamed = new_config ("data.example.org", "{'name': <'   '>}");

  g_assert_cmpstr (keyfob_config_get_name (config), ==, "Data");
  g_assert_cmpstr (keyfob_config_get_name (unnamed), ==, "data.example.org");
}

static void
test_store (void)
{
  g_autoptr (KeyfobConfig) keyring = new_config ("data.example.org", "{'store': <'keyring'>}");
  g_autoptr (KeyfobConfig) file = new_config ("data.example.org", "{'store': <'file'>}");
  g_autoptr (KeyfobConfig) path = new_config ("data.example.org", "{'store': <'/a/./b//../t'>}");
  g_autoptr (KeyfobConfig) app = new_config ("data.example.org", "{'store': <'app:freva'>}");
  g_autoptr (KeyfobConfig) back =
      keyfob_config_with_options (path, g_variant_new_parsed ("{'store': <''>}"), NULL);

  g_assert_cmpstr (keyfob_config_get_store (keyring), ==, "keyring");
  g_assert_cmpstr (keyfob_config_get_store (file), ==, "file");
  g_assert_cmpstr (keyfob_config_get_store (path), ==, "/a/t");
  g_assert_cmpstr (keyfob_config_get_store (app), ==, "app:freva");
  g_assert_cmpstr (keyfob_config_get_store (back), ==, "");
}

static void
test_finalize (void)
{
  KeyfobConfig *config = new_config ("data.example.org", NULL);

  g_assert_finalize_object (config);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/config/good-urls", test_good_urls);
  g_test_add_func ("/config/bad-urls", test_bad_urls);
  g_test_add_func ("/config/allow-http", test_allow_http);
  g_test_add_func ("/config/defaults", test_defaults);
  g_test_add_func ("/config/options-round-trip", test_options_round_trip);
  g_test_add_func ("/config/proxy", test_proxy);
  g_test_add_func ("/config/with-options", test_with_options);
  g_test_add_func ("/config/bad-options", test_bad_options);
  g_test_add_func ("/config/name-is-stripped", test_name_is_stripped);
  g_test_add_func ("/config/store", test_store);
  g_test_add_func ("/config/finalize", test_finalize);

  return g_test_run ();
}
