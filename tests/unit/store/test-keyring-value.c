/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-keyring-value.h"

#define NOW G_GINT64_CONSTANT (1800000000)

/* As Keyfob 0.1 has written it, where braces were escaped. */
#define ESCAPED                                                                                   \
  "{\"token\":{\"access_token\":\"one\",\"scope\":\"a \\u007bTITLE\\u007d \\u005c\",\"expires\":" \
  "1900000000},\"stored_at\":1800000000.0}"

static KeyfobToken *
token_new (const char *text)
{
  g_autoptr (JsonObject) answer = json_object_new ();
  KeyfobToken *token = NULL;

  json_object_set_string_member (answer, "access_token", "one");
  json_object_set_string_member (answer, "scope", text);
  json_object_set_string_member (answer, text, text);
  json_object_set_int_member (answer, "expires", NOW + 3600);
  token = keyfob_token_new_from_answer (answer, NOW, 0, NULL);
  g_assert_nonnull (token);

  return token;
}

static char *
dup_note (KeyfobToken *token, const char *name)
{
  g_autoptr (JsonObject) entry = keyfob_token_to_entry (token, NOW);
  JsonObject *fields = json_object_get_object_member (entry, "token");

  return g_strdup (json_object_get_string_member (fields, name));
}

/* Through a key file, as gnome-keyring has it for a keyring without a password. */
static char *
dup_from_key_file (const char *text)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GKeyFile) again = g_key_file_new ();
  g_autofree char *data = NULL;
  g_autoptr (GError) error = NULL;
  char *found = NULL;

  g_key_file_set_value (file, "1", "secret", text);
  data = g_key_file_to_data (file, NULL, NULL);
  g_key_file_load_from_data (again, data, -1, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  found = g_key_file_get_string (again, "1", "secret", &error);
  g_assert_no_error (error);

  return found;
}

/* KeePassXC replaces what stands in braces. */
static void
assert_no_braces_in_strings (const char *text)
{
  for (const char *at = strpbrk (text, "{}"); at != NULL; at = strpbrk (at + 1, "{}"))
    g_assert_true (g_ascii_ispunct (at[1]) || at[1] == '\0');
}

static void
test_survives_services (void)
{
  static const char *const texts[] = {
    "openid",
    "{TITLE}",
    "}{",
    "a \"quoted\" text",
    "two\nlines",
    "\r\n",
    " blanks\t",
    "back\\slash",
    "\\u007b",
    "\\",
    "\x7f\x01",
    "Ünïcödé 鍵",
    "\xc2\x85\xe2\x80\xa8",
    "a;b#c=d%5B",
    "",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (KeyfobToken) token = token_new (texts[i]);
      g_autoptr (SecretValue) value = keyfob_keyring_value_new (token, NOW);
      const char *text = secret_value_get_text (value);
      g_autofree char *handed_out = dup_from_key_file (text);
      g_autoptr (SecretValue) again = secret_value_new (handed_out, -1, "text/plain");
      g_autoptr (KeyfobToken) found = NULL;
      g_autofree char *note = NULL;
      /* what reads the diary of the tests wants no control characters */
      g_autofree char *shown = g_strescape (texts[i], NULL);

      g_test_message ("%s", shown);
      g_assert_null (strpbrk (text, "\\\n\r\t"));
      g_assert_true (g_str_is_ascii (text) || g_utf8_validate (text, -1, NULL));
      assert_no_braces_in_strings (text);
      g_assert_cmpstr (handed_out, ==, text);

      found = keyfob_keyring_value_to_token (again, NULL);
      g_assert_nonnull (found);
      g_assert_cmpstr (keyfob_token_get_access_token (found), ==, "one");
      g_assert_cmpint (keyfob_token_get_expires (found), ==, NOW + 3600);
      note = dup_note (found, texts[i]);
      g_assert_cmpstr (note, ==, texts[i]);
    }
}

/* For people who look at it, and for an older Keyfob. */
static void
test_is_json_where_it_can_be (void)
{
  g_autoptr (KeyfobToken) token = token_new ("openid");
  g_autoptr (SecretValue) value = keyfob_keyring_value_new (token, NOW);

  g_assert_true (g_str_has_prefix (secret_value_get_text (value), "{\"token\":{"));
}

static void
test_reads_escaped_json (void)
{
  g_autoptr (SecretValue) value = secret_value_new (ESCAPED, -1, "text/plain");
  g_autoptr (KeyfobToken) found = keyfob_keyring_value_to_token (value, NULL);

  g_assert_nonnull (found);
  g_assert_cmpstr (keyfob_token_get_access_token (found), ==, "one");
  g_assert_cmpstr (keyfob_token_get_scope (found), ==, "a {TITLE} \\");
}

static void
test_no_token_in_it (void)
{
  static const char *const texts[] = {
    "",
    "7",
    "[[[",
    "{}",
    "\"base64:\"",
    "base64",
    "base64:",
    "base64:e",
    "base64:e30=",
    "base64:W10=",
    "base64:AAAA",
    "base64:!!!!",
    "base64:////",
    "Base64:e30=",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (SecretValue) value = secret_value_new (texts[i], -1, "text/plain");
      g_autoptr (GError) error = NULL;
      g_autofree char *shown = g_strescape (texts[i], NULL);

      g_test_message ("%s", shown);
      g_assert_null (keyfob_keyring_value_to_token (value, &error));
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED);
    }
}

static void
test_nothing_and_bytes (void)
{
  static const char bytes[] = "base64:\0\xff{}";
  g_autoptr (SecretValue) value = secret_value_new (bytes, sizeof bytes, "text/plain");
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) bytes_error = NULL;

  g_assert_null (keyfob_keyring_value_to_token (NULL, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_null (keyfob_keyring_value_to_token (value, &bytes_error));
  g_assert_error (bytes_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/keyring-value/survives-services", test_survives_services);
  g_test_add_func ("/keyring-value/is-json-where-it-can-be", test_is_json_where_it_can_be);
  g_test_add_func ("/keyring-value/reads-escaped-json", test_reads_escaped_json);
  g_test_add_func ("/keyring-value/no-token-in-it", test_no_token_in_it);
  g_test_add_func ("/keyring-value/nothing-and-bytes", test_nothing_and_bytes);

  return g_test_run ();
}
