/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-auth-error.h"
#include "keyfob-json.h"
#include "keyfob-token.h"

#define NOW G_GINT64_CONSTANT (1900000000)
/* the end of the year 9999 */
#define FOREVER G_GINT64_CONSTANT (253402300799)

static JsonObject *
parse (const char *text)
{
  JsonObject *object = keyfob_json_parse_object (text, strlen (text));

  g_assert_nonnull (object);

  return object;
}

static KeyfobToken *
new_token (const char *text, gint64 skew)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = parse (text);
  g_autoptr (KeyfobToken) token = keyfob_token_new_from_answer (answer, NOW, skew, &error);

  g_assert_no_error (error);

  return g_steal_pointer (&token);
}

static KeyfobToken *
new_token_with (const char *fields)
{
  g_autofree char *text = g_strdup_printf ("{\"access_token\": \"AT\", %s}", fields);

  return new_token (text, 0);
}

/* Expiry fields, and what the access token and the refresh token get from them. */
static const struct
{
  const char *fields;
  gint64 expires;
  gint64 refresh_expires;
} expiries[] = {
  { "\"x\": 1", NOW + 180, 0 },
  { "\"expires\": 1900003600", NOW + 3600, 0 },
  { "\"exp\": 1900003600", NOW + 3600, 0 },
  { "\"expires_at\": 1900003600.7", NOW + 3600, 0 },
  { "\"expires_in\": 3600", NOW + 3600, 0 },
  { "\"expires_in\": \"3600\"", NOW + 3600, 0 },
  { "\"expires_in\": 36e2", NOW + 3600, 0 },
  { "\"expires\": \"1900003600\"", NOW + 3600, 0 },
  { "\"expires\": 1900003600000", NOW + 3600, 0 },
  { "\"expires\": 1900003600, \"expires_in\": 1", NOW + 3600, 0 },
  { "\"expires\": null, \"expires_in\": 3600", NOW + 3600, 0 },
  { "\"expires\": 3600, \"expires_in\": 60", NOW + 60, 0 },
  { "\"expires\": -1", NOW + 180, 0 },
  { "\"expires\": 0", NOW + 180, 0 },
  { "\"expires\": 1e300", FOREVER, 0 },
  { "\"expires\": 253402300799", FOREVER, 0 },
  { "\"expires\": 253402300799000", FOREVER, 0 },
  { "\"expires\": 99999999999", 99999999999, 0 },
  { "\"expires\": \"2030-03-17T17:46:40Z\"", NOW, 0 },
  { "\"expires_at\": \"2030-03-17T18:46:40\"", NOW + 3600, 0 },
  { "\"expires_at\": \"2030-03-17T19:46:40.5+01:00\"", NOW + 3600, 0 },
  { "\"expires_at\": \"9999-12-31T23:59:59Z\"", FOREVER, 0 },
  { "\"expires_at\": \"1970-01-01T00:00:00Z\"", NOW + 180, 0 },
  { "\"expires_in\": 2147483647", NOW + 2147483647, 0 },
  { "\"expires_in\": 9223372036854775", FOREVER, 0 },
  { "\"expires_in\": 9223372036854775807", FOREVER, 0 },
  { "\"expires_in\": 1e300", FOREVER, 0 },
  { "\"expires_in\": \"9223372036854775807\"", FOREVER, 0 },
  { "\"expires_in\": 18446744073709551615", FOREVER, 0 },
  { "\"expires_in\": 9223372036854775.5", FOREVER, 0 },
  { "\"expires_in\": 99999999999999999999999999999999", FOREVER, 0 },
  { "\"expires_in\": 4294967295", NOW + 4294967295, 0 },
  { "\"expires_at\": \"9999-12-31T23:59:59.999999+00:00\"", FOREVER, 0 },
  { "\"expires_at\": \"2030-03-17 18:46:40\"", NOW + 3600, 0 },
  { "\"expires_at\": \"2030-03-17T18:46:40+0000\"", NOW + 3600, 0 },
  { "\"expires_at\": \"20300317T184640Z\"", NOW + 3600, 0 },
  { "\"refresh_expires\": null", NOW + 180, 0 },
  { "\"expires\": \"NaN\"", NOW + 180, 0 },
  { "\"expires\": \"inf\"", NOW + 180, 0 },
  { "\"expires\": \"soon\"", NOW + 180, 0 },
  { "\"expires\": \"1900003600 or so\"", NOW + 180, 0 },
  { "\"expires\": true", NOW + 180, 0 },
  { "\"expires\": {}", NOW + 180, 0 },
  { "\"expires\": [1900003600]", NOW + 180, 0 },
  { "\"expires_in\": -5", NOW + 180, 0 },
  { "\"expires_in\": 0", NOW + 180, 0 },
  { "\"refresh_expires\": 1900086400", NOW + 180, NOW + 86400 },
  { "\"refresh_exp\": 1900086400", NOW + 180, NOW + 86400 },
  { "\"refresh_expires_at\": \"1900086400\"", NOW + 180, NOW + 86400 },
  { "\"refresh_expires_in\": 86400", NOW + 180, NOW + 86400 },
  { "\"refresh_expires_in\": 0", NOW + 180, 0 },
  { "\"refresh_expires\": 0", NOW + 180, 0 },
  { "\"refresh_expires\": 1900000000", NOW + 180, NOW },
};

