/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <string.h>

#include "keyfob-claims.h"
#include "keyfob-json.h"

/* "{}" */
#define EMPTY "e30"

static char *
make_jwt (const char *payload)
{
  g_autofree char *encoded = g_base64_encode ((const guchar *) payload, strlen (payload));

  g_strdelimit (encoded, "+", '-');
  g_strdelimit (encoded, "/", '_');
  g_strdelimit (encoded, "=", '\0');

  return g_strdup_printf (EMPTY ".%s.SIGNATURE", encoded);
}

/* Claims, and what is told of them as g_variant_print() writes it. */
static const struct
{
  const char *payload;
  const char *told;
} claims[] = {
  { "{}", "@a(ssv) []" },
  { "{\"name\": \"Eve\\n\\u202eO’Hara \"}", "[('name', 'text', <'Eve O’Hara'>)]" },
  { "{\"exp\": 1900000000.9, \"iat\": \"1900000000\"}",
    "[('exp', 'time', <int64 1900000000>), ('iat', 'time', <int64 1900000000>)]" },
  { "{\"nbf\": 1, \"auth_time\": 2, \"updated_at\": 1e300}",
    "[('nbf', 'time', <int64 1>), ('auth_time', 'time', <int64 2>), "
    "('updated_at', 'time', <int64 253402300799>)]" },
  { "{\"exp\": 0, \"iat\": \"soon\", \"nbf\": [1]}",
    "[('exp', 'number', <'0'>), ('iat', 'text', <'soon'>), ('nbf', 'list', <['1']>)]" },
  { "{\"n\": -12, \"pi\": 3.5}", "[('n', 'number', <'-12'>), ('pi', 'number', <'3.5'>)]" },
  { "{\"yes\": true, \"no\": false}", "[('yes', 'boolean', <true>), ('no', 'boolean', <false>)]" },
  { "{\"aud\": [\"a\", 1, true], \"none\": []}",
    "[('aud', 'list', <['a', '1', 'true']>), ('none', 'list', <@as []>)]" },
  { "{\"scope\": \"openid  a:b\", \"scp\": \"x\"}",
    "[('scope', 'list', <['openid', 'a:b']>), ('scp', 'list', <['x']>)]" },
  { "{\"scope\": \"\", \"groups\": \"a b\"}",
    "[('scope', 'list', <@as []>), ('groups', 'text', <'a b'>)]" },
  { "{\"o\": {\"a\": [1, {}]}, \"l\": [[\"a\"]], \"none\": null}",
    "[('o', 'json', <'{\"a\":[1,{}]}'>), ('l', 'json', <'[[\"a\"]]'>), "
    "('none', 'json', <'null'>)]" },
  { "{\"z\": \"1\", \"a\": \"2\"}", "[('z', 'text', <'1'>), ('a', 'text', <'2'>)]" },
};

static void
test_kinds (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++)
    {
      g_autofree char *jwt = make_jwt (claims[i].payload);
      g_autofree char *json = NULL;
      g_autoptr (GVariant) list = keyfob_claims_list (jwt, &json);
      g_autofree char *told = NULL;

      g_assert_nonnull (list);
      told = g_variant_print (g_variant_ref_sink (list), TRUE);
      g_assert_cmpstr (told, ==, claims[i].told);
    }
}

static void
test_json (void)
{
  g_autofree char *jwt =
      make_jwt ("{\"a\": [1e30, {\"b\": \"\\u202e\\n\\udb40\\udc41ä\\\"\\\\\"}], "
                "\"c\": [{}, [], null, true, 0.1, -9223372036854775808]}");
  g_autofree char *json = NULL;
  g_autoptr (GVariant) list = keyfob_claims_list (jwt, &json);

  g_variant_ref_sink (list);
  g_assert_cmpstr (json, ==,
                   "{\n  \"a\": [\n    1e+30,\n    {\n"
                   "      \"b\": \"\\u202e\\u000a\\udb40\\udc41ä\\\"\\\\\"\n    }\n  ],\n"
                   "  \"c\": [\n    {},\n    [],\n    null,\n    true,\n    0.1,\n"
                   "    -9223372036854775808\n  ]\n}");
  g_assert_true (keyfob_json_is_valid (json, strlen (json), FALSE));
}

static void
test_opaque (void)
{
  const char *const tokens[] = {
    "AT", EMPTY "." EMPTY, EMPTY "." EMPTY ".c.d.e", "a.bnVsbA.c", "a.W10.c", "a..c", "...",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      g_autofree char *json = NULL;

      g_assert_null (keyfob_claims_list (tokens[i], &json));
      g_assert_null (json);
    }
}

/* Returns: (transfer full): @count times @part between @before and @after, as claims */
static GVariant *
list_repeated (const char *before, const char *part, guint count, const char *after, char **json)
{
  g_autoptr (GString) payload = g_string_new (before);
  g_autofree char *jwt = NULL;
  GVariant *list;

  for (guint i = 0; i < count; i++)
    g_string_append (payload, part);
  g_string_append (payload, after);
  jwt = make_jwt (payload->str);
  list = keyfob_claims_list (jwt, json);

  return list != NULL ? g_variant_ref_sink (list) : NULL;
}

static void
test_limits (void)
{
  g_autofree char *long_text_json = NULL;
  g_autoptr (GVariant) long_text = list_repeated ("{\"t\": \"", "a", 40000, "\"}", &long_text_json);
  g_autofree char *long_list_json = NULL;
  g_autoptr (GVariant) long_list = list_repeated ("{\"l\": [", "1, ", 5000, "1]}", &long_list_json);
  g_autofree char *scopes_json = NULL;
  g_autoptr (GVariant) scopes = list_repeated ("{\"scope\": \"", "a ", 20000, "\"}", &scopes_json);
  g_autofree char *deep_json = NULL;
  g_autoptr (GVariant) deep = list_repeated ("{\"d\": ", "[", 20000, "1", &deep_json);
  g_autofree char *wide_json = NULL;
  g_autoptr (GVariant) wide = list_repeated ("{\"w\": [[[[[[[[[[[[[[[[[[[[[[[[[", "1,", 9000,
                                             "1]]]]]]]]]]]]]]]]]]]]]]]]]}", &wide_json);
  g_autoptr (GVariant) value = NULL;
  const char *text;

  g_variant_get_child (long_text, 0, "(&s&sv)", NULL, NULL, &value);
  text = g_variant_get_string (value, NULL);
  g_assert_cmpint (g_utf8_strlen (text, -1), ==, 1001);
  g_assert_true (g_str_has_suffix (text, "…"));
  g_assert_cmpuint (strlen (long_text_json), >, 40000);

  g_clear_pointer (&value, g_variant_unref);
  g_variant_get_child (long_list, 0, "(&s&sv)", NULL, NULL, &value);
  g_assert_cmpuint (g_variant_n_children (value), ==, 201);

  g_clear_pointer (&value, g_variant_unref);
  g_variant_get_child (scopes, 0, "(&s&sv)", NULL, NULL, &value);
  g_assert_cmpuint (g_variant_n_children (value), ==, 201);

  g_assert_null (deep);
  g_assert_nonnull (wide);
  g_assert_cmpuint (strlen (wide_json), <, 30000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/claims/kinds", test_kinds);
  g_test_add_func ("/claims/json", test_json);
  g_test_add_func ("/claims/opaque", test_opaque);
  g_test_add_func ("/claims/limits", test_limits);

  return g_test_run ();
}
