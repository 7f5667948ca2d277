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
  for (int code = KEYFOB_AUTH_ERROR_FAILED; code <= KEYFOB_AUTH_ERROR_UNAVAILABLE; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (KEYFOB_AUTH_ERROR, code, "x");
      g_autofree char *name = g_dbus_error_encode_gerror (error);

      g_assert_true (g_str_has_prefix (name, "org.keyfob.Keyfob.Error."));
    }
}

static void
test_transient (void)
{
  g_autoptr (GError) network =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK, "x");
  g_autoptr (GError) expired =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_EXPIRED, "x");
  g_autoptr (GError) foreign = g_error_new_literal (G_IO_ERROR, KEYFOB_AUTH_ERROR_NETWORK, "x");

  g_assert_true (keyfob_auth_error_is_transient (network));
  g_assert_false (keyfob_auth_error_is_transient (expired));
  g_assert_false (keyfob_auth_error_is_transient (foreign));
}

static void
test_retry_after (void)
{
  g_autoptr (GError) error =
      g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE, "x");
  g_autoptr (GError) foreign = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "x");
  g_autoptr (GError) copy = NULL;

  g_assert_cmpint (keyfob_auth_error_get_retry_after (NULL), ==, 0);
  g_assert_cmpint (keyfob_auth_error_get_retry_after (foreign), ==, 0);
  g_assert_cmpint (keyfob_auth_error_get_retry_after (error), ==, 0);

  keyfob_auth_error_set_retry_after (error, 90);
  copy = g_error_copy (error);
  g_assert_cmpint (keyfob_auth_error_get_retry_after (copy), ==, 90);

  keyfob_auth_error_set_retry_after (error, -1);
  g_assert_cmpint (keyfob_auth_error_get_retry_after (error), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/auth-error/bus-names", test_bus_names);
  g_test_add_func ("/auth-error/every-code-has-a-name", test_every_code_has_a_name);
  g_test_add_func ("/auth-error/transient", test_transient);
  g_test_add_func ("/auth-error/retry-after", test_retry_after);

  return g_test_run ();
}