static void
test_expiries (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (expiries); i++)
    {
      g_autoptr (KeyfobToken) token = new_token_with (expiries[i].fields);

      g_test_message ("%s", expiries[i].fields);
      g_assert_cmpint (keyfob_token_get_expires (token), ==, expiries[i].expires);
      g_assert_cmpint (keyfob_token_get_refresh_expires (token), ==, expiries[i].refresh_expires);
    }
}

static void
test_seconds_left (void)
{
  g_autoptr (KeyfobToken) token = new_token_with ("\"expires_in\": 100");

  g_assert_cmpint (keyfob_token_get_seconds_left (token, NOW), ==, 100);
  g_assert_cmpint (keyfob_token_get_seconds_left (token, NOW + 99), ==, 1);
  g_assert_cmpint (keyfob_token_get_seconds_left (token, NOW + 5000), ==, 0);
}

static void
test_skew (void)
{
  const char *text =
      "{\"access_token\": \"AT\", \"expires\": 1900000100, \"refresh_token\": \"RT\","
      " \"refresh_expires\": 1900000200}";
  const gint64 skews[][2] = { { 40, 40 }, { -40, -40 }, { 6, 6 },
                              { 5, 0 },   { -5, 0 },    { G_MININT64, 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (skews); i++)
    {
      g_autoptr (KeyfobToken) token = new_token (text, skews[i][0]);
      g_autoptr (JsonObject) entry = keyfob_token_to_entry (token, NOW);
      g_autoptr (KeyfobToken) again = keyfob_token_new_from_entry (entry, NULL);
      JsonObject *stored = json_object_get_object_member (entry, "token");

      g_assert_cmpint (keyfob_token_get_expires (token), ==, NOW + 100 - skews[i][1]);
      g_assert_cmpint (keyfob_token_get_refresh_expires (token), ==, NOW + 200 - skews[i][1]);
      g_assert_cmpint (json_object_get_int_member (stored, "expires"), ==, NOW + 100);
      g_assert_cmpint (json_object_get_int_member (stored, "refresh_expires"), ==, NOW + 200);
      g_assert_cmpint (json_object_has_member (entry, "clock_skew"), ==, skews[i][1] != 0);
      g_assert_cmpint (keyfob_token_get_expires (again), ==, NOW + 100 - skews[i][1]);
    }
}

static void
test_header (void)
{
  const char *const types[][3] = {
    { "\"x\": 1", "Bearer", "Bearer AT" },
    { "\"token_type\": null", "Bearer", "Bearer AT" },
    { "\"token_type\": \"\"", "Bearer", "Bearer AT" },
    { "\"token_type\": \"bearer\"", "Bearer", "Bearer AT" },
    { "\"token_type\": \"BEARER\"", "Bearer", "Bearer AT" },
    { "\"token_type\": \"DPoP\"", "DPoP", "DPoP AT" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (KeyfobToken) token = new_token_with (types[i][0]);
      g_autofree char *authorization = keyfob_token_dup_authorization (token);

      g_assert_cmpstr (keyfob_token_get_token_type (token), ==, types[i][1]);
      g_assert_cmpstr (authorization, ==, types[i][2]);
    }
}

static const char *const bad_answers[] = {
  "{}",
  "{\"access_token\": null}",
  "{\"access_token\": \"\"}",
  "{\"access_token\": 12}",
  "{\"access_token\": [\"AT\"]}",
  "{\"access_token\": {\"AT\": 1}}",
  "{\"access_token\": \"A T\"}",
  "{\"access_token\": \"AT\\r\\nX-Evil: 1\"}",
  "{\"access_token\": \"AT\\n\"}",
  "{\"access_token\": \"AT\\u007f\"}",
  "{\"access_token\": \"Ä\"}",
  "{\"access_token\": \"AT\", \"token_type\": \"Bearer x\"}",
  "{\"access_token\": \"AT\", \"token_type\": \"Bearer\\r\\n\"}",
  "{\"access_token\": \"AT\", \"token_type\": \"a:b\"}",
  "{\"access_token\": \"AT\", \"token_type\": \"Bäärer\"}",
};

static void
assert_bad_answer (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = parse (text);
  g_autoptr (KeyfobToken) token = keyfob_token_new_from_answer (answer, NOW, 0, &error);

  g_test_message ("%.80s", text);
  g_assert_null (token);
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER);
}

static void
test_bad_answers (void)
{
  g_autofree char *filling = g_strnfill (65537, 'a');
  g_autofree char *huge = g_strdup_printf ("{\"access_token\": \"%s\"}", filling);

  for (gsize i = 0; i < G_N_ELEMENTS (bad_answers); i++)
    assert_bad_answer (bad_answers[i]);

  assert_bad_answer (huge);
}

static void
test_bad_refresh_token_is_none (void)
{
  const char *const fields[] = { "\"refresh_token\": \"\"", "\"refresh_token\": null",
                                 "\"refresh_token\": 1", "\"refresh_token\": \"a\\nb\"" };

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr (KeyfobToken) token = new_token_with (fields[i]);

      g_assert_null (keyfob_token_get_refresh_token (token));
    }
}

