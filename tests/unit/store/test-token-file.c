/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keyfob-auth-error.h"
#include "keyfob-file.h"
#include "keyfob-token-file.h"
#include "keyfob-token-store.h"
#include "nobody.h"

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("keyfob-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "token-store.json", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name = NULL;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }

  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->path);
}

typedef struct
{
  char *path;
  off_t size;
  /* (nullable): of the token file at that moment. */
  char *content;
} Sync;

static const char *watched_path;
static GPtrArray *syncs;

static void
sync_free (gpointer data)
{
  Sync *sync = data;

  g_free (sync->path);
  g_free (sync->content);
  g_free (sync);
}

/* Takes the place of the function of the C library for the code under test. */
int
fsync (int fd)
{
  if (syncs != NULL)
    {
      g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
      Sync *sync = g_new0 (Sync, 1);
      struct stat info;

      g_assert_cmpint (fstat (fd, &info), ==, 0);
      sync->path = g_file_read_link (link, NULL);
      sync->size = info.st_size;
      g_file_get_contents (watched_path, &sync->content, NULL, NULL);
      g_ptr_array_add (syncs, sync);
    }

  return syscall (SYS_fsync, fd);
}

static void
watch_syncs (const char *path)
{
  g_clear_pointer (&syncs, g_ptr_array_unref);
  watched_path = path;
  if (path != NULL)
    syncs = g_ptr_array_new_with_free_func (sync_free);
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

static mode_t
mode_of (const char *path)
{
  GStatBuf info;

  g_assert_cmpint (g_lstat (path, &info), ==, 0);

  return info.st_mode & 07777;
}

static void
assert_content (const char *path, const char *expected)
{
  g_autofree char *content = NULL;

  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, expected);
}

/* As one who reads and writes at once. */
static gboolean
write_file (const char *path, const char *text, GError **error)
{
  g_autoptr (KeyfobTokenFile) file = keyfob_token_file_open (path, error);

  return file != NULL && keyfob_token_file_replace (file, text, error) == KEYFOB_TOKEN_FILE_WRITTEN;
}

static void
assert_holds (KeyfobTokenFile *file, const char *expected)
{
  gsize length = 0;
  const char *data = keyfob_token_file_get_data (file, &length);

  g_assert_cmpmem (data, length, expected, strlen (expected));
}

static void
assert_unreadable (const char *path, const char *part)
{
  g_autofree char *target = keyfob_file_resolve (path, TRUE, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (keyfob_token_file_open (path, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, target != NULL ? target : path));
  g_assert_nonnull (strstr (error->message, part));
}

static void
assert_unwritable (const char *path, const char *part)
{
  g_autofree char *target = keyfob_file_resolve (path, TRUE, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (write_file (path, "{}", &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, target != NULL ? target : path));
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_private (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "a", NULL);
  g_autofree char *path = g_build_filename (folder, "token-store.json", NULL);
  mode_t mask = umask (0);

  g_assert_true (write_file (path, "{}", NULL));
  umask (mask);

  g_assert_cmpuint (mode_of (folder), ==, 0700);
  g_assert_cmpuint (mode_of (path), ==, 0600);
  g_assert_cmpuint (count_files (folder), ==, 1);

  g_remove (path);
}

/* The new content is on disk before it has the name of the file, and then the name is. */
static void
test_syncs (Fixture *fixture, gconstpointer data)
{
  const Sync *first = NULL;
  const Sync *second = NULL;

  g_assert_true (write_file (fixture->path, "old", NULL));
  watch_syncs (fixture->path);
  g_assert_true (write_file (fixture->path, "newer", NULL));
  g_assert_cmpuint (syncs->len, ==, 2);

  first = g_ptr_array_index (syncs, 0);
  g_assert_nonnull (strstr (first->path, "/.token-store.json."));
  g_assert_cmpint (first->size, ==, strlen ("newer"));
  g_assert_cmpstr (first->content, ==, "old");

  second = g_ptr_array_index (syncs, 1);
  g_assert_cmpstr (second->path, ==, fixture->folder);
  g_assert_cmpstr (second->content, ==, "newer");
  watch_syncs (NULL);
}

static void
test_makes_private (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobTokenFile) file = NULL;
  g_autoptr (KeyfobTokenFile) again = NULL;

  g_assert_true (g_file_set_contents (fixture->path, "old", -1, NULL));
  g_assert_cmpint (g_chmod (fixture->path, 0644), ==, 0);

  file = keyfob_token_file_open (fixture->path, NULL);
  g_assert_true (keyfob_token_file_make_private (file));
  g_assert_cmpuint (mode_of (fixture->path), ==, 0600);
  assert_holds (file, "old");

  again = keyfob_token_file_open (fixture->path, NULL);
  g_assert_false (keyfob_token_file_make_private (again));
}

static void
test_missing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *deep = g_build_filename (fixture->folder, "none", "file", NULL);
  g_autoptr (KeyfobTokenFile) file = keyfob_token_file_open (deep, NULL);

  g_assert_nonnull (file);
  assert_holds (file, "");
  g_assert_false (keyfob_file_id_exists (keyfob_token_file_get_id (file)));
}

