/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-host-session.h"

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
  KeyfobHostSession *session = keyfob_host_session_new (KEYFOB_CLOCK (clock), "Alice");

  g_assert_cmpint (keyfob_host_session_get_state (session), ==, KEYFOB_HOST_SIGNED_OUT);
  g_assert_cmpstr (keyfob_host_session_get_account (session), ==, "Alice");
  g_assert_cmpstr (keyfob_host_session_get_error (session), ==, "");
  g_assert_null (keyfob_host_session_get_token (session));
  g_assert_false (keyfob_host_session_can_refresh (session));
  g_assert_cmpint (keyfob_host_session_get_due (session), ==, G_MAXINT64);

  g_assert_finalize_object (session);
  g_assert_finalize_object (clock);
}

/* ahead of the end, by a jitter of at most 5 % of the life */
static void
assert_planned (KeyfobHostSession *session, gint64 received, gint64 life)
{
  gint64 latest = received + MIN (life * 8 / 10, life - 120);

  g_assert_true (keyfob_host_session_get_renews (session));
  g_assert_cmpint (keyfob_host_session_get_due (session), >=, latest - life / 20);
  g_assert_cmpint (keyfob_host_session_get_due (session), <=, latest);
}

static void
assert_waits (KeyfobHostSession *session, gint64 now, gint64 seconds)
{
  g_assert_cmpint (keyfob_host_session_get_due (session), >=, now + seconds);
  g_assert_cmpint (keyfob_host_session_get_due (session), <=, now + seconds * 5 / 4);
}

static void
test_token (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobHostSession) session = keyfob_host_session_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (TRUE);
  g_autoptr (GError) full =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE, "The disk is full.");

  keyfob_host_session_take_token (session, token, full);
  g_assert_cmpint (keyfob_host_session_get_state (session), ==, KEYFOB_HOST_SIGNED_IN);
  g_assert_nonnull (strstr (keyfob_host_session_get_error (session), "The disk is full."));
  assert_planned (session, START, 600);
  g_assert_true (keyfob_host_session_can_refresh (session));

  keyfob_host_session_take_token (session, token, NULL);
  g_assert_cmpstr (keyfob_host_session_get_error (session), ==, "");

  keyfob_host_session_expire (session, "It has ended.");
  g_assert_cmpint (keyfob_host_session_get_state (session), ==, KEYFOB_HOST_SIGNED_IN);
  g_assert_cmpstr (keyfob_host_session_get_error (session), ==, "");
  g_assert_false (keyfob_host_session_can_refresh (session));
  g_assert_false (keyfob_host_session_get_renews (session));
  g_assert_cmpint (keyfob_host_session_get_due (session), ==, START + 600);

  manual_clock_set_now (clock, START + 600);
  keyfob_host_session_expire (session, "It has ended.");
  g_assert_cmpint (keyfob_host_session_get_state (session), ==, KEYFOB_HOST_EXPIRED);
  g_assert_cmpstr (keyfob_host_session_get_error (session), ==, "It has ended.");
  g_assert_false (keyfob_host_session_can_refresh (session));
  g_assert_false (keyfob_host_session_get_renews (session));
  g_assert_cmpint (keyfob_host_session_get_due (session), ==, G_MAXINT64);
  keyfob_host_session_note_used (session);
  g_assert_cmpint (keyfob_host_session_get_due (session), ==, G_MAXINT64);

  keyfob_host_session_set_account (session, "Alice");
  keyfob_host_session_sign_out (session);
  g_assert_null (keyfob_host_session_get_token (session));
  g_assert_cmpstr (keyfob_host_session_get_account (session), ==, "");
  g_assert_cmpint (keyfob_host_session_get_due (session), ==, G_MAXINT64);
}