static void
test_secrets_are_hidden (void)
{
  g_autoptr (KeyfobToken) token =
      new_token ("{\"access_token\": \"access-4711\", \"refresh_token\": \"refresh-4711\","
                 " \"id_token\": \"id-token-4711\"}",
                 0);
  g_autoptr (KeyfobToken) one_letter = new_token ("{\"access_token\": \"a\"}", 0);
  g_autofree char *all =
      keyfob_token_hide (token, "Bearer access-4711 xrefresh-4711 access-4711,id-token-4711 4711");
  g_autofree char *plain = keyfob_token_hide (token, "Alice");
  g_autofree char *name = keyfob_token_hide (one_letter, "Anna");

  g_assert_cmpstr (all, ==, "Bearer … x… …,… 4711");
  g_assert_cmpstr (plain, ==, "Alice");
  g_assert_cmpstr (name, ==, "Anna");
}

static void
test_scope (void)
{
  g_autoptr (KeyfobToken) text = new_token_with ("\"scope\": \"openid profile\"");
  g_autoptr (KeyfobToken) list = new_token_with ("\"scope\": [\"openid\", 3, \"profile\"]");
  g_autoptr (KeyfobToken) none = new_token_with ("\"scope\": {}");
  g_autoptr (KeyfobToken) evil = new_token_with ("\"scope\": \"a\\u202e\\nb\"");
  g_autoptr (KeyfobToken) quoted =
      new_token ("{\"access_token\": \"access-4711\", \"refresh_token\": \"refresh-4711\","
                 " \"scope\": \"openid access-4711 refresh-4711\"}",
                 0);

  g_assert_cmpstr (keyfob_token_get_scope (text), ==, "openid profile");
  g_assert_cmpstr (keyfob_token_get_scope (list), ==, "openid profile");
  g_assert_cmpstr (keyfob_token_get_scope (none), ==, "");
  g_assert_cmpstr (keyfob_token_get_scope (evil), ==, "a b");
  g_assert_cmpstr (keyfob_token_get_scope (quoted), ==, "openid … …");
}

static void
test_entry_as_python_has_it (void)
{
  g_autoptr (KeyfobToken) token =
      new_token ("{\"access_token\": \"AT\", \"token_type\": \"bearer\", \"expires_in\": 60,"
                 " \"refresh_token\": \"RT\", \"scope\": \"openid\"}",
                 0);
  g_autoptr (JsonObject) entry = keyfob_token_to_entry (token, NOW + 0.5);
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), entry);
  g_autofree char *text = json_to_string (node, FALSE);

  g_assert_cmpstr (text, ==,
                   "{\"token\":{\"token_type\":\"bearer\",\"scope\":\"openid\","
                   "\"headers\":{\"Authorization\":\"Bearer AT\"},\"access_token\":\"AT\","
                   "\"expires\":1900000060,\"refresh_token\":\"RT\"},\"stored_at\":1900000000.5}");
}

static void
test_unknown_fields_survive (void)
{
  g_autoptr (JsonObject) entry =
      parse ("{\"stored_at\": 1, \"token\": {\"access_token\": \"AT\", \"expires\": 1900000060,"
             " \"id_token\": \"ID\", \"deep\": {\"list\": [1, null, {\"a\": \"b\"}]},"
             " \"headers\": {\"Authorization\": \"stale\", \"X-Tenant\": \"7\"}}}");
  g_autoptr (KeyfobToken) token = keyfob_token_new_from_entry (entry, NULL);
  g_autoptr (JsonObject) again = keyfob_token_to_entry (token, NOW);
  JsonObject *stored = json_object_get_object_member (again, "token");
  JsonObject *headers = json_object_get_object_member (stored, "headers");

  g_assert_cmpstr (json_object_get_string_member (stored, "id_token"), ==, "ID");
  g_assert_true (json_node_equal (
      json_object_get_member (stored, "deep"),
      json_object_get_member (json_object_get_object_member (entry, "token"), "deep")));
  g_assert_cmpstr (json_object_get_string_member (headers, "X-Tenant"), ==, "7");
  g_assert_cmpstr (json_object_get_string_member (headers, "Authorization"), ==, "Bearer AT");
}

