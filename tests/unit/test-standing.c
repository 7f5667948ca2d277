/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-standing.h"

#include "keyfob-auth-error.h"
#include "manual-clock.h"

#define START 1700000000
#define DAY (G_GINT64_CONSTANT (24) * 60 * 60)

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

/* ahead of the end, by a jitter of at most 5 % of the life */
static void
assert_planned (KeyfobStanding *standing, gint64 received, gint64 life)
{
  gint64 latest = received + MIN (life * 8 / 10, life - 120);

  g_assert_true (keyfob_standing_get_renews (standing));
  g_assert_cmpint (keyfob_standing_get_due (standing), >=, latest - life / 20);
  g_assert_cmpint (keyfob_standing_get_due (standing), <=, latest);
}

static void
assert_waits (KeyfobStanding *standing, gint64 now, gint64 seconds)
{
  g_assert_cmpint (keyfob_standing_get_due (standing), >=, now + seconds);
  g_assert_cmpint (keyfob_standing_get_due (standing), <=, now + seconds * 5 / 4);
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
  assert_planned (standing, START, 600);
  g_assert_true (keyfob_standing_can_refresh (standing));

  keyfob_standing_take_token (standing, token, NULL);
  g_assert_cmpstr (keyfob_standing_get_error (standing), ==, "");

  keyfob_standing_expire (standing, "It has ended.");
  g_assert_cmpint (keyfob_standing_get_state (standing), ==, KEYFOB_HOST_EXPIRED);
  g_assert_cmpstr (keyfob_standing_get_error (standing), ==, "It has ended.");
  g_assert_false (keyfob_standing_can_refresh (standing));
  g_assert_false (keyfob_standing_get_renews (standing));
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, G_MAXINT64);
  keyfob_standing_note_used (standing);
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, G_MAXINT64);

  keyfob_standing_set_account (standing, "Alice");
  keyfob_standing_sign_out (standing);
  g_assert_null (keyfob_standing_get_token (standing));
  g_assert_cmpstr (keyfob_standing_get_account (standing), ==, "");
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, G_MAXINT64);
}

static void
test_not_saved (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobStanding) standing = keyfob_standing_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (TRUE);
  g_autoptr (GError) full =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE, "The disk is full.");
  g_autoptr (GError) locked =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED, "It is locked.");

  g_assert_true (keyfob_standing_is_saved (standing));
  keyfob_standing_take_token (standing, token, full);
  g_assert_false (keyfob_standing_is_saved (standing));
  g_assert_cmpint (keyfob_standing_get_save_due (standing), ==, START + 60);

  keyfob_standing_note_not_saved (standing, locked);
  g_assert_nonnull (strstr (keyfob_standing_get_error (standing), "It is locked."));
  keyfob_standing_note_saved (standing, token);
  g_assert_true (keyfob_standing_is_saved (standing));
  g_assert_cmpstr (keyfob_standing_get_error (standing), ==, "");
  g_assert_cmpint (keyfob_standing_get_save_due (standing), ==, G_MAXINT64);

  /* what else the user should know is not said away by it */
  keyfob_standing_take_token (standing, token, full);
  keyfob_standing_set_error (standing, "Something else.");
  keyfob_standing_note_saved (standing, token);
  g_assert_cmpstr (keyfob_standing_get_error (standing), ==, "Something else.");

  keyfob_standing_take_token (standing, token, full);
  keyfob_standing_sign_out (standing);
  g_assert_true (keyfob_standing_is_saved (standing));
}

static void
test_token_without_refresh (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobStanding) standing = keyfob_standing_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (FALSE);

  keyfob_standing_take_token (standing, token, NULL);
  g_assert_false (keyfob_standing_can_refresh (standing));
  g_assert_false (keyfob_standing_get_renews (standing));
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, START + 600);
}

static void
test_jitter (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobStanding) standing = keyfob_standing_new (KEYFOB_CLOCK (clock), "");
  gint64 first = 0;
  guint n_other = 0;

  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (KeyfobToken) token = make_token (TRUE);
      gint64 due;

      keyfob_standing_take_token (standing, token, NULL);
      due = keyfob_standing_get_due (standing);
      assert_planned (standing, START, 600);

      /* drawn once for a token */
      keyfob_standing_take_token (standing, token, NULL);
      g_assert_cmpint (keyfob_standing_get_due (standing), ==, due);

      first = i == 0 ? due : first;
      n_other += due != first;
    }
  g_assert_cmpuint (n_other, >, 100);
}

static void
test_asks_no_faster (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START + 600);
  g_autoptr (KeyfobStanding) standing = keyfob_standing_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) last = make_token (FALSE);

  /* at first a token that ended while the machine was off */
  for (int i = 0; i < 4; i++)
    {
      static const int pauses[] = { 0, 120, 240, 480 };
      g_autoptr (KeyfobToken) token = make_token (TRUE);

      keyfob_standing_take_token (standing, token, NULL);
      if (i == 0)
        g_assert_cmpint (keyfob_standing_get_due (standing), <, START + 600);
      else
        assert_waits (standing, START + 600, pauses[i]);
      keyfob_standing_note_asked (standing);
    }

  /* nothing can be asked for, so the end is told at once */
  keyfob_standing_take_token (standing, last, NULL);
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, START + 600);
}

