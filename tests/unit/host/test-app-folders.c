/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <glib/gstdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <utime.h>

#include "keyfob-app-folders.h"
#include "wait.h"

#define N_FOLDERS 100

typedef struct
{
  KeyfobAppFolders *folders;
  guint n_changes;
} Fixture;

static char *
dup_path (const char *name, const char *file)
{
  return g_build_filename (g_get_user_cache_dir (), name, file, NULL);
}

static void
make_folder (const char *name)
{
  g_autofree char *path = dup_path (name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
}

/* Makes it the folder that changed first of all. */
static void
make_old (const char *name)
{
  g_autofree char *path = dup_path (name, NULL);
  const struct utimbuf times = { 0, 0 };

  g_assert_cmpint (utime (path, &times), ==, 0);
}

static void
write_file (const char *name)
{
  g_autofree char *path = dup_path (name, "token-store.json");

  make_folder (name);
  g_assert_true (g_file_set_contents (path, "{}", -1, NULL));
}

static void
remove_folder (const char *name)
{
  g_autofree char *file = dup_path (name, "token-store.json");
  g_autofree char *path = dup_path (name, NULL);

  g_remove (file);
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

static void
on_changed (Fixture *fixture)
{
  fixture->n_changes++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folders = keyfob_app_folders_new ();
  g_signal_connect_swapped (fixture->folders, "changed", G_CALLBACK (on_changed), fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobAppFolders) folders = g_steal_pointer (&fixture->folders);

  g_object_add_weak_pointer (G_OBJECT (folders), (gpointer *) &fixture->folders);
  fixture->folders = folders;
  g_clear_object (&folders);
  /* a look under way holds it */
  wait_while (fixture->folders != NULL);
}

static gboolean
has_names (Fixture *fixture, const char *names)
{
  g_auto (GStrv) expected = g_strsplit (names, " ", -1);

  return g_strv_equal ((const char *const *) expected,
                       keyfob_app_folders_get_names (fixture->folders));
}

/* How many folders this process watches, as the kernel counts them. */
static guint
count_watches (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fdinfo", 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/fdinfo", name, NULL);
      g_autofree char *text = NULL;

      if (g_file_get_contents (path, &text, NULL, NULL))
        for (const char *at = text; (at = g_strstr_len (at, -1, "inotify wd")) != NULL; at++)
          n++;
    }

  return n;
}

static gboolean
on_tick (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* The kernel does not tell when it has taken up a watch, or given it up. */
static void
wait_for_watches (guint n)
{
  guint tick = g_timeout_add (10, on_tick, NULL);

  wait_while (count_watches () != n);
  g_source_remove (tick);
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
  write_file ("b");
  write_file ("a");
  write_file (".hidden");
  make_folder ("without");
  wait_while (!has_names (fixture, "a b"));

  write_file ("without");
  wait_while (!has_names (fixture, "a b without"));

  remove_folder ("a");
  remove_folder (".hidden");
  wait_while (!has_names (fixture, "b without"));

  remove_folder ("b");
  remove_folder ("without");
  wait_while (!has_names (fixture, ""));
}

static void
test_number_of_watches (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < N_FOLDERS; i++)
    {
      g_autofree char *name = g_strdup_printf ("n%02u", i);

      make_folder (name);
    }
  make_old ("n00");
  keyfob_app_folders_look (fixture->folders);
  /* the cache folder, too */
  wait_for_watches (KEYFOB_APP_FOLDERS_MAX + 1);

  write_file ("new");
  wait_while (!has_names (fixture, "new"));
  wait_for_watches (KEYFOB_APP_FOLDERS_MAX + 1);

  write_file ("n00");
  make_old ("n00");
  keyfob_app_folders_look (fixture->folders);
  wait_while (!has_names (fixture, "n00 new"));
  wait_for_watches (KEYFOB_APP_FOLDERS_MAX + 1);
  g_assert_cmpuint (fixture->n_changes, ==, 2);

  remove_folder ("new");
  for (guint i = 0; i < N_FOLDERS; i++)
    {
      g_autofree char *name = g_strdup_printf ("n%02u", i);

      remove_folder (name);
    }
  wait_while (!has_names (fixture, ""));
  wait_for_watches (1);
}

/* What programs write into their folders is nothing that the agent wakes up for. The kernel tells
 * which events it reports. */
static void
test_content_wakes_nobody (Fixture *fixture, gconstpointer data)
{
  static const guint content = IN_ACCESS | IN_MODIFY | IN_ATTRIB | IN_OPEN | IN_CLOSE;
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fdinfo", 0, NULL);
  const char *name;

  write_file ("a");
  wait_while (!has_names (fixture, "a"));
  wait_for_watches (2);

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/fdinfo", name, NULL);
      g_autofree char *text = NULL;

      if (g_file_get_contents (path, &text, NULL, NULL) && strstr (text, "inotify wd") != NULL)
        for (const char *at = text; (at = strstr (at, " mask:")) != NULL; at++)
          g_assert_cmphex (g_ascii_strtoull (at + strlen (" mask:"), NULL, 16) & content, ==, 0);
    }

  remove_folder ("a");
  wait_while (!has_names (fixture, ""));
}

/* A folder that takes the place of another one, and the cache folder itself. */
static void
test_replaced (Fixture *fixture, gconstpointer data)
{
  g_autofree char *from = dup_path ("other", NULL);
  g_autofree char *to = dup_path ("a", NULL);

  make_folder ("a");
  wait_for_watches (2);
  remove_folder ("a");
  make_folder ("other");
  g_assert_cmpint (g_rename (from, to), ==, 0);
  wait_for_watches (2);
  write_file ("a");
  wait_while (!has_names (fixture, "a"));

  remove_folder ("a");
  g_assert_cmpint (g_rmdir (g_get_user_cache_dir ()), ==, 0);
  wait_while (!has_names (fixture, ""));
  write_file ("b");
  wait_while (!has_names (fixture, "b"));
  remove_folder ("b");
  wait_while (!has_names (fixture, ""));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, function) \
  g_test_add ("/app-folders/" name, Fixture, NULL, set_up, function, tear_down)

  ADD ("names", test_names);
  ADD ("content-wakes-nobody", test_content_wakes_nobody);
  ADD ("replaced", test_replaced);
  ADD ("number-of-watches", test_number_of_watches);

  return g_test_run ();
}
