/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-notices.h"
#include "wait.h"

#include <glib/gstdio.h>

static char *
dup_path (void)
{
  return g_build_filename (g_get_user_state_dir (), "folder", "notices.ini", NULL);
}

static KeyfobNotices *
new_notices (const char *path)
{
  g_autoptr (KeyfobClock) clock = keyfob_clock_new ();

  return keyfob_notices_new (path, clock);
}

static void
on_flushed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  gboolean *flushed = user_data;

  g_autoptr (GError) error = NULL;

  keyfob_key_file_writer_flush_finish (KEYFOB_KEY_FILE_WRITER (source), result, &error);
  g_assert_no_error (error);
  *flushed = TRUE;
}

static void
flush (KeyfobNotices *notices)
{
  gboolean flushed = FALSE;

  keyfob_key_file_writer_flush_async (keyfob_notices_get_writer (notices), NULL, on_flushed,
                                      &flushed);
  wait_while (!flushed || g_main_context_pending (NULL));
}

static void
assert_notices (KeyfobNotices *notices, const char *expected)
{
  g_autoptr (GVariant) found = g_variant_ref_sink (keyfob_notices_to_variant (notices));
  g_autofree char *printed = g_variant_print (found, FALSE);

  g_assert_cmpstr (printed, ==, expected);
}

static void
count (guint *changes)
{
  *changes += 1;
}

static void
test_add_and_dismiss (void)
{
  g_autofree char *path = dup_path ();
  KeyfobNotices *notices = new_notices (path);
  guint changes = 0;

  g_signal_connect_swapped (notices, "changed", G_CALLBACK (count), &changes);
  assert_notices (notices, "[]");

  keyfob_notices_add (notices, "one", "First.");
  keyfob_notices_add (notices, "two", "Second.");
  keyfob_notices_add (notices, "one", "First.");
  g_assert_cmpuint (changes, ==, 2);
  assert_notices (notices, "[('one', 'First.'), ('two', 'Second.')]");

  keyfob_notices_add (notices, "one", "Third.");
  g_assert_cmpuint (changes, ==, 3);
  assert_notices (notices, "[('two', 'Second.'), ('one', 'Third.')]");

  keyfob_notices_dismiss (notices, "two");
  keyfob_notices_dismiss (notices, "three");
  g_assert_cmpuint (changes, ==, 4);
  assert_notices (notices, "[('one', 'Third.')]");

  flush (notices);
  g_assert_finalize_object (notices);
}

static void
test_kept (void)
{
  g_autofree char *path = dup_path ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (KeyfobNotices) notices = new_notices (path);
  g_autoptr (KeyfobNotices) again = NULL;
  GStatBuf info;

  keyfob_notices_dismiss (notices, "one");
  keyfob_notices_add (notices, "moved https://[::1]:80/ü = 100%", "Two\nlines; “quoted” = \\.");
  keyfob_notices_add (notices, "two", "Second.");
  flush (notices);

  again = new_notices (path);
  assert_notices (again, "[('moved https://[::1]:80/ü = 100%', 'Two\\nlines; “quoted” = \\\\.'), "
                         "('two', 'Second.')]");
  g_assert_no_errno (g_stat (path, &info));
  g_assert_cmphex (info.st_mode & 07777, ==, 0600);
  g_assert_no_errno (g_stat (folder, &info));
  g_assert_cmphex (info.st_mode & 07777, ==, 0700);
}

static void
test_bounded (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (KeyfobNotices) notices = new_notices (path);
  g_autoptr (GVariant) all = NULL;
  const char *name;

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", i);

      keyfob_notices_add (notices, number, "Something has happened.");
    }

  all = g_variant_ref_sink (keyfob_notices_to_variant (notices));
  g_assert_cmpuint (g_variant_n_children (all), ==, 50);
  g_variant_get_child (all, 0, "(&s&s)", &name, NULL);
  g_assert_cmpstr (name, ==, "150");
  flush (notices);
}

static void
test_damaged_file (void)
{
  g_autofree char *path = g_build_filename (g_get_user_state_dir (), "damaged.ini", NULL);
  g_autoptr (KeyfobNotices) notices = NULL;

  g_mkdir_with_parents (g_get_user_state_dir (), 0700);
  g_assert_true (g_file_set_contents (path,
                                      "[%FF]\nsentence=A.\n[bare]\n[b]\nsentence=\xFF\n"
                                      "[good]\nsentence=Good.\nno key file",
                                      -1, NULL));

  notices = new_notices (path);
  assert_notices (notices, "[('good', 'Good.')]");

  keyfob_notices_add (notices, "new", "New.");
  flush (notices);
  assert_notices (notices, "[('good', 'Good.'), ('new', 'New.')]");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/notices/add-and-dismiss", test_add_and_dismiss);
  g_test_add_func ("/notices/kept", test_kept);
  g_test_add_func ("/notices/bounded", test_bounded);
  g_test_add_func ("/notices/damaged-file", test_damaged_file);

  return g_test_run ();
}
