/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "keyfob-file-swap.h"

#define N_SWAPS 2000

typedef struct
{
  char *folder;
  char *target;
  char *fresh;
  char *theirs;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("keyfob-XXXXXX", NULL);
  fixture->target = g_build_filename (fixture->folder, "target", NULL);
  fixture->fresh = g_build_filename (fixture->folder, "fresh", NULL);
  fixture->theirs = g_build_filename (fixture->folder, "theirs", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_remove (fixture->target);
  g_remove (fixture->fresh);
  g_remove (fixture->theirs);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->target);
  g_free (fixture->fresh);
  g_free (fixture->theirs);
}

static void
put (const char *path, const char *content)
{
  g_assert_true (
      g_file_set_contents_full (path, content, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static void
assert_content (const char *path, const char *expected)
{
  g_autofree char *content = NULL;

  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, expected);
}

static gboolean
exists (const char *path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
test_first (Fixture *fixture, gconstpointer data)
{
  const KeyfobFileId none = { 0 };

  put (fixture->fresh, "ours");
  g_assert_cmpint (keyfob_file_swap (fixture->fresh, fixture->target, &none), ==,
                   KEYFOB_FILE_SWAP_DONE);
  g_assert_false (exists (fixture->fresh));
  assert_content (fixture->target, "ours");

  put (fixture->fresh, "again");
  g_assert_cmpint (keyfob_file_swap (fixture->fresh, fixture->target, &none), ==,
                   KEYFOB_FILE_SWAP_OVERTAKEN);
  assert_content (fixture->fresh, "again");
  assert_content (fixture->target, "ours");
}

static void
test_replaces (Fixture *fixture, gconstpointer data)
{
  KeyfobFileId mark;

  put (fixture->target, "old");
  mark = keyfob_file_id_at (fixture->target);
  put (fixture->fresh, "ours");

  g_assert_cmpint (keyfob_file_swap (fixture->fresh, fixture->target, &mark), ==,
                   KEYFOB_FILE_SWAP_DONE);
  g_assert_false (exists (fixture->fresh));
  assert_content (fixture->target, "ours");
}

static void
test_gone (Fixture *fixture, gconstpointer data)
{
  KeyfobFileId mark;

  put (fixture->target, "old");
  mark = keyfob_file_id_at (fixture->target);
  g_assert_cmpint (g_remove (fixture->target), ==, 0);
  put (fixture->fresh, "ours");

  g_assert_cmpint (keyfob_file_swap (fixture->fresh, fixture->target, &mark), ==,
                   KEYFOB_FILE_SWAP_OVERTAKEN);
  g_assert_false (exists (fixture->target));
}

static void
test_fails (Fixture *fixture, gconstpointer data)
{
  const KeyfobFileId none = { 0 };

  g_assert_cmpint (keyfob_file_swap (fixture->fresh, fixture->target, &none), ==,
                   KEYFOB_FILE_SWAP_FAILED);
  g_assert_false (exists (fixture->target));
}

typedef struct
{
  Fixture *fixture;
  gint over;
} Others;

/* Numbers its files, so that each is known by its content. */
static gpointer
rename_on (gpointer data)
{
  Others *others = data;

  for (guint i = 0; !g_atomic_int_get (&others->over); i++)
    {
      g_autofree char *content = g_strdup_printf ("theirs %u", i);

      put (others->fixture->theirs, content);
      g_assert_cmpint (g_rename (others->fixture->theirs, others->fixture->target), ==, 0);
    }

  return NULL;
}

/* Somebody renames over the target all the time. Whatever the moment: what was read is what is
 * replaced, or what they put there is handed over. */
static void
test_race (Fixture *fixture, gconstpointer data)
{
  Others others = { .fixture = fixture };
  GThread *thread = NULL;
  guint n_displaced = 0;

  put (fixture->target, "theirs");
  thread = g_thread_new ("others", rename_on, &others);

  for (guint i = 0; i < N_SWAPS || n_displaced == 0; i++)
    {
      KeyfobFileId mark = keyfob_file_id_at (fixture->target);
      g_autofree char *content = NULL;

      put (fixture->fresh, "ours");
      switch (keyfob_file_swap (fixture->fresh, fixture->target, &mark))
        {
        case KEYFOB_FILE_SWAP_DONE:
          g_assert_false (exists (fixture->fresh));
          break;
        case KEYFOB_FILE_SWAP_DISPLACED:
          n_displaced++;
          g_assert_true (g_file_get_contents (fixture->fresh, &content, NULL, NULL));
          g_assert_true (g_str_has_prefix (content, "theirs"));
          break;
        case KEYFOB_FILE_SWAP_OVERTAKEN:
          assert_content (fixture->fresh, "ours");
          break;
        case KEYFOB_FILE_SWAP_FAILED:
        default:
          g_assert_not_reached ();
        }
      g_remove (fixture->fresh);
    }

  g_atomic_int_set (&others.over, TRUE);
  g_thread_join (thread);
}

#define ADD(name, function) \
  g_test_add ("/file-swap/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("first", test_first);
  ADD ("replaces", test_replaces);
  ADD ("gone", test_gone);
  ADD ("fails", test_fails);
  ADD ("race", test_race);

  return g_test_run ();
}