static void
test_folder_in_its_place (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (g_mkdir (fixture->path, 0700), ==, 0);

  assert_unreadable (fixture->path, "is a folder");
  assert_unwritable (fixture->path, "is a folder");
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

static void
test_fifo_in_its_place (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);

  assert_unreadable (fixture->path, "not a regular file");
  assert_unwritable (fixture->path, "not a regular file");
}

static void
test_file_for_a_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *below = g_build_filename (fixture->path, "token-store.json", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (fixture->path, "x", -1, NULL));

  g_assert_false (write_file (below, "{}", &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, fixture->path));
  assert_content (fixture->path, "x");
}

static void
test_follows_own_link (Fixture *fixture, gconstpointer data)
{
  g_autofree char *target = g_build_filename (fixture->folder, "target", NULL);
  g_autoptr (KeyfobTokenFile) file = NULL;

  g_assert_true (g_file_set_contents (target, "old", -1, NULL));
  g_assert_cmpint (symlink ("target", fixture->path), ==, 0);

  file = keyfob_token_file_open (fixture->path, NULL);
  assert_holds (file, "old");
  g_assert_cmpstr (keyfob_token_file_get_target (file), ==, target);

  g_assert_true (write_file (fixture->path, "new", NULL));
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_IS_SYMLINK));
  g_assert_false (g_file_test (target, G_FILE_TEST_IS_SYMLINK));
  assert_content (target, "new");
}

static void
test_refuses_links (Fixture *fixture, gconstpointer data)
{
  g_autofree char *target = g_build_filename (fixture->folder, "target", NULL);

  g_assert_cmpint (symlink ("nowhere", fixture->path), ==, 0);
  assert_unreadable (fixture->path, "leads nowhere");
  assert_unwritable (fixture->path, "leads nowhere");

  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  g_assert_cmpint (symlink (fixture->folder, fixture->path), ==, 0);
  assert_unreadable (fixture->path, "is a folder");

  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  g_assert_true (g_file_set_contents (target, "theirs", -1, NULL));
  if (geteuid () == 0)
    {
      g_assert_cmpint (chown (target, NOBODY, NOBODY), ==, 0);
      assert_unreadable (target, "another user");
      g_assert_cmpint (symlink (target, fixture->path), ==, 0);
    }
  else
    g_assert_cmpint (symlink ("/etc/passwd", fixture->path), ==, 0);
  assert_unreadable (fixture->path, "another user");
  assert_unwritable (fixture->path, "another user");
  assert_content (target, "theirs");
}

