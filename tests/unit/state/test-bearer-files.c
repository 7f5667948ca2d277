/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* For unshare(). */
#define _GNU_SOURCE

#include "keyfob-bearer-files.h"
#include "keyfob-auth-error.h"

#include <glib/gstdio.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#define URL "https://portal.example.org"
#define OTHER_USER 65534

typedef struct
{
  char *folder;
  char *path; /* of the file for URL */
  char *wlcg_path;
  KeyfobBearerFiles *files;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = g_build_filename (g_get_user_runtime_dir (), "run", NULL);
  g_assert_cmpint (g_mkdir_with_parents (self->folder, 0700), ==, 0);
  self->path = g_build_filename (self->folder, "keyfob", "portal.example.org.token", NULL);
  self->wlcg_path = g_strdup_printf ("%s/bt_u%u", self->folder, (guint) geteuid ());
  self->files = keyfob_bearer_files_new (self->folder);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  keyfob_bearer_files_free (self->files);
  g_assert_false (g_file_test (self->wlcg_path, G_FILE_TEST_EXISTS));
  g_free (self->folder);
  g_free (self->path);
  g_free (self->wlcg_path);
}

static void
assert_content (const char *path, const char *expected)
{
  g_autofree char *content = NULL;

  g_file_get_contents (path, &content, NULL, NULL);
  g_assert_cmpstr (content, ==, expected);
}

static void
keep (Fixture *self, gboolean wlcg)
{
  g_autoptr (GError) error = NULL;

  keyfob_bearer_files_keep (self->files, URL, wlcg, &error);
  g_assert_no_error (error);
}

static void
put (Fixture *self, const char *token)
{
  g_autoptr (GError) error = NULL;

  keyfob_bearer_files_put (self->files, URL, token, &error);
  g_assert_no_error (error);
}

static void
test_names (void)
{
  const struct
  {
    const char *url;
    const char *name; /* up to the digest, if there is a `~` */
  } cases[] = {
    { "https://portal.example.org", "portal.example.org.token" },
    { "https://portal.example.org:8443", "portal.example.org+8443.token" },
    { "https://portal.example.org/8443", "portal.example.org_8443.token" },
    { "https://portal.example.org/a/b-c", "portal.example.org_a_b-c.token" },
    { "https://portal.example.org/A", "portal.example.org_A.token" },
    { "https://portal.example.org/a_b", "portal.example.org_a_b~" },
    { "https://portal.example.org/a+1", "portal.example.org_a+1~" },
    { "https://portal.example.org/a~1", "portal.example.org_a_1~" },
    { "https://portal.example.org/%2e%2e", "portal.example.org__2e_2e~" },
    { "http://portal.example.org", "portal.example.org~" },
    { "http://localhost:8080", "localhost+8080~" },
    { "https://[::1]:8443", "_++1_+8443~" },
    { "https://.hidden.example", "_hidden.example~" },
  };
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *path = g_strnfill (300, 'a');
  g_autofree char *url = g_strconcat (URL "/", path, NULL);
  g_autofree char *name = keyfob_bearer_files_dup_name (url);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char *found = keyfob_bearer_files_dup_name (cases[i].url);

      if (g_str_has_suffix (cases[i].name, "~"))
        {
          g_assert_true (g_str_has_prefix (found, cases[i].name));
          g_assert_cmpuint (strlen (found), ==, strlen (cases[i].name) + 12 + strlen (".token"));
        }
      else
        {
          g_assert_cmpstr (found, ==, cases[i].name);
        }
      g_assert_true (g_hash_table_add (names, found));
    }

  g_assert_cmpuint (strlen (name), <, 200);
}

static void
test_written_and_removed (Fixture *self, gconstpointer data)
{
  g_auto (GStrv) paths = NULL;

  put (self, "nobody wants it");
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));

  keep (self, TRUE);
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));
  put (self, "one");
  assert_content (self->path, "one\n");
  assert_content (self->wlcg_path, "one\n");
  paths = keyfob_bearer_files_dup_paths (self->files, URL);
  g_assert_cmpstrv (paths, ((const char *const[]){ self->path, self->wlcg_path, NULL }));

  put (self, NULL);
  assert_content (self->path, NULL);
  assert_content (self->wlcg_path, NULL);
  put (self, "two");
  assert_content (self->wlcg_path, "two\n");

  keyfob_bearer_files_close (self->files);
  assert_content (self->path, NULL);
  assert_content (self->wlcg_path, NULL);
  g_assert_false (keyfob_bearer_files_is_needed (self->files));
  g_assert_false (keyfob_bearer_files_keep (self->files, URL, FALSE, NULL));
}

