/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-copy-form.h"

#define URL "https://data.example.org/api"

static GVariant *
make_token (const char *access_token)
{
  g_auto (GVariantDict) token;
  g_autofree char *authorization = g_strconcat ("Bearer ", access_token, NULL);
  g_autofree char *header = g_strconcat ("Authorization: ", authorization, NULL);

  g_variant_dict_init (&token, NULL);
  g_variant_dict_insert (&token, "access_token", "s", access_token);
  g_variant_dict_insert (&token, "authorization", "s", authorization);
  g_variant_dict_insert (&token, "header", "s", header);

  return g_variant_ref_sink (g_variant_dict_end (&token));
}

static void
test_words (void)
{
  for (KeyfobCopyForm form = KEYFOB_COPY_HEADER; form <= KEYFOB_COPY_PYTHON; form++)
    {
      g_assert_cmpint (keyfob_copy_form_parse (keyfob_copy_form_word (form)), ==, form);
      g_assert_true (g_str_has_prefix (keyfob_copy_form_action (form), "Copy "));
      g_assert_true (strstr (keyfob_copy_form_done (form), " copied") != NULL);
    }
  g_assert_cmpint (keyfob_copy_form_parse (NULL), ==, KEYFOB_COPY_HEADER);
  g_assert_cmpint (keyfob_copy_form_parse ("letter"), ==, KEYFOB_COPY_HEADER);
}

static void
test_plain (void)
{
  g_autoptr (GVariant) token = make_token ("abc");
  g_autoptr (KeyfobSecret) header = keyfob_copy_form_write (KEYFOB_COPY_HEADER, URL, token);
  g_autoptr (KeyfobSecret) bare = keyfob_copy_form_write (KEYFOB_COPY_TOKEN, URL, token);

  g_assert_cmpstr (header, ==, "Authorization: Bearer abc");
  g_assert_cmpstr (bare, ==, "abc");
}

static void
test_curl (void)
{
  g_autoptr (GVariant) token = make_token ("it's");
  g_autoptr (KeyfobSecret) text = keyfob_copy_form_write (KEYFOB_COPY_CURL, URL, token);

  g_assert_cmpstr (text, ==,
                   "keyfobctl header 'https://data.example.org/api' | "
                   "curl --header @- 'https://data.example.org/api'");
}

static void
test_python (void)
{
  g_autoptr (GVariant) token = make_token ("a\"b\\c\nd");
  g_autoptr (KeyfobSecret) text = keyfob_copy_form_write (KEYFOB_COPY_PYTHON, URL, token);

  g_assert_cmpstr (text, ==,
                   "import httpx\n\n"
                   "client = httpx.Client(\n"
                   "    base_url=\"https://data.example.org/api\",\n"
                   "    headers={\"Authorization\": \"Bearer a\\\"b\\\\c\\x0ad\"},\n"
                   ")\n"
                   "response = client.get(\"/\")\n");
}

/* An agent of another version may leave out what is needed. */
static void
test_lacking (void)
{
  g_autoptr (GVariant) token = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  g_autoptr (GVariant) odd =
      g_variant_ref_sink (g_variant_new_parsed ("{'header': <1>, 'access_token': <true>}"));

  for (KeyfobCopyForm form = KEYFOB_COPY_HEADER; form <= KEYFOB_COPY_PYTHON; form++)
    {
      g_assert_null (keyfob_copy_form_write (form, URL, token));
      g_assert_null (keyfob_copy_form_write (form, URL, odd));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/copy-form/words", test_words);
  g_test_add_func ("/copy-form/plain", test_plain);
  g_test_add_func ("/copy-form/curl", test_curl);
  g_test_add_func ("/copy-form/python", test_python);
  g_test_add_func ("/copy-form/lacking", test_lacking);

  return g_test_run ();
}
