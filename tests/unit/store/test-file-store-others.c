/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <glib/gstdio.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "acquire-lock.h"
#include "file-case.h"
#include "keyfob-auth-error.h"
#include "wait.h"

/* As Python's client writes. */
static void
rename_over (FileCase *fixture, const char *content)
{
  /* as rsync names its own */
  g_autofree char *other = g_build_filename (fixture->folder, "token-store.tmp", NULL);

  g_assert_true (g_file_set_contents (other, content, -1, NULL));
  g_assert_cmpint (g_chmod (other, 0600), ==, 0);
  g_assert_cmpint (g_rename (other, fixture->path), ==, 0);
}

/* @life: seconds that are left to the token that was stored */
static gboolean
token_was_lost (FileCase *fixture, gint64 life)
{
  g_autoptr (KeyfobConfig) config = file_case_host ("https://a.example");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (KeyfobToken) found = NULL;
  g_autoptr (KeyfobToken) token = file_case_token ("one", NOW + life);

  keyfob_token_store_lookup_async (fixture->store, config, NULL, file_case_got_result_cb, &result);
  file_case_wait_for (&result);
  g_assert_true (keyfob_token_store_lookup_finish (fixture->store, result, &found, NULL));
  g_assert_null (found);

  return keyfob_token_store_lookup_was_lost (fixture->store, result, token);
}

static gboolean
was_lost (FileCase *fixture)
{
  return token_was_lost (fixture, 3600);
}

static void
set_age (FileCase *fixture, int seconds)
{
  const time_t then = time (NULL) + seconds;
  const struct utimbuf times = { .actime = then, .modtime = then };

  g_assert_cmpint (g_utime (fixture->path, (struct utimbuf *) &times), ==, 0);
}

/* Python leaves out what ends within 30 seconds, and that is no sign-out. */
static void
test_left_out (FileCase *fixture, gconstpointer data)
{
  g_assert_true (token_was_lost (fixture, -3600));
  g_assert_true (token_was_lost (fixture, 30));
  g_assert_false (token_was_lost (fixture, 31));
}

/* Only what is gone within two seconds of a write was lost by a program that has no lock. */
static void
test_lost (FileCase *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;

  g_assert_false (was_lost (fixture));
  g_assert_true (file_case_save (fixture, "https://b.example", "other", NULL));
  before = file_case_get (fixture);
  g_assert_false (was_lost (fixture));

  g_assert_true (file_case_save (fixture, "https://a.example", "one", NULL));
  rename_over (fixture, before);
  g_assert_true (was_lost (fixture));
  set_age (fixture, 4);
  g_assert_false (was_lost (fixture));

  g_assert_true (file_case_save (fixture, "https://a.example", "two", NULL));
  g_assert_true (file_case_remove_host (fixture, "https://a.example", NULL));
  g_assert_false (was_lost (fixture));

  g_assert_true (file_case_save (fixture, "https://a.example", "three", NULL));
  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  g_assert_false (was_lost (fixture));
}

static void
changed_cb (guint *n_changes)
{
  *n_changes += 1;
}

static void
wait_for_changes (FileCase *fixture, guint n)
{
  wait_while (fixture->n_changes < n);
  g_assert_cmpuint (fixture->n_changes, ==, n);
}

static void
test_changed (FileCase *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;

  g_assert_true (file_case_save (fixture, "https://a.example", "one", NULL));
  before = file_case_get (fixture);
  g_assert_true (file_case_save (fixture, "https://a.example", "two", NULL));
  g_assert_true (file_case_remove_host (fixture, "https://b.example", NULL));

  rename_over (fixture, before);
  wait_for_changes (fixture, 1);
  file_case_assert_stored (fixture, "https://a.example", "one");

  file_case_put (fixture, "{}");
  wait_for_changes (fixture, 2);

  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  wait_for_changes (fixture, 3);

  rename_over (fixture, before);
  wait_for_changes (fixture, 4);
}

/* What another program has written is told also where this one writes before it is noticed. */
static void
test_changed_before_a_write (FileCase *fixture, gconstpointer data)
{
  g_assert_true (file_case_save (fixture, "https://a.example", "one", NULL));
  rename_over (fixture, "{}");
  g_assert_true (file_case_save (fixture, "https://b.example", "two", NULL));

  wait_for_changes (fixture, 1);
  file_case_assert_stored (fixture, "https://b.example", "two");
  g_assert_cmpuint (fixture->n_changes, ==, 1);
}

