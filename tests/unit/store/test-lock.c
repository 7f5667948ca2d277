/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "acquire-lock.h"
#include "keyfob-auth-error.h"
#include "wait.h"

#define HOST "https://data.example.org"
#define N_THREADS 8
#define N_ROUNDS 200
#define N_WAITERS 48

typedef struct
{
  char *program;
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->program = g_file_read_link ("/proc/self/exe", NULL);
  fixture->folder = g_dir_make_tmp ("keyfob-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "a", "token-store.json.lock", NULL);
}

/* An attempt that runs while its wait is called off may still make the file. */
static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *inner = g_path_get_dirname (fixture->path);

  do
    {
      g_remove (fixture->path);
      g_remove (inner);
    }
  while (g_remove (fixture->folder) != 0);
  g_free (fixture->program);
  g_free (fixture->folder);
  g_free (fixture->path);
}

/* What the other program of a test does: hold the lock until it is told to end. */
static int
hold (const char *path, const char *name)
{
  g_autoptr (KeyfobLock) lock = NULL;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  lock = acquire_lock (path, *name != '\0' ? name : NULL, NULL);

  puts (lock != NULL ? "held" : "failed");
  fflush (stdout);
  getchar ();

  return 0;
}

static GSubprocess *
start_holder (Fixture *fixture, const char *name)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *holder =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                        fixture->program, "--hold", fixture->path, name != NULL ? name : "", NULL);

  g_assert_no_error (error);

  return holder;
}

static void
wait_until_held (GSubprocess *holder)
{
  char line[5] = "";
  gsize n = 0;

  g_assert_true (g_input_stream_read_all (g_subprocess_get_stdout_pipe (holder), line,
                                          sizeof line - 1, &n, NULL, NULL));
  g_assert_cmpstr (line, ==, "held");
}

static void
kill_and_reap (GSubprocess *holder)
{
  g_subprocess_force_exit (holder);
  g_assert_true (g_subprocess_wait (holder, NULL, NULL));
}

static void
got_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **out = user_data;

  g_assert_null (*out);
  *out = g_object_ref (result);
}

static KeyfobLock *
wait_for (GAsyncResult **result, GError **error)
{
  wait_while (*result == NULL);

  return keyfob_lock_acquire_finish (*result, error);
}

/* Nobody else holds it: an attempt that would have to wait never comes back. */
static void
assert_free (const char *path, const char *name)
{
  g_autoptr (KeyfobLock) lock = acquire_lock (path, name, NULL);

  g_assert_nonnull (lock);
}

static void
test_private (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (fixture->path);
  GStatBuf info;

  assert_free (fixture->path, NULL);

  g_assert_cmpint (g_lstat (fixture->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0600);
  g_assert_cmpint (info.st_size, ==, 0);
  g_assert_cmpint (g_lstat (folder, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0700);
}

static void
test_names_are_apart (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobLock) store = acquire_lock (fixture->path, NULL, NULL);
  g_autoptr (KeyfobLock) host = acquire_lock (fixture->path, HOST, NULL);

  g_assert_nonnull (store);
  g_assert_nonnull (host);
  assert_free (fixture->path, "https://other.example.org");
}

typedef struct
{
  const char *path;
  const char *name;
  /* Not atomic: that is what the lock is for. */
  volatile guint inside;
  volatile guint n;
} Contest;

static gpointer
contend (gpointer data)
{
  Contest *contest = data;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (KeyfobLock) lock = acquire_lock (contest->path, contest->name, NULL);

      g_assert_nonnull (lock);
      g_assert_cmpuint (contest->inside, ==, 0);
      contest->inside = 1;
      g_thread_yield ();
      contest->n = contest->n + 1;
      contest->inside = 0;
    }

  return NULL;
}

static void
test_threads (Fixture *fixture, gconstpointer data)
{
  Contest contest = { .path = fixture->path, .name = data };
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("contend", contend, &contest);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (contest.n, ==, N_THREADS * N_ROUNDS);
}

