/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-auth-error.h"
#include "keyfob-key-file-writer.h"
#include "manual-clock.h"
#include "wait.h"

#include <glib/gstdio.h>
#include <unistd.h>

typedef struct
{
  ManualClock *clock;
  char *path;
  GKeyFile *keys;
  KeyfobKeyFileWriter *writer;
  guint n_flushed;
  GError *error;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->clock = manual_clock_new (1900000000);
  fixture->path = g_build_filename (g_get_user_state_dir (), "a", "b", "file.ini", NULL);
  fixture->keys = g_key_file_new ();
  fixture->writer = keyfob_key_file_writer_new (fixture->path, KEYFOB_CLOCK (fixture->clock));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->writer);
  g_object_unref (fixture->clock);
  g_key_file_unref (fixture->keys);
  g_clear_error (&fixture->error);
  g_free (fixture->path);
}

static void
on_flushed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_clear_error (&fixture->error);
  keyfob_key_file_writer_flush_finish (KEYFOB_KEY_FILE_WRITER (source), result, &fixture->error);
  fixture->n_flushed++;
}

static void
write_number (Fixture *fixture, int number)
{
  g_key_file_set_integer (fixture->keys, "group", "number", number);
  keyfob_key_file_writer_write (fixture->writer, fixture->keys);
}

static void
flush (Fixture *fixture)
{
  guint before = fixture->n_flushed;

  keyfob_key_file_writer_flush_async (fixture->writer, NULL, on_flushed, fixture);
  wait_while (fixture->n_flushed == before);
}

static int
read_number (Fixture *fixture)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();

  g_assert_true (g_key_file_load_from_file (keys, fixture->path, G_KEY_FILE_NONE, NULL));

  return g_key_file_get_integer (keys, "group", "number", NULL);
}

