/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <gio/gio.h>

#include "keyfob-status-text.h"

#define MINUTE G_GINT64_CONSTANT (60)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* Saturday, 21 November 2026, 21:40:00 UTC */
#define NOW G_GINT64_CONSTANT (1795297200)

static const char *const state_words[] = {
  "signed-out", "signing-in", "signed-in", "refreshing", "expired", "offline", "locked",
};

static void
test_states (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (state_words); i++)
    g_assert_cmpint (keyfob_host_state_parse (state_words[i]), ==, i);

  g_assert_cmpint (keyfob_host_state_parse (NULL), ==, KEYFOB_HOST_SIGNED_OUT);
  g_assert_cmpint (keyfob_host_state_parse (""), ==, KEYFOB_HOST_SIGNED_OUT);
  g_assert_cmpint (keyfob_host_state_parse ("Signed-In"), ==, KEYFOB_HOST_SIGNED_OUT);
  g_assert_cmpint (keyfob_host_state_parse ("from-the-future"), ==, KEYFOB_HOST_SIGNED_OUT);
}

/* No state looks or sounds like another. */
static void
test_states_differ (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < G_N_ELEMENTS (state_words); i++)
    {
      g_assert_true (g_hash_table_add (seen, (gpointer) keyfob_status_text_state (i, NULL)));
      g_assert_true (g_hash_table_add (seen, (gpointer) keyfob_status_text_state_icon (i)));
    }

  /* a padlock, which GTK brings along */
  g_assert_cmpstr (keyfob_status_text_state_icon (KEYFOB_HOST_LOCKED), ==,
                   "changes-prevent-symbolic");
  g_assert_cmpstr (keyfob_status_text_state (KEYFOB_HOST_LOCKED, "keyring"), ==, "Locked");
  g_assert_cmpstr (keyfob_status_text_state (KEYFOB_HOST_LOCKED, "/t"), ==, "Cannot be read");
  g_assert_cmpstr (keyfob_status_text_state (KEYFOB_HOST_SIGNED_IN, "/t"), ==, "Signed in");
}

/* What a row offers: a state that needs the user has no token to copy, and none has both. */
static void
test_what_states_offer (void)
{
  g_assert_true (keyfob_host_state_needs_user (KEYFOB_HOST_SIGNED_OUT));
  g_assert_true (keyfob_host_state_needs_user (KEYFOB_HOST_EXPIRED));
  g_assert_true (keyfob_host_state_has_token (KEYFOB_HOST_SIGNED_IN));
  g_assert_true (keyfob_host_state_has_token (KEYFOB_HOST_REFRESHING));
  g_assert_true (keyfob_host_state_has_token (KEYFOB_HOST_OFFLINE));
  g_assert_false (keyfob_host_state_needs_user (KEYFOB_HOST_SIGNING_IN));
  g_assert_false (keyfob_host_state_has_token (KEYFOB_HOST_SIGNING_IN));
  g_assert_false (keyfob_host_state_needs_user (KEYFOB_HOST_LOCKED));
  g_assert_false (keyfob_host_state_has_token (KEYFOB_HOST_LOCKED));

  for (guint i = 0; i < G_N_ELEMENTS (state_words); i++)
    g_assert_false (keyfob_host_state_needs_user (i) && keyfob_host_state_has_token (i));
}

