/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <glib/gstdio.h>

#include "file-case.h"
#include "keyfob-auth-error.h"
#include "keyfob-session.h"

#define OLD "https://data.example.org/old"

typedef FileCase Fixture;

/* Returns: (transfer full) (nullable): the access token that is at @to now */
static char *
change (Fixture *fixture, const char *to, const char *access_token, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (KeyfobConfig) old = file_case_host (OLD);
  g_autoptr (KeyfobConfig) new = file_case_host (to);
  g_autoptr (KeyfobToken) at_hand = file_case_token (access_token, NOW + 3600);
  g_autoptr (KeyfobToken) moved = NULL;
  g_autoptr (GError) left_error = NULL;
  const KeyfobSession session = {
    .config = old,
    .store = fixture->store,
    .clock = KEYFOB_CLOCK (fixture->clock),
  };

  keyfob_session_change_address_async (&session, new, at_hand, file_case_got_result_cb, &result);
  file_case_wait_for (&result);
  moved = keyfob_session_move_finish (result, &left_error, error);
  g_assert_no_error (left_error);

  return moved != NULL ? g_strdup (keyfob_token_get_access_token (moved)) : NULL;
}

static void
test_moves (Fixture *fixture, gconstpointer data)
{
  static const char *const addresses[] = {
    "https://data.example.org/new", /* has the place of the old one in the file */
    "https://data.example.org",
    "https://www.data.example.org/old",
    "https://data.example.org:8443",
  };
  const char *url = addresses[GPOINTER_TO_UINT (data)];
  g_autofree char *moved = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (file_case_save (fixture, OLD, "access", NULL));
  moved = change (fixture, url, "access", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (moved, ==, "access");
  file_case_assert_stored (fixture, url, "access");
  if (GPOINTER_TO_UINT (data) >= 2)
    file_case_assert_stored (fixture, OLD, NULL);
}

/* Another program has renewed the session. */
static void
test_newest_moves (Fixture *fixture, gconstpointer data)
{
  g_autofree char *moved = NULL;
  g_autoptr (GError) error = NULL;

  manual_clock_advance (fixture->clock, 10);
  g_assert_true (file_case_save (fixture, OLD, "renewed", NULL));
  moved = change (fixture, "https://www.data.example.org", "access", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (moved, ==, "renewed");
}

static void
assert_refused (Fixture *fixture, const char *to, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (change (fixture, to, "access", &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, code);
}

static void
test_another_session_there (Fixture *fixture, gconstpointer data)
{
  g_assert_true (file_case_save (fixture, OLD, "access", NULL));
  g_assert_true (file_case_save (fixture, "https://www.data.example.org", "other", NULL));

  assert_refused (fixture, "https://www.data.example.org", KEYFOB_AUTH_ERROR_FAILED);
  file_case_assert_stored (fixture, OLD, "access");
  file_case_assert_stored (fixture, "https://www.data.example.org", "other");
}

static void
test_cannot_be_stored (Fixture *fixture, gconstpointer data)
{
  g_assert_true (file_case_save (fixture, OLD, "access", NULL));
  g_assert_no_errno (g_unlink (fixture->path));
  g_assert_no_errno (g_mkdir (fixture->path, 0700));

  assert_refused (fixture, "https://data.example.org/new", KEYFOB_AUTH_ERROR_STORE);
  g_assert_no_errno (g_rmdir (fixture->path));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *path = g_strdup_printf ("/address-change/moves/%u", i);

      g_test_add (path, Fixture, GUINT_TO_POINTER (i), file_case_set_up, test_moves,
                  file_case_tear_down);
    }
  g_test_add ("/address-change/newest", Fixture, NULL, file_case_set_up, test_newest_moves,
              file_case_tear_down);
  g_test_add ("/address-change/another-session", Fixture, NULL, file_case_set_up,
              test_another_session_there, file_case_tear_down);
  g_test_add ("/address-change/cannot-be-stored", Fixture, NULL, file_case_set_up,
              test_cannot_be_stored, file_case_tear_down);

  return g_test_run ();
}
