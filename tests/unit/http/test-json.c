/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include <math.h>
#include <string.h>

#include "keyfob-json.h"

static void
assert_reads (const char *text, gsize length, const char *expected)
{
  g_autoptr (JsonNode) root = keyfob_json_parse (text, length);
  g_autofree char *printed = root != NULL ? json_to_string (root, FALSE) : NULL;
  g_autofree char *shown = g_strescape (text, NULL);

  g_test_message ("%s", shown);
  g_assert_cmpstr (printed, ==, expected);
}

static void
test_reads (void)
{
  static const char *const cases[][2] = {
    { " {\"a\" : [1 , -0, true,\r\nfalse,null,\"\"] }\t", "{\"a\":[1,0,true,false,null,\"\"]}" },
    { "{}", "{}" },
    { "[]", "[]" },
    { "\"x\"", "\"x\"" },
    { "\xef\xbb\xbf{\"a\":1}", "{\"a\":1}" },
    { "[1.5, 1e2, -9223372036854775808, 9223372036854775807]",
      "[1.5,100.0,-9223372036854775808,9223372036854775807]" },
    { "\"\\\"\\\\\\/\\u00e9\\uD83D\\ude00 é\"", "\"\\\"\\\\/é😀 é\"" },
    /* what C cannot represent is left out */
    { "{\"a\": 1e999, \"b\": 1}", "{\"b\":1}" },
    { "{\"a\": -1e999, \"b\": 18446744073709551615, \"c\": -9223372036854775809}",
      "{\"b\":1.8446744073709552e+19,\"c\":-9.2233720368547758e+18}" },
    { "{\"a\": \"\\ud800\", \"b\": \"\\udc00\\ud800\", \"c\": \"\\ud800\\u0041\"}", "{}" },
    { "{\"a\": \"x\\u0000y\", \"\\u0000\": 1, \"\\udfff\": {}, \"d\": 2}", "{\"d\":2}" },
    { "[1e999, \"\\ud800\", 1]", "[null,null,1]" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_reads (cases[i][0], strlen (cases[i][0]), cases[i][1]);
}

static void
test_refuses (void)
{
  static const char *const cases[] = {
    "",
    " ",
    "{",
    "[1,]",
    "{\"a\":1,}",
    "{a:1}",
    "{'a':1}",
    "['a']",
    "[1] 2",
    "[1] // comment",
    "/* comment */ [1]",
    "[01]",
    "[+1]",
    "[1.]",
    "[.5]",
    "[1e]",
    "[0x10]",
    "[NaN]",
    "[Infinity]",
    "[-Infinity]",
    "[True]",
    "var x = {}",
    "\xef\xbb\xbf",
    "\xef\xbb\xbf\xef\xbb\xbf{}",
    " \xef\xbb\xbf{}",
    "{}\xef\xbb\xbf",
    "\xfe\xff",
    "\"\xff\"",
    "\"\xc0\xaf\"",
    "\"\xed\xa0\x80\"",
    "\"\n\"",
    "\"\\x41\"",
    "\"\\101\"",
    "\"\\u12g4\"",
    "\"\\",
    "{\"a\":1,\"a\":2}",
    "{\"a\":1,\"\\u0061\":2}",
    "[{\"x\":{\"a\":1e999,\"a\":2}}]",
    "{'\"': [[[[",
    "1e999",
  };
  static const char nul[] = "{}\0{}";

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_reads (cases[i], strlen (cases[i]), NULL);
  assert_reads (nul, sizeof nul - 1, NULL);
}

/* Returns: @open @n times, and @close as often */
static char *
nest (const char *opening, guint n, const char *closing)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (text, opening);
  for (guint i = 0; i < n; i++)
    g_string_append (text, closing);

  return g_string_free (text, FALSE);
}

static char *
list (const char *opening, const char *format, guint n, const char *closing)
{
  GString *text = g_string_new (opening);

  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      g_string_append_printf (text, "%s", format);
      if (*format == '"')
        g_string_append_printf (text, "%u\":0", i);
    }

  g_string_append (text, closing);

  return g_string_free (text, FALSE);
}

static gboolean
is_taken (char *owned)
{
  g_autofree char *text = owned;
  g_autoptr (JsonNode) root = keyfob_json_parse (text, strlen (text));

  return root != NULL;
}

