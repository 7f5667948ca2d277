/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <string.h>

#include <glib/gstdio.h>

#include "keyfob-autostart.h"
#include "wait.h"

#define ENTRY "[Desktop Entry]\nType=Application\nName=Keyfob\nExec=keyfob-agent --start\n"

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
read_entry (const char *path)
{
  g_autoptr (GAsyncResult) result = NULL;

  keyfob_autostart_read_async (path, NULL, on_done, &result);
  wait_while (result == NULL);

  return keyfob_autostart_read_finish (result);
}

static void
on_notify (KeyfobAutostart *autostart, GParamSpec *pspec, gboolean *notified)
{
  *notified = TRUE;
}

/* Waits until the change is made, or could not be made. */
static void
set_enabled (KeyfobAutostart *autostart, gboolean enabled)
{
  gboolean notified = FALSE;
  gulong handler =
      g_signal_connect (autostart, "notify::enabled", G_CALLBACK (on_notify), &notified);

  keyfob_autostart_set_enabled (autostart, enabled);
  wait_while (!notified);
  g_signal_handler_disconnect (autostart, handler);
}

static void
test_on_and_off (void)
{
  g_autofree char *path = keyfob_autostart_dup_path ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *text = NULL;
  g_autoptr (KeyfobAutostart) autostart = keyfob_autostart_new (path);

  g_assert_true (g_str_has_prefix (path, g_get_user_config_dir ()));
  g_assert_true (g_str_has_suffix (path, "/autostart/org.keyfob.Keyfob.Agent.desktop"));
  g_assert_false (read_entry (path));

  for (guint i = 0; i < 2; i++)
    {
      set_enabled (autostart, TRUE);
      g_assert_null (keyfob_autostart_get_error (autostart));
      g_assert_true (keyfob_autostart_get_enabled (autostart));
      g_assert_true (read_entry (path));
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      g_assert_nonnull (strstr (text, "/keyfob-agent --start\n"));
      g_clear_pointer (&text, g_free);

      set_enabled (autostart, FALSE);
      g_assert_null (keyfob_autostart_get_error (autostart));
      g_assert_false (keyfob_autostart_get_enabled (autostart));
      g_assert_false (read_entry (path));
      /* no rest */
      g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
    }
}

static void
test_last_change_holds (void)
{
  g_autofree char *path = keyfob_autostart_dup_path ();
  g_autoptr (KeyfobAutostart) autostart = keyfob_autostart_new (path);

  /* each is waiting when the next comes */
  keyfob_autostart_update (autostart);
  keyfob_autostart_set_enabled (autostart, TRUE);
  set_enabled (autostart, TRUE);
  g_assert_true (read_entry (path));

  keyfob_autostart_set_enabled (autostart, FALSE);
  keyfob_autostart_set_enabled (autostart, TRUE);
  set_enabled (autostart, FALSE);
  g_assert_false (read_entry (path));

  keyfob_autostart_set_enabled (autostart, TRUE);
  keyfob_autostart_set_enabled (autostart, FALSE);
  set_enabled (autostart, TRUE);
  g_assert_true (read_entry (path));
  set_enabled (autostart, FALSE);
}

/* As the settings of a desktop do. */
static void
test_removed_elsewhere (void)
{
  g_autofree char *path = keyfob_autostart_dup_path ();
  g_autoptr (KeyfobAutostart) autostart = keyfob_autostart_new (path);

  set_enabled (autostart, TRUE);
  g_assert_cmpint (g_unlink (path), ==, 0);
  /* off what is off already */
  set_enabled (autostart, FALSE);
  g_assert_null (keyfob_autostart_get_error (autostart));

  set_enabled (autostart, TRUE);
  g_assert_cmpint (g_unlink (path), ==, 0);
  keyfob_autostart_update (autostart);
  wait_while (keyfob_autostart_get_enabled (autostart));
  set_enabled (autostart, TRUE);
  g_assert_true (read_entry (path));
  set_enabled (autostart, FALSE);
}

static void
test_leaves_other_entries (void)
{
  g_autofree char *path = keyfob_autostart_dup_path ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *other = g_build_filename (folder, "other.desktop", NULL);
  g_autoptr (KeyfobAutostart) autostart = keyfob_autostart_new (path);

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (other, ENTRY, -1, NULL));
  set_enabled (autostart, TRUE);
  set_enabled (autostart, FALSE);
  g_assert_true (g_file_test (other, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_unlink (other), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* By the settings of a desktop, or by hand. */
static void
test_switched_off_elsewhere (void)
{
  g_autofree char *path = g_build_filename (g_get_user_config_dir (), "entry.desktop", NULL);
  const struct
  {
    const char *line;
    gboolean on;
  } lines[] = {
    { "", TRUE },
    { "Hidden=false\n", TRUE },
    { "Hidden=true\n", FALSE },
    { "X-GNOME-Autostart-enabled=true\n", TRUE },
    { "X-GNOME-Autostart-enabled=false\n", FALSE },
    { "X-GNOME-Autostart-enabled=perhaps\n", TRUE },
    { "no key file\n", FALSE },
  };

  g_mkdir_with_parents (g_get_user_config_dir (), 0700);
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *text = g_strconcat (ENTRY, lines[i].line, NULL);

      g_test_message ("%s", lines[i].line);
      g_assert_true (g_file_set_contents (path, text, -1, NULL));
      g_assert_cmpint (read_entry (path), ==, lines[i].on);
    }
}

static void
test_cannot_be_written (void)
{
  g_autofree char *path = keyfob_autostart_dup_path ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (KeyfobAutostart) autostart = keyfob_autostart_new (path);

  g_mkdir_with_parents (g_get_user_config_dir (), 0700);
  g_assert_true (g_file_set_contents (folder, "a file", -1, NULL));
  set_enabled (autostart, TRUE);
  g_assert_true (
      g_str_has_prefix (keyfob_autostart_get_error (autostart), "It cannot be changed: "));
  g_assert_false (keyfob_autostart_get_enabled (autostart));
  g_assert_false (read_entry (path));

  /* until another change is made */
  g_assert_cmpint (g_unlink (folder), ==, 0);
  set_enabled (autostart, TRUE);
  g_assert_null (keyfob_autostart_get_error (autostart));
  g_assert_true (read_entry (path));
  set_enabled (autostart, FALSE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/autostart/on-and-off", test_on_and_off);
  g_test_add_func ("/autostart/last-change-holds", test_last_change_holds);
  g_test_add_func ("/autostart/removed-elsewhere", test_removed_elsewhere);
  g_test_add_func ("/autostart/leaves-other-entries", test_leaves_other_entries);
  g_test_add_func ("/autostart/switched-off-elsewhere", test_switched_off_elsewhere);
  g_test_add_func ("/autostart/cannot-be-written", test_cannot_be_written);

  return g_test_run ();
}
