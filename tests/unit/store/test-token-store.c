/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <gio/gio.h>

#include "keyfob-token-store.h"

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

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/token-store/default-path", test_default_path);

  return g_test_run ();
}
