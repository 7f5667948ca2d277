/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* For unshare(). */
#define _GNU_SOURCE

#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include "file-case.h"
#include "keyfob-auth-error.h"
#include "keyfob-file.h"
#include "nobody.h"

static void
test_entry_without_token (FileCase *fixture, gconstpointer data)
{
  static const char *const bad[] = { "{}", "{\"token\": null}", "{\"token\": {}}",
                                     "{\"token\": {\"access_token\": 1}}" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *content = g_strdup_printf ("{\"https://a.example\": %s}", bad[i]);
      g_autoptr (KeyfobToken) found = NULL;
      g_autoptr (GError) error = NULL;

      file_case_put (fixture, content);
      g_assert_false (file_case_look_up (fixture, "https://a.example", &found, &error));
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED);
      g_assert_true (file_case_save (fixture, "https://a.example", "new", NULL));
      file_case_assert_stored (fixture, "https://a.example", "new");
    }

  file_case_put (fixture, "{\"https://a.example\": 5}");
  file_case_assert_stored (fixture, "https://a.example", NULL);
}

static void
test_damaged (FileCase *fixture, gconstpointer data)
{
  static const struct
  {
    const char *content;
    gssize length;
  } cases[] = {
    { "{", -1 },
    { " {\n \"http", -1 },
    { "{\"https://b.example\": {\"token\": {\"access_tok", -1 },
    { "{\"http://a\": \"\xff\xfe\"}", -1 },
    { "{\"http://a\": 1}\0\0\0", 18 },
    { "\0", 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize length = cases[i].length < 0 ? strlen (cases[i].content) : (gsize) cases[i].length;
      g_autoptr (KeyfobToken) found = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) remove_error = NULL;
      g_autofree char *copy = NULL;
      g_autofree char *kept = NULL;
      gsize kept_length = 0;

      g_assert_true (g_file_set_contents (fixture->path, cases[i].content, length, NULL));

      g_assert_false (file_case_look_up (fixture, "https://a.example", &found, &error));
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
      g_assert_nonnull (strstr (error->message, fixture->path));
      g_assert_null (file_case_find_copy (fixture));

      g_assert_false (file_case_remove_host (fixture, "https://a.example", &remove_error));
      g_assert_error (remove_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);

      g_assert_true (file_case_save (fixture, "https://a.example", "new", NULL));
      file_case_assert_stored (fixture, "https://a.example", "new");

      copy = file_case_find_copy (fixture);
      g_assert_nonnull (copy);
      file_case_assert_reported (fixture, "damaged-file", copy);
      g_assert_true (g_file_get_contents (copy, &kept, &kept_length, NULL));
      g_assert_cmpmem (kept, kept_length, cases[i].content, length);
      g_assert_cmpint (g_remove (copy), ==, 0);
    }
}

/* What somebody named by mistake: it keeps its content and its mode, and nothing is put beside it.
 */