static void
test_not_saved (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobHostSession) session = keyfob_host_session_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (TRUE);
  g_autoptr (GError) full =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE, "The disk is full.");
  g_autoptr (GError) locked =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED, "It is locked.");

  g_assert_true (keyfob_host_session_is_saved (session));
  keyfob_host_session_take_token (session, token, full);
  g_assert_false (keyfob_host_session_is_saved (session));
  g_assert_cmpint (keyfob_host_session_get_save_due (session), ==, START + 60);

  keyfob_host_session_note_not_saved (session, full);
  g_assert_cmpint (keyfob_host_session_get_save_due (session), ==, START + 120);
  keyfob_host_session_forget_failures (session);
  g_assert_cmpint (keyfob_host_session_get_save_due (session), <=, START);

  keyfob_host_session_note_not_saved (session, locked);
  g_assert_cmpint (keyfob_host_session_get_save_due (session), ==, START + 3600);
  g_assert_nonnull (strstr (keyfob_host_session_get_error (session), "It is locked."));
  keyfob_host_session_note_saved (session, token);
  g_assert_true (keyfob_host_session_is_saved (session));
  g_assert_cmpstr (keyfob_host_session_get_error (session), ==, "");
  g_assert_cmpint (keyfob_host_session_get_save_due (session), ==, G_MAXINT64);

  /* what else the user should know is not said away by it */
  keyfob_host_session_take_token (session, token, full);
  keyfob_host_session_set_error (session, "Something else.");
  keyfob_host_session_note_saved (session, token);
  g_assert_cmpstr (keyfob_host_session_get_error (session), ==, "Something else.");

  keyfob_host_session_take_token (session, token, full);
  keyfob_host_session_sign_out (session);
  g_assert_true (keyfob_host_session_is_saved (session));
}

static void
test_token_without_refresh (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobHostSession) session = keyfob_host_session_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (FALSE);

  keyfob_host_session_take_token (session, token, NULL);
  g_assert_false (keyfob_host_session_can_refresh (session));
  g_assert_false (keyfob_host_session_get_renews (session));
  g_assert_cmpint (keyfob_host_session_get_due (session), ==, START + 600);
}

static void
test_jitter (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobHostSession) session = keyfob_host_session_new (KEYFOB_CLOCK (clock), "");
  gint64 first = 0;
  guint n_other = 0;

  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (KeyfobToken) token = make_token (TRUE);
      gint64 due;

      keyfob_host_session_take_token (session, token, NULL);
      due = keyfob_host_session_get_due (session);
      assert_planned (session, START, 600);

      /* drawn once for a token */
      keyfob_host_session_take_token (session, token, NULL);
      g_assert_cmpint (keyfob_host_session_get_due (session), ==, due);

      first = i == 0 ? due : first;
      n_other += due != first;
    }
  g_assert_cmpuint (n_other, >, 100);
}

static void
test_asks_no_faster (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START + 600);
  g_autoptr (KeyfobHostSession) session = keyfob_host_session_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) last = make_token (FALSE);

  /* at first a token that ended while the machine was off */
  for (int i = 0; i < 4; i++)
    {
      static const int pauses[] = { 0, 120, 240, 480 };
      g_autoptr (KeyfobToken) token = make_token (TRUE);

      keyfob_host_session_take_token (session, token, NULL);
      if (i == 0)
        g_assert_cmpint (keyfob_host_session_get_due (session), <, START + 600);
      else
        assert_waits (session, START + 600, pauses[i]);
      keyfob_host_session_note_asked (session);
    }

  /* nothing can be asked for, so the end is told at once */
  keyfob_host_session_take_token (session, last, NULL);
  g_assert_cmpint (keyfob_host_session_get_due (session), ==, START + 600);
}

static void
test_lapses (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobHostSession) session = keyfob_host_session_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (TRUE);
  g_autoptr (GError) error =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK, "Cannot reach it.");

  keyfob_host_session_set_last_used (session, START - 30 * DAY);
  g_assert_cmpint (keyfob_host_session_get_last_used (session), ==, START - 30 * DAY);
  keyfob_host_session_take_token (session, token, NULL);
  assert_planned (session, START, 600);

  keyfob_host_session_set_lapse_after (session, 30 * DAY);
  g_assert_false (keyfob_host_session_get_renews (session));
  g_assert_true (keyfob_host_session_can_refresh (session));
  g_assert_cmpint (keyfob_host_session_get_due (session), ==, START + 600);

  keyfob_host_session_set_always_used (session, TRUE);
  assert_planned (session, START, 600);
  g_assert_cmpint (keyfob_host_session_get_last_used (session), ==, START - 30 * DAY);
  keyfob_host_session_set_always_used (session, FALSE);
  g_assert_false (keyfob_host_session_get_renews (session));

  keyfob_host_session_go_offline (session, error);
  g_assert_cmpint (keyfob_host_session_get_due (session), ==, START + 600);

  keyfob_host_session_lapse (session, "Nobody has used it.");
  g_assert_cmpint (keyfob_host_session_get_state (session), ==, KEYFOB_HOST_EXPIRED);
  g_assert_cmpstr (keyfob_host_session_get_error (session), ==, "Nobody has used it.");
  g_assert_cmpint (keyfob_host_session_get_due (session), ==, G_MAXINT64);
  g_assert_true (keyfob_host_session_can_refresh (session));

  /* who comes back finds it tried at once */
  manual_clock_set_now (clock, START + DAY);
  keyfob_host_session_note_used (session);
  g_assert_true (keyfob_host_session_get_renews (session));
  g_assert_cmpint (keyfob_host_session_get_due (session), <=, START + DAY);
}

