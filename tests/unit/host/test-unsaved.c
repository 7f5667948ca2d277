/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-auth-error.h"
#include "keyfob-unsaved.h"
#include "manual-clock.h"

#define NOW 1800000000

static void
fail (KeyfobUnsaved *unsaved, int code)
{
  g_autoptr (GError) error = g_error_new_literal (KEYFOB_AUTH_ERROR, code, "The disk is full.");

  keyfob_unsaved_note_failure (unsaved, error);
}

static void
test_nothing_to_store (void)
{
  ManualClock *clock = manual_clock_new (NOW);
  KeyfobUnsaved *unsaved = keyfob_unsaved_new (KEYFOB_CLOCK (clock));

  g_assert_false (keyfob_unsaved_is_pending (unsaved));
  g_assert_cmpstr (keyfob_unsaved_get_sentence (unsaved), ==, "");
  g_assert_cmpint (keyfob_unsaved_get_due (unsaved), ==, G_MAXINT64);
  keyfob_unsaved_hurry (unsaved);
  g_assert_cmpint (keyfob_unsaved_get_due (unsaved), ==, G_MAXINT64);

  g_assert_finalize_object (unsaved);
  g_assert_finalize_object (clock);
}

static void
test_later_each_time (void)
{
  static const int minutes[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
  g_autoptr (ManualClock) clock = manual_clock_new (NOW);
  g_autoptr (KeyfobUnsaved) unsaved = keyfob_unsaved_new (KEYFOB_CLOCK (clock));

  for (gsize i = 0; i < G_N_ELEMENTS (minutes); i++)
    {
      fail (unsaved, KEYFOB_AUTH_ERROR_STORE);
      g_assert_true (keyfob_unsaved_is_pending (unsaved));
      g_assert_cmpint (keyfob_unsaved_get_due (unsaved), ==, NOW + 60 * minutes[i]);
    }
  g_assert_nonnull (strstr (keyfob_unsaved_get_sentence (unsaved), "The disk is full."));

  keyfob_unsaved_hurry (unsaved);
  g_assert_cmpint (keyfob_unsaved_get_due (unsaved), <=, NOW);

  keyfob_unsaved_clear (unsaved);
  g_assert_false (keyfob_unsaved_is_pending (unsaved));
  g_assert_cmpstr (keyfob_unsaved_get_sentence (unsaved), ==, "");
  fail (unsaved, KEYFOB_AUTH_ERROR_STORE);
  g_assert_cmpint (keyfob_unsaved_get_due (unsaved), ==, NOW + 60);
}

static void
test_locked_keyring_is_left_alone (void)
{
  g_autoptr (ManualClock) clock = manual_clock_new (NOW);
  g_autoptr (KeyfobUnsaved) unsaved = keyfob_unsaved_new (KEYFOB_CLOCK (clock));

  fail (unsaved, KEYFOB_AUTH_ERROR_LOCKED);
  g_assert_cmpint (keyfob_unsaved_get_due (unsaved), ==, NOW + 3600);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/unsaved/nothing-to-store", test_nothing_to_store);
  g_test_add_func ("/unsaved/later-each-time", test_later_each_time);
  g_test_add_func ("/unsaved/locked-keyring-is-left-alone", test_locked_keyring_is_left_alone);

  return g_test_run ();
}
