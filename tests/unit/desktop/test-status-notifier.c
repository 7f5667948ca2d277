/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-notification-client.h"
#include "keyfob-status-notifier.h"
#include "wait.h"

#define WATCHER "org.kde.StatusNotifierWatcher"

typedef struct
{
  GTestDBus *bus;
  GDBusConnection *connection;
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

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (fixture->bus);
  fixture->connection = connect_to (fixture->bus);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  wait_close (fixture->connection);
  g_object_unref (fixture->connection);
  g_test_dbus_down (fixture->bus);
  g_object_unref (fixture->bus);
}

static void
count (guint *n_times)
{
  *n_times += 1;
}

static void
test_shown_while_there_is_a_tray (Fixture *fixture, gconstpointer data)
{
  KeyfobStatusNotifier *notifier = keyfob_status_notifier_new (fixture->connection, "/Menu");
  g_autoptr (GDBusConnection) tray = connect_to (fixture->bus);
  guint n_times = 0;
  guint name;
  gboolean shown;

  g_signal_connect_swapped (notifier, "notify::shown", G_CALLBACK (count), &n_times);
  g_assert_false (keyfob_status_notifier_get_shown (notifier));

  name = g_bus_own_name_on_connection (tray, WATCHER, G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL,
                                       NULL);
  wait_while (!keyfob_status_notifier_get_shown (notifier));
  g_assert_cmpuint (n_times, ==, 1);
  g_object_get (notifier, "shown", &shown, NULL);
  g_assert_true (shown);

  g_bus_unown_name (name);
  wait_while (keyfob_status_notifier_get_shown (notifier));
  g_assert_cmpuint (n_times, ==, 2);

  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (notifier);
}

static void
test_no_activation_token (Fixture *fixture, gconstpointer data)
{
  KeyfobStatusNotifier *notifier = keyfob_status_notifier_new (fixture->connection, "/Menu");

  g_assert_null (keyfob_status_notifier_steal_activation_token (notifier));
  g_assert_finalize_object (notifier);
}

static void
test_no_daemon (Fixture *fixture, gconstpointer data)
{
  KeyfobNotificationClient *client = keyfob_notification_client_new (fixture->connection);

  keyfob_notification_client_show (client, "host", "summary", "body", (const char *const[]){ NULL },
                                   -1);
  g_assert_true (keyfob_notification_client_is_shown (client, "host"));
  wait_while (keyfob_notification_client_is_showing (client));

  g_assert_finalize_object (client);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/status-notifier/shown", test_shown_while_there_is_a_tray);
  add ("/status-notifier/no-activation-token", test_no_activation_token);
  add ("/status-notifier/no-daemon", test_no_daemon);

  return g_test_run ();
}
