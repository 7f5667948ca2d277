/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <glib/gstdio.h>

#include "keyfob-config-options.h"
#include "keyfob-host-file.h"
#include "wait.h"

/* A group of hosts.ini and the host that it stands for. */

static char *
dup_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "hosts.ini", NULL);
}

static KeyfobHostFile *
new_file (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (KeyfobClock) clock = keyfob_clock_new ();

  return keyfob_host_file_new (path, clock);
}

static void
on_flushed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  keyfob_host_file_flush_finish (KEYFOB_HOST_FILE (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

/* Returns: (transfer full): what a new start finds after @config was written */
static KeyfobConfig *
write_and_load (KeyfobConfig *config)
{
  g_autofree char *path = dup_path ();
  g_autoptr (KeyfobHostFile) file = new_file ();
  g_autoptr (KeyfobHostFile) next = new_file ();
  g_autoptr (GPtrArray) entries = NULL;
  gboolean flushed = FALSE;

  g_unlink (path);
  keyfob_host_file_set (file, config, "");
  keyfob_host_file_flush_async (file, NULL, on_flushed, &flushed);
  wait_while (!flushed);

  entries = keyfob_host_file_load (next, NULL);
  g_assert_cmpuint (entries->len, ==, 1);

  return g_object_ref (((KeyfobHostEntry *) g_ptr_array_index (entries, 0))->config);
}

static void
test_urls (void)
{
  static const char *const urls[] = {
    "https://auth.example.org", "https://auth.example.org:8443/api/v2", "http://[::1]:8080",
    "https://[2001:db8::7]/a",  "https://auth.example.org/a%5Bb%5D",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autoptr (KeyfobConfig) config = keyfob_config_new (urls[i], NULL, NULL);
      g_autoptr (KeyfobConfig) again = write_and_load (config);

      g_assert_cmpstr (keyfob_config_get_base_url (again), ==, urls[i]);
    }
}

/* A value of each option that is not the default. */
static const char *const values[KEYFOB_N_OPTIONS] = {
  [KEYFOB_OPTION_NAME] = "' a; name'",
  [KEYFOB_OPTION_NOTE] = "' Ask Eve;\\n\\n [door=2] \\u00e4\\\\n '",
  [KEYFOB_OPTION_PINNED] = "true",
  [KEYFOB_OPTION_STORE] = "'/srv/tokens.json'",
  [KEYFOB_OPTION_DEVICE_FLOW] = "false",
  [KEYFOB_OPTION_CONSENT] = "'never'",
  [KEYFOB_OPTION_ASK_FIRST] = "true",
  [KEYFOB_OPTION_LOGIN_ROUTE] = "'a/b'",
  [KEYFOB_OPTION_TOKEN_ROUTE] = "'c'",
  [KEYFOB_OPTION_DEVICE_ROUTE] = "'d'",
  [KEYFOB_OPTION_LOGOUT_ROUTE] = "'e'",
  [KEYFOB_OPTION_USERINFO_ROUTE] = "'f'",
  [KEYFOB_OPTION_AUTH_PORTS_ROUTE] = "'g'",
  [KEYFOB_OPTION_REDIRECT_PORTS] = "[4000, 65535]",
  [KEYFOB_OPTION_TIMEOUT] = "60",
  [KEYFOB_OPTION_SCOPE] = "'openid'",
  [KEYFOB_OPTION_ISSUER] = "'http://idp.example.org'",
  [KEYFOB_OPTION_CA_FILE] = "'/etc/ssl/institute.pem'",
  [KEYFOB_OPTION_PROXY] = "'socks5://proxy.example.org:1080'",
  [KEYFOB_OPTION_HELP_PAGE] = "'https://help.example.org/keyfob'",
  [KEYFOB_OPTION_PICTURE] = "'/usr/share/institute/logo.png'",
  [KEYFOB_OPTION_SERVER_PKCE] = "true",
  [KEYFOB_OPTION_ALLOW_HTTP] = "true",
};

/* From the bus to hosts.ini and to the bus again, @options beside allow-http; @key is in the file
 */
static void
assert_comes_back (GVariantDict *options, const char *key, gsize n_options)
{
  static const char *url = "http://intranet.example.org";
  g_autofree char *path = dup_path ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (KeyfobConfig) config = NULL;
  g_autoptr (KeyfobConfig) again = NULL;
  g_autoptr (GVariant) before = NULL;
  g_autoptr (GVariant) after = NULL;

  g_variant_dict_insert (options, "allow-http", "b", TRUE);
  config = keyfob_config_new (url, g_variant_dict_end (options), &error);
  g_assert_no_error (error);

  again = write_and_load (config);
  g_assert_true (g_key_file_load_from_file (keys, path, G_KEY_FILE_NONE, NULL));
  g_assert_true (g_key_file_has_key (keys, url, key, NULL));

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

/* A host that cannot be read is told of, by its line. */
static void
test_bad (void)
{
  static const struct
  {
    const char *text;
    const char *told; /* (nullable) */
  } table[] = {
    { "[not a url]\n", NULL },
    { "[https://u:p@example.org]\n", " 1 " },
    { "[https://example.org]\nredirect-ports=1;many\n", " 1 " },
    { "\n[https://example.org]\nredirect-ports=70000\n", " 2 " },
    { "[https://example.org]\nredirect-ports=-1\n", "redirect-ports" },
    { "# one\n\n\n [https://example.org] \nname=A\ntimeout=soon\n", " 4 " },
    { "[https://example.org]\ntimeout=-5\n", "timeout" },
    { "[https://example.org]\nserver-pkce=perhaps\n", "server-pkce" },
    { "[https://example.org]\nname=\xff\n", "name" },
    { "[https://example.org]\nname=\\q\\\n", "“name”" },
    { "[https://example.org]\nstore=/srv\\\n", "“store”" },
    { "[https://example.org]\nredirect-ports=\\q\\\n", "“redirect-ports”" },
    /* which values there can be */
    { "[https://example.org]\ntimeout=99999999999\n", "timeout: The time limit is from 1 to 3600" },
    { "[https://example.org]\ntimeout=0\n", "timeout: The time limit is from 1 to 3600" },
    { "[https://example.org]\nredirect-ports=many\n",
      "redirect-ports: A redirect port is a number from 1 to 65535." },
    { "[https://example.org]\npinned=perhaps\n", "pinned: This is either “true” or “false”." },
    { "[https://example.org]\nname=Z\xfcrich\n", "name: This is no text in UTF-8." },
    /* of which option */
    { "[https://example.org]\nissuer=https://u:p@example.org\n", "issuer: Type the address" },
    { "[https://example.org]\nissuer=http://idp.example.org\n", "issuer: " },
    { "[https://example.org]\nscope=\"a\"\n", "scope: A scope is made of" },
    { "\xEF\xBB\xBF[https://example.org]\ntimeout=soon\n", " 1 " },
    { "[example.org]\ntimeout=soon\n", " 1 " },
  };
  g_autofree char *path = dup_path ();

  g_assert_no_errno (g_mkdir_with_parents (g_get_user_config_dir (), 0700));
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (KeyfobHostFile) file = new_file ();
      g_autoptr (GPtrArray) entries = NULL;
      g_autofree char *problem = NULL;

      g_test_message ("group %" G_GSIZE_FORMAT, i);
      g_assert_true (g_file_set_contents (path, table[i].text, -1, NULL));
      entries = keyfob_host_file_load (file, &problem);
      g_assert_cmpuint (entries->len, ==, 0);
      g_assert_cmpint (problem != NULL, ==, table[i].told != NULL);
      if (problem != NULL)
        {
          g_assert_nonnull (strstr (problem, table[i].told));
          g_assert_nonnull (strstr (problem, path));
          g_assert_true (g_utf8_validate (problem, -1, NULL));
        }
    }
}

typedef struct
{
  const char *text;
  const char *urls;     /* of the hosts, a line each */
  const char *problems; /* what each sentence ends with, a line each */
} List;

#define NO_UTF8 "This is no text in UTF-8. Save the file as UTF-8."
#define NO_NUMBER "timeout: The time limit is from 1 to 3600 seconds."
#define TWICE "It is there twice, and the first one counts."

static void
assert_list (const List *list, GPtrArray *entries, GStrv problems)
{
  g_autoptr (GString) urls = g_string_new (NULL);
  g_auto (GStrv) ends = g_strsplit (list->problems, "\n", -1);

  for (guint i = 0; i < entries->len; i++)
    {
      KeyfobHostEntry *entry = g_ptr_array_index (entries, i);

      g_string_append_printf (urls, "%s%s", i > 0 ? "\n" : "",
                              keyfob_config_get_base_url (entry->config));
    }
  g_assert_cmpstr (urls->str, ==, list->urls);

  g_assert_cmpuint (g_strv_length (problems), ==, g_strv_length (ends));
  for (gsize i = 0; problems[i] != NULL; i++)
    if (!g_str_has_suffix (problems[i], ends[i]))
      g_error ("“%s” does not end with “%s”", problems[i], ends[i]);
}

/* Lists that are provided are read as hosts.ini is, and all that is left out is told. */
static void
test_provided (void)
{
  static const List lists[] = {
    { "[portal.example.org]\n[localhost:8080/api]\n[portal]\n",
      "https://portal.example.org\nhttps://localhost:8080/api\nhttps://portal", "" },
    { "[portal.example.org]\ntimeout=x\n", "", "line 1 of /l.ini is left out: " NO_NUMBER },
    { "[https://A.example.org]\n\n[https://a.example.org/]\n", "https://a.example.org",
      "line 3 of /l.ini is left out: " TWICE },
    { "\xEF\xBB\xBF[https://a.example.org]\n", "https://a.example.org", "" },
    { "\xEF\xBB\xBF", "", "" },
    { "[not a url]\n[b.example.org]\nname=\xFC\n", "",
      "blank or an invisible character in it. Type it without.\nline 2 of /l.ini is left out: "
      "name: " NO_UTF8 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_auto (GStrv) problems = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) entries = keyfob_host_file_parse_list (
          "/l.ini", lists[i].text, strlen (lists[i].text), &problems, &error);

      g_test_message ("list %" G_GSIZE_FORMAT, i);
      g_assert_no_error (error);
      assert_list (&lists[i], entries, problems);
    }
}

/* A file that a person imports may be one of another program. */
static void
test_imported (void)
{
  static const List lists[] = {
    { "[portal.example.org]\n[localhost:8080/api]\n[notes]\n[remote \"a.b\"]\n",
      "https://portal.example.org\nhttps://localhost:8080/api", "" },
    { "[u:p@portal.example.org]\n", "", "you sign in later, in the browser." },
  };
  g_autofree char *path = dup_path ();

  g_assert_no_errno (g_mkdir_with_parents (g_get_user_config_dir (), 0700));
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_auto (GStrv) problems = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) entries = NULL;

      g_assert_true (g_file_set_contents (path, lists[i].text, -1, NULL));
      entries = keyfob_host_file_read_list (path, &problems, &error);
      g_test_message ("list %" G_GSIZE_FORMAT, i);
      g_assert_no_error (error);
      assert_list (&lists[i], entries, problems);
    }
}

