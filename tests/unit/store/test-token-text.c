/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <glib.h>
#include <string.h>

#include "keyfob-token-text.h"

static KeyfobTokenText *
parse (const char *text)
{
  return keyfob_token_text_parse (text, strlen (text));
}

static void
test_refuses (void)
{
  static const char *const bad[] = {
    "[]",
    "null",
    "1",
    "\"a\"",
    "{",
    "{}}",
    "{} {}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{,}",
    "{a:1}",
    "{'a':1}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":01}",
    "{\"a\":+1}",
    "{\"a\":1.}",
    "{\"a\":.5}",
    "{\"a\":1e}",
    "{\"a\":-}",
    "{\"a\":nan}",
    "{\"a\":True}",
    "{\"a\":truefalse}",
    "{\"a\":\"x}",
    "{\"a\":\"\t\"}",
    "{\"a\":\"\n\"}",
    "{\"a\":\"\\x\"}",
    "{\"a\":\"\\u12g4\"}",
    "{\"a\":\"\\",
    "{\"a\":[1,]}",
    "{\"a\":[1}",
    "{\"a\":{]}",
    "{\"a\":1} // text",
    "/* text */ {}",
    "var a = {}",
    "\xef\xbb\xbf{}",
    "{\"a\":\"\xff\"}",
    "{\"a\":\"\xc0\xaf\"}",
    "{\"a\":\"\xed\xa0\x80\"}",
    "{\"token\": {\"access_token\": \"cut o",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (KeyfobTokenText) text = parse (bad[i]);

      if (text != NULL)
        g_error ("taken for a token file: %s", bad[i]);
    }
}

static void
test_refuses_nul_bytes (void)
{
  static const char inside[] = "{\"a\":\"x\0y\"}";
  static const char after[] = "{}\0\0\0\0";

  g_assert_null (keyfob_token_text_parse (inside, sizeof inside - 1));
  g_assert_null (keyfob_token_text_parse (after, sizeof after - 1));
}

static void
test_refuses_deep_nesting (void)
{
  g_autoptr (GString) deep = g_string_new ("{\"a\":");
  g_autoptr (GString) fine = g_string_new ("{\"a\":");
  g_autoptr (KeyfobTokenText) text = NULL;

  for (guint i = 0; i < 1000 * 1000; i++)
    g_string_append (deep, i % 2 ? "[" : "{\"a\":");
  g_assert_null (keyfob_token_text_parse (deep->str, deep->len));

  for (guint i = 0; i < 60; i++)
    g_string_append_c (fine, '[');
  for (guint i = 0; i < 60; i++)
    g_string_append_c (fine, ']');
  g_string_append_c (fine, '}');
  text = keyfob_token_text_parse (fine->str, fine->len);
  g_assert_nonnull (text);
}

static void
test_empty (void)
{
  static const char *const empty[] = { "", " \n\t\r ", "{}", " { } " };

  for (guint i = 0; i < G_N_ELEMENTS (empty); i++)
    {
      g_autoptr (KeyfobTokenText) text = parse (empty[i]);
      g_autofree char *printed = NULL;

      g_assert_nonnull (text);
      printed = keyfob_token_text_print (text);
      g_assert_cmpstr (printed, ==, "{}");
    }
}

/* As written by json.dumps (…, indent=2) of Python 3.11. */
static const char python[] = "{\n"
                             "  \"https://a.example\": {\n"
                             "    \"token\": {\n"
                             "      \"access_token\": \"a{[,:]}\\\"\\\\ \\u00e9\",\n"
                             "      \"expires\": 1717027200,\n"
                             "      \"headers\": {\n"
                             "        \"Authorization\": \"Bearer a\"\n"
                             "      },\n"
                             "      \"none\": {},\n"
                             "      \"list\": [],\n"
                             "      \"aud\": [\n"
                             "        \"x\",\n"
                             "        [\n"
                             "          1,\n"
                             "          null\n"
                             "        ]\n"
                             "      ]\n"
                             "    },\n"
                             "    \"stored_at\": 1717027200.123\n"
                             "  },\n"
                             "  \"big\": 123456789012345678901234567890,\n"
                             "  \"float\": 1e-07,\n"
                             "  \"nan\": [\n"
                             "    NaN,\n"
                             "    Infinity,\n"
                             "    -Infinity\n"
                             "  ],\n"
                             "  \"half\": \"\\ud800\"\n"
                             "}";