static void
test_processes (Fixture *fixture, gconstpointer name)
{
  g_autoptr (GSubprocess) first = start_holder (fixture, name);
  g_autoptr (GSubprocess) second = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (KeyfobLock) lock = NULL;

  wait_until_held (first);
  second = start_holder (fixture, name);
  kill_and_reap (first);
  wait_until_held (second);

  keyfob_lock_acquire_async (fixture->path, name, NULL, got_result_cb, &result);
  g_assert_null (result);
  kill_and_reap (second);
  lock = wait_for (&result, NULL);
  g_assert_nonnull (lock);
}

static void
test_async_waits (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobLock) held = acquire_lock (fixture->path, HOST, NULL);
  g_autoptr (KeyfobLock) other = NULL;
  g_autoptr (KeyfobLock) lock = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) other_result = NULL;

  keyfob_lock_acquire_async (fixture->path, HOST, NULL, got_result_cb, &result);
  keyfob_lock_acquire_async (fixture->path, NULL, NULL, got_result_cb, &other_result);
  other = wait_for (&other_result, NULL);
  g_assert_nonnull (other);
  g_assert_null (result);

  g_clear_pointer (&held, keyfob_lock_free);
  lock = wait_for (&result, NULL);
  g_assert_nonnull (lock);
}

static guint
count_threads (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (tasks) != NULL)
    n++;

  return n;
}

static void
count_and_free_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobLock) lock = keyfob_lock_acquire_finish (result, NULL);
  guint *n = user_data;

  g_assert_nonnull (lock);
  (*n)++;
}

/* GLib's pool has about ten threads, however many wait; each of them gets the lock in the end. */
static void
test_waiting_costs_no_thread (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobLock) held = acquire_lock (fixture->path, HOST, NULL);
  g_autoptr (KeyfobLock) other = NULL;
  g_autoptr (GAsyncResult) other_result = NULL;
  guint n = 0;

  for (guint i = 0; i < N_WAITERS; i++)
    keyfob_lock_acquire_async (fixture->path, HOST, NULL, count_and_free_cb, &n);
  keyfob_lock_acquire_async (fixture->path, NULL, NULL, got_result_cb, &other_result);
  other = wait_for (&other_result, NULL);
  g_assert_nonnull (other);
  g_assert_cmpuint (count_threads (), <, N_WAITERS / 2);
  g_assert_cmpuint (n, ==, 0);

  g_clear_pointer (&held, keyfob_lock_free);
  wait_while (n < N_WAITERS);
}

