/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* For the password of the keyring, which goes over the bus as a secret does. */
#define SECRET_API_SUBJECT_TO_CHANGE

#include "private-keyring.h"
#include "wait.h"

#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#define NAME "org.freedesktop.secrets"
#define PATH "/org/freedesktop/secrets"
#define LOGIN PATH "/collection/login"

struct _PrivateKeyring
{
  GTestDBus *bus;
  char *folder;
  char **environment;
  GSubprocess *daemon;
};

static void
set_folder (PrivateKeyring *self, const char *variable, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
  self->environment = g_environ_setenv (self->environment, variable, path, TRUE);
}

PrivateKeyring *
private_keyring_new (void)
{
  PrivateKeyring *self = g_new0 (PrivateKeyring, 1);

  self->folder = g_dir_make_tmp ("keyfob-XXXXXX", NULL);
  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->bus);

  self->environment = g_environ_unsetenv (g_get_environ (), "DISPLAY");
  self->environment = g_environ_unsetenv (self->environment, "WAYLAND_DISPLAY");
  self->environment = g_environ_unsetenv (self->environment, "G_DEBUG");
  self->environment = g_environ_unsetenv (self->environment, "GNOME_KEYRING_CONTROL");
  self->environment = g_environ_setenv (self->environment, "DBUS_SESSION_BUS_ADDRESS",
                                        g_test_dbus_get_bus_address (self->bus), TRUE);
  set_folder (self, "HOME", "home");
  set_folder (self, "XDG_DATA_HOME", "data");
  set_folder (self, "XDG_CACHE_HOME", "cache");
  set_folder (self, "XDG_CONFIG_HOME", "config");
  set_folder (self, "XDG_RUNTIME_DIR", "run");

  return self;
}

void
private_keyring_free (PrivateKeyring *self)
{
  g_autofree char *remove = g_strdup_printf ("rm -r '%s'", self->folder);

  if (self->daemon != NULL)
    private_keyring_stop (self);
  g_test_dbus_down (self->bus);
  g_assert_true (g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL));

  g_object_unref (self->bus);
  g_strfreev (self->environment);
  g_free (self->folder);
  g_free (self);
}

static void
appeared_cb (GDBusConnection *connection, const char *name, const char *owner, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
vanished_cb (GDBusConnection *connection, const char *name, gpointer user_data)
{
  *(gboolean *) user_data = FALSE;
}

static void
wait_for_name (gboolean there)
{
  gboolean now = !there;
  guint id = g_bus_watch_name (G_BUS_TYPE_SESSION, NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, appeared_cb,
                               vanished_cb, &now, NULL);

  wait_while (now != there);

  g_bus_unwatch_name (id);
}

static void
end_with_test (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

void
private_keyring_start (PrivateKeyring *self, gboolean unlock)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GError) error = NULL;
  GOutputStream *in = NULL;

  g_assert_null (self->daemon);

  launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE
                                 | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_set_environ (launcher, self->environment);
  g_subprocess_launcher_set_child_setup (launcher, end_with_test, NULL, NULL);
  self->daemon =
      g_subprocess_launcher_spawn (launcher, &error, "gnome-keyring-daemon", "--foreground",
                                   unlock ? "--unlock" : "--start", "--components=secrets", NULL);
  g_assert_no_error (error);

  in = g_subprocess_get_stdin_pipe (self->daemon);
  if (unlock)
    g_output_stream_write_all (in, PRIVATE_KEYRING_PASSWORD, strlen (PRIVATE_KEYRING_PASSWORD),
                               NULL, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_close (in, NULL, NULL);

  wait_for_name (TRUE);
}

void
private_keyring_stop (PrivateKeyring *self)
{
  g_assert_nonnull (self->daemon);

  g_subprocess_send_signal (self->daemon, SIGTERM);
  g_subprocess_send_signal (self->daemon, SIGCONT);
  g_assert_true (g_subprocess_wait (self->daemon, NULL, NULL));
  g_clear_object (&self->daemon);

  wait_for_name (FALSE);
}

void
private_keyring_hang (PrivateKeyring *self)
{
  g_subprocess_send_signal (self->daemon, SIGSTOP);
}

void
private_keyring_go_on (PrivateKeyring *self)
{
  g_subprocess_send_signal (self->daemon, SIGCONT);
}

static GVariant *
call (const char *interface, const char *method, GVariant *arguments)
{
  g_autoptr (GDBusConnection) connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GError) error = NULL;
  GVariant *answer =
      g_dbus_connection_call_sync (connection, NAME, PATH, interface, method, arguments, NULL,
                                   G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_no_error (error);

  return answer;
}

void
private_keyring_lock (PrivateKeyring *self)
{
  const char *paths[] = { PATH "/aliases/default", NULL };

  g_variant_unref (call ("org.freedesktop.Secret.Service", "Lock", g_variant_new ("(^ao)", paths)));
}

SecretService *
private_keyring_open (PrivateKeyring *self)
{
  g_autoptr (GError) error = NULL;
  SecretService *service = secret_service_open_sync (SECRET_TYPE_SERVICE, NULL,
                                                     SECRET_SERVICE_OPEN_SESSION, NULL, &error);

  g_assert_no_error (error);

  return service;
}

void
private_keyring_unlock (PrivateKeyring *self)
{
  g_autoptr (SecretService) service = private_keyring_open (self);
  g_autoptr (SecretValue) password = secret_value_new (PRIVATE_KEYRING_PASSWORD, -1, "text/plain");
  g_autoptr (GVariant) answer = NULL;

  answer = call (
      "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface", "UnlockWithMasterPassword",
      g_variant_new ("(o@(oayays))", LOGIN, secret_service_encode_dbus_secret (service, password)));
}

void
private_keyring_make_default (PrivateKeyring *self, const char *label, const char *password)
{
  g_autoptr (SecretService) service = private_keyring_open (self);
  g_autoptr (SecretValue) value = secret_value_new (password, -1, "text/plain");
  g_autoptr (GVariant) made = NULL;
  const char *path;
  GVariantDict properties;

  g_variant_dict_init (&properties, NULL);
  g_variant_dict_insert (&properties, "org.freedesktop.Secret.Collection.Label", "s", label);
  made =
      call ("org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface", "CreateWithMasterPassword",
            g_variant_new ("(@a{sv}@(oayays))", g_variant_dict_end (&properties),
                           secret_service_encode_dbus_secret (service, value)));
  g_variant_get (made, "(&o)", &path);
  g_variant_unref (
      call ("org.freedesktop.Secret.Service", "SetAlias", g_variant_new ("(so)", "default", path)));
}

char *
private_keyring_run (PrivateKeyring *self, const char *command)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  char *output = NULL;

  g_subprocess_launcher_set_environ (launcher, self->environment);
  process = g_subprocess_launcher_spawn (launcher, &error, "/bin/sh", "-c", command, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error));

  return output;
}