static void
test_keeps_to_the_letter (void)
{
  g_autoptr (KeyfobTokenText) text = parse (python);
  g_autofree char *printed = NULL;

  g_assert_nonnull (text);
  printed = keyfob_token_text_print (text);
  g_assert_cmpstr (printed, ==, python);
}

static void
test_lays_out_what_is_set (void)
{
  g_autoptr (KeyfobTokenText) text = parse ("{\"kept\":{\"x\":[ 1 ]}\r\n,\t\"e\" : [ ] }");
  g_autofree char *printed = NULL;

  keyfob_token_text_set_entry (text, "a", "{\"token\":{\"b\":[1,{\"c\":\"x y\"}],\"d\":{ }}}",
                               "url");
  printed = keyfob_token_text_print (text);

  g_assert_cmpstr (printed, ==,
                   "{\n  \"kept\": {\"x\":[ 1 ]},\n  \"e\": [ ],\n"
                   "  \"a\": {\n    \"token\": {\n      \"b\": [\n        1,\n        {\n"
                   "          \"c\": \"x y\"\n        }\n      ],\n      \"d\": {}\n    },\n"
                   "    \"base_url\": \"url\"\n  }\n}");
}

/* Strings are looked at eight bytes at a time: whatever ends one is found at every place. */
static void
test_strings_of_any_length (void)
{
  static const char *const endings[] = { "", "\\\"", "\\u00e9", "\xc3\xa9", "\x7f" };
  static const char *const bad[] = { "\n", "\x1f", "\\x", "\xff", "\\u12" };

  for (guint length = 0; length < 40; length++)
    {
      g_autofree char *plain = g_strnfill (length, 'x');

      for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
        {
          g_autofree char *value = g_strdup_printf ("\"%s%s%s\"", plain, endings[i], plain);
          g_autofree char *json = g_strdup_printf ("{\"a\": %s, \"b\": 1}", value);
          g_autoptr (KeyfobTokenText) text = parse (json);
          g_autofree char *found = NULL;

          g_assert_nonnull (text);
          found = keyfob_token_text_dup (text, "a");
          g_assert_cmpstr (found, ==, value);
        }

      for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
        {
          g_autofree char *json = g_strdup_printf ("{\"a\": \"%s%s%s\"}", plain, bad[i], plain);

          g_assert_null (parse (json));
        }
    }
}

static void
test_set_and_remove (void)
{
  g_autoptr (KeyfobTokenText) text = parse ("{\"a\": 1, \"b\": 2, \"c\": 3}");
  g_autofree char *none = NULL;
  g_autofree char *printed = NULL;

  keyfob_token_text_set_entry (text, "b", "{\"token\":1}", "b");
  keyfob_token_text_set_entry (text, "d\"", "{\"token\":2}", "quote \" and \\");
  g_assert_true (keyfob_token_text_remove (text, "a"));
  g_assert_false (keyfob_token_text_remove (text, "a"));

  none = keyfob_token_text_dup (text, "a");
  printed = keyfob_token_text_print (text);

  g_assert_null (none);
  g_assert_cmpstr (printed, ==,
                   "{\n  \"b\": {\n    \"token\": 1,\n    \"base_url\": \"b\"\n  },\n  \"c\": 3,\n"
                   "  \"d\\\"\": {\n    \"token\": 2,\n"
                   "    \"base_url\": \"quote \\\" and \\\\\"\n  }\n}");
}

static void
test_escaped_key (void)
{
  g_autoptr (KeyfobTokenText) text = parse ("{\"https:\\/\\/b\\u00fccher.example\": 1}");
  g_autofree char *value = keyfob_token_text_dup (text, "https://bücher.example");
  g_autofree char *printed = keyfob_token_text_print (text);

  g_assert_cmpstr (value, ==, "1");
  g_assert_cmpstr (printed, ==, "{\n  \"https:\\/\\/b\\u00fccher.example\": 1\n}");
}

