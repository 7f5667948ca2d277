/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <gio/gio.h>

#include "keyfob-auth-error.h"

static void
test_bus_names (void)
{
  g_autoptr (GError) error =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NO_BROWSER, "There is no browser.");
  g_autofree char *name = g_dbus_error_encode_gerror (error);

  g_assert_cmpstr (name, ==, "org.keyfob.Keyfob.Error.NoBrowser");
}

static void
test_every_code_has_a_name (void)
{
  for (int code = KEYFOB_AUTH_ERROR_FAILED; code <= KEYFOB_AUTH_ERROR_SLOW_DOWN; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (KEYFOB_AUTH_ERROR, code, "x");
      g_autofree char *name = g_dbus_error_encode_gerror (error);

      g_assert_true (g_str_has_prefix (name, "org.keyfob.Keyfob.Error."));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/auth-error/bus-names", test_bus_names);
  g_test_add_func ("/auth-error/every-code-has-a-name", test_every_code_has_a_name);

  return g_test_run ();
}
