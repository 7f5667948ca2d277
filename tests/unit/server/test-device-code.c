/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-auth-error.h"
#include "keyfob-device-code.h"
#include "keyfob-json.h"

#define CODES "\"device_code\": \"DC\", \"user_code\": \"WDJB-MJHT\""
#define URI "\"verification_uri\": \"https://id.example.org/device\""

static KeyfobDeviceCode *
parse (const char *text, GError **error)
{
  g_autoptr (JsonObject) object = keyfob_json_parse_object (text, strlen (text));

  g_assert_nonnull (object);

  return keyfob_device_code_parse (object, "https://data.example.org/auth/v2/device", error);
}

static const struct
{
  const char *answer;
  guint interval;
  guint expires_in;
  const char *complete;
} good_answers[] = {
  { "{" CODES ", " URI "}", 5, 600, NULL },
  { "{" CODES ", " URI ", \"interval\": 7, \"expires_in\": 1800}", 7, 1800, NULL },
  { "{" CODES ", " URI ", \"interval\": \"7\", \"expires_in\": \"60\"}", 7, 60, NULL },
  { "{" CODES ", " URI ", \"interval\": null, \"expires_in\": null}", 5, 600, NULL },
  { "{" CODES ", " URI ", \"interval\": 0, \"expires_in\": 0}", 5, 600, NULL },
  { "{" CODES ", " URI ", \"interval\": -5, \"expires_in\": -1}", 5, 600, NULL },
  { "{" CODES ", " URI ", \"interval\": \"soon\", \"expires_in\": []}", 5, 600, NULL },
  { "{" CODES ", " URI ", \"interval\": 1e300, \"expires_in\": 1e300}", 3600, 86400, NULL },
  { "{" CODES ", " URI ", \"verification_uri_complete\": null}", 5, 600, NULL },
  { "{" CODES ", " URI ", \"verification_uri_complete\": \"javascript:alert(1)\"}", 5, 600, NULL },
  { "{" CODES ", " URI ", \"verification_uri_complete\": \"http://id.example.org/d?c=W\"}", 5, 600,
    NULL },
  { "{" CODES ", " URI ", \"verification_uri_complete\": \"https://id.example.org/d?c=W\"}", 5, 600,
    "https://id.example.org/d?c=W" },
  { "{" CODES ", " URI ", \"verification_uri_complete\": \"https://ID.example.org:443/d?c=W\"}", 5,
    600, "https://ID.example.org:443/d?c=W" },
  /* nobody was asked whether it is right to be sent there */
  { "{" CODES ", " URI ", \"verification_uri_complete\": \"https://evil.example.net/device?c=W\"}",
    5, 600, NULL },
  { "{" CODES ", " URI
    ", \"verification_uri_complete\": \"https://id.example.org:8443/device?c=W\"}",
    5, 600, NULL },
};

static void
test_good_answers (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good_answers); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (KeyfobDeviceCode) code = parse (good_answers[i].answer, &error);

      g_test_message ("%s", good_answers[i].answer);
      g_assert_no_error (error);
      g_assert_cmpstr (code->device_code, ==, "DC");
      g_assert_cmpstr (code->user_code, ==, "WDJB-MJHT");
      g_assert_cmpstr (code->verification_uri, ==, "https://id.example.org/device");
      g_assert_cmpstr (code->verification_uri_complete, ==, good_answers[i].complete);
      g_assert_cmpuint (code->interval, ==, good_answers[i].interval);
      g_assert_cmpuint (code->expires_in, ==, good_answers[i].expires_in);
    }
}

static const char *const bad_answers[] = {
  "{}",
  "{" CODES "}",
  "{\"user_code\": \"A\", " URI "}",
  "{\"device_code\": \"A\", " URI "}",
  "{\"device_code\": \"\", \"user_code\": \"A\", " URI "}",
  "{\"device_code\": \"A\", \"user_code\": \"\", " URI "}",
  "{\"device_code\": \"A\", \"user_code\": 12345678, " URI "}",
  "{\"device_code\": \"A\", \"user_code\": \"A\\nB\", " URI "}",
  "{\"device_code\": \"A\", \"user_code\": \"A\\u202eB\", " URI "}",
  "{\"device_code\": \"A\", \"user_code\": \"01234567890123456789012345678901234567890123456789"
  "012345678901234\", " URI "}",
  "{" CODES ", \"verification_uri\": null}",
  "{" CODES ", \"verification_uri\": \"\"}",
  "{" CODES ", \"verification_uri\": \"id.example.org/device\"}",
  "{" CODES ", \"verification_uri\": \"ftp://id.example.org/device\"}",
  "{" CODES ", \"verification_uri\": \"javascript:alert(1)\"}",
  "{" CODES ", \"verification_uri\": \" https://id.example.org/device\"}",
  "{" CODES ", \"verification_uri\": \"file:///etc/passwd\"}",
  "{" CODES ", \"verification_uri\": \"https:///device\"}",
  "{" CODES ", \"verification_uri\": \"https://alice@id.example.org/device\"}",
  "{" CODES ", \"verification_uri\": \"https://id.example.org/\\n\"}",
  "{" CODES ", \"verification_uri\": \"https://\\u0430.example.org/\"}",
};

static void
test_bad_answers (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad_answers); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (KeyfobDeviceCode) code = parse (bad_answers[i], &error);

      g_test_message ("%s", bad_answers[i]);
      g_assert_null (code);
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER);
      g_assert_nonnull (strstr (error->message, "data.example.org"));
    }
}

/* The rule of login addresses. */
static void
test_addresses_by_http (void)
{
  const struct
  {
    const char *url;
    const char *uri;
    gboolean safe;
  } cases[] = {
    { "https://data.example.org/d", "http://localhost:8080/device", TRUE },
    { "https://data.example.org/d", "http://127.0.0.1/device", TRUE },
    { "https://data.example.org/d", "http://[::1]:8080/device", TRUE },
    { "https://data.example.org/d", "http://id.example.org/device", FALSE },
    { "https://data.example.org/d", "http://localhost.example.org/device", FALSE },
    { "http://localhost:8000/d", "http://id.example.org/device", FALSE },
    /* only where the user allows it */
    { "http://data.example.org/d", "http://id.example.org/device", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text =
          g_strdup_printf ("{" CODES ", \"verification_uri\": \"%s\"}", cases[i].uri);
      g_autoptr (JsonObject) object = keyfob_json_parse_object (text, strlen (text));
      g_autoptr (GError) error = NULL;
      g_autoptr (KeyfobDeviceCode) code = keyfob_device_code_parse (object, cases[i].url, &error);

      g_test_message ("%s from %s", cases[i].uri, cases[i].url);
      g_assert_true ((code != NULL) == cases[i].safe);
      if (!cases[i].safe)
        g_assert_nonnull (strstr (error->message, "not safe to open"));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/device-code/good-answers", test_good_answers);
  g_test_add_func ("/device-code/bad-answers", test_bad_answers);
  g_test_add_func ("/device-code/addresses-by-http", test_addresses_by_http);

  return g_test_run ();
}