static void
check_limit (const char *path, gsize max, const char *sentence)
{
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_cmpint (truncate (path, max), ==, 0);
  {
    g_autoptr (KeyfobTokenFile) file = keyfob_token_file_open (path, NULL);
    gsize length = 0;

    g_assert_nonnull (file);
    keyfob_token_file_get_data (file, &length);
    g_assert_cmpuint (length, ==, max);
  }

  g_assert_cmpint (truncate (path, max + 1), ==, 0);
  assert_unreadable (path, sentence);
}

static void
test_too_large (Fixture *fixture, gconstpointer data)
{
  g_autofree char *known = keyfob_token_store_dup_app_path ("py-oidc-auth");
  g_autofree char *folder = g_path_get_dirname (known);
  g_autofree char *text = g_strnfill (KEYFOB_FILE_MAX + 1, ' ');
  g_autoptr (GError) error = NULL;

  check_limit (fixture->path, KEYFOB_FILE_MAX, "1 MB");
  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  g_assert_false (write_file (fixture->path, text, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_cmpuint (count_files (fixture->folder), ==, 0);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  check_limit (known, KEYFOB_TOKEN_FILE_MAX, "64 MB");
  g_assert_cmpint (g_remove (known), ==, 0);
}

/* Only root can make such folders. */
static void
test_folder_of_another_user (Fixture *fixture, gconstpointer data)
{
  const struct
  {
    uid_t owner;
    mode_t mode;
    const char *part; /* NULL where the file is taken */
  } cases[] = {
    { 0, 0700, NULL },
    { NOBODY, 0755, "folder of another user" },
    { NOBODY, 01777, "folder of another user" },
  };

  if (geteuid () != 0)
    {
      g_test_skip ("needs to be root");
      return;
    }

  g_assert_true (g_file_set_contents (fixture->path, "ours", -1, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_cmpint (chown (fixture->folder, cases[i].owner, -1), ==, 0);
      g_assert_cmpint (g_chmod (fixture->folder, cases[i].mode), ==, 0);
      if (cases[i].part == NULL)
        {
          g_autoptr (KeyfobTokenFile) file = keyfob_token_file_open (fixture->path, NULL);

          assert_holds (file, "ours");
          continue;
        }
      assert_unreadable (fixture->path, cases[i].part);
      assert_unwritable (fixture->path, cases[i].part);
      assert_content (fixture->path, "ours");
    }
}

/* A sticky folder of root, such as /tmp, in which another user has the link, or a file. */
static void
test_link_of_another_user (Fixture *fixture, gconstpointer data)
{
  g_autofree char *target = g_build_filename (fixture->folder, "target", NULL);

  if (geteuid () != 0)
    {
      g_test_skip ("needs to be root");
      return;
    }

  g_assert_cmpint (g_chmod (fixture->folder, 01777), ==, 0);
  g_assert_true (g_file_set_contents (target, "ours", -1, NULL));
  g_assert_cmpint (symlink (target, fixture->path), ==, 0);
  g_assert_cmpint (lchown (fixture->path, NOBODY, NOBODY), ==, 0);
  assert_unreadable (fixture->path, "link of another user");
  assert_unwritable (fixture->path, "link of another user");
  assert_content (target, "ours");
}

static void
test_read_only_folder (Fixture *fixture, gconstpointer data)
{
  if (g_test_subprocess ())
    {
      const uid_t user = geteuid ();
      const gid_t group = getegid ();

      become_nobody (fixture->folder);
      g_assert_true (write_file (fixture->path, "old", NULL));
      g_assert_cmpint (g_chmod (fixture->folder, 0500), ==, 0);

      assert_unwritable (fixture->path, "make its folder writable");
      assert_content (fixture->path, "old");
      g_assert_cmpuint (count_files (fixture->folder), ==, 1);

      g_assert_cmpint (g_chmod (fixture->path, 0), ==, 0);
      assert_unreadable (fixture->path, "cannot be read");

      g_assert_cmpint (g_chmod (fixture->folder, 0700), ==, 0);
      become_oneself (user, group);
      return;
    }

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

static void
test_no_room (Fixture *fixture, gconstpointer data)
{
  const struct rlimit limit = { .rlim_cur = 1000, .rlim_max = 1000 };

  if (g_test_subprocess ())
    {
      g_autofree char *large = g_strnfill (2000, ' ');
      g_autoptr (GError) error = NULL;

      signal (SIGXFSZ, SIG_IGN);
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
      g_assert_true (write_file (fixture->path, "old", NULL));

      g_assert_false (write_file (fixture->path, large, &error));
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
      g_assert_nonnull (strstr (error->message, "It is unchanged"));
      assert_content (fixture->path, "old");

      g_assert_cmpuint (count_files (fixture->folder), ==, 1);
      return;
    }

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

/* A copy that has no room leaves nothing. */
static void
test_no_room_for_copy (Fixture *fixture, gconstpointer data)
{
  const struct rlimit limit = { .rlim_cur = 1000, .rlim_max = 1000 };

  if (g_test_subprocess ())
    {
      g_autofree char *large = g_strnfill (2000, ' ');
      g_autoptr (KeyfobTokenFile) file = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (fixture->path, large, -1, NULL));
      signal (SIGXFSZ, SIG_IGN);
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);

      file = keyfob_token_file_open (fixture->path, NULL);
      g_assert_null (keyfob_token_file_copy_damaged (file, 0, &error));
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
      g_assert_cmpuint (count_files (fixture->folder), ==, 1);
      assert_content (fixture->path, large);
      return;
    }

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

static char *
keep_copy (const char *path, const char *content, gssize length, gint64 now)
{
  g_autoptr (KeyfobTokenFile) file = NULL;

  g_assert_true (g_file_set_contents (path, content, length, NULL));
  file = keyfob_token_file_open (path, NULL);

  return keyfob_token_file_copy_damaged (file, now, NULL);
}

/* The damaged file is replaced next. */
static void
test_syncs_copy (Fixture *fixture, gconstpointer data)
{
  g_autofree char *copy = NULL;
  const Sync *sync = NULL;

  watch_syncs (fixture->path);
  copy = keep_copy (fixture->path, "damaged", 7, 0);
  sync = g_ptr_array_index (syncs, syncs->len - 1);
  g_assert_cmpstr (sync->path, ==, copy);
  g_assert_cmpint (sync->size, ==, 7);
  watch_syncs (NULL);
}

static void
test_keeps_copies (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDateTime) time = g_date_time_new_local (2026, 3, 4, 5, 6, 7);
  gint64 now = g_date_time_to_unix (time);
  g_autofree char *first = keep_copy (fixture->path, "one", 3, now);
  g_autofree char *second = keep_copy (fixture->path, "two\0x", 5, now);

  g_assert_true (g_str_has_suffix (first, "/token-store.json.damaged-20260304-050607"));
  g_assert_cmpstr (first, !=, second);
  g_assert_cmpuint (mode_of (first), ==, 0600);
  assert_content (first, "one");
  assert_content (second, "two");
}

/* As Python's client writes, without a lock. */
static void
overtake (const char *path, const char *content)
{
  g_autofree char *other = g_strconcat (path, ".tmp", NULL);

  g_assert_true (g_file_set_contents (other, content, -1, NULL));
  g_assert_cmpint (g_chmod (other, 0600), ==, 0);
  g_assert_cmpint (g_rename (other, path), ==, 0);
}

static void
assert_overtaken (KeyfobTokenFile *file, const char *theirs)
{
  g_assert_cmpint (keyfob_token_file_replace (file, "ours", NULL), ==, KEYFOB_TOKEN_FILE_OVERTAKEN);
  assert_holds (file, theirs);
}

static void
test_overtaken (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobTokenFile) file = keyfob_token_file_open (fixture->path, NULL);
  KeyfobFileId written;

  overtake (fixture->path, "first");
  assert_overtaken (file, "first");
  assert_content (fixture->path, "first");

  /* Of the same length, at the same moment. */
  overtake (fixture->path, "other");
  assert_overtaken (file, "other");

  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  assert_overtaken (file, "");
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));

  g_assert_cmpint (keyfob_token_file_replace (file, "ours", NULL), ==, KEYFOB_TOKEN_FILE_WRITTEN);
  assert_content (fixture->path, "ours");
  written = keyfob_file_id_at (fixture->path);
  g_assert_true (keyfob_file_id_equal (keyfob_token_file_get_id (file), &written));

  g_assert_cmpint (keyfob_token_file_replace (file, "again", NULL), ==, KEYFOB_TOKEN_FILE_WRITTEN);
  assert_content (fixture->path, "again");
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

static void
test_overtaken_by_a_folder (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobTokenFile) file = keyfob_token_file_open (fixture->path, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (fixture->path, 0700), ==, 0);

  g_assert_cmpint (keyfob_token_file_replace (file, "ours", &error), ==, KEYFOB_TOKEN_FILE_FAILED);
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "is a folder"));
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