static void
test_backs_off (void)
{
  static const int minutes[] = { 2, 4, 8, 16, 32, 48, 48, 48 };
  gint64 now = START;
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobHostSession) session = keyfob_host_session_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (TRUE);
  g_autoptr (GError) error =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK, "Cannot reach it.");

  keyfob_host_session_take_token (session, token, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (minutes); i++)
    {
      keyfob_host_session_go_offline (session, error);
      g_assert_cmpint (keyfob_host_session_get_state (session), ==, KEYFOB_HOST_OFFLINE);
      assert_waits (session, now, 60 * minutes[i]);
      now = keyfob_host_session_get_due (session);
      manual_clock_set_now (clock, now);
    }
  g_assert_true (keyfob_host_session_can_refresh (session));

  keyfob_host_session_forget_failures (session);
  g_assert_cmpint (keyfob_host_session_get_due (session), <=, now);
  keyfob_host_session_note_asked (session);
  keyfob_host_session_go_offline (session, error);
  assert_waits (session, now, 120);
}

/* Each call of a program is a try, but not the agent's. */
static void
test_backs_off_for_its_own_tries_only (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobHostSession) session = keyfob_host_session_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (TRUE);
  g_autoptr (GError) error =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK, "Cannot reach it.");

  keyfob_host_session_take_token (session, token, NULL);
  for (int second = 0; second < 100; second++)
    {
      manual_clock_set_now (clock, START + second);
      keyfob_host_session_go_offline (session, error);
      g_assert_cmpint (keyfob_host_session_get_due (session), >=, START + second + 120);
      g_assert_cmpint (keyfob_host_session_get_due (session), <=, START + second + 150);
    }
}

/* The network is back, or the machine awake: at once, unless the server itself has just answered.
 */
static void
test_tries_again_at_once (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobHostSession) session = keyfob_host_session_new (KEYFOB_CLOCK (clock), "");
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
  keyfob_host_session_take_token (session, token, NULL);

  keyfob_host_session_note_asked (session);
  keyfob_host_session_go_offline (session, unreachable);
  keyfob_host_session_forget_failures (session);
  g_assert_cmpint (keyfob_host_session_get_due (session), ==, START + 3);

  keyfob_host_session_note_asked (session);
  keyfob_host_session_go_offline (session, portal);
  keyfob_host_session_forget_failures (session);
  g_assert_cmpint (keyfob_host_session_get_due (session), ==, START + 6);

  keyfob_host_session_note_asked (session);
  keyfob_host_session_go_offline (session, out_of_order);
  keyfob_host_session_forget_failures (session);
  g_assert_cmpint (keyfob_host_session_get_due (session), ==, START + 120);

  keyfob_host_session_note_asked (session);
  keyfob_host_session_go_offline (session, busy);
  keyfob_host_session_forget_failures (session);
  g_assert_cmpint (keyfob_host_session_get_due (session), ==, START + 7200);
}

/* It is back before the try has failed that began without it. */
static void
test_tries_again_once_more (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobHostSession) session = keyfob_host_session_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (TRUE);
  g_autoptr (GError) error =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK, "Cannot reach it.");

  keyfob_host_session_take_token (session, token, NULL);
  keyfob_host_session_note_asked (session);
  keyfob_host_session_forget_failures (session);
  manual_clock_set_now (clock, START + 30);
  keyfob_host_session_go_offline (session, error);
  g_assert_cmpint (keyfob_host_session_get_due (session), <=, START + 30);

  keyfob_host_session_note_asked (session);
  keyfob_host_session_go_offline (session, error);
  assert_waits (session, START + 30, 120);
}

static void
shift_clock (ManualClock *clock, KeyfobHostSession *session, gint64 now, gint64 seconds)
{
  manual_clock_set_now (clock, now + seconds);
  keyfob_host_session_shift (session, seconds);
}