/* An entry with which the token could not be read again. */
static void
test_odd_fields_of_an_entry (void)
{
  static const char *const odd[] = {
    "{\"x\": 1, \"x\": 2}",
    "{\"y\": {\"x\": 1, \"x\": 2}}",
    "{\"token\": 1, \"token\": 2, \"y\": [{\"x\": 1, \"x\": 2}]}",
    "[1]",
    "1e999",
  };
  g_autofree char *opening = g_strnfill (400, '[');
  g_autofree char *closing = g_strnfill (400, ']');
  g_autofree char *deep = g_strdup_printf ("{\"y\": %s%s}", opening, closing);

  for (guint i = 0; i <= G_N_ELEMENTS (odd); i++)
    {
      g_autofree char *data =
          g_strdup_printf ("{\"a\": %s, \"b\": %s}", i < G_N_ELEMENTS (odd) ? odd[i] : deep, deep);
      g_autoptr (KeyfobTokenText) text = parse (data);
      g_autoptr (JsonObject) entry = NULL;
      g_autofree char *other = NULL;

      g_test_message ("%s", data);
      keyfob_token_text_set_entry (text, "a", "{\"token\":{\"access_token\":\"x\"}}", "a");
      entry = keyfob_token_text_dup_entry (text, "a");
      g_assert_nonnull (entry);
      g_assert_true (json_object_has_member (entry, "token"));
      other = keyfob_token_text_dup (text, "b");
      g_assert_cmpstr (other, ==, deep);
    }
}

static void
test_half_a_surrogate_as_key (void)
{
  g_autoptr (KeyfobTokenText) text = parse ("{\"\\udc00\": 1, \"a\": 2}");
  g_autofree char *value = keyfob_token_text_dup (text, "a");
  g_autofree char *printed = keyfob_token_text_print (text);

  g_assert_cmpstr (value, ==, "2");
  g_assert_nonnull (strstr (printed, "\"\\udc00\": 1"));
}

static void
test_same_key_twice (void)
{
  g_autoptr (KeyfobTokenText) text = parse ("{\"a\": 1, \"a\": 2}");
  g_autofree char *value = keyfob_token_text_dup (text, "a");
  g_autofree char *printed = NULL;

  g_assert_cmpstr (value, ==, "2");
  g_assert_true (keyfob_token_text_remove (text, "a"));
  printed = keyfob_token_text_print (text);
  g_assert_cmpstr (printed, ==, "{}");
}

static void
test_bare_token (void)
{
  static const struct
  {
    const char *text;
    gboolean bare;
  } cases[] = {
    { "{\"access_token\": \"AT\"}", TRUE },
    { "{\"token_type\": \"Bearer\", \"access_token\": \"AT\", \"expires\": 1}", TRUE },
    { "{\"access\\u005ftoken\": \"AT\"}", TRUE },
    { "{\"access_token\": null}", FALSE },
    { "{\"token\": {\"access_token\": \"AT\"}}", FALSE },
    { "{\"https://a.example\": {}, \"access_token\": \"AT\"}", FALSE },
    { "{\"https://a.example\": {\"token\": {\"access_token\": \"AT\"}}}", FALSE },
    { "{}", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KeyfobTokenText) text = parse (cases[i].text);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (keyfob_token_text_is_bare_token (text), ==, cases[i].bare);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/token-text/refuses", test_refuses);
  g_test_add_func ("/token-text/refuses-nul-bytes", test_refuses_nul_bytes);
  g_test_add_func ("/token-text/refuses-deep-nesting", test_refuses_deep_nesting);
  g_test_add_func ("/token-text/empty", test_empty);
  g_test_add_func ("/token-text/bare-token", test_bare_token);
  g_test_add_func ("/token-text/keeps-to-the-letter", test_keeps_to_the_letter);
  g_test_add_func ("/token-text/lays-out-what-is-set", test_lays_out_what_is_set);
  g_test_add_func ("/token-text/strings-of-any-length", test_strings_of_any_length);
  g_test_add_func ("/token-text/set-and-remove", test_set_and_remove);
  g_test_add_func ("/token-text/escaped-key", test_escaped_key);
  g_test_add_func ("/token-text/odd-fields-of-an-entry", test_odd_fields_of_an_entry);
  g_test_add_func ("/token-text/half-a-surrogate-as-key", test_half_a_surrogate_as_key);
  g_test_add_func ("/token-text/same-key-twice", test_same_key_twice);

  return g_test_run ();
}