typedef struct
{
  const char *path;
  gint over;
} Others;

/* The files are numbered, so that each is known by its content. */
static gpointer
rename_on (gpointer data)
{
  Others *others = data;

  for (guint i = 0; !g_atomic_int_get (&others->over); i++)
    {
      g_autofree char *content = g_strdup_printf ("theirs %u", i);

      overtake (others->path, content);
    }

  return NULL;
}

/* Another program renames over the file all the time. Whatever the moment: what was read is what is
 * replaced, or what the other program wrote is handed over. */
static void
test_race (Fixture *fixture, gconstpointer data)
{
  g_autofree char *ours = g_strnfill (100, 'o');
  Others others = { .path = fixture->path };
  GThread *thread = NULL;
  guint n_displaced = 0;
  guint i = 0;

  overtake (fixture->path, "theirs");
  thread = g_thread_new ("others", rename_on, &others);

  for (i = 0; i < 200 || (n_displaced == 0 && i < 100 * 1000); i++)
    {
      g_autoptr (KeyfobTokenFile) file = keyfob_token_file_open (fixture->path, NULL);
      KeyfobTokenFileOutcome outcome = keyfob_token_file_replace (file, ours, NULL);
      gsize length = 0;

      g_assert_cmpint (outcome, !=, KEYFOB_TOKEN_FILE_FAILED);
      if (outcome == KEYFOB_TOKEN_FILE_OVERTAKEN
          && keyfob_token_file_get_id (file)->size == (off_t) strlen (ours))
        {
          n_displaced++;
          g_assert_true (g_str_has_prefix (keyfob_token_file_get_data (file, &length), "theirs"));
        }
    }

  g_atomic_int_set (&others.over, TRUE);
  g_thread_join (thread);
  g_assert_cmpuint (n_displaced, >, 0);
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

#define ADD(name, function) \
  g_test_add ("/token-file/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("private", test_private);
  ADD ("syncs", test_syncs);
  ADD ("syncs-copy", test_syncs_copy);
  ADD ("makes-private", test_makes_private);
  ADD ("missing", test_missing);
  ADD ("folder-in-its-place", test_folder_in_its_place);
  ADD ("fifo-in-its-place", test_fifo_in_its_place);
  ADD ("folder-of-another-user", test_folder_of_another_user);
  ADD ("link-of-another-user", test_link_of_another_user);
  ADD ("file-for-a-folder", test_file_for_a_folder);
  ADD ("follows-own-link", test_follows_own_link);
  ADD ("refuses-links", test_refuses_links);
  ADD ("too-large", test_too_large);
  ADD ("read-only-folder", test_read_only_folder);
  ADD ("no-room", test_no_room);
  ADD ("no-room-for-copy", test_no_room_for_copy);
  ADD ("keeps-copies", test_keeps_copies);
  ADD ("overtaken", test_overtaken);
  ADD ("overtaken-by-a-folder", test_overtaken_by_a_folder);
  ADD ("race", test_race);

  return g_test_run ();
}