/* What came by the clock as it was before goes along with it. */
static void
test_clock_is_set (void)
{
  static const gint64 jumps[] = { 7200, -7200, 10 * 366 * DAY, -20 * 366 * DAY };

  for (gsize i = 0; i < G_N_ELEMENTS (jumps); i++)
    {
      g_autoptr (ManualClock) clock = manual_clock_new (START);
      g_autoptr (KeyfobHostSession) session = keyfob_host_session_new (KEYFOB_CLOCK (clock), "");
      g_autoptr (KeyfobToken) token = make_token (TRUE);
      g_autoptr (GError) error =
          g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_SERVER, "Out of order.");
      gint64 due;

      keyfob_host_session_set_lapse_after (session, DAY);
      keyfob_host_session_take_token (session, token, NULL);
      due = keyfob_host_session_get_due (session);

      shift_clock (clock, session, START + 10, jumps[i]);
      g_assert_cmpint (keyfob_token_get_expires (keyfob_host_session_get_token (session)), ==,
                       START + 600 + jumps[i]);
      g_assert_cmpint (keyfob_host_session_get_due (session), ==, due + jumps[i]);

      /* there and back again */
      shift_clock (clock, session, START + 20 + jumps[i], -jumps[i]);
      g_assert_cmpint (keyfob_host_session_get_due (session), ==, due);

      keyfob_host_session_note_asked (session);
      keyfob_host_session_go_offline (session, error);
      shift_clock (clock, session, START + 30, jumps[i]);
      assert_waits (session, START + 20 + jumps[i], 120);
    }
}

/* What was there before may be of a time when the clock was right: a machine whose clock stands at
 * 2020 when it starts, until a time server is found. */
static void
test_clock_was_wrong_at_the_start (void)
{
  const gint64 wrong = START - 3 * 366 * DAY;
  g_autoptr (ManualClock) clock = manual_clock_new (wrong);
  g_autoptr (KeyfobHostSession) session = keyfob_host_session_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (TRUE);

  keyfob_host_session_set_lapse_after (session, DAY);
  keyfob_host_session_set_last_used (session, START - 100);
  keyfob_host_session_note_used (session);
  keyfob_host_session_take_token (session, token, NULL);
  g_assert_cmpint (keyfob_host_session_get_last_used (session), ==, START - 100);

  manual_clock_set_now (clock, START + 10);
  keyfob_host_session_shift (session, START - wrong);
  g_assert_cmpint (keyfob_token_get_expires (keyfob_host_session_get_token (session)), ==,
                   START + 600);
  g_assert_cmpint (keyfob_host_session_get_last_used (session), ==, START - 100);
  assert_planned (session, START, 600);
}

static void
test_waits_as_long_as_the_server_wants (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (START);
  g_autoptr (KeyfobHostSession) session = keyfob_host_session_new (KEYFOB_CLOCK (clock), "");
  g_autoptr (KeyfobToken) token = make_token (TRUE);
  g_autoptr (GError) error =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE, "Too often.");

  keyfob_auth_error_set_retry_after (error, 7200);
  keyfob_host_session_take_token (session, token, NULL);
  keyfob_host_session_note_asked (session);
  g_assert_false (keyfob_host_session_is_put_off (session));
  keyfob_host_session_go_offline (session, error);
  g_assert_cmpint (keyfob_host_session_get_due (session), >=, START + 7200);
  g_assert_true (keyfob_host_session_is_put_off (session));
  manual_clock_set_now (clock, START + 599);
  g_assert_true (keyfob_host_session_is_put_off (session));
  manual_clock_set_now (clock, START + 600);
  g_assert_false (keyfob_host_session_is_put_off (session));
  manual_clock_set_now (clock, START + 7200);

  /* in another network it may be another who answers */
  keyfob_host_session_note_asked (session);
  keyfob_host_session_go_offline (session, error);
  g_assert_true (keyfob_host_session_is_put_off (session));
  keyfob_host_session_forget_failures (session);
  g_assert_false (keyfob_host_session_is_put_off (session));

  /* a short wish does not make it ask sooner than it would */
  keyfob_auth_error_set_retry_after (error, 1);
  keyfob_host_session_note_asked (session);
  keyfob_host_session_go_offline (session, error);
  g_assert_cmpint (keyfob_host_session_get_due (session), >, START + 7260);
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
