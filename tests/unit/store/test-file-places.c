/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <glib/gstdio.h>

#include "keyfob-file-places.h"

#define HOST "https://data.example.org"

typedef struct
{
  char *folder;
  char *token_file;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("keyfob-XXXXXX", NULL);
  fixture->token_file = g_build_filename (fixture->folder, "token-store.json", NULL);
  fixture->path = g_strconcat (fixture->token_file, ".places", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_remove (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->token_file);
  g_free (fixture->path);
}

static void
assert_place (Fixture *fixture, const char *host, const char *owner, gint64 emptied)
{
  g_autoptr (KeyfobFilePlaces) places = keyfob_file_places_read (fixture->token_file);
  g_autofree char *found = keyfob_file_places_dup_owner (places, host);

  g_assert_cmpstr (found, ==, owner);
  g_assert_cmpint (keyfob_file_places_get_emptied (places, host), ==, emptied);
}

static void
test_take_and_empty (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobFilePlaces) places = keyfob_file_places_read (fixture->token_file);
  GStatBuf info;

  assert_place (fixture, HOST, NULL, 0);

  keyfob_file_places_take (places, HOST, HOST "/api");
  assert_place (fixture, HOST, HOST "/api", 0);
  assert_place (fixture, "http://::1:8080", NULL, 0);
  g_assert_cmpint (g_stat (fixture->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0600);

  keyfob_file_places_empty (places, HOST, 1800000000);
  assert_place (fixture, HOST, NULL, 1800000000);

  keyfob_file_places_take (places, HOST, HOST);
  keyfob_file_places_take (places, "http://::1:8080", "http://[::1]:8080/api");
  assert_place (fixture, HOST, HOST, 0);
  assert_place (fixture, "http://::1:8080", "http://[::1]:8080/api", 0);
}

/* What is known already is not written again: that would cost each save a file. */
static void
test_writes_only_news (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobFilePlaces) places = keyfob_file_places_read (fixture->token_file);

  keyfob_file_places_take (places, HOST, HOST);
  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  keyfob_file_places_take (places, HOST, HOST);

  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

static void
test_forgets (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobFilePlaces) places = keyfob_file_places_read (fixture->token_file);

  keyfob_file_places_take (places, "https://first.example.org", "https://first.example.org");
  keyfob_file_places_take (places, HOST, HOST);
  for (guint i = 0; i < 999; i++)
    {
      g_autofree char *host = g_strdup_printf ("https://h%u.example.org", i);

      keyfob_file_places_empty (places, host, 1800000000 + i);
    }

  assert_place (fixture, "https://first.example.org", NULL, 0);
  assert_place (fixture, HOST, HOST, 0);
  assert_place (fixture, "https://h998.example.org", NULL, 1800000998);
}

static void
test_bad_files (Fixture *fixture, gconstpointer data)
{
  static const char *const bad[] = { "",
                                     "nonsense",
                                     "[https://data.example.org]\nowner",
                                     "\xff\n",
                                     "[" HOST "]\nemptied=x\n",
                                     "owner=x\n[" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (KeyfobFilePlaces) places = NULL;

      g_assert_true (g_file_set_contents (fixture->path, bad[i], -1, NULL));
      assert_place (fixture, HOST, NULL, 0);

      places = keyfob_file_places_read (fixture->token_file);
      keyfob_file_places_take (places, HOST, HOST);
      assert_place (fixture, HOST, HOST, 0);
    }
}

/* Nothing may depend on it. */
static void
test_no_folder (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobFilePlaces) places = keyfob_file_places_read ("/dev/null/token-store.json");

  keyfob_file_places_take (places, HOST, HOST);
  keyfob_file_places_empty (places, HOST, 1);
}

#define ADD(name, function) \
  g_test_add ("/file-places/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("take-and-empty", test_take_and_empty);
  ADD ("writes-only-news", test_writes_only_news);
  ADD ("forgets", test_forgets);
  ADD ("bad-files", test_bad_files);
  ADD ("no-folder", test_no_folder);

  return g_test_run ();
}