static void
test_no_list (void)
{
  static const struct
  {
    const char *text;
    gsize length;
    const char *told;
  } table[] = {
    { "[https://a.example.org]\nx\n", 0, "Line 2 cannot be read." },
    { "[https://a.example.org]\nx\n\ny\n", 0, "Line 2 and 1 more line cannot be read." },
    { "x\ny\nz\n", 0, "Line 1 and 2 more lines cannot be read." },
    { "\xFF\xFE[\0a\0]\0", 8, NO_UTF8 },
  };
  g_autofree char *path = dup_path ();

  g_assert_no_errno (g_mkdir_with_parents (g_get_user_config_dir (), 0700));
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      gsize length = table[i].length > 0 ? table[i].length : strlen (table[i].text);
      g_autofree char *sentence =
          g_strdup_printf ("%s cannot be read as a list of servers: %s", path, table[i].told);
      g_auto (GStrv) problems = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) read_error = NULL;

      g_assert_null (
          keyfob_host_file_parse_list ("/l.ini", table[i].text, length, &problems, &error));
      g_assert_cmpstr (error->message, ==, table[i].told);

      g_assert_true (g_file_set_contents (path, table[i].text, length, NULL));
      g_assert_null (keyfob_host_file_read_list (path, &problems, &read_error));
      g_assert_cmpstr (read_error->message, ==, sentence);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/host-group/urls", test_urls);
  g_test_add_func ("/host-group/every-option-comes-back", test_every_option_comes_back);
  g_test_add_func ("/host-group/bad", test_bad);
  g_test_add_func ("/host-group/provided", test_provided);
  g_test_add_func ("/host-group/imported", test_imported);
  g_test_add_func ("/host-group/no-list", test_no_list);

  return g_test_run ();
}