static void
test_time_left (void)
{
  static const struct
  {
    gint64 left;
    const char *words;
  } cases[] = {
    { -DAY, "less than a minute left" },
    { 0, "less than a minute left" },
    { 59, "less than a minute left" },
    { 60, "1 min left" },
    { 119, "1 min left" },
    { 42 * MINUTE + 59, "42 min left" },
    { 90 * MINUTE - 1, "89 min left" },
    { 90 * MINUTE, "1 h left" },
    { 2 * HOUR, "2 h left" },
    { 3 * HOUR - 1, "2 h left" },
    { 6 * HOUR - 1, "5 h left" },
    { 6 * HOUR, "good until tomorrow 03:40" },
    { 11 * HOUR + 32 * MINUTE, "good until tomorrow 09:12" },
    { DAY + 2 * HOUR + 19 * MINUTE, "good until tomorrow 23:59" },
    { DAY + 2 * HOUR + 20 * MINUTE, "good until Monday 00:00" },
    { 6 * DAY, "good until Friday 21:40" },
    { 7 * DAY, "good until 28 November 2026" },
    { 400 * DAY, "good until 26 December 2027" },
    { G_MAXINT64 - NOW, "good for a very long time" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = keyfob_status_text_time_left (NOW + cases[i].left, NOW);

      g_assert_cmpstr (words, ==, cases[i].words);
    }
}

static void
test_time_left_today (void)
{
  const gint64 morning = NOW - 21 * HOUR;
  g_autofree char *words = keyfob_status_text_time_left (morning + 20 * HOUR, morning);

  g_assert_cmpstr (words, ==, "good until 20:40");
}

static void
test_session_ended (void)
{
  static const struct
  {
    gint64 ago;
    const char *words;
  } cases[] = {
    { 0, "The session ended today at 21:40" },
    { HOUR, "The session ended today at 20:40" },
    { 21 * HOUR + 41 * MINUTE, "The session ended yesterday at 23:59" },
    { DAY + 3 * HOUR + 38 * MINUTE, "The session ended yesterday at 18:02" },
    { 6 * DAY, "The session ended on Sunday at 21:40" },
    { 7 * DAY, "The session ended on 14 November 2026" },
    /* not yet over, but the server will have no more of it */
    { -HOUR, "The session has ended" },
    /* never known */
    { NOW, "The session has ended" },
    /* nonsense */
    { NOW + 5, "The session has ended" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = keyfob_status_text_session_ended (NOW - cases[i].ago, NOW);

      g_assert_cmpstr (words, ==, cases[i].words);
    }
}

static void
test_status (void)
{
  static const struct
  {
    KeyfobHostState state;
    const char *account;
    gint64 expires;
    const char *words;
    const char *store;
  } cases[] = {
    { KEYFOB_HOST_SIGNED_OUT, "", 0, "Not signed in" },
    { KEYFOB_HOST_SIGNING_IN, "Alice", NOW + HOUR, "Waiting for your browser…" },
    { KEYFOB_HOST_SIGNED_IN, "Alice", NOW + 42 * MINUTE, "Alice · renewed by itself" },
    { KEYFOB_HOST_SIGNED_IN, "", NOW + 42 * MINUTE, "Signed in · renewed by itself" },
    { KEYFOB_HOST_SIGNED_IN, "Alice", NOW, "Alice · renewed by itself" },
    { KEYFOB_HOST_REFRESHING, "Alice", NOW, "Getting a new token…" },
    { KEYFOB_HOST_EXPIRED, "Alice", NOW - HOUR, "The session ended today at 20:40" },
    { KEYFOB_HOST_LOCKED, "Alice", 0, "Alice · locked" },
    { KEYFOB_HOST_LOCKED, "", 0, "Locked" },
    { KEYFOB_HOST_LOCKED, "Alice", 0, "Alice · locked", "keyring" },
    { KEYFOB_HOST_LOCKED, "Alice", 0, "Alice · cannot be read", "/home/alice/token" },
    { KEYFOB_HOST_LOCKED, "", 0, "Cannot be read", "file:///home/al%FFice/token" },
    { KEYFOB_HOST_OFFLINE, "Alice", 0, "Offline" },
    { KEYFOB_HOST_OFFLINE, "Alice", NOW, "Offline · the token has ended" },
    { KEYFOB_HOST_OFFLINE, "Alice", NOW + 59, "Offline · token good for less than a minute" },
    { KEYFOB_HOST_OFFLINE, "Alice", NOW + 12 * MINUTE, "Offline · token good for 12 min" },
    { KEYFOB_HOST_OFFLINE, "Alice", NOW + 5 * HOUR, "Offline · token good for 5 h" },
    { KEYFOB_HOST_OFFLINE, "Alice", NOW + 10 * HOUR, "Offline · token good until tomorrow 07:40" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = keyfob_status_text_status (
          cases[i].state, cases[i].store, cases[i].account, cases[i].expires, TRUE, NOW);

      g_assert_cmpstr (words, ==, cases[i].words);
    }
}

/* A time is told where the user will have to do something at it. */
static void
test_unrenewed (void)
{
  static const struct
  {
    const char *account;
    gint64 left;
    const char *words;
  } cases[] = {
    { "Alice", 59, "Alice · ends in less than a minute" },
    { "Alice", 42 * MINUTE, "Alice · ends at 22:22" },
    { "", 42 * MINUTE, "Signed in · ends at 22:22" },
    { NULL, 10 * HOUR, "Signed in · ends tomorrow at 07:40" },
    { "Alice", 6 * DAY, "Alice · ends on Friday at 21:40" },
    { "Alice", 30 * DAY, "Alice · ends on 21 December 2026" },
    { "Alice", G_MAXINT64 - NOW, "Alice" },
    { "Alice", 0, "Alice" },
    { NULL, -NOW, "Signed in" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = keyfob_status_text_status (
          KEYFOB_HOST_SIGNED_IN, NULL, cases[i].account, NOW + cases[i].left, FALSE, NOW);

      g_assert_cmpstr (words, ==, cases[i].words);
    }
}

static void
test_ends_soon (void)
{
  g_assert_true (keyfob_status_text_ends_soon (NOW + HOUR - 1, FALSE, NOW));
  g_assert_false (keyfob_status_text_ends_soon (NOW + HOUR, FALSE, NOW));
  g_assert_false (keyfob_status_text_ends_soon (NOW + MINUTE, TRUE, NOW));
  g_assert_false (keyfob_status_text_ends_soon (NOW, FALSE, NOW));
}

static void
test_distance (void)
{
  const struct
  {
    gint64 from_now;
    const char *words;
  } cases[] = {
    { 0, "just now" },
    { -59, "just now" },
    { 59, "in less than a minute" },
    { 12 * MINUTE + 59, "in 12 min" },
    { -3 * MINUTE, "3 min ago" },
    { 5 * HOUR, "in 5 h" },
    { -47 * HOUR, "47 h ago" },
    { 48 * HOUR, "in 2 days" },
    { -50 * HOUR, "2 days ago" },
    { G_MAXINT64 - NOW, "in a very long time" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = keyfob_status_text_distance (NOW + cases[i].from_now, NOW);

      g_assert_cmpstr (words, ==, cases[i].words);
    }
}

static void
test_who (void)
{
  const struct
  {
    const char *account;
    gboolean renews;
    const char *words;
  } cases[] = {
    { "alice", TRUE, "Signed in as alice, renewed by itself" },
    { "", TRUE, "Signed in, renewed by itself" },
    { "alice", FALSE, "Signed in as alice" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = keyfob_status_text_who (cases[i].account, NOW, cases[i].renews, NOW);

      g_assert_cmpstr (words, ==, cases[i].words);
    }
}

int
main (int argc, char *argv[])
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/words/states", test_states);
  g_test_add_func ("/words/states-differ", test_states_differ);
  g_test_add_func ("/words/what-states-offer", test_what_states_offer);
  g_test_add_func ("/words/time-left", test_time_left);
  g_test_add_func ("/words/time-left-today", test_time_left_today);
  g_test_add_func ("/words/session-ended", test_session_ended);
  g_test_add_func ("/words/status", test_status);
  g_test_add_func ("/words/unrenewed", test_unrenewed);
  g_test_add_func ("/words/ends-soon", test_ends_soon);
  g_test_add_func ("/words/distance", test_distance);
  g_test_add_func ("/words/who", test_who);

  return g_test_run ();
}