static void
test_lapses (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobStanding) standing = keyfob_standing_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (TRUE);
  g_autoptr (GError) error =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK, "Cannot reach it.");

  keyfob_standing_set_last_used (standing, START - 30 * DAY);
  g_assert_cmpint (keyfob_standing_get_last_used (standing), ==, START - 30 * DAY);
  keyfob_standing_take_token (standing, token, NULL);
  assert_planned (standing, START, 600);

  keyfob_standing_set_lapse_after (standing, 30 * DAY);
  g_assert_false (keyfob_standing_get_renews (standing));
  g_assert_true (keyfob_standing_can_refresh (standing));
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, START + 600);

  keyfob_standing_go_offline (standing, error);
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, START + 600);

  keyfob_standing_lapse (standing, "Nobody has used it.");
  g_assert_cmpint (keyfob_standing_get_state (standing), ==, KEYFOB_HOST_EXPIRED);
  g_assert_cmpstr (keyfob_standing_get_error (standing), ==, "Nobody has used it.");
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, G_MAXINT64);
  g_assert_true (keyfob_standing_can_refresh (standing));

  /* who comes back finds it tried at once */
  manual_clock_set_now (clock, START + DAY);
  keyfob_standing_note_used (standing);
  g_assert_true (keyfob_standing_get_renews (standing));
  g_assert_cmpint (keyfob_standing_get_due (standing), <=, START + DAY);
}

static void
test_backs_off (void)
{
  static const int minutes[] = { 2, 4, 8, 16, 32, 48, 48, 48 };
  gint64 now = START;
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
      assert_waits (standing, now, 60 * minutes[i]);
      now = keyfob_standing_get_due (standing);
      manual_clock_set_now (clock, now);
    }
  g_assert_true (keyfob_standing_can_refresh (standing));

  keyfob_standing_forget_failures (standing);
  g_assert_cmpint (keyfob_standing_get_due (standing), <=, now);
  keyfob_standing_note_asked (standing);
  keyfob_standing_go_offline (standing, error);
  assert_waits (standing, now, 120);
}

/* Each call of a program is a try, but not the agent's. */
static void
test_backs_off_for_its_own_tries_only (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobStanding) standing = keyfob_standing_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (TRUE);
  g_autoptr (GError) error =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK, "Cannot reach it.");

  keyfob_standing_take_token (standing, token, NULL);
  for (int second = 0; second < 100; second++)
    {
      manual_clock_set_now (clock, START + second);
      keyfob_standing_go_offline (standing, error);
      g_assert_cmpint (keyfob_standing_get_due (standing), >=, START + second + 120);
      g_assert_cmpint (keyfob_standing_get_due (standing), <=, START + second + 150);
    }
}

/* The network is back, or the machine awake: at once, unless the server itself has just answered.
 */
static void
test_tries_again_at_once (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobStanding) standing = keyfob_standing_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (TRUE);
  g_autoptr (GError) unreachable =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK, "Cannot reach it.");
  g_autoptr (GError) portal =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER, "It answers oddly.");
  g_autoptr (GError) out_of_order =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_SERVER, "It is out of order.");
  g_autoptr (GError) busy =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE, "Too often.");

  keyfob_auth_error_set_retry_after (busy, 7200);
  keyfob_standing_take_token (standing, token, NULL);

  keyfob_standing_note_asked (standing);
  keyfob_standing_go_offline (standing, unreachable);
  keyfob_standing_forget_failures (standing);
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, START + 3);

  keyfob_standing_note_asked (standing);
  keyfob_standing_go_offline (standing, portal);
  keyfob_standing_forget_failures (standing);
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, START + 6);

  keyfob_standing_note_asked (standing);
  keyfob_standing_go_offline (standing, out_of_order);
  keyfob_standing_forget_failures (standing);
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, START + 120);

  keyfob_standing_note_asked (standing);
  keyfob_standing_go_offline (standing, busy);
  keyfob_standing_forget_failures (standing);
  g_assert_cmpint (keyfob_standing_get_due (standing), ==, START + 7200);
}

/* It is back before the try has failed that began without it. */
static void
test_tries_again_once_more (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobStanding) standing = keyfob_standing_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (TRUE);
  g_autoptr (GError) error =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK, "Cannot reach it.");

  keyfob_standing_take_token (standing, token, NULL);
  keyfob_standing_note_asked (standing);
  keyfob_standing_forget_failures (standing);
  manual_clock_set_now (clock, START + 30);
  keyfob_standing_go_offline (standing, error);
  g_assert_cmpint (keyfob_standing_get_due (standing), <=, START + 30);

  keyfob_standing_note_asked (standing);
  keyfob_standing_go_offline (standing, error);
  assert_waits (standing, START + 30, 120);
}

static void
shift_clock (ManualClock *clock, KeyfobStanding *standing, gint64 now, gint64 seconds)
{
  manual_clock_set_now (clock, now + seconds);
  keyfob_standing_shift (standing, seconds);
}

