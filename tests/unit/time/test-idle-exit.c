/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <glib/gstdio.h>

#include "keyfob-idle-exit.h"
#include "manual-clock.h"
#include "wait.h"

#define PATH "/org/keyfob/Keyfob/Agent"
#define SECONDS 120

typedef struct
{
  GTestDBus *bus;
  GDBusConnection *agent;
  GDBusConnection *program;
  gboolean busy;
  ManualClock *clock;
  char *folder;
  char *autostart;
  KeyfobIdleExit *idle_exit;
  guint n_left;
} Fixture;

static GDBusConnection *
connect_to (GTestDBus *bus)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection =
      g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (bus),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                                  | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);

  g_assert_no_error (error);
  g_dbus_connection_set_exit_on_close (connection, FALSE);

  return connection;
}

static gboolean
is_busy (gpointer user_data)
{
  return ((Fixture *) user_data)->busy;
}

static void
on_leave (Fixture *self)
{
  self->n_left++;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->bus);
  self->agent = connect_to (self->bus);
  self->program = connect_to (self->bus);
  self->clock = manual_clock_new (1795297200);
  self->folder = g_dir_make_tmp ("autostart-XXXXXX", NULL);
  self->autostart = g_build_filename (self->folder, "agent.desktop", NULL);
  self->idle_exit = keyfob_idle_exit_new (self->agent, KEYFOB_CLOCK (self->clock), self->autostart,
                                          SECONDS, is_busy, self);
  g_signal_connect_swapped (self->idle_exit, "leave", G_CALLBACK (on_leave), self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_assert_finalize_object (g_steal_pointer (&self->idle_exit));
  g_clear_object (&self->clock);
  g_remove (self->autostart);
  g_assert_no_errno (g_rmdir (self->folder));
  g_clear_pointer (&self->autostart, g_free);
  g_clear_pointer (&self->folder, g_free);
  if (!g_dbus_connection_is_closed (self->program))
    wait_close (self->program);
  wait_close (self->agent);
  g_clear_object (&self->program);
  g_clear_object (&self->agent);
  g_test_dbus_down (self->bus);
  g_clear_object (&self->bus);
}

/* Time passes, and what is looked up then is known. */
static void
let_pass (Fixture *self, double seconds)
{
  manual_clock_advance (self->clock, seconds);
  wait_while (G_OBJECT (self->idle_exit)->ref_count > 1);
}

/* Nobody answers, but the call was there. */
static void
call (Fixture *self, const char *method)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (
      self->program, g_dbus_connection_get_unique_name (self->agent), PATH,
      "org.keyfob.Keyfob.Agent1", method, NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);

  g_assert_null (answer);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
test_leaves (Fixture *self, gconstpointer data)
{
  let_pass (self, SECONDS - 1);
  g_assert_cmpuint (self->n_left, ==, 0);
  let_pass (self, 1);
  g_assert_cmpuint (self->n_left, ==, 1);
  g_assert_cmpfloat (manual_clock_next (self->clock), ==, -1);
}

static void
test_called (Fixture *self, gconstpointer data)
{
  let_pass (self, SECONDS - 20);
  call (self, "FindHost");
  let_pass (self, 20);
  g_assert_cmpuint (self->n_left, ==, 0);
  let_pass (self, SECONDS - 20);
  g_assert_cmpuint (self->n_left, ==, 1);
}

static void
test_tray (Fixture *self, gconstpointer data)
{
  keyfob_idle_exit_set_tray (self->idle_exit, TRUE);
  g_assert_cmpfloat (manual_clock_next (self->clock), ==, -1);
  call (self, "FindHost");
  g_assert_cmpfloat (manual_clock_next (self->clock), ==, -1);
  let_pass (self, 10 * SECONDS);
  g_assert_cmpuint (self->n_left, ==, 0);

  keyfob_idle_exit_set_tray (self->idle_exit, FALSE);
  let_pass (self, SECONDS);
  g_assert_cmpuint (self->n_left, ==, 1);
}

static void
test_looked (Fixture *self, gconstpointer method)
{
  call (self, method);
  call (self, method);
  g_assert_cmpfloat (manual_clock_next (self->clock), ==, -1);
  let_pass (self, 10 * SECONDS);
  g_assert_cmpuint (self->n_left, ==, 0);

  wait_close (self->program);
  wait_while (manual_clock_next (self->clock) < 0);
  let_pass (self, SECONDS - 1);
  g_assert_cmpuint (self->n_left, ==, 0);
  let_pass (self, 1);
  g_assert_cmpuint (self->n_left, ==, 1);
}

static void
test_starts_at_login (Fixture *self, gconstpointer data)
{
  g_assert_true (g_file_set_contents (self->autostart, "[Desktop Entry]\n", -1, NULL));
  let_pass (self, SECONDS);
  g_assert_cmpuint (self->n_left, ==, 0);
  g_assert_cmpfloat (manual_clock_next (self->clock), ==, -1);

  /* switched off again by the settings of the desktop */
  g_assert_true (g_file_set_contents (self->autostart, "[Desktop Entry]\nHidden=true\n", -1, NULL));
  call (self, "FindHost");
  let_pass (self, SECONDS);
  g_assert_cmpuint (self->n_left, ==, 1);
}

static void
test_busy (Fixture *self, gconstpointer data)
{
  self->busy = TRUE;
  let_pass (self, 3 * SECONDS);
  g_assert_cmpuint (self->n_left, ==, 0);

  self->busy = FALSE;
  let_pass (self, SECONDS);
  g_assert_cmpuint (self->n_left, ==, 1);
}

#define add(name, function) \
  g_test_add ("/idle-exit/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("leaves", test_leaves);
  add ("called", test_called);
  add ("tray", test_tray);
  g_test_add ("/idle-exit/looked", Fixture, "Looked", set_up, test_looked, tear_down);
  g_test_add ("/idle-exit/listed", Fixture, "GetManagedObjects", set_up, test_looked, tear_down);
  add ("starts-at-login", test_starts_at_login);
  add ("busy", test_busy);

  return g_test_run ();
}
