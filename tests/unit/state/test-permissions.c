/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-permissions.h"
#include "manual-clock.h"
#include "wait.h"

#include <glib/gstdio.h>

#define NOW 1800000000
#define URL "https://data.example.org"
#define OTHER "https://data.example.org/api"
#define PROGRAM "/usr/bin/python3:tool in [app].service"
#define HOUR 3600

typedef struct
{
  ManualClock *clock;
  KeyfobSettings *settings;
  KeyfobScreenMonitor *screen;
  char *path;
  KeyfobPermissions *permissions;
  guint n_changes;
} Fixture;

static void
on_changed (Fixture *self)
{
  self->n_changes++;
}

static void
open_permissions (Fixture *self)
{
  self->permissions =
      keyfob_permissions_new (self->path, KEYFOB_CLOCK (self->clock), self->settings, self->screen);
  g_signal_connect_swapped (self->permissions, "changed", G_CALLBACK (on_changed), self);
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

/* As when the agent ends and is started again. */
static void
restart (Fixture *self)
{
  gboolean flushed = FALSE;

  keyfob_key_file_writer_flush_async (keyfob_permissions_get_writer (self->permissions), NULL,
                                      on_flushed, &flushed);
  wait_while (!flushed);
  g_assert_finalize_object (self->permissions);
  open_permissions (self);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->clock = manual_clock_new (NOW);
  self->settings = keyfob_settings_new ();
  /* on no bus: the screen is not locked */
  self->screen = g_object_new (KEYFOB_TYPE_SCREEN_MONITOR, NULL);
  self->path = g_build_filename (g_get_user_state_dir (), "folder", "permissions.ini", NULL);
  open_permissions (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_assert_finalize_object (self->permissions);
  g_object_unref (self->screen);
  g_object_unref (self->settings);
  g_object_unref (self->clock);
  g_remove (self->path);
  g_free (self->path);
}

static gboolean
has (Fixture *self)
{
  return keyfob_permissions_has (self->permissions, URL, PROGRAM);
}

static gsize
count (Fixture *self)
{
  g_autoptr (GVariant) all = g_variant_ref_sink (keyfob_permissions_to_variant (self->permissions));

  return g_variant_n_children (all);
}

static void
test_one_program_and_one_host (Fixture *self, gconstpointer data)
{
  g_assert_false (has (self));
  keyfob_permissions_add (self->permissions, URL, PROGRAM, "tool", 0);
  g_assert_true (has (self));
  g_assert_false (keyfob_permissions_has (self->permissions, OTHER, PROGRAM));
  g_assert_false (keyfob_permissions_has (self->permissions, URL, "/usr/bin/python3"));
  g_assert_false (keyfob_permissions_has (self->permissions, URL, ""));
}

static void
test_hours (Fixture *self, gconstpointer data)
{
  keyfob_permissions_add (self->permissions, URL, PROGRAM, "tool", KEYFOB_PERMISSION_SECONDS);
  manual_clock_advance (self->clock, 8 * HOUR - 1);
  g_assert_true (has (self));
  self->n_changes = 0;
  manual_clock_advance (self->clock, 1);
  g_assert_false (has (self));
  /* whoever lists them is told */
  g_assert_cmpuint (self->n_changes, ==, 1);
  g_assert_cmpuint (count (self), ==, 0);
}

static void
test_always (Fixture *self, gconstpointer data)
{
  keyfob_permissions_add (self->permissions, URL, PROGRAM, "tool", KEYFOB_PERMISSION_SECONDS);
  keyfob_permissions_add (self->permissions, URL, PROGRAM, "tool", 0);
  g_assert_cmpuint (count (self), ==, 1);
  manual_clock_advance (self->clock, 1000 * HOUR);
  g_assert_true (has (self));
}

static void
test_never_longer_than_it_was_given_for (Fixture *self, gconstpointer data)
{
  keyfob_permissions_add (self->permissions, URL, PROGRAM, "tool", KEYFOB_PERMISSION_SECONDS);
  manual_clock_set_now (self->clock, NOW - HOUR);
  g_assert_false (has (self));
}

static void
test_restart (Fixture *self, gconstpointer data)
{
  GStatBuf status;

  keyfob_permissions_add (self->permissions, URL, PROGRAM, "tool", 0);
  keyfob_permissions_add (self->permissions, OTHER, PROGRAM, "tool", KEYFOB_PERMISSION_SECONDS);
  restart (self);
  g_assert_true (has (self));
  g_assert_true (keyfob_permissions_has (self->permissions, OTHER, PROGRAM));
  g_assert_cmpint (g_stat (self->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);

  manual_clock_set_now (self->clock, NOW + 9 * HOUR);
  restart (self);
  g_assert_cmpuint (count (self), ==, 1);
  g_assert_true (has (self));
}

static void
test_remove (Fixture *self, gconstpointer data)
{
  keyfob_permissions_add (self->permissions, URL, PROGRAM, "tool", 0);
  keyfob_permissions_add (self->permissions, URL, "flatpak:org.example.App", "App", 0);
  keyfob_permissions_add (self->permissions, OTHER, PROGRAM, "tool", 0);
  keyfob_permissions_remove (self->permissions, URL, PROGRAM);
  g_assert_false (has (self));
  g_assert_cmpuint (count (self), ==, 2);

  /* with its host, and no other */
  keyfob_permissions_remove (self->permissions, URL, NULL);
  g_assert_cmpuint (count (self), ==, 1);
  g_assert_true (keyfob_permissions_has (self->permissions, OTHER, PROGRAM));

  self->n_changes = 0;
  keyfob_permissions_remove (self->permissions, URL, NULL);
  g_assert_cmpuint (self->n_changes, ==, 0);
}

static void
test_bounded (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 501; i++)
    {
      g_autofree char *program = g_strdup_printf ("program%u", i);

      keyfob_permissions_add (self->permissions, URL, program, program, 0);
    }
  g_assert_cmpuint (count (self), ==, 500);
  g_assert_false (keyfob_permissions_has (self->permissions, URL, "program0"));
  g_assert_true (keyfob_permissions_has (self->permissions, URL, "program500"));
}

static void
test_forgotten_at_the_start (Fixture *self, gconstpointer data)
{
  g_autoptr (GSettings) user = g_settings_new ("org.keyfob.Keyfob");

  keyfob_permissions_add (self->permissions, URL, PROGRAM, "tool", 0);
  g_settings_set_boolean (user, "forget-permissions-with-screen", TRUE);
  g_assert_true (has (self));
  restart (self);
  g_assert_false (has (self));

  /* for good */
  g_settings_reset (user, "forget-permissions-with-screen");
  restart (self);
  g_assert_false (has (self));
}

static void
test_file_of_somebody_else (Fixture *self, gconstpointer data)
{
  static const char *const text = "[a]\nurl=" URL "\n"
                                  "[" URL " b]\nprogram=b\n"
                                  "[" URL " c]\nurl=" URL "\nprogram=c\nname=c\nuntil=soon\n"
                                  "[" URL " d]\nurl=" URL "\nprogram=d\nname=d\nuntil=9999999999\n";

  g_autofree char *folder = g_path_get_dirname (self->path);

  g_assert_finalize_object (self->permissions);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (self->path, text, -1, NULL));
  open_permissions (self);
  g_assert_cmpuint (count (self), ==, 0);
  g_assert_false (keyfob_permissions_has (self->permissions, URL, "c"));
  g_assert_false (keyfob_permissions_has (self->permissions, URL, "d"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, function) \
  g_test_add ("/permissions/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("one-program-and-one-host", test_one_program_and_one_host);
  ADD ("hours", test_hours);
  ADD ("always", test_always);
  ADD ("never-longer-than-it-was-given-for", test_never_longer_than_it_was_given_for);
  ADD ("restart", test_restart);
  ADD ("remove", test_remove);
  ADD ("bounded", test_bounded);
  ADD ("forgotten-at-the-start", test_forgotten_at_the_start);
  ADD ("file-of-somebody-else", test_file_of_somebody_else);

  return g_test_run ();
}
