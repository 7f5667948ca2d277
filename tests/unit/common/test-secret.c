/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

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
      g_assert_true (watched[i].memory == NULL || is_zero (watched[i].memory, watched[i].length));
      g_assert_true (watched[i].memory != NULL || watched[i].is_wiped);
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

/* The flags of the pages around @memory, as proc(5) names them. */
static char *
dup_flags (const char *memory)
{
  g_autofree char *maps = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean found = FALSE;

  g_assert_true (g_file_get_contents ("/proc/self/smaps", &maps, NULL, NULL));
  lines = g_strsplit (maps, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      gsize start, end;

      if (sscanf (*line, "%zx-%zx ", &start, &end) == 2)
        found = (gsize) memory >= start && (gsize) memory < end;
      else if (found && g_str_has_prefix (*line, "VmFlags:"))
        return g_strconcat (*line, " ", NULL);
    }

  return NULL;
}

static void
test_pages (void)
{
  g_autoptr (KeyfobSecret) secret = keyfob_secret_new ("secret");
  g_autofree char *flags = dup_flags (secret);
  pid_t child;
  int status;

  g_assert_nonnull (flags);
  g_assert_nonnull (strstr (flags, " dd "));
  g_assert_nonnull (strstr (flags, " wf "));
#ifndef __SANITIZE_ADDRESS__ /* with which mlock() does nothing */
  if (geteuid () == 0)
    g_assert_nonnull (strstr (flags, " lo "));
#endif

  child = fork ();
  if (child == 0)
    _exit (is_zero (secret, sizeof "secret") ? 0 : 1);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpstr (secret, ==, "secret");
}

/* More secrets than there is room for in the arena, of many sizes. */
static void
test_room (void)
{
  KeyfobSecret *secrets[200];

  for (int round = 0; round < 3; round++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (secrets); i++)
        {
          g_autofree char *text = g_strnfill (1 + (i * 37 + round) % 4000, 'a' + i % 26);

          secrets[i] = keyfob_secret_new (text);
          g_assert_cmpstr (secrets[i], ==, text);
        }
      for (gsize i = 0; i < G_N_ELEMENTS (secrets); i++)
        {
          gsize length = 1 + (i * 37 + round) % 4000;

          g_assert_cmpuint (strlen (secrets[i]), ==, length);
          g_assert_cmpint (secrets[i][length - 1], ==, 'a' + i % 26);
          keyfob_secret_free (secrets[i]);
        }
    }
}

/* A user who may lock no memory. */
static void
test_without_locked_memory (void)
{
  const struct rlimit none = { 0 };
  KeyfobSecret *secret;

  if (g_test_subprocess ())
    {
      g_assert_no_errno (setrlimit (RLIMIT_MEMLOCK, &none));
      if (geteuid () == 0)
        g_assert_no_errno (setreuid (65534, 65534));
      secret = keyfob_secret_new ("secret");
      g_assert_cmpstr (secret, ==, "secret");
      keyfob_secret_free (secret);
      return;
    }

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

static void
test_private (void)
{
  if (g_test_subprocess ())
    {
      struct rlimit limit;

      keyfob_secret_keep_memory_private ();
      g_assert_cmpint (prctl (PR_GET_DUMPABLE), ==, 0);
      g_assert_no_errno (getrlimit (RLIMIT_CORE, &limit));
      g_assert_cmpuint (limit.rlim_cur, ==, 0);
      keyfob_secret_let_leak_check_in ();
      return;
    }

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
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

  g_test_add_func ("/secret/pages", test_pages);
  g_test_add_func ("/secret/room", test_room);
  g_test_add_func ("/secret/without-locked-memory", test_without_locked_memory);
  g_test_add_func ("/secret/private", test_private);

  return g_test_run ();
}
