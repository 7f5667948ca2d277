/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-sign-in.h"

static void
test_defaults (void)
{
  g_autoptr (GVariant) empty = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobSignInOptions) options = keyfob_sign_in_options_parse (empty, &error);

  g_assert_no_error (error);
  g_assert_cmpint (options->way, ==, KEYFOB_SIGN_IN_ANY_WAY);
  g_assert_false (options->force);
  g_assert_false (options->interactive);
  g_assert_true (options->open_browser);
  g_assert_null (options->prompt);
  g_assert_null (options->activation_token);
}

static void
test_all (void)
{
  g_autoptr (GVariant) all = g_variant_ref_sink (g_variant_new_parsed (
      "{'flow': <'device'>, 'force': <true>, 'interactive': <true>, 'open-browser': <false>,"
      " 'prompt': <'login'>, 'activation-token': <'t'>}"));
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobSignInOptions) options = keyfob_sign_in_options_parse (all, &error);

  g_assert_no_error (error);
  g_assert_cmpint (options->way, ==, KEYFOB_SIGN_IN_BY_CODE);
  g_assert_true (options->force);
  g_assert_true (options->interactive);
  g_assert_false (options->open_browser);
  g_assert_cmpstr (options->prompt, ==, "login");
  g_assert_cmpstr (options->activation_token, ==, "t");
}

static void
test_bad (void)
{
  static const char *const table[] = {
    "{'flow': <'pigeon'>}", "{'flow': <''>}",       "{'flow': <true>}",
    "{'force': <'yes'>}",   "{'force': <1>}",       "{'open-browser': <'no'>}",
    "{'prompt': <'all'>}",  "{'prompt': <@ay []>}", "{'activation-token': <1>}",
    "{'colour': <'red'>}",  "{'': <''>}",           "{'force': <true>, 'flow': <2>}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (GVariant) bad = g_variant_ref_sink (g_variant_new_parsed (table[i]));
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", table[i]);
      g_assert_null (keyfob_sign_in_options_parse (bad, &error));
      g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/sign-in-options/defaults", test_defaults);
  g_test_add_func ("/sign-in-options/all", test_all);
  g_test_add_func ("/sign-in-options/bad", test_bad);

  return g_test_run ();
}