static void
test_foreign (FileCase *fixture, gconstpointer data)
{
  static const char *const foreign[] = {
    "not JSON",
    "[1, 2]",
    "5",
    "alias ls='ls --color'\n",
    "# https://a.example\n",
    "{\n  // for the editor\n  \"http.proxy\": \"https://proxy.example\",\n}\n",
    "{\"editor.fontSize\": 12, \"site\": \"https://a.example\"}",
    "{\"access_token\": \"x\", \"expires\": 1900000000, \"headers\": {}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (foreign); i++)
    {
      g_autoptr (KeyfobToken) found = NULL;
      g_autoptr (GError) look_up_error = NULL;
      g_autoptr (GError) save_error = NULL;
      g_autoptr (GError) remove_error = NULL;
      g_autofree char *after = NULL;
      GStatBuf info;

      file_case_put (fixture, foreign[i]);
      g_assert_cmpint (g_chmod (fixture->path, 0644), ==, 0);

      g_assert_false (file_case_look_up (fixture, "https://a.example", &found, &look_up_error));
      g_assert_error (look_up_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
      g_assert_nonnull (strstr (look_up_error->message, strstr (foreign[i], "access_token")
                                                            ? "holds a single token"
                                                            : "is not a token file"));
      g_assert_false (file_case_save (fixture, "https://a.example", "new", &save_error));
      g_assert_error (save_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
      g_assert_nonnull (strstr (save_error->message, fixture->path));
      g_assert_false (file_case_remove_host (fixture, "https://a.example", &remove_error));

      after = file_case_get (fixture);
      g_assert_cmpstr (after, ==, foreign[i]);
      g_assert_cmpint (g_stat (fixture->path, &info), ==, 0);
      g_assert_cmpuint (info.st_mode & 07777, ==, 0644);
      g_assert_null (file_case_find_copy (fixture));
    }
}

/* Python's reader can be crashed by such a file; here it is set aside like any other. */
static void
test_deep (FileCase *fixture, gconstpointer data)
{
  g_autofree char *opening = g_strnfill (100000, '[');
  g_autofree char *closing = g_strnfill (100000, ']');
  g_autofree char *content = g_strdup_printf ("{\"https://b\": %s%s}", opening, closing);
  g_autofree char *copy = NULL;
  g_autofree char *kept = NULL;
  g_autoptr (KeyfobToken) found = NULL;
  g_autoptr (GError) error = NULL;

  file_case_put (fixture, content);
  g_assert_false (file_case_look_up (fixture, "https://a.example", &found, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);

  g_assert_true (file_case_save (fixture, "https://a.example", "new", NULL));
  file_case_assert_stored (fixture, "https://a.example", "new");
  copy = file_case_find_copy (fixture);
  g_assert_nonnull (copy);
  g_assert_true (g_file_get_contents (copy, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, content);
}

static void
test_large (FileCase *fixture, gconstpointer data)
{
  const gsize size = 900 * 1024;
  g_autofree char *large = g_strnfill (size, 'x');
  g_autofree char *damaged = g_strdup_printf ("{\"https://%s", large);
  g_autofree char *content = NULL;
  g_autofree char *copy = NULL;
  g_autofree char *after = NULL;
  GStatBuf info;

  file_case_put (fixture, damaged);
  g_assert_true (file_case_save (fixture, "https://a.example", "new", NULL));
  file_case_assert_stored (fixture, "https://a.example", "new");
  copy = file_case_find_copy (fixture);
  g_assert_nonnull (copy);
  g_assert_cmpint (g_stat (copy, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, strlen (damaged));

  content = g_strdup_printf ("{\"https://b.example\": {\"kept\": \"%s\"}}", large);
  file_case_put (fixture, content);
  g_assert_true (file_case_save (fixture, "https://a.example", "newer", NULL));
  file_case_assert_stored (fixture, "https://a.example", "newer");
  after = file_case_get (fixture);
  g_assert_cmpuint (strlen (after), >, size);
  g_assert_nonnull (strstr (after, "{\n  \"https://b.example\": {\"kept\": \"xxxxxxxx"));
}

/* More than is read: a sentence, and nothing is touched. */
static void
test_too_large (FileCase *fixture, gconstpointer data)
{
  const gsize size = KEYFOB_FILE_MAX + 1;
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  file_case_put (fixture, "");
  g_assert_cmpint (truncate (fixture->path, size), ==, 0);

  g_assert_false (file_case_save (fixture, "https://a.example", "new", &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "1 MB"));
  g_assert_cmpint (g_stat (fixture->path, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, size);
  g_assert_null (file_case_find_copy (fixture));
}

/* A folder in its place, and a link to nowhere. */
static void
test_no_file (FileCase *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) found = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) save_error = NULL;

  if (g_str_equal (data, "a folder"))
    g_assert_cmpint (g_mkdir (fixture->path, 0700), ==, 0);
  else
    g_assert_cmpint (symlink ("nowhere", fixture->path), ==, 0);

  g_assert_false (file_case_look_up (fixture, "https://a.example", &found, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, data));
  g_assert_false (file_case_save (fixture, "https://a.example", "new", &save_error));
  g_assert_error (save_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (save_error->message, data));
}

static void
test_readable (FileCase *fixture, gconstpointer mode)
{
  GStatBuf info;

  file_case_put (fixture, "{}");
  g_assert_cmpint (g_chmod (fixture->path, GPOINTER_TO_INT (mode)), ==, 0);

  file_case_assert_stored (fixture, "https://a.example", NULL);

  g_assert_cmpint (g_stat (fixture->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0600);
  file_case_assert_reported (fixture, "readable-file", fixture->path);
  file_case_assert_stored (fixture, "https://a.example", NULL);
  g_assert_cmpuint (fixture->reports->len, ==, 1);
}

/* A disk of 64 kB that is mounted for this program alone; where that is forbidden, files may not
 * become larger than that. */
static void
make_small (const char *folder)
{
  const struct rlimit limit = { .rlim_cur = 65536, .rlim_max = RLIM_INFINITY };

  if (unshare (CLONE_NEWNS) == 0 && mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
      && mount ("tmpfs", folder, "tmpfs", 0, "size=64k,mode=0700") == 0)
    return;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
test_full_disk (FileCase *fixture, gconstpointer data)
{
  if (g_test_subprocess ())
    {
      g_autofree char *large = g_strnfill (50000, 'x');
      g_autofree char *content = g_strdup_printf ("{\"https://b.example\": \"%s\"}", large);
      g_autofree char *too_large = g_strnfill (20000, 'x');
      g_autofree char *after = NULL;
      g_autoptr (GError) error = NULL;

      make_small (fixture->folder);
      file_case_put (fixture, content);

      g_assert_false (file_case_save (fixture, "https://a.example", too_large, &error));
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
      g_assert_nonnull (strstr (error->message, "It is unchanged"));
      after = file_case_get (fixture);
      g_assert_cmpstr (after, ==, content);

      /* Once there is room again. */
      file_case_put (fixture, "{}");
      g_assert_true (file_case_save (fixture, "https://a.example", "new", NULL));
      file_case_assert_stored (fixture, "https://a.example", "new");
      umount2 (fixture->folder, MNT_DETACH);
      return;
    }

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

/* Nothing can be locked or noted there, and yet a token that is good is found. */
static void
test_read_only_folder (FileCase *fixture, gconstpointer data)
{
  if (g_test_subprocess ())
    {
      const uid_t user = geteuid ();
      const gid_t group = getegid ();
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) remove_error = NULL;

      file_case_put_as_python (fixture, "py");
      g_assert_true (geteuid () != 0 || chown (fixture->path, NOBODY, NOBODY) == 0);
      become_nobody (fixture->folder);
      g_assert_cmpint (g_chmod (fixture->folder, 0500), ==, 0);

      file_case_assert_stored (fixture, "https://a.example", "py");
      g_assert_false (file_case_save (fixture, "https://a.example", "new", &error));
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
      g_assert_nonnull (strstr (error->message, "make its folder writable"));
      g_assert_false (file_case_remove_host (fixture, "https://a.example", &remove_error));
      g_assert_error (remove_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
      file_case_assert_stored (fixture, "https://a.example", "py");

      g_assert_cmpint (g_chmod (fixture->folder, 0700), ==, 0);
      become_oneself (user, group);
      return;
    }

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

#define ADD(name, function)                                                            \
  g_test_add ("/file-store-trouble/" name, FileCase, NULL, file_case_set_up, function, \
              file_case_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("entry-without-token", test_entry_without_token);
  ADD ("damaged", test_damaged);
  ADD ("foreign", test_foreign);
  ADD ("deep", test_deep);
  ADD ("large", test_large);
  ADD ("too-large", test_too_large);
  g_test_add ("/file-store-trouble/folder-in-its-place", FileCase, "a folder", file_case_set_up,
              test_no_file, file_case_tear_down);
  g_test_add ("/file-store-trouble/link-to-nowhere", FileCase, "leads nowhere", file_case_set_up,
              test_no_file, file_case_tear_down);
  g_test_add ("/file-store-trouble/readable-by-all", FileCase, GINT_TO_POINTER (0644),
              file_case_set_up, test_readable, file_case_tear_down);
  g_test_add ("/file-store-trouble/readable-by-group", FileCase, GINT_TO_POINTER (0640),
              file_case_set_up, test_readable, file_case_tear_down);
  g_test_add ("/file-store-trouble/writable-by-group", FileCase, GINT_TO_POINTER (0620),
              file_case_set_up, test_readable, file_case_tear_down);
  ADD ("full-disk", test_full_disk);
  ADD ("read-only-folder", test_read_only_folder);

  return g_test_run ();
}