/* What cannot be written and read again is left out, and the token is written all the same. */
static void
test_odd_fields_cost_no_token (void)
{
  g_autofree char *large = g_strnfill (131072, 'x');
  g_autofree char *text = g_strdup_printf (
      "{\"access_token\": \"AT\", \"expires_in\": 60, \"huge\": 1e999, \"half\": \"\\ud800\","
      " \"kept\": 1, \"large\": \"%s\"}",
      large);
  g_autoptr (KeyfobToken) token = new_token (text, 0);
  g_autoptr (KeyfobSecret) json = keyfob_token_to_json (token, NOW);

  g_assert_cmpstr (json, ==,
                   "{\"token\":{\"kept\":1,\"headers\":{\"Authorization\":\"Bearer AT\"},"
                   "\"access_token\":\"AT\",\"token_type\":\"Bearer\",\"expires\":1900000060},"
                   "\"stored_at\":1900000000.0}");
}

/* About the longest tokens that an answer can bring, of characters that are escaped. */
static void
test_long_token_is_written (void)
{
  g_autoptr (GString) token_text = g_string_new (NULL);
  g_autofree char *large = g_strnfill (40000, 'x');
  g_autofree char *text = NULL;
  g_autoptr (KeyfobToken) token = NULL;
  g_autoptr (KeyfobSecret) json = NULL;
  g_autoptr (JsonObject) entry = NULL;
  g_autoptr (KeyfobToken) again = NULL;

  for (guint i = 0; i < 30000; i++)
    g_string_append (token_text, "\\\\");
  text = g_strdup_printf ("{\"access_token\": \"%s\", \"refresh_token\": \"%s\", \"id_token\":"
                          " \"%s\", \"a\": 1e300, \"other\": \"%s\"}",
                          token_text->str, token_text->str, large, large);
  token = new_token (text, 0);
  json = keyfob_token_to_json (token, NOW);
  g_assert_nonnull (json);

  entry = keyfob_json_parse_stored (json, strlen (json));
  again = keyfob_token_new_from_entry (entry, NULL);
  g_assert_cmpstr (keyfob_token_get_access_token (again), ==,
                   keyfob_token_get_access_token (token));
  g_assert_cmpstr (keyfob_token_get_refresh_token (again), ==,
                   keyfob_token_get_access_token (token));
}

static void
test_entry_lifetime_counts_from_when_it_was_stored (void)
{
  g_autoptr (JsonObject) entry =
      parse ("{\"stored_at\": 1900000000.0, \"token\": {\"access_token\": \"AT\","
             " \"expires_in\": 50}}");
  g_autoptr (KeyfobToken) token = keyfob_token_new_from_entry (entry, NULL);

  g_assert_cmpint (keyfob_token_get_expires (token), ==, NOW + 50);
}

static void
test_bad_entries (void)
{
  const char *const entries[] = { "{}",
                                  "{\"token\": null}",
                                  "{\"token\": []}",
                                  "{\"token\": \"AT\"}",
                                  "{\"token\": {}}",
                                  "{\"token\": {\"access_token\": \"a\\nb\"}}" };

  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) entry = parse (entries[i]);
      g_autoptr (KeyfobToken) token = keyfob_token_new_from_entry (entry, &error);

      g_assert_null (token);
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED);
    }
}

static void
test_odd_entries (void)
{
  g_autoptr (JsonObject) entry = parse (
      "{\"stored_at\": \"x\", \"clock_skew\": 1e300, \"token\": {\"access_token\": \"AT\"}}");
  g_autoptr (KeyfobToken) token = keyfob_token_new_from_entry (entry, NULL);

  g_assert_nonnull (token);
  g_assert_cmpint (keyfob_token_get_expires (token), ==, 0);
  g_assert_cmpint (keyfob_token_get_seconds_left (token, NOW), ==, 0);
}

static void
test_received (void)
{
  g_autoptr (KeyfobToken) answer = new_token_with ("\"expires_in\": 3600");
  g_autoptr (KeyfobToken) bare = new_token ("{\"access_token\": \"AT2\"}", 0);
  g_autoptr (JsonObject) entry = keyfob_token_to_entry (answer, NOW + 1.5);
  g_autoptr (KeyfobToken) stored = keyfob_token_new_from_entry (entry, NULL);
  g_autoptr (KeyfobToken) old = new_token_with ("\"refresh_token\": \"RT\"");
  g_autoptr (KeyfobToken) kept = keyfob_token_with_refresh_token_of (bare, old);

  g_assert_cmpint (keyfob_token_get_received (answer), ==, NOW);
  g_assert_cmpint (keyfob_token_get_received (stored), ==, NOW + 1);
  g_assert_cmpint (keyfob_token_get_received (kept), ==, NOW);
}