static void
test_changed_folder (FileCase *fixture, gconstpointer data)
{
  g_autofree char *gone = g_strconcat (fixture->folder, "-gone", NULL);
  g_autofree char *file = g_build_filename (gone, "token-store.json", NULL);
  g_autofree char *before = NULL;

  file_case_put (fixture, "{}");
  before = file_case_get (fixture);
  file_case_assert_stored (fixture, "https://a.example", NULL);

  g_assert_cmpint (g_rename (fixture->folder, gone), ==, 0);
  wait_for_changes (fixture, 1);
  g_assert_cmpint (g_remove (file), ==, 0);
  g_assert_cmpint (g_rmdir (gone), ==, 0);

  g_assert_cmpint (g_mkdir (fixture->folder, 0700), ==, 0);
  rename_over (fixture, before);
  wait_for_changes (fixture, 2);
}

/* No folder is made before there is something to write; another program's is noticed. */
static void
test_no_folder (FileCase *fixture, gconstpointer data)
{
  g_autofree char *outer = g_build_filename (fixture->folder, "a", NULL);
  g_autofree char *inner = g_build_filename (outer, "b", NULL);
  g_autofree char *path = g_build_filename (inner, "token-store.json", NULL);
  FileCase deep = *fixture;

  deep.folder = inner;
  deep.path = path;
  deep.n_changes = 0;
  deep.store = keyfob_file_store_new (path, KEYFOB_CLOCK (fixture->clock));
  g_signal_connect_swapped (deep.store, "changed", G_CALLBACK (changed_cb), &deep.n_changes);

  file_case_assert_stored (&deep, "https://a.example", NULL);
  g_assert_false (g_file_test (outer, G_FILE_TEST_EXISTS));

  g_assert_cmpint (g_mkdir_with_parents (inner, 0700), ==, 0);
  rename_over (&deep, "{\"https://a.example\": {\"token\": {\"access_token\": \"x\"}}}");
  while (deep.n_changes == 0)
    g_main_context_iteration (NULL, TRUE);
  file_case_assert_stored (&deep, "https://a.example", "x");

  file_case_assert_goes_away (deep.store);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (inner), ==, 0);
  g_assert_cmpint (g_rmdir (outer), ==, 0);
}

static void
make_old (FileCase *fixture)
{
  const struct utimbuf long_ago = { .actime = 1000, .modtime = 1000 };

  g_assert_cmpint (g_utime (fixture->path, (struct utimbuf *) &long_ago), ==, 0);
}

/* What is read once is not read again, but only as long as it is the same file. */
static void
test_remembered (FileCase *fixture, gconstpointer data)
{
  file_case_put_as_python (fixture, "one");
  make_old (fixture);
  file_case_assert_stored (fixture, "https://a.example", "one");
  file_case_assert_stored (fixture, "https://a.example", "one");

  /* Of the same size, by a clock that is coarse. */
  file_case_put_as_python (fixture, "two");
  make_old (fixture);
  file_case_assert_stored (fixture, "https://a.example", "two");

  g_assert_cmpint (g_chmod (fixture->path, 0644), ==, 0);
  file_case_assert_stored (fixture, "https://a.example", "two");
  file_case_assert_reported (fixture, "readable-file", fixture->path);

  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  file_case_assert_stored (fixture, "https://a.example", NULL);
}

/* In place, and so that neither size nor time tells. */
static void
change_secretly (FileCase *fixture, const char *access_token)
{
  GStatBuf info;
  struct timespec times[2];
  int fd = -1;
  g_autofree char *content = NULL;
  char *at = NULL;

  g_assert_cmpint (g_stat (fixture->path, &info), ==, 0);
  times[0] = info.st_atim;
  times[1] = info.st_mtim;

  content = file_case_get (fixture);
  at = strstr (content, "\"access_token\": \"") + strlen ("\"access_token\": \"");
  memcpy (at, access_token, strlen (access_token));
  fd = open (fixture->path, O_WRONLY);
  g_assert_cmpint (pwrite (fd, content, strlen (content), 0), ==, strlen (content));
  g_assert_cmpint (futimens (fd, times), ==, 0);
  close (fd);
}

/* A file of just now is read again, since its time would not tell of a change; so is one that a
 * clock set back makes a file of tomorrow. */
static void
test_not_remembered (FileCase *fixture, gconstpointer data)
{
  static const int ages[] = { 0, 1 };

  for (guint i = 0; i < G_N_ELEMENTS (ages); i++)
    {
      file_case_put_as_python (fixture, "one");
      set_age (fixture, ages[i]);
      file_case_assert_stored (fixture, "https://a.example", "one");
      change_secretly (fixture, "two");
      file_case_assert_stored (fixture, "https://a.example", "two");
    }
}

/* Look-ups that wait for each other read the file once; the next one reads it anew. */
static void
test_shared_reading (FileCase *fixture, gconstpointer data)
{
  g_autoptr (KeyfobConfig) config = file_case_host ("https://a.example");
  GAsyncResult *results[20] = { NULL };

  file_case_put_as_python (fixture, "one");
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    keyfob_token_store_lookup_async (fixture->store, config, NULL, file_case_got_result_cb,
                                     &results[i]);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr (KeyfobToken) found = NULL;

      file_case_wait_for (&results[i]);
      g_assert_true (keyfob_token_store_lookup_finish (fixture->store, results[i], &found, NULL));
      g_assert_cmpstr (keyfob_token_get_access_token (found), ==, "one");
      g_object_unref (results[i]);
    }

  rename_over (fixture, "{}");
  file_case_assert_stored (fixture, "https://a.example", NULL);
}