/* What came by the clock as it was before goes along with it. */
static void
test_clock_is_set (void)
{
  static const gint64 jumps[] = { 7200, -7200, 10 * 366 * DAY, -20 * 366 * DAY };

  for (gsize i = 0; i < G_N_ELEMENTS (jumps); i++)
    {
      g_autoptr (ManualClock) clock = manual_clock_new (START);
      g_autoptr (KeyfobStanding) standing = keyfob_standing_new (KEYFOB_CLOCK (clock), "");
      g_autoptr (KeyfobToken) token = make_token (TRUE);
      g_autoptr (GError) error =
          g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_SERVER, "Out of order.");
      gint64 due;

      keyfob_standing_set_lapse_after (standing, DAY);
      keyfob_standing_take_token (standing, token, NULL);
      due = keyfob_standing_get_due (standing);

      shift_clock (clock, standing, START + 10, jumps[i]);
      g_assert_cmpint (keyfob_token_get_expires (keyfob_standing_get_token (standing)), ==,
                       START + 600 + jumps[i]);
      g_assert_cmpint (keyfob_standing_get_due (standing), ==, due + jumps[i]);

      /* there and back again */
      shift_clock (clock, standing, START + 20 + jumps[i], -jumps[i]);
      g_assert_cmpint (keyfob_standing_get_due (standing), ==, due);

      keyfob_standing_note_asked (standing);
      keyfob_standing_go_offline (standing, error);
      shift_clock (clock, standing, START + 30, jumps[i]);
      assert_waits (standing, START + 20 + jumps[i], 120);
    }
}

/* What was there before may be of a time when the clock was right: a machine whose clock stands at
 * 2020 when it starts, until a time server is found. */
static void
test_clock_was_wrong_at_the_start (void)
{
  const gint64 wrong = START - 3 * 366 * DAY;
  g_autoptr (ManualClock) clock = manual_clock_new (wrong);
  g_autoptr (KeyfobStanding) standing = keyfob_standing_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (TRUE);

  keyfob_standing_set_lapse_after (standing, DAY);
  keyfob_standing_set_last_used (standing, START - 100);
  keyfob_standing_note_used (standing);
  keyfob_standing_take_token (standing, token, NULL);
  g_assert_cmpint (keyfob_standing_get_last_used (standing), ==, START - 100);

  manual_clock_set_now (clock, START + 10);
  keyfob_standing_shift (standing, START - wrong);
  g_assert_cmpint (keyfob_token_get_expires (keyfob_standing_get_token (standing)), ==,
                   START + 600);
  g_assert_cmpint (keyfob_standing_get_last_used (standing), ==, START - 100);
  assert_planned (standing, START, 600);
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
  keyfob_standing_note_asked (standing);
  g_assert_false (keyfob_standing_is_put_off (standing));
  keyfob_standing_go_offline (standing, error);
  g_assert_cmpint (keyfob_standing_get_due (standing), >=, START + 7200);
  g_assert_true (keyfob_standing_is_put_off (standing));
  manual_clock_set_now (clock, START + 599);
  g_assert_true (keyfob_standing_is_put_off (standing));
  manual_clock_set_now (clock, START + 600);
  g_assert_false (keyfob_standing_is_put_off (standing));
  manual_clock_set_now (clock, START + 7200);

  /* in another network it may be another who answers */
  keyfob_standing_note_asked (standing);
  keyfob_standing_go_offline (standing, error);
  g_assert_true (keyfob_standing_is_put_off (standing));
  keyfob_standing_forget_failures (standing);
  g_assert_false (keyfob_standing_is_put_off (standing));

  /* a short wish does not make it ask sooner than it would */
  keyfob_auth_error_set_retry_after (error, 1);
  keyfob_standing_note_asked (standing);
  keyfob_standing_go_offline (standing, error);
  g_assert_cmpint (keyfob_standing_get_due (standing), >, START + 7260);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/standing/new", test_new);
  g_test_add_func ("/standing/token", test_token);
  g_test_add_func ("/standing/not-saved", test_not_saved);
  g_test_add_func ("/standing/token-without-refresh", test_token_without_refresh);
  g_test_add_func ("/standing/jitter", test_jitter);
  g_test_add_func ("/standing/asks-no-faster", test_asks_no_faster);
  g_test_add_func ("/standing/lapses", test_lapses);
  g_test_add_func ("/standing/backs-off", test_backs_off);
  g_test_add_func ("/standing/backs-off-for-its-own-tries-only",
                   test_backs_off_for_its_own_tries_only);
  g_test_add_func ("/standing/tries-again-at-once", test_tries_again_at_once);
  g_test_add_func ("/standing/tries-again-once-more", test_tries_again_once_more);
  g_test_add_func ("/standing/clock-is-set", test_clock_is_set);
  g_test_add_func ("/standing/clock-was-wrong-at-the-start", test_clock_was_wrong_at_the_start);
  g_test_add_func ("/standing/waits-as-long-as-the-server-wants",
                   test_waits_as_long_as_the_server_wants);

  return g_test_run ();
}