static KeyfobToken *
new_token_at (const char *access_token, double now, gint64 skew, gint64 expires)
{
  g_autofree char *text = g_strdup_printf (
      "{\"access_token\": \"%s\", \"expires\": %" G_GINT64_FORMAT "}", access_token, expires);
  g_autoptr (JsonObject) answer = parse (text);

  return keyfob_token_new_from_answer (answer, now, skew, NULL);
}

static char *
new_jwt (const char *claims)
{
  g_autofree char *payload = g_base64_encode ((const guchar *) claims, strlen (claims));

  return g_strdup_printf ("e30.%s.c2ln", payload);
}

/* A Date header of @skew seconds from this machine's clock, beside a token that ends at @expires
 * by the server's clock: what becomes of it. */
static const struct
{
  const char *claims; /* (nullable): of a JWT */
  gint64 skew;
  gint64 expires;
  gint64 expected;
} dates[] = {
  /* the header is wrong: the token would live longer or shorter than it does */
  { NULL, -3600, NOW + 1800, NOW + 1800 },
  { NULL, 3600, NOW + 1800, NOW + 1800 },
  { NULL, -NOW, NOW + 1800, NOW + 1800 },
  { NULL, -1801, NOW + 1800, NOW + 1800 },
  { NULL, G_MININT32, NOW + 1800, NOW + 1800 },
  { NULL, 86400, NOW + 1800, NOW + 1800 },
  { NULL, -7200, NOW + 3600, NOW + 3600 },
  { "{\"iat\": 1900000000}", -3600, NOW + 86400, NOW + 86400 },
  { "{\"iat\": 1899999998}", 600, NOW + 3600, NOW + 3600 },
  /* this machine's clock is wrong */
  { NULL, -1800, NOW + 1800, NOW + 3600 },
  { NULL, 3600, NOW + 5400, NOW + 1800 },
  { NULL, -3600, NOW - 1800, NOW + 1800 },
  { "{\"iat\": 1899996400}", -3600, NOW - 1800, NOW + 1800 },
  { "{\"iat\": 1900003600}", 3600, NOW + 5400, NOW + 1800 },
  { "{\"iat\": 1899996400}", -3600, NOW + 1800, NOW + 5400 },
  { "{\"iat\": 1899999930}", -70, NOW + 10, NOW + 80 },
  { "{\"iat\": 1899996340}", -3600, NOW + 1800, NOW + 5400 },
  /* the header is wrong, or the token was issued earlier: no confirmation */
  { "{\"iat\": 1899996339}", -3600, NOW + 1800, NOW + 1800 },
  { "{\"iat\": 1899999980}", -45, NOW + 40, NOW + 40 },
};

static void
test_wrong_dates (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dates); i++)
    {
      g_autofree char *jwt = dates[i].claims != NULL ? new_jwt (dates[i].claims) : NULL;
      g_autoptr (KeyfobToken) token =
          new_token_at (jwt != NULL ? jwt : "AT", NOW, dates[i].skew, dates[i].expires);

      g_test_message ("%" G_GSIZE_FORMAT, i);
      g_assert_cmpint (keyfob_token_get_expires (token), ==, dates[i].expected);
    }
}