static void
test_nothing_to_write (Fixture *fixture, gconstpointer data)
{
  flush (fixture);
  g_assert_no_error (fixture->error);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

/* (After a write its thread may hold it for a moment.) */
static void
test_finalize (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (
      keyfob_key_file_writer_new (fixture->path, KEYFOB_CLOCK (fixture->clock)));
}

static void
test_private (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (fixture->path);
  GStatBuf info;

  write_number (fixture, 1);
  flush (fixture);
  g_assert_no_error (fixture->error);
  g_assert_no_errno (g_stat (fixture->path, &info));
  g_assert_cmphex (info.st_mode & 07777, ==, 0600);
  g_assert_no_errno (g_stat (folder, &info));
  g_assert_cmphex (info.st_mode & 07777, ==, 0700);
}

static void
test_last_state_wins (Fixture *fixture, gconstpointer data)
{
  for (int i = 1; i <= 100; i++)
    write_number (fixture, i);

  /* who waits is told when all that came before is there */
  flush (fixture);
  g_assert_cmpint (read_number (fixture), ==, 100);

  write_number (fixture, 101);
  flush (fixture);
  g_assert_cmpint (read_number (fixture), ==, 101);
}

static void
test_cannot_write (Fixture *fixture, gconstpointer data)
{
  g_autofree char *parent = g_build_filename (g_get_user_state_dir (), "a", NULL);

  /* a file in the place of the folder */
  g_assert_no_errno (g_mkdir_with_parents (g_get_user_state_dir (), 0700));
  g_assert_true (g_file_set_contents (parent, "", 0, NULL));
  write_number (fixture, 1);
  flush (fixture);
  g_assert_error (fixture->error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR);

  /* asked again, it is still not on disk */
  flush (fixture);
  g_assert_error (fixture->error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR);

  /* what could not be written is written with what comes next */
  g_assert_no_errno (g_unlink (parent));
  g_key_file_set_string (fixture->keys, "group", "more", "text");
  keyfob_key_file_writer_write (fixture->writer, fixture->keys);
  flush (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpint (read_number (fixture), ==, 1);
}

static void
test_flush_writes_again (Fixture *fixture, gconstpointer data)
{
  g_autofree char *parent = g_build_filename (g_get_user_state_dir (), "a", NULL);

  g_assert_no_errno (g_mkdir_with_parents (g_get_user_state_dir (), 0700));
  g_assert_true (g_file_set_contents (parent, "", 0, NULL));
  write_number (fixture, 1);
  flush (fixture);
  g_assert_error (fixture->error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR);

  g_assert_no_errno (g_unlink (parent));
  flush (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpint (read_number (fixture), ==, 1);
}

static void
test_writes_again_by_itself (Fixture *fixture, gconstpointer data)
{
  g_autofree char *parent = g_build_filename (g_get_user_state_dir (), "a", NULL);

  g_assert_no_errno (g_mkdir_with_parents (g_get_user_state_dir (), 0700));
  g_assert_true (g_file_set_contents (parent, "", 0, NULL));
  write_number (fixture, 1);
  wait_while (manual_clock_next (fixture->clock) != 10);

  /* later each time */
  manual_clock_advance (fixture->clock, 10);
  wait_while (manual_clock_next (fixture->clock) != 20);

  g_assert_no_errno (g_unlink (parent));
  manual_clock_advance (fixture->clock, 20);
  wait_while (!g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (read_number (fixture), ==, 1);

  /* the file is up to date, and nothing more is timed */
  flush (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpfloat (manual_clock_next (fixture->clock), <, 0);
}

/* As people have it who keep their configuration in a repository. */
static void
test_symbolic_links (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (fixture->path);
  g_autofree char *link = g_build_filename (folder, "link.ini", NULL);
  g_autofree char *target = g_build_filename (g_get_user_state_dir (), "dotfiles", "own.ini", NULL);

  g_assert_no_errno (g_mkdir_with_parents (folder, 0700));
  g_assert_no_errno (symlink ("link.ini", fixture->path));
  g_assert_no_errno (symlink ("../../dotfiles/own.ini", link));

  /* first where the file is not there yet, then over it */
  for (int i = 1; i <= 2; i++)
    {
      write_number (fixture, i);
      flush (fixture);
      g_assert_no_error (fixture->error);
      g_assert_true (g_file_test (fixture->path, G_FILE_TEST_IS_SYMLINK));
      g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
      g_assert_false (g_file_test (target, G_FILE_TEST_IS_SYMLINK));
      g_assert_cmpint (read_number (fixture), ==, i);
    }
}

static void
test_link_to_itself (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (fixture->path);

  g_assert_no_errno (g_mkdir_with_parents (folder, 0700));
  g_assert_no_errno (symlink ("file.ini", fixture->path));
  write_number (fixture, 1);
  flush (fixture);
  g_assert_error (fixture->error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_IS_SYMLINK));
}

/* The error is for the bus, which takes nothing but UTF-8. */
static void
test_path_that_is_not_text (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (g_get_user_state_dir (), "f\xfcr", NULL);

  g_free (fixture->path);
  fixture->path = g_build_filename (folder, "b", "file.ini", NULL);
  g_object_unref (fixture->writer);
  fixture->writer = keyfob_key_file_writer_new (fixture->path, KEYFOB_CLOCK (fixture->clock));

  g_assert_no_errno (g_mkdir_with_parents (g_get_user_state_dir (), 0700));
  g_assert_true (g_file_set_contents (folder, "", 0, NULL));
  write_number (fixture, 1);
  flush (fixture);
  g_assert_error (fixture->error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR);
  g_assert_true (g_utf8_validate (fixture->error->message, -1, NULL));

  g_assert_no_errno (g_unlink (folder));
  flush (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpint (read_number (fixture), ==, 1);
}

static void
assert_judged_as_by_glib (const char *line)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autofree char *text = g_strdup_printf ("[g]\n%s\n", line);
  gboolean is_good = g_key_file_load_from_data (keys, text, -1, G_KEY_FILE_NONE, NULL);
  guint n_bad;
  guint bad = keyfob_key_file_find_bad_line (text, &n_bad);

  if (bad != (is_good ? 0 : 2) || n_bad != (is_good ? 0 : 1))
    g_error ("“%s”: line %u of %u", line, bad, n_bad);
}

/* All lines of up to four of the characters that mean something in a key file. */
static void
test_bad_line_is_one_for_glib (void)
{
  static const char *const parts[] = {
    "", "[", "]", "=", "a", " ", "\t", "#", "\r", "\x7F", "-", "\xC3\xA4", "\xFF", "\xC3",
  };
  static const char *const lines[] = {
    "Encoding=UTF-8",  "Encoding = utf-8", "Encoding=UTF-8 ", "Encoding=UTF-16", "Encoding=",
    "Encodings=UTF-8", "no such line",     "a[de_DE@x.y]=z",  "a[de/DE]=z",      "a[\xC3\xA4]=z",
    "a[de] =z",        "a[de]b=z",         "[a] [b]",         "[a b]\t ",        "\v[a]",
    "<<<<<<< HEAD",    "=======",          "a.b/c;d=e",       "a\x01=b",
  };
  const gsize n_parts = G_N_ELEMENTS (parts);

  for (gsize i = 0; i < n_parts * n_parts * n_parts * n_parts; i++)
    {
      g_autofree char *line = g_strconcat (parts[i % n_parts], parts[i / n_parts % n_parts],
                                           parts[i / n_parts / n_parts % n_parts],
                                           parts[i / n_parts / n_parts / n_parts], NULL);

      assert_judged_as_by_glib (line);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    assert_judged_as_by_glib (lines[i]);
}

static void
test_bad_lines_are_counted (void)
{
  static const struct
  {
    const char *text;
    guint line;
    guint n_bad;
  } table[] = {
    { "", 0, 0 },
    { "\n# a\n[g]\na=b", 0, 0 },
    { "\xEF\xBB\xBF[g]\na=b\n", 0, 0 },
    { "[g]\nx\na=b\ny\n\nz\n", 2, 3 },
    { "[g]\r\nx\r\na=b\r\n", 2, 1 },
    { "a=b\nc=d\n", 1, 1 },
    { "[g]\n[torn\na=b\nx\n[h]\na=b\n", 2, 2 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      guint n_bad;

      g_test_message ("%s", table[i].text);
      g_assert_cmpuint (keyfob_key_file_find_bad_line (table[i].text, &n_bad), ==, table[i].line);
      g_assert_cmpuint (n_bad, ==, table[i].n_bad);
    }
}

/* A million lines: this takes minutes where each costs as much as a key file does. */
static void
test_bad_line_of_a_large_file (void)
{
  static const char *const lines[] = { "\n", "a=1\n", "a[de]=1\n", "x\n", "[g]\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      const guint n_lines = KEYFOB_KEY_FILE_MAX / 4 / strlen (lines[i]);
      g_autoptr (GString) text = g_string_new ("[h]\n");
      gboolean is_bad = lines[i][0] == 'x';
      guint n_bad;

      for (guint n = 0; n < n_lines; n++)
        g_string_append (text, lines[i]);
      g_string_append (text, "bad line");

      g_assert_cmpuint (keyfob_key_file_find_bad_line (text->str, &n_bad), ==,
                        is_bad ? 2 : n_lines + 2);
      g_assert_cmpuint (n_bad, ==, is_bad ? n_lines + 1 : 1);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/key-file-writer/bad-line-is-one-for-glib", test_bad_line_is_one_for_glib);
  g_test_add_func ("/key-file-writer/bad-lines-are-counted", test_bad_lines_are_counted);
  g_test_add_func ("/key-file-writer/bad-line-of-a-large-file", test_bad_line_of_a_large_file);
#define ADD(path, function) \
  g_test_add ("/key-file-writer/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("nothing-to-write", test_nothing_to_write);
  ADD ("finalize", test_finalize);
  ADD ("private", test_private);
  ADD ("last-state-wins", test_last_state_wins);
  ADD ("cannot-write", test_cannot_write);
  ADD ("flush-writes-again", test_flush_writes_again);
  ADD ("symbolic-links", test_symbolic_links);
  ADD ("link-to-itself", test_link_to_itself);
  ADD ("path-that-is-not-text", test_path_that_is_not_text);
  ADD ("writes-again-by-itself", test_writes_again_by_itself);

  return g_test_run ();
}
