/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <unistd.h>

#include "keyfob-callers.h"
#include "wait.h"

#define PATH "/org/keyfob/Keyfob/test"
#define INTERFACE "org.keyfob.Keyfob.Test"

static const char introspection[] = "<node><interface name='" INTERFACE "'>"
                                    "<method name='Allowed'/><method name='Other'/>"
                                    "</interface></node>";

typedef struct
{
  GTestDBus *bus;
  GDBusConnection *service;
  GDBusConnection *program;
  char *name; /* of the program on the bus */
  KeyfobCallers *callers;
  guint n_allowed;
  guint n_other;
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
allow (GDBusMessage *call, KeyfobCaller *caller)
{
  return g_str_equal (g_dbus_message_get_member (call), "Allowed");
}

static void
on_call (GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *method,
         GVariant *parameters,
         GDBusMethodInvocation *invocation,
         gpointer user_data)
{
  Fixture *self = user_data;

  if (g_str_equal (method, "Allowed"))
    self->n_allowed++;
  else
    self->n_other++;
  g_dbus_method_invocation_return_value (invocation, NULL);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_call };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (introspection, NULL);
  g_autoptr (GError) error = NULL;

  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->bus);
  self->service = connect_to (self->bus);
  self->program = connect_to (self->bus);
  self->name = g_strdup (g_dbus_connection_get_unique_name (self->program));
  self->callers = keyfob_callers_new (self->service, allow, "No.");
  g_dbus_connection_register_object (self->service, PATH, node->interfaces[0], &vtable, self, NULL,
                                     &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_pointer (&self->callers, keyfob_callers_free);
  wait_close (self->service);
  g_clear_object (&self->program);
  g_clear_object (&self->service);
  g_clear_pointer (&self->name, g_free);
  g_test_dbus_down (self->bus);
  g_clear_object (&self->bus);
}

/* Whatever came for @connection before is here once the bus has answered, and nothing of it was
 * dispatched. Returns: whether the program is on the bus */
static gboolean
ask_bus (Fixture *self, GDBusConnection *connection)
{
  g_autoptr (GError) error = NULL;
  gboolean is_there;
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (
      connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "NameHasOwner", g_variant_new ("(s)", self->name), G_VARIANT_TYPE ("(b)"),
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_no_error (error);
  g_variant_get (answer, "(b)", &is_there);

  return is_there;
}

static void
call (Fixture *self, const char *method)
{
  g_autoptr (GDBusMessage) message = g_dbus_message_new_method_call (
      g_dbus_connection_get_unique_name (self->service), PATH, INTERFACE, method);
  g_autoptr (GError) error = NULL;

  g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
  g_dbus_connection_send_message (self->program, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                  &error);
  g_assert_no_error (error);
}

static void
leave (Fixture *self)
{
  wait_close (self->program);
  while (ask_bus (self, self->service))
    continue;
}

static void
on_settled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
settle (Fixture *self)
{
  gboolean settled = FALSE;

  keyfob_callers_settle_async (self->callers, on_settled, &settled);
  wait_while (!settled);
  /* what was brought in is dispatched after that */
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
assert_forgotten (Fixture *self)
{
  g_autoptr (KeyfobCaller) caller = keyfob_callers_dup (self->callers, self->name);

  g_assert_null (caller);
}

/* Nothing can be known of it: it may do what a program in a sandbox may. */
static void
test_gone_before_it_is_asked_for (Fixture *self, gconstpointer data)
{
  call (self, "Other");
  call (self, "Allowed");
  call (self, "Other");
  ask_bus (self, self->program);
  leave (self);
  settle (self);
  wait_while (self->n_allowed == 0);
  g_assert_cmpuint (self->n_allowed, ==, 1);
  g_assert_cmpuint (self->n_other, ==, 0);
  assert_forgotten (self);
}

/* The bus has told who it is, and it is this process, which may do anything. */
static void
test_gone_before_it_is_looked_at (Fixture *self, gconstpointer data)
{
  call (self, "Other");
  call (self, "Allowed");
  ask_bus (self, self->program);
  ask_bus (self, self->service);
  g_assert_true (g_main_context_iteration (NULL, FALSE));
  ask_bus (self, self->service);
  leave (self);
  settle (self);
  wait_while (self->n_other == 0 || self->n_allowed == 0);
  g_assert_cmpuint (self->n_allowed, ==, 1);
  g_assert_cmpuint (self->n_other, ==, 1);
  assert_forgotten (self);
}

static void
test_leaves_later (Fixture *self, gconstpointer data)
{
  g_autoptr (KeyfobCaller) caller = NULL;

  call (self, "Other");
  wait_while (self->n_other == 0);
  caller = keyfob_callers_dup (self->callers, self->name);
  g_assert_nonnull (caller);
  g_assert_cmpuint (caller->pid, ==, getpid ());
  leave (self);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  assert_forgotten (self);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) \
  g_test_add ("/callers/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("gone-before-it-is-asked-for", test_gone_before_it_is_asked_for);
  ADD ("gone-before-it-is-looked-at", test_gone_before_it_is_looked_at);
  ADD ("leaves-later", test_leaves_later);

  return g_test_run ();
}
