/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-host-file.h"

#define URL "https://data.example.org"
#define NOON G_GINT64_CONSTANT (1795435200) /* 2026-11-23T12:00:00Z */
#define HOUR (60 * 60)

static void
on_flushed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gboolean *flushed = user_data;

  keyfob_host_file_flush_finish (KEYFOB_HOST_FILE (source), result, &error);
  g_assert_no_error (error);
  *flushed = TRUE;
}

static void
flush (KeyfobHostFile *file)
{
  gboolean flushed = FALSE;

  keyfob_host_file_flush_async (file, NULL, on_flushed, &flushed);
  while (!flushed || g_main_context_pending (NULL))
    g_main_context_iteration (NULL, TRUE);
}

static char *
dup_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "hosts.ini", NULL);
}

/* Returns: (nullable): what the file has for the host now */
static char *
dup_stored_use (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (GKeyFile) keys = g_key_file_new ();

  g_assert_true (g_key_file_load_from_file (keys, path, G_KEY_FILE_NONE, NULL));

  return g_key_file_get_string (keys, URL, "last-used", NULL);
}

static gint64
load_use (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (KeyfobHostFile) file = keyfob_host_file_new (path);
  g_autoptr (GPtrArray) entries = keyfob_host_file_load (file);
  KeyfobHostEntry *entry;

  g_assert_cmpuint (entries->len, ==, 1);
  entry = g_ptr_array_index (entries, 0);
  g_assert_cmpstr (keyfob_config_get_base_url (entry->config), ==, URL);

  return entry->last_used;
}

static void
test_use_is_kept (void)
{
  g_autofree char *path = dup_path ();
  KeyfobHostFile *file = keyfob_host_file_new (path);
  g_autoptr (KeyfobConfig) config = keyfob_config_new (URL, NULL, NULL);
  g_autofree char *text = NULL;

  keyfob_host_file_set (file, config, "alice");
  keyfob_host_file_note_used (file, config, NOON);
  keyfob_host_file_set (file, config, "bob");
  flush (file);

  text = dup_stored_use ();
  g_assert_cmpstr (text, ==, "2026-11-23T12:00:00Z");
  g_assert_cmpint (load_use (), ==, NOON);
  g_assert_finalize_object (file);
}

static void
test_use_is_written_now_and_then (void)
{
  g_autofree char *path = dup_path ();
  g_autoptr (KeyfobHostFile) file = keyfob_host_file_new (path);
  g_autoptr (KeyfobConfig) config = keyfob_config_new (URL, NULL, NULL);

  keyfob_host_file_set (file, config, "");
  keyfob_host_file_note_used (file, config, NOON);
  for (int hour = 1; hour < 12; hour++)
    keyfob_host_file_note_used (file, config, NOON + hour * HOUR);
  flush (file);
  g_assert_cmpint (load_use (), ==, NOON);

  keyfob_host_file_note_used (file, config, NOON + 12 * HOUR);
  flush (file);
  g_assert_cmpint (load_use (), ==, NOON + 12 * HOUR);

  /* a clock that was set back */
  keyfob_host_file_note_used (file, config, NOON - 12 * HOUR);
  flush (file);
  g_assert_cmpint (load_use (), ==, NOON - 12 * HOUR);
}

static void
test_use_that_is_no_time (void)
{
  static const char *const texts[] = {
    "", "never", "1795435200", "2026-13-01T00:00:00Z", "1700-01-01T00:00:00Z", "\xFF"
  };
  g_autofree char *path = dup_path ();

  g_assert_no_errno (g_mkdir_with_parents (g_get_user_config_dir (), 0700));
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *content = g_strdup_printf ("[%s]\nlast-used=%s\n", URL, texts[i]);

      g_assert_true (g_file_set_contents (path, content, -1, NULL));
      g_assert_cmpint (load_use (), ==, 0);
    }
}

static void
test_use_by_the_time_of_a_person (void)
{
  g_autofree char *path = dup_path ();

  g_assert_no_errno (g_mkdir_with_parents (g_get_user_config_dir (), 0700));
  g_assert_true (
      g_file_set_contents (path, "[" URL "]\nlast-used=2026-11-23T13:00:00+01:00\n", -1, NULL));
  g_assert_cmpint (load_use (), ==, NOON);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/host-file/use-is-kept", test_use_is_kept);
  g_test_add_func ("/host-file/use-is-written-now-and-then", test_use_is_written_now_and_then);
  g_test_add_func ("/host-file/use-that-is-no-time", test_use_that_is_no_time);
  g_test_add_func ("/host-file/use-by-the-time-of-a-person", test_use_by_the_time_of_a_person);

  return g_test_run ();
}