static void
test_two_stores (FileCase *fixture, gconstpointer data)
{
  KeyfobTokenStore *other = keyfob_file_store_new (fixture->path, KEYFOB_CLOCK (fixture->clock));
  KeyfobTokenStore *stores[] = { fixture->store, other };
  GAsyncResult *results[40] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *url = g_strdup_printf ("https://h%u.example", i);
      g_autoptr (KeyfobConfig) config = file_case_host (url);
      g_autoptr (KeyfobToken) saved = file_case_token (url, NOW + 3600);

      keyfob_token_store_save_async (stores[i % 2], config, saved, TRUE, NULL,
                                     file_case_got_result_cb, &results[i]);
    }

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      file_case_wait_for (&results[i]);
      g_assert_true (keyfob_token_store_save_finish (stores[i % 2], results[i], NULL));
      g_object_unref (results[i]);
    }

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *url = g_strdup_printf ("https://h%u.example", i);

      file_case_assert_stored (fixture, url, url);
    }

  file_case_assert_goes_away (other);
}

static void
wait_until_it_waits (FileCase *fixture)
{
  wait_while (manual_clock_next (fixture->clock) < 0);
}

/* Somebody holds the lock: reading goes on, writing waits, and not for ever. */
static void
test_held (FileCase *fixture, gconstpointer data)
{
  g_autofree char *lock_path = keyfob_token_store_dup_lock_path (fixture->store);
  g_autoptr (KeyfobConfig) config = file_case_host ("https://a.example");
  g_autoptr (KeyfobToken) saved = file_case_token ("late", NOW + 3600);
  g_autoptr (KeyfobLock) lock = acquire_lock (lock_path, NULL, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;

  file_case_put_as_python (fixture, "py");
  file_case_assert_stored (fixture, "https://a.example", "py");

  keyfob_token_store_save_async (fixture->store, config, saved, TRUE, NULL, file_case_got_result_cb,
                                 &result);
  wait_until_it_waits (fixture);
  manual_clock_advance (fixture->clock, 31);
  file_case_wait_for (&result);
  g_assert_false (keyfob_token_store_save_finish (fixture->store, result, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, fixture->path));

  keyfob_token_store_save_async (fixture->store, config, saved, TRUE, NULL, file_case_got_result_cb,
                                 &second);
  wait_until_it_waits (fixture);
  g_clear_pointer (&lock, keyfob_lock_free);
  file_case_wait_for (&second);
  g_assert_true (keyfob_token_store_save_finish (fixture->store, second, NULL));
  file_case_assert_stored (fixture, "https://a.example", "late");
}

static void
test_left_over (FileCase *fixture, gconstpointer data)
{
  g_autofree char *stale =
      g_build_filename (fixture->folder, ".token-store.json.keyfob-aBcDeF", NULL);
  g_autofree char *young =
      g_build_filename (fixture->folder, ".token-store.json.keyfob-GhIjKl", NULL);
  /* as rsync names its own */
  g_autofree char *other = g_build_filename (fixture->folder, ".token-store.json.MnOpQr", NULL);
  const struct utimbuf long_ago = { .actime = 1000, .modtime = 1000 };

  g_assert_true (g_file_set_contents (stale, "{", -1, NULL));
  g_assert_true (g_file_set_contents (young, "{", -1, NULL));
  g_assert_true (g_file_set_contents (other, "{", -1, NULL));
  g_assert_cmpint (g_utime (stale, (struct utimbuf *) &long_ago), ==, 0);
  g_assert_cmpint (g_utime (other, (struct utimbuf *) &long_ago), ==, 0);

  g_assert_true (file_case_save (fixture, "https://a.example", "one", NULL));

  g_assert_false (g_file_test (stale, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (young, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (other, G_FILE_TEST_EXISTS));
}

#define ADD(name, function)                                                           \
  g_test_add ("/file-store-others/" name, FileCase, NULL, file_case_set_up, function, \
              file_case_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("lost", test_lost);
  ADD ("left-out", test_left_out);
  ADD ("no-folder", test_no_folder);
  ADD ("changed", test_changed);
  ADD ("changed-before-a-write", test_changed_before_a_write);
  ADD ("changed-folder", test_changed_folder);
  ADD ("remembered", test_remembered);
  ADD ("not-remembered", test_not_remembered);
  ADD ("shared-reading", test_shared_reading);
  ADD ("two-stores", test_two_stores);
  ADD ("held", test_held);
  ADD ("left-over", test_left_over);

  return g_test_run ();
}
