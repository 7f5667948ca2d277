/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <glib/gstdio.h>

#include "keyfob-file-watch.h"
#include "wait.h"

typedef struct
{
  char *folder;
  char *path;
  char *other;
  KeyfobFileWatch *watch;
  guint n_touches;
} Fixture;

static void
touched_cb (Fixture *fixture)
{
  fixture->n_touches++;
}

static void
wait_for_touches (Fixture *fixture, guint n)
{
  wait_while (fixture->n_touches < n);
  g_assert_cmpuint (fixture->n_touches, ==, n);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("keyfob-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "token-store.json", NULL);
  fixture->other = g_build_filename (fixture->folder, "token-store.tmp", NULL);
  fixture->watch = keyfob_file_watch_new ();
  g_signal_connect_swapped (fixture->watch, "touched", G_CALLBACK (touched_cb), fixture);

  keyfob_file_watch_start (fixture->watch, fixture->path);
  wait_for_touches (fixture, 1);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->watch);
  g_remove (fixture->path);
  g_remove (fixture->other);
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->other);
}

static void
test_touched (Fixture *fixture, gconstpointer data)
{
  g_assert_true (g_file_set_contents (fixture->path, "one", -1, NULL));
  wait_for_touches (fixture, 2);

  g_assert_true (g_file_set_contents (fixture->other, "two", -1, NULL));
  g_assert_cmpint (g_rename (fixture->other, fixture->path), ==, 0);
  wait_for_touches (fixture, 3);

  g_assert_cmpint (g_chmod (fixture->path, 0640), ==, 0);
  wait_for_touches (fixture, 4);

  g_assert_cmpint (g_rename (fixture->path, fixture->other), ==, 0);
  wait_for_touches (fixture, 5);
}

/* What is told of the file comes after what is told of others: had they counted, it were two. */
static void
test_others (Fixture *fixture, gconstpointer data)
{
  g_autofree char *lock = g_strconcat (fixture->path, ".lock", NULL);

  g_assert_true (g_file_set_contents (lock, "", -1, NULL));
  g_assert_true (g_file_set_contents (fixture->other, "", -1, NULL));
  g_assert_cmpint (g_remove (lock), ==, 0);
  g_assert_cmpuint (fixture->n_touches, ==, 1);

  g_assert_true (g_file_set_contents (fixture->path, "one", -1, NULL));
  wait_for_touches (fixture, 2);
}

static void
test_once (Fixture *fixture, gconstpointer data)
{
  keyfob_file_watch_start (fixture->watch, fixture->path);

  for (guint i = 0; i < 20; i++)
    g_assert_true (g_file_set_contents (fixture->path, "one", -1, NULL));
  wait_for_touches (fixture, 2);
}

static void
test_folder_gone (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  wait_for_touches (fixture, 2);

  g_assert_cmpint (g_mkdir (fixture->folder, 0700), ==, 0);
  keyfob_file_watch_start (fixture->watch, fixture->path);
  wait_for_touches (fixture, 3);
  g_assert_true (g_file_set_contents (fixture->path, "one", -1, NULL));
  wait_for_touches (fixture, 4);
}

static void
test_no_folder (Fixture *fixture, gconstpointer data)
{
  keyfob_file_watch_start (fixture->watch, "/dev/null/token-store.json");
  keyfob_file_watch_start (fixture->watch, fixture->path);
  wait_for_touches (fixture, 2);
}

static void
test_root (Fixture *fixture, gconstpointer data)
{
  keyfob_file_watch_start (fixture->watch, "/");
  keyfob_file_watch_start (fixture->watch, fixture->path);
  wait_for_touches (fixture, 2);
}

#define ADD(name, function) \
  g_test_add ("/file-watch/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("touched", test_touched);
  ADD ("others", test_others);
  ADD ("once", test_once);
  ADD ("folder-gone", test_folder_gone);
  ADD ("no-folder", test_no_folder);
  ADD ("root", test_root);

  return g_test_run ();
}