/* As after a crash: the lock on the folder is gone, the files are not. */
static void
test_left_behind (Fixture *self, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *temporary =
      g_build_filename (folder, ".portal.example.org.token.keyfob-abcdef", NULL);
  g_autofree char *wlcg_temporary =
      g_strdup_printf ("%s/.bt_u%u.keyfob-abcdef", self->folder, (guint) geteuid ());
  g_autofree char *lock = g_build_filename (folder, "keyring.lock", NULL);
  const char *const left[] = { self->path, self->wlcg_path, temporary, wlcg_temporary };

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (left); i++)
    g_assert_true (g_file_set_contents (left[i], "old\n", -1, NULL));
  g_assert_true (g_file_set_contents (lock, "", -1, NULL));

  keyfob_bearer_files_free (self->files);
  self->files = keyfob_bearer_files_new (self->folder);

  for (gsize i = 0; i < G_N_ELEMENTS (left); i++)
    assert_content (left[i], NULL);
  assert_content (lock, "");
}

static void
test_other_program (Fixture *self, gconstpointer data)
{
  g_assert_true (g_file_set_contents (self->wlcg_path, "theirs\n", -1, NULL));
  keyfob_bearer_files_free (self->files);
  self->files = keyfob_bearer_files_new (self->folder);
  assert_content (self->wlcg_path, "theirs\n");
  g_assert_cmpint (g_unlink (self->wlcg_path), ==, 0);
}

static void
assert_refused (Fixture *self, const char *path)
{
  g_autoptr (GError) error = NULL;

  if (keyfob_bearer_files_keep (self->files, URL, TRUE, &error))
    keyfob_bearer_files_put (self->files, URL, "token", &error);
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, path));
  keyfob_bearer_files_drop (self->files, URL);
}

/* What another user has, root alone can make. */
static void
test_other_user (Fixture *self, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  const char *const places[] = { folder, self->folder, self->path, self->wlcg_path };

  if (geteuid () != 0)
    return;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      gboolean is_file = places[i] == self->path || places[i] == self->wlcg_path;

      if (is_file)
        g_assert_true (g_file_set_contents (places[i], "token\n", -1, NULL));
      g_assert_cmpint (chown (places[i], OTHER_USER, OTHER_USER), ==, 0);
      assert_refused (self, places[i]);
      g_assert_cmpint (chown (places[i], 0, 0), ==, 0);
      if (is_file)
        assert_content (places[i], "token\n");
      if (is_file)
        g_assert_cmpint (g_unlink (places[i]), ==, 0);
    }
}

static void
test_no_folder (Fixture *self, gconstpointer data)
{
  const char *const folders[] = { NULL, "relative", "/nonexistent/run", "/dev/null" };

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      KeyfobBearerFiles *files = keyfob_bearer_files_new (folders[i]);
      g_autoptr (GError) error = NULL;

      g_assert_false (keyfob_bearer_files_keep (files, URL, FALSE, &error));
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
      keyfob_bearer_files_free (files);
    }
}

static gboolean
write_map (const char *path, const char *text)
{
  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL);
}

/* Mounts of this program alone, for which a user who is not root needs a namespace of users. */
static gboolean
unshare_mounts (void)
{
  g_autofree char *users = g_strdup_printf ("%u %u 1", (guint) geteuid (), (guint) geteuid ());
  g_autofree char *groups = g_strdup_printf ("%u %u 1", (guint) getegid (), (guint) getegid ());

  if (geteuid () == 0)
    return unshare (CLONE_NEWNS) == 0;

  return unshare (CLONE_NEWNS | CLONE_NEWUSER) == 0 && write_map ("/proc/self/setgroups", "deny")
         && write_map ("/proc/self/uid_map", users) && write_map ("/proc/self/gid_map", groups);
}

static gboolean
mount_small (const char *folder)
{
  return unshare_mounts () && mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
         && mount ("tmpfs", folder, "tmpfs", 0, "size=16k,mode=0700") == 0;
}

static void
test_full (Fixture *self, gconstpointer data)
{
  g_autofree char *filler = g_build_filename (self->folder, "filler", NULL);
  g_autofree char *large = g_strnfill (12 * 1024, 'x');
  g_autoptr (GError) error = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      return;
    }

  g_assert_true (mount_small (self->folder));
  keep (self, FALSE);
  put (self, "old");
  g_assert_true (g_file_set_contents (filler, large, -1, NULL));

  /* an old token is worse than none: the program would not know */
  g_assert_false (keyfob_bearer_files_put (self->files, URL, "new", &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, self->path));
  assert_content (self->path, NULL);

  g_assert_cmpint (g_unlink (filler), ==, 0);
  put (self, "new");
  assert_content (self->path, "new\n");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/bearer-files/names", test_names);
#define ADD(path, test) g_test_add ("/bearer-files/" path, Fixture, NULL, set_up, test, tear_down)
  ADD ("written-and-removed", test_written_and_removed);
  ADD ("left-behind", test_left_behind);
  ADD ("other-program", test_other_program);
  ADD ("other-user", test_other_user);
  ADD ("no-folder", test_no_folder);
  ADD ("full", test_full);

  return g_test_run ();
}
