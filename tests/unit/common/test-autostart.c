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
  g_autoptr (KeyfobAutostart) autostart = keyfob_autostart_new (path, NULL);

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
  g_autoptr (KeyfobAutostart) autostart = keyfob_autostart_new (path, NULL);

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
  g_autoptr (KeyfobAutostart) autostart = keyfob_autostart_new (path, NULL);

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
  g_autoptr (KeyfobAutostart) autostart = keyfob_autostart_new (path, NULL);

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
  g_autoptr (KeyfobAutostart) autostart = keyfob_autostart_new (path, NULL);

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

/* The portal as the desktop has it: answers each request as it is told to. */
typedef struct
{
  GTestDBus *bus;
  GDBusConnection *connection; /* of the desktop */
  GDBusConnection *client;
  guint32 response;
  gboolean asked;
  gboolean autostart; /* what was asked for last */
  char **command;
} Portal;

static const char portal_xml[] =
    "<node><interface name='org.freedesktop.portal.Background'>"
    "<method name='RequestBackground'><arg type='s' direction='in'/>"
    "<arg type='a{sv}' direction='in'/><arg type='o' direction='out'/></method>"
    "</interface></node>";

static void
on_request (GDBusConnection *connection,
            const char *sender,
            const char *path,
            const char *interface,
            const char *method,
            GVariant *arguments,
            GDBusMethodInvocation *invocation,
            gpointer user_data)
{
  Portal *portal = user_data;
  g_autoptr (GVariant) options = g_variant_get_child_value (arguments, 1);
  g_autofree char *name = g_strdelimit (g_strdup (sender + 1), ".", '_');
  g_autofree char *request = NULL;
  const char *token = NULL;
  GVariantDict results;

  portal->asked = TRUE;
  g_clear_pointer (&portal->command, g_strfreev);
  g_assert_true (g_variant_lookup (options, "handle_token", "&s", &token));
  g_assert_true (g_variant_lookup (options, "autostart", "b", &portal->autostart));
  g_assert_true (g_variant_lookup (options, "commandline", "^as", &portal->command));

  request = g_strconcat ("/org/freedesktop/portal/desktop/request/", name, "/", token, NULL);
  g_variant_dict_init (&results, NULL);
  g_variant_dict_insert (&results, "background", "b", portal->response == 0);
  g_variant_dict_insert (&results, "autostart", "b", portal->response == 0 && portal->autostart);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", request));
  g_dbus_connection_emit_signal (
      connection, sender, request, "org.freedesktop.portal.Request", "Response",
      g_variant_new ("(u@a{sv})", portal->response, g_variant_dict_end (&results)), NULL);
}

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
start_portal (Portal *portal)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_request };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (portal_xml, NULL);
  g_autoptr (GVariant) answer = NULL;

  g_assert_cmpuint (
      g_dbus_connection_register_object (portal->connection, "/org/freedesktop/portal/desktop",
                                         node->interfaces[0], &vtable, portal, NULL, NULL),
      !=, 0);
  answer = g_dbus_connection_call_sync (
      portal->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "RequestName", g_variant_new ("(su)", "org.freedesktop.portal.Desktop", 0), NULL,
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  g_assert_nonnull (answer);
}

static void
set_up_portal (Portal *portal, gconstpointer data)
{
  portal->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (portal->bus);
  portal->connection = connect_to (portal->bus);
  portal->client = connect_to (portal->bus);
}

static void
tear_down_portal (Portal *portal, gconstpointer data)
{
  wait_close (portal->client);
  wait_close (portal->connection);
  g_object_unref (portal->client);
  g_object_unref (portal->connection);
  g_test_dbus_down (portal->bus);
  g_object_unref (portal->bus);
  g_strfreev (portal->command);
}

static void
test_portal_starts_the_agent (Portal *portal, gconstpointer data)
{
  g_autofree char *path = keyfob_autostart_dup_path ();
  g_autoptr (KeyfobAutostart) autostart = keyfob_autostart_new (path, portal->client);

  start_portal (portal);
  set_enabled (autostart, TRUE);
  g_assert_true (portal->autostart);
  g_assert_true (g_str_has_suffix (portal->command[0], "/keyfob-agent"));
  g_assert_cmpstr (portal->command[1], ==, "--start");
  g_assert_null (portal->command[2]);
  g_assert_null (keyfob_autostart_get_error (autostart));
  g_assert_true (keyfob_autostart_get_enabled (autostart));
  g_assert_true (read_entry (path));

  set_enabled (autostart, FALSE);
  g_assert_false (portal->autostart);
  g_assert_null (keyfob_autostart_get_error (autostart));
  g_assert_false (keyfob_autostart_get_enabled (autostart));
  g_assert_false (read_entry (path));
}

static void
test_portal_refuses (Portal *portal, gconstpointer data)
{
  g_autofree char *path = keyfob_autostart_dup_path ();
  g_autoptr (KeyfobAutostart) autostart = keyfob_autostart_new (path, portal->client);

  portal->response = 1;
  start_portal (portal);
  set_enabled (autostart, TRUE);
  g_assert_true (portal->asked);
  g_assert_cmpstr (keyfob_autostart_get_error (autostart), ==,
                   "It cannot be changed: the desktop does not allow it");
  g_assert_false (keyfob_autostart_get_enabled (autostart));
  g_assert_false (read_entry (path));
}

static void
test_no_portal (Portal *portal, gconstpointer data)
{
  g_autofree char *path = keyfob_autostart_dup_path ();
  g_autoptr (KeyfobAutostart) autostart = keyfob_autostart_new (path, portal->client);

  set_enabled (autostart, TRUE);
  g_assert_true (
      g_str_has_prefix (keyfob_autostart_get_error (autostart), "It cannot be changed: "));
  g_assert_false (keyfob_autostart_get_enabled (autostart));
  g_assert_false (read_entry (path));
}

static void
add_portal_test (const char *path, void (*test) (Portal *, gconstpointer))
{
  g_test_add (path, Portal, NULL, set_up_portal, test, tear_down_portal);
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
  add_portal_test ("/autostart/portal-starts-the-agent", test_portal_starts_the_agent);
  add_portal_test ("/autostart/portal-refuses", test_portal_refuses);
  add_portal_test ("/autostart/no-portal", test_no_portal);

  return g_test_run ();
}
