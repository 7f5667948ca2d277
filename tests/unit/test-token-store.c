/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "keyfob-token-store.h"

static void
got_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **out = user_data;

  g_assert_null (*out);
  *out = g_object_ref (result);
}

static void
assert_opens (gboolean only_file, const char *kind)
{
  g_autoptr (KeyfobClock) clock = keyfob_clock_new ();
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "tokens.json", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (KeyfobTokenStore) store = NULL;
  g_autoptr (GError) error = NULL;

  keyfob_token_store_open_async (path, only_file, clock, NULL, got_result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  store = keyfob_token_store_open_finish (result, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (keyfob_token_store_get_kind (store), ==, kind);
}

static void
assert_path (const char *named, const char *expected)
{
  g_autofree char *path = NULL;

  if (named != NULL)
    g_setenv ("OIDC_TOKEN_FILE", named, TRUE);
  else
    g_unsetenv ("OIDC_TOKEN_FILE");

  path = keyfob_token_store_dup_default_path ();
  g_unsetenv ("OIDC_TOKEN_FILE");

  g_assert_cmpstr (path, ==, expected);
}

static void
test_default_path (void)
{
  g_autofree char *shared =
      g_build_filename (g_get_user_cache_dir (), "py-oidc-auth", "token-store.json", NULL);
  g_autofree char *folder = g_get_current_dir ();
  g_autofree char *relative = g_build_filename (folder, "my tokens.json", NULL);
  g_autofree char *at_home = g_build_filename (g_get_home_dir (), "t.json", NULL);

  assert_path (NULL, shared);
  assert_path ("", shared);
  assert_path ("/srv/t.json", "/srv/t.json");
  assert_path ("my tokens.json", relative);
  assert_path ("./my tokens.json", relative);
  assert_path ("~/t.json", at_home);
}

static void
test_only_file (void)
{
  assert_opens (TRUE, "file");
}

static void
test_no_bus (void)
{
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);

  assert_opens (FALSE, "file");

  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
}

static void
test_no_keyring (void)
{
  g_autoptr (GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);

  g_test_dbus_up (bus);
  assert_opens (FALSE, "file");
  g_test_dbus_down (bus);
}

static void
test_keyring_that_does_not_start (void)
{
  g_autoptr (GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  const char *folder = g_get_user_runtime_dir ();
  g_autofree char *path = g_build_filename (folder, "org.freedesktop.secrets.service", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (
      path, "[D-BUS Service]\nName=org.freedesktop.secrets\nExec=/bin/false\n", -1, NULL));
  g_test_dbus_add_service_dir (bus, folder);

  g_test_dbus_up (bus);
  assert_opens (FALSE, "file");
  g_test_dbus_down (bus);
}

static void
test_cancelled (void)
{
  g_autoptr (KeyfobClock) clock = keyfob_clock_new ();
  g_autoptr (GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_dbus_up (bus);
  keyfob_token_store_open_async ("/nonexistent/t.json", FALSE, clock, cancellable, got_result_cb,
                                 &result);
  g_cancellable_cancel (cancellable);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  g_assert_null (keyfob_token_store_open_finish (result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_test_dbus_down (bus);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/token-store/default-path", test_default_path);
  g_test_add_func ("/token-store/only-file", test_only_file);
  g_test_add_func ("/token-store/no-bus", test_no_bus);
  g_test_add_func ("/token-store/no-keyring", test_no_keyring);
  g_test_add_func ("/token-store/keyring-that-does-not-start", test_keyring_that_does_not_start);
  g_test_add_func ("/token-store/cancelled", test_cancelled);

  return g_test_run ();
}
