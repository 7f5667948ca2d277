/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <stdlib.h>
#include <string.h>

#include "keyfob-answer.h"
#include "keyfob-callback.h"
#include "keyfob-device-code.h"
#include "keyfob-http.h"
#include "keyfob-json.h"
#include "keyfob-secret.h"
#include "keyfob-server.h"

#define MAX_WATCHED 4

static struct
{
  const char *memory;
  gsize length;
  gboolean is_wiped;
} watched[MAX_WATCHED];

static gsize n_watched;

static gboolean
is_zero (const char *memory, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (memory[i] != '\0')
        return FALSE;
    }

  return TRUE;
}

/* Takes the place of GLib's function for the code under test, and looks at what is freed. */
void (g_free) (gpointer memory)
{
  for (gsize i = 0; i < n_watched; i++)
    {
      if (watched[i].memory != memory || memory == NULL)
        continue;
      watched[i].is_wiped = is_zero (memory, watched[i].length);
      watched[i].memory = NULL;
    }

  free (memory);
}

static void
watch (const char *secret)
{
  g_assert_nonnull (secret);
  g_assert_cmpuint (strlen (secret), >, 0);
  g_assert_cmpuint (n_watched, <, MAX_WATCHED);

  watched[n_watched].memory = secret;
  watched[n_watched].length = strlen (secret);
  watched[n_watched].is_wiped = FALSE;
  n_watched++;
}

static void
assert_wiped (void)
{
  for (gsize i = 0; i < n_watched; i++)
    {
      g_test_message ("Secret %" G_GSIZE_FORMAT, i);
      g_assert_null (watched[i].memory);
      g_assert_true (watched[i].is_wiped);
    }

  n_watched = 0;
}

static void
test_secret (void)
{
  KeyfobSecret *secret = keyfob_secret_random (32);

  watch (secret);
  keyfob_secret_free (secret);
  assert_wiped ();
}

static void
test_login (void)
{
  KeyfobLogin *login = g_new0 (KeyfobLogin, 1);

  login->uri = g_strdup ("https://id.example.org/authorize?state=STATE");
  login->state = g_strdup ("STATE");
  login->code_verifier = g_strdup ("VERIFIER");
  watch (login->uri);
  watch (login->state);
  watch (login->code_verifier);
  keyfob_login_free (login);
  assert_wiped ();
}

static void
test_callback (void)
{
  KeyfobCallback *callback = keyfob_callback_parse ("state=STATE&code=CODE");

  watch (callback->state);
  watch (callback->code);
  keyfob_callback_free (callback);
  assert_wiped ();
}

static void
test_device_code (void)
{
  KeyfobDeviceCode *code = g_new0 (KeyfobDeviceCode, 1);

  code->device_code = g_strdup ("DEVICE");
  code->user_code = g_strdup ("USER");
  code->verification_uri_complete = g_strdup ("https://id.example.org/device?code=USER");
  watch (code->device_code);
  watch (code->user_code);
  watch (code->verification_uri_complete);
  keyfob_device_code_free (code);
  assert_wiped ();
}

static void
test_token (void)
{
  static const char text[] = "{\"access_token\": \"ACCESS\", \"refresh_token\": \"REFRESH\"}";
  g_autoptr (JsonObject) answer = keyfob_json_parse_object (text, strlen (text));
  KeyfobToken *token = keyfob_token_new_from_answer (answer, 1900000000, 0, NULL);

  watch (keyfob_token_get_access_token (token));
  watch (keyfob_token_get_refresh_token (token));
  g_object_unref (token);
  assert_wiped ();
}

static void
test_form (void)
{
  static const char *const fields[] = { "refresh-token", "REFRESH", NULL };
  GBytes *form = keyfob_http_form_new (fields);

  watch (g_bytes_get_data (form, NULL));
  g_bytes_unref (form);
  assert_wiped ();
}

static void
test_answer (void)
{
  KeyfobAnswer *answer = g_new0 (KeyfobAnswer, 1);

  answer->body = g_strdup ("{\"access_token\": \"ACCESS\"}");
  answer->length = strlen (answer->body);
  answer->location = g_strdup ("https://id.example.org/authorize?state=STATE");
  watch (answer->body);
  watch (answer->location);
  keyfob_answer_free (answer);
  assert_wiped ();
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/secret/wiped/secret", test_secret);
  g_test_add_func ("/secret/wiped/login", test_login);
  g_test_add_func ("/secret/wiped/callback", test_callback);
  g_test_add_func ("/secret/wiped/device-code", test_device_code);
  g_test_add_func ("/secret/wiped/token", test_token);
  g_test_add_func ("/secret/wiped/form", test_form);
  g_test_add_func ("/secret/wiped/answer", test_answer);

  return g_test_run ();
}
