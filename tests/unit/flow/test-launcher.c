/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "keyfob-auth-error.h"
#include "keyfob-launcher.h"
#include "wait.h"

#define URI "https://provider.example/auth?state=a%7Cb&x=$(id);'"

typedef struct
{
  gboolean done;
  GError *error;
} Outcome;

static void
on_launched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;

  keyfob_launcher_launch_finish (KEYFOB_LAUNCHER (source), result, &outcome->error);
  outcome->done = TRUE;
}

static GError *
launch (const char *uri, const char *activation_token, GCancellable *cancellable)
{
  g_autoptr (KeyfobLauncher) launcher = keyfob_browser_launcher_new (NULL, NULL);
  Outcome outcome = { 0 };

  keyfob_launcher_launch_async (launcher, uri, activation_token, cancellable, on_launched,
                                &outcome);
  wait_while (!outcome.done);

  return outcome.error;
}

static void
write_file (const char *folder, const char *name, const char *content)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (g_mkdir_with_parents (folder, 0700));
  g_file_set_contents (path, content, -1, &error);
  g_assert_no_error (error);
  g_assert_no_errno (g_chmod (path, 0700));
}

static void
install_browser (const char *command)
{
  g_autofree char *applications = g_build_filename (g_get_user_data_dir (), "applications", NULL);
  g_autofree char *entry =
      g_strdup_printf ("[Desktop Entry]\nType=Application\nName=Test Browser\nExec=%s %%u\n"
                       "MimeType=x-scheme-handler/http;x-scheme-handler/https;\n",
                       command);

  write_file (applications, "test-browser.desktop", entry);
  write_file (g_get_user_config_dir (), "mimeapps.list",
              "[Default Applications]\nx-scheme-handler/https=test-browser.desktop\n"
              "x-scheme-handler/http=test-browser.desktop\n");
}

/* A browser that hands the address over to another, as most do. */
static void
test_launch (void)
{
  g_autofree char *browser = g_build_filename (g_get_user_data_dir (), "browser", NULL);
  g_autofree char *opened = g_build_filename (g_get_user_data_dir (), "opened", NULL);
  g_autofree char *script =
      g_strdup_printf ("#!/bin/sh\nprintf '%%s\\n' \"$#\" \"$1\" \"$XDG_ACTIVATION_TOKEN\" "
                       "\"$DESKTOP_STARTUP_ID\" >'%s'\n",
                       opened);
  g_autofree char *words = NULL;
  g_autoptr (GError) error = NULL;

  write_file (g_get_user_data_dir (), "browser", script);
  install_browser (browser);
  error = launch (URI, "the-activation-token", NULL);
  g_assert_no_error (error);

  g_file_get_contents (opened, &words, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (words, ==, "1\n" URI "\nthe-activation-token\nthe-activation-token\n");
  g_assert_null (g_getenv ("XDG_ACTIVATION_TOKEN"));
}

/* A browser that goes on running, until the pipe is read. */
static void
test_browser_that_stays (void)
{
  g_autofree char *pipe = g_build_filename (g_get_user_data_dir (), "pipe", NULL);
  g_autofree char *command = g_strdup_printf ("sh -c 'echo 1 >\"%s\"'", pipe);
  g_autofree char *words = NULL;
  g_autoptr (GError) error = NULL;

  install_browser (command);
  g_assert_no_errno (mkfifo (pipe, 0600));
  error = launch (URI, NULL, NULL);
  g_assert_no_error (error);

  g_file_get_contents (pipe, &words, NULL, &error);
  g_assert_no_error (error);
}

static void
test_browser_that_dies (gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  install_browser (data);
  error = launch (URI, NULL, NULL);
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NO_BROWSER);
  g_assert_nonnull (strstr (error->message, "does not start"));
  g_assert_nonnull (strstr (error->message, "Copy the link"));
  g_assert_nonnull (strstr (error->message, "another device"));
}

static void
test_browser_that_cannot_run (void)
{
  g_autofree char *browser = g_build_filename (g_get_user_data_dir (), "not-a-program", NULL);

  write_file (g_get_user_data_dir (), "not-a-program", "#!/nowhere/interpreter\n");
  test_browser_that_dies (browser);
}

static void
test_no_browser (void)
{
  g_autoptr (GError) error = launch (URI, NULL, NULL);

  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NO_BROWSER);
  g_assert_nonnull (strstr (error->message, "Copy the link"));
  g_assert_null (strstr (error->message, "state"));
}

static void
test_other_schemes (void)
{
  const char *const uris[] = {
    "",
    "provider.example",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "mailto:a@example.org",
    "httpsx://provider.example/",
    "data:text/html,x",
    "/usr/bin/id",
    "-h",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      g_autoptr (GError) error = launch (uris[i], NULL, NULL);

      g_test_message ("%s", uris[i]);
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER);
    }
}

static void
test_finalize (void)
{
  KeyfobLauncher *launcher = keyfob_browser_launcher_new (NULL, NULL);

  g_assert_finalize_object (launcher);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "disabled:", TRUE);

  g_test_add_func ("/launcher/launch", test_launch);
  g_test_add_func ("/launcher/stays", test_browser_that_stays);
  g_test_add_data_func ("/launcher/dies/false", "/bin/false", test_browser_that_dies);
  g_test_add_data_func ("/launcher/dies/signal", "sh -c 'kill -SEGV $$'", test_browser_that_dies);
  g_test_add_func ("/launcher/dies/cannot-run", test_browser_that_cannot_run);
  g_test_add_func ("/launcher/no-browser", test_no_browser);
  g_test_add_func ("/launcher/other-schemes", test_other_schemes);
  g_test_add_func ("/launcher/finalize", test_finalize);

  return g_test_run ();
}