/* The holder ends only after the wait was called off, so that a call that waits would not end. */
static void
test_cancelled_wait (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobLock) held = acquire_lock (fixture->path, HOST, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) other_result = NULL;
  g_autoptr (KeyfobLock) other = NULL;
  g_autoptr (GError) error = NULL;

  keyfob_lock_acquire_async (fixture->path, HOST, cancellable, got_result_cb, &result);
  keyfob_lock_acquire_async (fixture->path, NULL, NULL, got_result_cb, &other_result);
  other = wait_for (&other_result, NULL);
  g_assert_nonnull (other);

  g_cancellable_cancel (cancellable);
  g_assert_null (wait_for (&result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  g_clear_pointer (&held, keyfob_lock_free);
  assert_free (fixture->path, HOST);
}

static void
test_cancelled_before (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  keyfob_lock_acquire_async (fixture->path, HOST, cancellable, got_result_cb, &result);
  g_assert_null (wait_for (&result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_free (fixture->path, HOST);
}

/* Somebody tidies up while the lock is held and another waits for it. */
static void
test_deleted_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobLock) held = acquire_lock (fixture->path, HOST, NULL);
  g_autoptr (KeyfobLock) newer = NULL;
  g_autoptr (KeyfobLock) lock = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  keyfob_lock_acquire_async (fixture->path, HOST, NULL, got_result_cb, &result);
  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  newer = acquire_lock (fixture->path, "https://other.example.org", NULL);

  g_clear_pointer (&held, keyfob_lock_free);
  lock = wait_for (&result, NULL);
  g_assert_nonnull (lock);
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

/* What stands where the lock file or its folder should be. */
static void
test_substitute (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (fixture->path);
  g_autoptr (KeyfobLock) held = NULL;
  g_autoptr (KeyfobLock) lock = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  if (g_str_equal (data, "file-as-folder"))
    g_assert_true (g_file_set_contents (folder, "", 0, NULL));
  else if (g_str_equal (data, "folder"))
    g_assert_cmpint (g_mkdir_with_parents (fixture->path, 0700), ==, 0);
  else
    {
      g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
      g_assert_cmpint (symlink ("elsewhere", fixture->path), ==, 0);
    }

  held = acquire_lock (fixture->path, HOST, NULL);
  g_assert_nonnull (held);

  keyfob_lock_acquire_async (fixture->path, HOST, NULL, got_result_cb, &result);
  g_assert_null (result);
  g_clear_pointer (&held, keyfob_lock_free);
  lock = wait_for (&result, NULL);
  g_assert_nonnull (lock);
}

static gboolean on_network;

/* Takes the place of the function of the C library for the code under test: no test can mount a
 * network. */
int
statfs (const char *path, struct statfs *info)
{
  int result = syscall (SYS_statfs, path, info);

  if (on_network)
    info->f_type = 0x6969;

  return result;
}

/* A FIFO where the lock file should be neither hangs nor locks. */
static void
test_for_one_machine (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (fixture->path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (KeyfobLock) lock = NULL;

      on_network = i == 1;
      lock = acquire_lock (fixture->path, HOST, NULL);
      g_assert_nonnull (lock);
      g_assert_false (keyfob_lock_is_for_one_machine (lock));
    }

  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (KeyfobLock) lock = NULL;

      on_network = i == 1;
      lock = acquire_lock (fixture->path, HOST, NULL);
      g_assert_nonnull (lock);
      g_assert_true (keyfob_lock_is_for_one_machine (lock) == on_network);
    }
  on_network = FALSE;
}

static void
test_nowhere (Fixture *fixture, gconstpointer data)
{
  g_autofree char *taken = g_build_filename (g_get_user_runtime_dir (), "keyfob", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (g_get_user_runtime_dir (), 0700), ==, 0);
  g_assert_true (g_file_set_contents (taken, "", 0, NULL));

  g_assert_null (acquire_lock ("/dev/null/a.lock", HOST, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "/dev/null/a.lock"));
  g_assert_nonnull (strstr (error->message, taken));
  g_clear_error (&error);

  keyfob_lock_acquire_async ("/dev/null/a.lock", HOST, NULL, got_result_cb, &result);
  g_assert_null (wait_for (&result, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);

  g_remove (taken);
}

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "--hold"))
    return hold (argv[2], argv[3]);

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, data, func) g_test_add (path, Fixture, data, set_up, func, tear_down)
  ADD ("/lock/private", NULL, test_private);
  ADD ("/lock/names-are-apart", NULL, test_names_are_apart);
  ADD ("/lock/threads/store", NULL, test_threads);
  ADD ("/lock/threads/host", HOST, test_threads);
  ADD ("/lock/processes/store", NULL, test_processes);
  ADD ("/lock/processes/host", HOST, test_processes);
  ADD ("/lock/async-waits", NULL, test_async_waits);
  ADD ("/lock/waiting-costs-no-thread", NULL, test_waiting_costs_no_thread);
  ADD ("/lock/cancelled-wait", NULL, test_cancelled_wait);
  ADD ("/lock/cancelled-before", NULL, test_cancelled_before);
  ADD ("/lock/deleted-file", NULL, test_deleted_file);
  ADD ("/lock/substitute/file-as-folder", "file-as-folder", test_substitute);
  ADD ("/lock/substitute/folder", "folder", test_substitute);
  ADD ("/lock/substitute/link", "link", test_substitute);
  ADD ("/lock/for-one-machine", NULL, test_for_one_machine);
  ADD ("/lock/nowhere", NULL, test_nowhere);
#undef ADD

  return g_test_run ();
}