static void
test_limits (void)
{
  g_autofree char *many = list ("[", "0", 500000, "]");
  g_autofree char *long_string = g_strnfill (KEYFOB_JSON_MAX_ANSWER, 'x');

  g_assert_false (is_taken (nest ("[", 500000, "]")));
  g_assert_false (is_taken (nest ("[", 1000000, "")));

  g_assert_true (is_taken (list ("[", "0", 9999, "]")));
  g_assert_false (is_taken (list ("[", "0", 10000, "]")));
  g_assert_true (is_taken (list ("{", "\"", 200, "}")));
  g_assert_false (is_taken (list ("{", "\"", 201, "}")));

  g_assert_true (keyfob_json_is_valid (many, strlen (many), FALSE));
  g_assert_false (is_taken (g_strdup_printf ("\"%s\"", long_string)));
}

static void
test_too_deep_is_left_out (void)
{
  static const guint depths[] = { 33, 99, 999 };
  g_autofree char *most = nest ("[", 32, "]");

  assert_reads (most, strlen (most), most);
  for (guint i = 0; i < G_N_ELEMENTS (depths); i++)
    {
      g_autofree char *lists = nest ("[", depths[i], "]");
      g_autofree char *objects = nest ("{\"x\":[", depths[i] / 2, "]}");
      g_autofree char *text = g_strdup_printf ("{\"a\":%s,\"b\":%s,\"c\":1}", lists, objects);
      g_autoptr (JsonObject) object = keyfob_json_parse_object (text, strlen (text));
      g_autoptr (KeyfobSecret) printed = NULL;

      g_assert_nonnull (object);
      g_assert_cmpint (json_object_get_int_member (object, "c"), ==, 1);
      printed = keyfob_json_print (object);
      g_assert_nonnull (printed);
      assert_reads (printed, strlen (printed), printed);
    }
}

/* As much as an answer may bring goes through the gate for what is stored. */
static void
test_answer_fits_what_is_stored (void)
{
  g_autoptr (GString) text = g_string_new ("{");
  g_autofree char *deep = nest ("[", 31, "]");
  g_autofree char *names = list ("{", "\"", 200, "}");
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (JsonObject) entry = json_object_new ();
  g_autoptr (KeyfobSecret) printed = NULL;
  g_autoptr (JsonObject) again = NULL;

  g_string_append_printf (text, "\"deep\":%s", deep);
  for (guint i = 0; i < 4; i++)
    g_string_append_printf (text, ",\"%u\":%s", i, names);
  g_string_append (text, "}");

  answer = keyfob_json_parse_object (text->str, text->len);
  g_assert_nonnull (answer);

  json_object_set_object_member (entry, "token", json_object_ref (answer));
  printed = keyfob_json_print (entry);
  g_assert_nonnull (printed);
  again = keyfob_json_parse_stored (printed, strlen (printed));
  g_assert_nonnull (again);
  g_assert_true (json_object_equal (entry, again));
}

static void
test_print_is_bounded (void)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *text = g_strnfill (KEYFOB_JSON_MAX_WRITTEN, 'x');

  json_object_set_string_member (object, "x", text);
  g_assert_null (keyfob_json_print (object));
  json_object_set_double_member (object, "x", HUGE_VAL);
  g_assert_null (keyfob_json_print (object));
}

static void
test_stored_by_python (void)
{
  static const char text[] = "{\"a\": NaN, \"b\": [Infinity, -Infinity, 1], \"c\": \"\\ud800\"}";
  g_autoptr (JsonObject) stored = keyfob_json_parse_stored (text, sizeof text - 1);
  g_autoptr (KeyfobSecret) printed = NULL;

  g_assert_null (keyfob_json_parse_object (text, sizeof text - 1));
  g_assert_nonnull (stored);
  printed = keyfob_json_print (stored);
  g_assert_cmpstr (printed, ==, "{\"b\":[null,null,1]}");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json/reads", test_reads);
  g_test_add_func ("/json/refuses", test_refuses);
  g_test_add_func ("/json/limits", test_limits);
  g_test_add_func ("/json/too-deep-is-left-out", test_too_deep_is_left_out);
  g_test_add_func ("/json/answer-fits-what-is-stored", test_answer_fits_what_is_stored);
  g_test_add_func ("/json/print-is-bounded", test_print_is_bounded);
  g_test_add_func ("/json/stored-by-python", test_stored_by_python);

  return g_test_run ();
}