static void
test_a_jwt_tells_its_end (void)
{
  const struct
  {
    const char *claims;
    const char *fields;
    gint64 expires;
  } cases[] = {
    { "{\"exp\": 1900007200}", "", NOW + 7200 },
    { "{\"exp\": 1900007200}", ", \"expires_in\": 60", NOW + 60 },
    { "{\"exp\": 1899999999}", "", NOW + 180 },
    { "{\"exp\": 1e300}", "", FOREVER },
    { "{\"exp\": null}", "", NOW + 180 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *jwt = new_jwt (cases[i].claims);
      g_autofree char *text =
          g_strdup_printf ("{\"access_token\": \"%s\"%s}", jwt, cases[i].fields);
      g_autoptr (KeyfobToken) token = new_token (text, 0);

      g_test_message ("%s", cases[i].claims);
      g_assert_cmpint (keyfob_token_get_expires (token), ==, cases[i].expires);
    }
}

static void
test_newer (void)
{
  g_autoptr (KeyfobToken) first = new_token_at ("AT", NOW, 0, NOW + 3600);
  g_autoptr (KeyfobToken) again = new_token_at ("AT", NOW + 10, 0, NOW + 3600);
  g_autoptr (KeyfobToken) second = new_token_at ("AT2", NOW + 60, 0, NOW + 3660);
  g_autoptr (KeyfobToken) shorter = new_token_at ("AT3", NOW + 60, 0, NOW + 660);
  /* a day later, by a clock that was set back by two days meanwhile */
  g_autoptr (KeyfobToken) after = new_token_at ("AT4", NOW - 86400, 2 * 86400, NOW + 86400 + 3600);

  g_assert_true (keyfob_token_is_newer (second, first));
  g_assert_false (keyfob_token_is_newer (first, second));
  g_assert_false (keyfob_token_is_newer (again, first));
  g_assert_true (keyfob_token_is_newer (shorter, first));
  g_assert_true (keyfob_token_is_newer (after, second));
}

static void
test_superseded (void)
{
  g_autoptr (KeyfobToken) token = new_token_at ("AT", NOW, 0, NOW + 3600);
  g_autoptr (KeyfobToken) same = new_token_at ("AT", NOW + 10, 0, NOW + 3600);
  g_autoptr (KeyfobToken) older = new_token_at ("AT0", NOW - 10, 0, NOW + 3590);
  g_autoptr (KeyfobToken) newer = new_token_at ("AT2", NOW + 10, 0, NOW + 3610);
  g_autoptr (KeyfobToken) other = new_token_at ("AT3", NOW, 0, NOW + 3600);

  g_assert_false (keyfob_token_is_superseded (token, same));
  g_assert_false (keyfob_token_is_superseded (token, older));
  g_assert_true (keyfob_token_is_superseded (token, newer));
  g_assert_true (keyfob_token_is_superseded (token, other));
}

static KeyfobToken *
new_jwt_at (const char *claims, gint64 now, gint64 expires)
{
  g_autofree char *jwt = new_jwt (claims);

  return new_token_at (jwt, now, 0, expires);
}

/* A session of 30 days that was renewed for an hour, and then by a clock that was set back. */
/* Two refreshes in one second: a program that writes back what it has read before does not win. */
static void
test_order_within_a_second (void)
{
  g_autoptr (KeyfobToken) early = new_token_at ("early", NOW + 0.25, 0, NOW + 3600);
  g_autoptr (KeyfobToken) late = new_token_at ("late", NOW + 0.5, 0, NOW + 3500);
  g_autoptr (KeyfobToken) whole = new_token_at ("whole", NOW, 0, NOW + 3500);
  g_autoptr (JsonObject) entry = keyfob_token_to_entry (early, NOW + 0.75);
  g_autoptr (KeyfobToken) stored = keyfob_token_new_from_entry (entry, NULL);

  g_assert_true (keyfob_token_is_newer (late, early));
  g_assert_false (keyfob_token_is_newer (early, late));
  g_assert_false (keyfob_token_is_superseded (late, early));
  g_assert_true (keyfob_token_is_superseded (early, late));
  g_assert_true (keyfob_token_is_newer (stored, late));

  /* what may be any part of the second, only because it is in the store */
  g_assert_false (keyfob_token_is_newer (whole, late));
  g_assert_true (keyfob_token_is_superseded (late, whole));
}

static void
test_newer_by_its_own_words (void)
{
  g_autoptr (KeyfobToken) first = new_jwt_at ("{\"iat\": 1900000000}", NOW, NOW + 30 * 86400);
  g_autoptr (KeyfobToken) second = new_jwt_at ("{\"iat\": 1900000060}", NOW + 60, NOW + 3660);
  g_autoptr (KeyfobToken) third = new_jwt_at ("{\"iat\": 1900000120}", NOW - 86400, NOW + 3720);
  g_autoptr (KeyfobToken) silent = new_jwt_at ("{\"iat\": \"soon\"}", NOW + 240, NOW + 240);
  g_autoptr (KeyfobToken) mistaken = new_jwt_at ("{\"iat\": 1e300}", NOW - 60, NOW + 3000);

  g_assert_true (keyfob_token_is_newer (second, first));
  g_assert_false (keyfob_token_is_newer (first, second));
  g_assert_true (keyfob_token_is_newer (third, second));
  g_assert_false (keyfob_token_is_newer (second, third));
  g_assert_true (keyfob_token_is_newer (silent, second));
  g_assert_false (keyfob_token_is_newer (mistaken, second));
  g_assert_true (keyfob_token_is_newer (second, mistaken));
}

static void
test_margin (void)
{
  const struct
  {
    const char *fields;
    gint64 margin;
  } cases[] = {
    { "\"expires_in\": 3600", 60 }, { "\"expires_in\": 240", 60 }, { "\"expires_in\": 180", 45 },
    { "\"expires_in\": 20", 5 },    { "\"expires_in\": 1", 0 },    { "\"expires\": 1899999000", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (KeyfobToken) token = new_token_with (cases[i].fields);

      g_assert_cmpint (keyfob_token_get_margin (token), ==, cases[i].margin);
    }
}

static void
test_fresh (void)
{
  g_autoptr (KeyfobToken) hour = new_token_with ("\"expires_in\": 3600");
  g_autoptr (KeyfobToken) second = new_token_with ("\"expires_in\": 1");

  g_assert_true (keyfob_token_is_fresh (hour, NOW + 3540));
  g_assert_false (keyfob_token_is_fresh (hour, NOW + 3541));
  g_assert_false (keyfob_token_is_fresh (hour, NOW + 3601));
  g_assert_true (keyfob_token_is_fresh (second, NOW));
  g_assert_false (keyfob_token_is_fresh (second, NOW + 1));
}

/* The clock of this machine was set, that of the server was not. */
static void
test_shifted (void)
{
  static const gint64 shifts[] = { 7200, -7200 };

  for (gsize i = 0; i < G_N_ELEMENTS (shifts); i++)
    {
      g_autoptr (KeyfobToken) token = new_token_with (
          "\"expires_in\": 3600, \"refresh_token\": \"RT\", \"refresh_expires_in\": 9000");
      g_autoptr (KeyfobToken) shifted = keyfob_token_shifted (token, shifts[i]);
      g_autoptr (JsonObject) entry = keyfob_token_to_entry (shifted, NOW + shifts[i]);
      g_autoptr (KeyfobToken) stored = keyfob_token_new_from_entry (entry, NULL);
      JsonObject *fields = json_object_get_object_member (entry, "token");

      g_assert_cmpint (keyfob_token_get_received (shifted), ==, NOW + shifts[i]);
      g_assert_cmpint (keyfob_token_get_expires (shifted), ==, NOW + 3600 + shifts[i]);
      g_assert_cmpint (keyfob_token_get_refresh_expires (shifted), ==, NOW + 9000 + shifts[i]);
      g_assert_cmpstr (keyfob_token_get_refresh_token (shifted), ==, "RT");

      /* what others read is by the server's clock */
      g_assert_cmpint (json_object_get_int_member (fields, "expires"), ==, NOW + 3600);
      g_assert_cmpint (keyfob_token_get_expires (stored), ==, NOW + 3600 + shifts[i]);
    }
}

static void
test_shifted_of_unknown_ends (void)
{
  g_autoptr (KeyfobToken) token = new_token_with ("\"expires\": 1900000100");
  g_autoptr (KeyfobToken) shifted = keyfob_token_shifted (token, 100);

  g_assert_cmpint (keyfob_token_get_refresh_expires (shifted), ==, 0);
}

static void
test_keeping (void)
{
  g_autoptr (KeyfobToken) old =
      new_token_with ("\"refresh_token\": \"RT\", \"refresh_expires\": 1900000500");
  g_autoptr (KeyfobToken) bare = new_token ("{\"access_token\": \"AT2\", \"id_token\": \"ID\"}", 0);
  g_autoptr (KeyfobToken) rotated =
      new_token ("{\"access_token\": \"AT2\", \"refresh_token\": \"RT2\"}", 0);
  g_autoptr (KeyfobToken) kept = keyfob_token_with_refresh_token_of (bare, old);
  g_autoptr (KeyfobToken) replaced = keyfob_token_with_refresh_token_of (rotated, old);
  g_autoptr (JsonObject) entry = keyfob_token_to_entry (kept, NOW);
  JsonObject *stored = json_object_get_object_member (entry, "token");

  g_assert_cmpstr (keyfob_token_get_access_token (kept), ==, "AT2");
  g_assert_cmpstr (keyfob_token_get_refresh_token (kept), ==, "RT");
  g_assert_cmpint (keyfob_token_get_refresh_expires (kept), ==, NOW + 500);
  g_assert_cmpstr (json_object_get_string_member (stored, "id_token"), ==, "ID");
  g_assert_true (replaced == rotated);
}

static void
test_broker (void)
{
  g_autoptr (KeyfobToken) broker = new_token_with ("\"refresh_token\": \"AT\"");
  g_autoptr (KeyfobToken) plain = new_token_with ("\"refresh_token\": \"RT\"");
  g_autoptr (KeyfobToken) none = new_token_with ("\"x\": 1");

  g_assert_true (keyfob_token_is_broker (broker));
  g_assert_false (keyfob_token_is_broker (plain));
  g_assert_false (keyfob_token_is_broker (none));
}

static char *
dup_account (const char *claims)
{
  g_autofree char *payload = g_base64_encode ((const guchar *) claims, strlen (claims));
  g_autofree char *text = NULL;
  g_autoptr (KeyfobToken) token = NULL;

  g_strdelimit (payload, "+", '-');
  g_strdelimit (payload, "/", '_');
  payload[strcspn (payload, "=")] = '\0';
  text = g_strdup_printf ("{\"access_token\": \"e30.%s.c2ln\"}", payload);
  token = new_token (text, 0);

  return keyfob_token_dup_account (token);
}

static void
test_account (void)
{
  const char *const accounts[][2] = {
    { "{\"name\": \"Alice Example\", \"email\": \"alice@example.org\"}", "Alice Example" },
    { "{\"name\": \"\", \"preferred_username\": \"alice\"}", "alice" },
    { "{\"name\": 7, \"email\": \"alice@example.org\"}", "alice@example.org" },
    { "{\"name\": \"Zoë ÿ~?~?>>>\"}", "Zoë ÿ~?~?>>>" },
    { "{\"name\": \" \\u202eecilA\\u0007\\n\\tB \"}", "ecilA B" },
    { "{\"sub\": \"1\"}", "" },
    { "[\"name\"]", "" },
    { "not json", "" },
    { "{\"name\": \"Al", "" },
    { "\xff\xfe", "" },
    { "", "" },
  };
  g_autofree char *deep = g_strnfill (40000, '[');
  g_autofree char *none = dup_account (deep);

  g_assert_cmpstr (none, ==, "");
  for (gsize i = 0; i < G_N_ELEMENTS (accounts); i++)
    {
      g_autofree char *account = dup_account (accounts[i][0]);

      g_assert_cmpstr (account, ==, accounts[i][1]);
    }
}

static void
test_account_is_bounded (void)
{
  g_autofree char *name = g_strnfill (5000, 'a');
  g_autofree char *claims = g_strdup_printf ("{\"name\": \"%s\"}", name);
  g_autofree char *account = dup_account (claims);

  g_assert_cmpint (g_utf8_strlen (account, -1), ==, 201);
  g_assert_true (g_str_has_suffix (account, "…"));
}

static void
test_account_of_opaque_tokens (void)
{
  const char *const tokens[] = { "AT", "a.b", "a..b", "...", ".", "a.b.c.d", "a.!!!!.c", "a.=.c" };

  for (gsize i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"access_token\": \"%s\"}", tokens[i]);
      g_autoptr (KeyfobToken) token = new_token (text, 0);
      g_autofree char *account = keyfob_token_dup_account (token);

      g_assert_cmpstr (account, ==, "");
    }
}

static void
test_finalize (void)
{
  KeyfobToken *token = new_token_with ("\"refresh_token\": \"RT\"");

  g_assert_finalize_object (token);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/token/expiries", test_expiries);
  g_test_add_func ("/token/seconds-left", test_seconds_left);
  g_test_add_func ("/token/skew", test_skew);
  g_test_add_func ("/token/wrong-dates", test_wrong_dates);
  g_test_add_func ("/token/order-within-a-second", test_order_within_a_second);
  g_test_add_func ("/token/a-jwt-tells-its-end", test_a_jwt_tells_its_end);
  g_test_add_func ("/token/header", test_header);
  g_test_add_func ("/token/bad-answers", test_bad_answers);
  g_test_add_func ("/token/bad-refresh-token-is-none", test_bad_refresh_token_is_none);
  g_test_add_func ("/token/secrets-are-hidden", test_secrets_are_hidden);
  g_test_add_func ("/token/scope", test_scope);
  g_test_add_func ("/token/entry-as-python-has-it", test_entry_as_python_has_it);
  g_test_add_func ("/token/unknown-fields-survive", test_unknown_fields_survive);
  g_test_add_func ("/token/odd-fields-cost-no-token", test_odd_fields_cost_no_token);
  g_test_add_func ("/token/long-token-is-written", test_long_token_is_written);
  g_test_add_func ("/token/entry-lifetime", test_entry_lifetime_counts_from_when_it_was_stored);
  g_test_add_func ("/token/bad-entries", test_bad_entries);
  g_test_add_func ("/token/odd-entries", test_odd_entries);
  g_test_add_func ("/token/received", test_received);
  g_test_add_func ("/token/newer", test_newer);
  g_test_add_func ("/token/superseded", test_superseded);
  g_test_add_func ("/token/newer-by-its-own-words", test_newer_by_its_own_words);
  g_test_add_func ("/token/margin", test_margin);
  g_test_add_func ("/token/fresh", test_fresh);
  g_test_add_func ("/token/shifted", test_shifted);
  g_test_add_func ("/token/shifted-of-unknown-ends", test_shifted_of_unknown_ends);
  g_test_add_func ("/token/keeping", test_keeping);
  g_test_add_func ("/token/broker", test_broker);
  g_test_add_func ("/token/account", test_account);
  g_test_add_func ("/token/account-is-bounded", test_account_is_bounded);
  g_test_add_func ("/token/account-of-opaque-tokens", test_account_of_opaque_tokens);
  g_test_add_func ("/token/finalize", test_finalize);

  return g_test_run ();
}
