/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-standing.h"

#include "keyfob-auth-error.h"
#include "manual-clock.h"

#define START 1700000000

static KeyfobToken *
make_token (gboolean refreshable)
{
  g_autoptr (JsonObject) answer = json_object_new ();
  g_autoptr (GError) error = NULL;
  KeyfobToken *token;

  json_object_set_string_member (answer, "access_token", "access");
  json_object_set_int_member (answer, "expires", START + 600);
  if (refreshable)
    json_object_set_string_member (answer, "refresh_token", "refresh");

  token = keyfob_token_new_from_answer (answer, START, 0, &error);
  g_assert_no_error (error);

  return token;
}

static void
test_new (void)
{
  ManualClock *clock = manual_clock_new (START);
  KeyfobStanding *standing = keyfob_standing_new (KEYFOB_CLOCK (clock), "Alice");

  g_assert_cmpint (keyfob_standing_get_state (standing), ==, KEYFOB_HOST_SIGNED_OUT);
  g_assert_cmpstr (keyfob_standing_get_account (standing), ==, "Alice");
  g_assert_cmpstr (keyfob_standing_get_error (standing), ==, "");
  g_assert_null (keyfob_standing_get_token (standing));
  g_assert_false (keyfob_standing_can_refresh (standing));
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, G_MAXINT64);

  g_assert_finalize_object (standing);
  g_assert_finalize_object (clock);
}

static void
test_token (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobStanding) standing = keyfob_standing_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (TRUE);
  g_autoptr (GError) full =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE, "The disk is full.");

  keyfob_standing_take_token (standing, token, full);
  g_assert_cmpint (keyfob_standing_get_state (standing), ==, KEYFOB_HOST_SIGNED_IN);
  g_assert_nonnull (strstr (keyfob_standing_get_error (standing), "The disk is full."));
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, START + 600);
  g_assert_true (keyfob_standing_can_refresh (standing));

  keyfob_standing_take_token (standing, token, NULL);
  g_assert_cmpstr (keyfob_standing_get_error (standing), ==, "");

  keyfob_standing_expire (standing, "It has ended.");
  g_assert_cmpint (keyfob_standing_get_state (standing), ==, KEYFOB_HOST_EXPIRED);
  g_assert_cmpstr (keyfob_standing_get_error (standing), ==, "It has ended.");
  g_assert_false (keyfob_standing_can_refresh (standing));
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, G_MAXINT64);

  keyfob_standing_set_account (standing, "Alice");
  keyfob_standing_sign_out (standing);
  g_assert_null (keyfob_standing_get_token (standing));
  g_assert_cmpstr (keyfob_standing_get_account (standing), ==, "");
}

static void
test_token_without_refresh (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobStanding) standing = keyfob_standing_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (FALSE);

  keyfob_standing_take_token (standing, token, NULL);
  g_assert_false (keyfob_standing_can_refresh (standing));
}

static void
test_asks_no_faster (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START + 600);
  g_autoptr (KeyfobStanding) standing = keyfob_standing_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (TRUE);
  g_autoptr (KeyfobToken) last = make_token (FALSE);

  keyfob_standing_take_token (standing, token, NULL);
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, START + 600);

  keyfob_standing_note_asked (standing);
  keyfob_standing_take_token (standing, token, NULL);
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, START + 720);

  manual_clock_set_now (clock, START);
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, START + 600);

  /* nothing can be asked for, so the end is told at once */
  manual_clock_set_now (clock, START + 601);
  keyfob_standing_take_token (standing, last, NULL);
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, START + 600);
}

static void
test_backs_off (void)
{
  static const int minutes[] = { 1, 2, 4, 8, 16, 32, 60, 60, 60 };
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobStanding) standing = keyfob_standing_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (TRUE);
  g_autoptr (GError) error =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK, "Cannot reach it.");

  keyfob_standing_take_token (standing, token, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (minutes); i++)
    {
      keyfob_standing_go_offline (standing, error);
      g_assert_cmpint (keyfob_standing_get_state (standing), ==, KEYFOB_HOST_OFFLINE);
      g_assert_cmpint (keyfob_standing_get_due (standing), ==, START + 60 * minutes[i]);
    }
  g_assert_true (keyfob_standing_can_refresh (standing));

  keyfob_standing_forget_failures (standing);
  g_assert_cmpint (keyfob_standing_get_due (standing), <=, START);
  keyfob_standing_go_offline (standing, error);
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, START + 60);
}

static void
test_waits_as_long_as_the_server_wants (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobStanding) standing = keyfob_standing_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (TRUE);
  g_autoptr (GError) error =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE, "Too often.");

  keyfob_auth_error_set_retry_after (error, 7200);
  keyfob_standing_take_token (standing, token, NULL);
  keyfob_standing_go_offline (standing, error);
  g_assert_cmpint (keyfob_standing_get_due (standing), >=, START + 7200);

  /* a short wish does not make it ask sooner than it would */
  keyfob_auth_error_set_retry_after (error, 1);
  keyfob_standing_go_offline (standing, error);
  g_assert_cmpint (keyfob_standing_get_due (standing), >, START + 60);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/standing/new", test_new);
  g_test_add_func ("/standing/token", test_token);
  g_test_add_func ("/standing/token-without-refresh", test_token_without_refresh);
  g_test_add_func ("/standing/asks-no-faster", test_asks_no_faster);
  g_test_add_func ("/standing/backs-off", test_backs_off);
  g_test_add_func ("/standing/waits-as-long-as-the-server-wants",
                   test_waits_as_long_as_the_server_wants);

  return g_test_run ();
}
