/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keyfob-caller.h"

/* A process that waits, whose executable is a copy of sleep with the name @program. */
static GPid
start (const char *folder, const char *program, char **path)
{
  const char *argv[] = { NULL, "1000", NULL };
  g_autofree char *sleep = g_find_program_in_path ("sleep");
  g_autoptr (GFile) from = g_file_new_for_path (sleep);
  g_autoptr (GFile) to = NULL;
  g_autoptr (GError) error = NULL;
  GPid pid;

  *path = g_build_filename (folder, program, NULL);
  to = g_file_new_for_path (*path);
  g_file_copy (from, to, G_FILE_COPY_NONE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  argv[0] = *path;
  g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
  g_assert_no_error (error);

  return pid;
}

static void
end (GPid pid)
{
  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

static KeyfobCaller *
look_at (GPid pid, const char *label)
{
  const KeyfobCredentials credentials = {
    .uid = getuid (), .pid = pid, .pidfd = -1, .label = label, .called = G_MAXINT64
  };

  return keyfob_caller_new (&credentials);
}

static void
test_interpreters (void)
{
  const struct
  {
    const char *program;
    gboolean is_interpreter;
  } rows[] = {
    { "python3.11", TRUE },     { "python", TRUE },
    { "python3.13t", TRUE },    { "pypy3", TRUE },
    { "bash", TRUE },           { "sh", TRUE },
    { "dash", TRUE },           { "zsh-5.9", TRUE },
    { "perl5.36.0", TRUE },     { "ruby3.1", TRUE },
    { "node", TRUE },           { "java", TRUE },
    { "gjs-console", TRUE },    { "mono-sgen", TRUE },
    { "guile-3.0", TRUE },      { "R", TRUE },
    { "shotwell", FALSE },      { "rsync", FALSE },
    { "node_exporter", FALSE }, { "Rover", FALSE },
    { "javac", FALSE },         { "curl", FALSE },
    { "luakit", FALSE },        { "mypython3", FALSE },
  };
  g_autofree char *folder = g_dir_make_tmp ("caller-XXXXXX", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = NULL;
      GPid pid = start (folder, rows[i].program, &path);
      g_autoptr (KeyfobCaller) caller = look_at (pid, NULL);

      g_test_message ("%s", rows[i].program);
      g_assert_cmpstr (caller->executable, ==, path);
      g_assert_cmpint (caller->sandbox, ==, KEYFOB_SANDBOX_NONE);
      g_assert_cmpstr (caller->interpreter, ==, rows[i].is_interpreter ? rows[i].program : NULL);
      end (pid);
      g_remove (path);
    }
  g_assert_no_errno (g_rmdir (folder));
}

/* The labels are made up: they are what the kernel says through the bus where AppArmor runs. */
static void
test_labels (void)
{
  const struct
  {
    const char *label;
    KeyfobSandbox sandbox;
    const char *app;
  } rows[] = {
    { "snap.firefox.firefox (enforce)", KEYFOB_SANDBOX_SNAP, "firefox" },
    { "snap.app_one.daemon (enforce)", KEYFOB_SANDBOX_SNAP, "app_one" },
    { "snap.app.hook.configure (enforce)", KEYFOB_SANDBOX_SNAP, "app" },
    { "snap.app.app (kill)", KEYFOB_SANDBOX_SNAP, "app" },
    { "snap.app.app", KEYFOB_SANDBOX_SNAP, "app" },
    { "snap.code.code (complain)", KEYFOB_SANDBOX_NONE, "code" },
    { "snap.", KEYFOB_SANDBOX_SNAP, "" },
    { "unconfined", KEYFOB_SANDBOX_NONE, NULL },
    { "snapd", KEYFOB_SANDBOX_NONE, NULL },
    { "/usr/bin/evince (enforce)", KEYFOB_SANDBOX_NONE, NULL },
    { "system_u:system_r:unconfined_t:s0", KEYFOB_SANDBOX_NONE, NULL },
    { "", KEYFOB_SANDBOX_NONE, NULL },
    { NULL, KEYFOB_SANDBOX_NONE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (KeyfobCaller) caller = look_at (getpid (), rows[i].label);

      g_test_message ("%s", rows[i].label);
      g_assert_cmpint (caller->sandbox, ==, rows[i].sandbox);
      g_assert_cmpstr (caller->app, ==, rows[i].app);
      g_assert_true (keyfob_caller_is_restricted (caller)
                     == (rows[i].sandbox != KEYFOB_SANDBOX_NONE));
      if (rows[i].app != NULL)
        {
          g_autofree char *id = g_strconcat ("snap:", rows[i].app, NULL);

          g_assert_cmpstr (caller->id, ==, id);
        }
    }
}

static void
test_another_process (void)
{
  const KeyfobCredentials rows[] = {
    { .uid = getuid (), .pid = getpid (), .pidfd = -1, .called = 0 },
    { .uid = getuid (), .pid = G_MAXINT32, .pidfd = -1, .called = G_MAXINT64 },
    { .uid = getuid (), .pid = 0, .pidfd = -1, .called = G_MAXINT64 },
    { .uid = getuid () + 1, .pid = getpid (), .pidfd = -1, .called = G_MAXINT64 },
    { .uid = G_MAXUINT, .pid = getpid (), .pidfd = -1, .called = G_MAXINT64 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (KeyfobCaller) caller = keyfob_caller_new (&rows[i]);

      g_assert_cmpint (caller->sandbox, ==, KEYFOB_SANDBOX_UNKNOWN);
      g_assert_true (keyfob_caller_is_restricted (caller));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/caller/interpreters", test_interpreters);
  g_test_add_func ("/caller/labels", test_labels);
  g_test_add_func ("/caller/another-process", test_another_process);

  return g_test_run ();
}
