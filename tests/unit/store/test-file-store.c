/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* For memmem(). */
#define _GNU_SOURCE

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file-case.h"
#include "keyfob-auth-error.h"

#define SECRET "Wipe-Me-0123456789"

static gint watches_memory;
static gint n_unwiped;

/* Takes the place of GLib's function for the code under test, and looks at what is freed: of JSON
 * texts with the secret, nothing may stay in memory. */
void (g_free) (gpointer memory)
{
  if (memory != NULL && g_atomic_int_get (&watches_memory) && *(const char *) memory == '{'
      && memmem (memory, malloc_usable_size (memory), SECRET, strlen (SECRET)) != NULL)
    g_atomic_int_inc (&n_unwiped);

  free (memory);
}

static void
assert_file_has (FileCase *fixture, const char *part)
{
  g_autofree char *content = file_case_get (fixture);

  if (strstr (content, part) == NULL)
    g_error ("not in the file: %s\n%s", part, content);
}

static void
test_none (FileCase *fixture, gconstpointer data)
{
  file_case_assert_stored (fixture, "https://a.example", NULL);
  g_assert_true (file_case_remove_host (fixture, "https://a.example", NULL));
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));

  file_case_put (fixture, "");
  file_case_assert_stored (fixture, "https://a.example", NULL);
  g_assert_true (file_case_save (fixture, "https://a.example", "one", NULL));
  file_case_assert_stored (fixture, "https://a.example", "one");
}

static void
test_format (FileCase *fixture, gconstpointer data)
{
  g_autofree char *content = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonObject *entry = NULL;
  JsonObject *stored = NULL;

  g_assert_true (file_case_save (fixture, "HTTPS://A.example:443/", "one", NULL));

  content = file_case_get (fixture);
  g_assert_true (g_str_has_prefix (content, "{\n  \"https://a.example\": {\n    \"token\": {\n"));
  g_assert_true (g_str_has_suffix (content, "    },\n    \"stored_at\": 1800000000.0,\n"
                                            "    \"base_url\": \"https://a.example\"\n  }\n}"));

  root = json_from_string (content, NULL);
  entry = json_object_get_object_member (json_node_get_object (root), "https://a.example");
  g_assert_cmpuint (json_object_get_size (entry), ==, 3);
  stored = json_object_get_object_member (entry, "token");
  g_assert_cmpstr (json_object_get_string_member (stored, "access_token"), ==, "one");
  g_assert_cmpstr (json_object_get_string_member (stored, "refresh_token"), ==, "refresh");
  g_assert_cmpint (json_object_get_int_member (stored, "expires"), ==, NOW + 3600);
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (stored, "headers"),
                                                  "Authorization"),
                   ==, "Bearer one");
}

static void
test_others_survive (FileCase *fixture, gconstpointer data)
{
  static const char other[] = "  \"https://b.example\": {\n"
                              "    \"token\": {\n"
                              "      \"access_token\": \"b\\u00e9\",\n"
                              "      \"big\": 123456789012345678901234567890,\n"
                              "      \"ratio\": 0.1\n"
                              "    },\n"
                              "    \"stored_at\": 1717027200.123,\n"
                              "    \"comment\": \"mine\"\n"
                              "  }";
  g_autofree char *before = g_strdup_printf (
      "{\n  \"note\": [\n    1\n  ],\n"
      "  \"https://a.example\": {\"token\": {\"access_token\": \"old\"}, \"kept\": 1.50},\n%s\n}",
      other);
  g_autofree char *after = NULL;

  file_case_put (fixture, before);
  g_assert_true (file_case_save (fixture, "https://a.example", "new", NULL));
  assert_file_has (fixture, other);
  assert_file_has (fixture, "{\n  \"note\": [\n    1\n  ],\n");
  assert_file_has (fixture, "\"kept\": 1.50");
  file_case_assert_stored (fixture, "https://a.example", "new");

  g_assert_true (file_case_remove_host (fixture, "https://a.example", NULL));
  after = file_case_get (fixture);
  g_assert_cmpstr (after + strlen ("{\n  \"note\": [\n    1\n  ],\n"), ==,
                   "  \"https://b.example\": {\n    \"token\": {\n"
                   "      \"access_token\": \"b\\u00e9\",\n"
                   "      \"big\": 123456789012345678901234567890,\n      \"ratio\": 0.1\n    },\n"
                   "    \"stored_at\": 1717027200.123,\n    \"comment\": \"mine\"\n  }\n}");
}

static void
test_one_place_per_host (FileCase *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (file_case_save (fixture, "https://a.example/api", "api", NULL));
  assert_file_has (fixture, "  \"https://a.example\": {");
  assert_file_has (fixture, "\"base_url\": \"https://a.example/api\"");

  file_case_assert_stored (fixture, "https://a.example/api/", "api");
  file_case_assert_stored (fixture, "https://a.example", NULL);
  file_case_assert_stored (fixture, "https://a.example/other", NULL);

  g_assert_false (file_case_save (fixture, "https://a.example/other", "other", &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "https://a.example/api"));
  g_assert_true (file_case_remove_host (fixture, "https://a.example/other", NULL));
  file_case_assert_stored (fixture, "https://a.example/api", "api");

  g_assert_true (file_case_remove_host (fixture, "https://a.example/api", NULL));
  g_assert_true (file_case_save (fixture, "https://a.example/other", "other", NULL));
  file_case_assert_stored (fixture, "https://a.example/other", "other");
}

static void
test_dead_token_gives_way (FileCase *fixture, gconstpointer data)
{
  file_case_put (fixture,
                 "{\"https://a.example\": {\"token\": {\"access_token\": \"x\", \"expires\": "
                 "1799999999}, \"stored_at\": 1.0, \"base_url\": \"https://a.example/api\"}}");

  g_assert_true (file_case_save (fixture, "https://a.example", "new", NULL));

  file_case_assert_stored (fixture, "https://a.example", "new");
  file_case_assert_stored (fixture, "https://a.example/api", NULL);
}

/* The server says that the refresh token has ended, but that is only a promise: another base URL
 * may not overwrite it. */
static void
test_refresh_token_keeps_place (FileCase *fixture, gconstpointer data)
{
  g_autofree char *content = g_strdup_printf (
      "{\"https://a.example\": {\"token\": {\"access_token\": \"x\", \"refresh_token\": \"r\", "
      "\"expires\": %" G_GINT64_FORMAT "}, \"stored_at\": %" G_GINT64_FORMAT
      ", \"base_url\": \"https://a.example/api\"}}",
      NOW - 7200, NOW - 10800);
  g_autoptr (GError) error = NULL;

  file_case_put (fixture, content);
  g_assert_false (file_case_save (fixture, "https://a.example", "new", &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  file_case_assert_stored (fixture, "https://a.example/api", "x");

  manual_clock_set_now (fixture->clock, NOW + 31 * 24 * 60 * 60);
  g_assert_true (file_case_save (fixture, "https://a.example", "new", NULL));
}

/* Python does not write the base URL: its entry is for the first base URL that looks it up. */
static void
test_entry_of_python (FileCase *fixture, gconstpointer data)
{
  file_case_put_as_python (fixture, "py");
  file_case_assert_stored (fixture, "https://a.example/api", "py");
  g_assert_cmpuint (fixture->reports->len, ==, 0);

  file_case_assert_stored (fixture, "https://a.example", NULL);
  file_case_assert_reported (fixture, "shared-place", "https://a.example/api uses it");
  g_assert_false (file_case_save (fixture, "https://a.example", "mixed", NULL));

  g_assert_true (file_case_save (fixture, "https://a.example/api", "new", NULL));
  file_case_assert_stored (fixture, "https://a.example/api", "new");

  /* Nor does it keep what Keyfob says of the owner. */
  file_case_put_as_python (fixture, "rotated");
  file_case_assert_stored (fixture, "https://a.example", NULL);
  file_case_assert_stored (fixture, "https://a.example/api", "rotated");

  g_assert_true (file_case_remove_host (fixture, "https://a.example/api", NULL));
  file_case_put_as_python (fixture, "other");
  file_case_assert_stored (fixture, "https://a.example", "other");
}

static void
test_order (FileCase *fixture, gconstpointer data)
{
  g_autoptr (KeyfobConfig) config = file_case_host ("https://a.example");
  GAsyncResult *results[20] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *text = g_strdup_printf ("token-%u", i);
      g_autoptr (KeyfobToken) saved = file_case_token (text, NOW + 3600);

      keyfob_token_store_save_async (fixture->store, config, saved, TRUE, NULL,
                                     file_case_got_result_cb, &results[i]);
    }

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      file_case_wait_for (&results[i]);
      g_assert_true (keyfob_token_store_save_finish (fixture->store, results[i], NULL));
      g_object_unref (results[i]);
    }

  file_case_assert_stored (fixture, "https://a.example", "token-19");
}

static void
test_many_hosts (FileCase *fixture, gconstpointer data)
{
  GAsyncResult *results[20] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *url = g_strdup_printf ("https://h%u.example", i);
      g_autoptr (KeyfobConfig) config = file_case_host (url);
      g_autoptr (KeyfobToken) saved = file_case_token (url, NOW + 3600);

      keyfob_token_store_save_async (fixture->store, config, saved, TRUE, NULL,
                                     file_case_got_result_cb, &results[i]);
    }

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *url = g_strdup_printf ("https://h%u.example", i);

      file_case_wait_for (&results[i]);
      g_assert_true (keyfob_token_store_save_finish (fixture->store, results[i], NULL));
      g_object_unref (results[i]);
      file_case_assert_stored (fixture, url, url);
    }
}

static void
test_wipes (FileCase *fixture, gconstpointer data)
{
  g_atomic_int_set (&watches_memory, TRUE);
  g_assert_true (file_case_save (fixture, "https://a.example", SECRET, NULL));
  g_assert_true (file_case_save (fixture, "https://a.example", "new-" SECRET, NULL));
  file_case_assert_stored (fixture, "https://a.example", "new-" SECRET);
  g_assert_true (file_case_remove_host (fixture, "https://a.example", NULL));
  g_atomic_int_set (&watches_memory, FALSE);

  g_assert_cmpint (n_unwiped, ==, 0);
}

static void
copy_data (FileCase *fixture, const char *ending)
{
  g_autofree char *name = g_strconcat ("token-store-0.1.json", ending, NULL);
  g_autofree char *source = g_test_build_filename (G_TEST_DIST, "store", "data", name, NULL);
  g_autofree char *target = g_strconcat (fixture->path, ending, NULL);
  g_autofree char *content = NULL;

  g_assert_true (g_file_get_contents (source, &content, NULL, NULL));
  g_assert_true (
      g_file_set_contents_full (target, content, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static GStrv list (FileCase *fixture, GError **error);

/* A file of Python and Keyfob 0.1, with the lock and the notes that 0.1 left beside it. */
static void
test_written_by_0_1 (FileCase *fixture, gconstpointer data)
{
  static const char *const kept[] = {
    "      \"x-ratio\": 0.1\n    },\n    \"stored_at\": 1790000000.123,\n"
    "    \"comment\": \"by hand\"\n  },\n",
    "    \"x-kept\": [\n      1,\n      {\n        \"big\": 123456789012345678901234567890\n",
  };
  g_autofree char *lock = g_strconcat (fixture->path, ".lock", NULL);
  g_autoptr (KeyfobToken) token = NULL;
  g_auto (GStrv) found = NULL;
  g_autofree char *joined = NULL;

  copy_data (fixture, "");
  copy_data (fixture, ".places");
  g_assert_true (g_file_set_contents (lock, "", 0, NULL));

  found = list (fixture, NULL);
  joined = g_strjoinv (" ", found);
  g_assert_cmpstr (
      joined, ==,
      "https://python.example.org https://both.example.org https://keyfob.example.org/api");

  g_assert_true (file_case_look_up (fixture, "https://keyfob.example.org/api", &token, NULL));
  g_assert_cmpstr (keyfob_token_get_access_token (token), ==, "access-keyfob");
  g_assert_cmpstr (keyfob_token_get_refresh_token (token), ==, "refresh-keyfob");
  g_assert_cmpint (keyfob_token_get_expires (token), ==, 1900000000);
  g_assert_cmpint (keyfob_token_get_refresh_expires (token), ==, 1900086400);
  file_case_assert_stored (fixture, "https://keyfob.example.org", NULL);
  file_case_assert_stored (fixture, "https://python.example.org", "access-python");
  file_case_assert_stored (fixture, "https://both.example.org", "access-both");
  file_case_assert_stored (fixture, "https://gone.example.org", NULL);

  g_assert_true (file_case_save (fixture, "https://both.example.org", "new", NULL));
  file_case_assert_stored (fixture, "https://both.example.org", "new");
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    assert_file_has (fixture, kept[i]);

  /* The notes say that this host was signed out; they are not read any more. */
  g_assert_true (file_case_save (fixture, "https://gone.example.org", "back", NULL));
  file_case_assert_stored (fixture, "https://gone.example.org", "back");
}

static void
test_cancelled (FileCase *fixture, gconstpointer data)
{
  g_autoptr (KeyfobConfig) config = file_case_host ("https://a.example");
  g_autoptr (KeyfobToken) saved = file_case_token ("one", NOW + 3600);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  keyfob_token_store_save_async (fixture->store, config, saved, TRUE, cancellable,
                                 file_case_got_result_cb, &result);
  file_case_wait_for (&result);

  g_assert_false (keyfob_token_store_save_finish (fixture->store, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

static void
test_never_locked (FileCase *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;

  keyfob_token_store_unlock_async (fixture->store, NULL, file_case_got_result_cb, &result);
  file_case_wait_for (&result);

  g_assert_true (keyfob_token_store_unlock_finish (fixture->store, result, NULL));
  g_assert_false (keyfob_token_store_get_locked (fixture->store));
  g_assert_false (keyfob_token_store_is_keyring (fixture->store));
}

static void
test_one_lock_for_one_file (FileCase *fixture, gconstpointer data)
{
  g_autoptr (ManualClock) clock = manual_clock_new (NOW);
  g_autofree char *link = g_build_filename (fixture->folder, "link.json", NULL);
  g_autoptr (KeyfobTokenStore) linked = keyfob_file_store_new (link, KEYFOB_CLOCK (clock));
  g_autofree char *expected = g_strconcat (fixture->path, ".lock", NULL);
  g_autofree char *before = keyfob_token_store_dup_lock_path (fixture->store);
  g_autofree char *after = NULL;
  g_autofree char *by_link = NULL;

  g_assert_cmpstr (before, ==, expected);

  g_assert_true (g_file_set_contents (fixture->path, "{}", -1, NULL));
  g_assert_cmpint (symlink (fixture->path, link), ==, 0);
  after = keyfob_token_store_dup_lock_path (fixture->store);
  by_link = keyfob_token_store_dup_lock_path (linked);
  g_assert_cmpstr (after, ==, expected);
  g_assert_cmpstr (by_link, ==, expected);
}

static GStrv
list (FileCase *fixture, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  keyfob_token_store_list_async (fixture->store, NULL, file_case_got_result_cb, &result);
  file_case_wait_for (&result);

  return keyfob_token_store_list_finish (fixture->store, result, error);
}

static void
test_list (FileCase *fixture, gconstpointer data)
{
  g_auto (GStrv) none = list (fixture, NULL);
  g_auto (GStrv) found = NULL;
  g_autofree char *joined = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (g_strv_length (none), ==, 0);

  file_case_put (fixture,
                 "{\"https://py.example\": {\"token\": {\"access_token\": \"x\", \"expires\": "
                 "1800000001}},"
                 " \"https://dead.example\": {\"token\": {\"access_token\": \"x\", \"expires\": "
                 "1799999999}},"
                 " \"https://half.example\": {\"token\": {}}, \"note\": 5, \"\\ud800\": {}}");
  g_assert_true (file_case_save (fixture, "https://kf.example/api", "one", NULL));
  found = list (fixture, NULL);
  joined = g_strjoinv (" ", found);
  g_assert_cmpstr (joined, ==, "https://py.example https://kf.example/api");

  file_case_put (fixture, "{\"https://damaged");
  g_assert_null (list (fixture, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
}

#define ADD(name, function) \
  g_test_add ("/file-store/" name, FileCase, NULL, file_case_set_up, function, file_case_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("none", test_none);
  ADD ("format", test_format);
  ADD ("others-survive", test_others_survive);
  ADD ("one-place-per-host", test_one_place_per_host);
  ADD ("dead-token-gives-way", test_dead_token_gives_way);
  ADD ("refresh-token-keeps-place", test_refresh_token_keeps_place);
  ADD ("entry-of-python", test_entry_of_python);
  ADD ("order", test_order);
  ADD ("many-hosts", test_many_hosts);
  ADD ("wipes", test_wipes);
  ADD ("written-by-0.1", test_written_by_0_1);
  ADD ("cancelled", test_cancelled);
  ADD ("never-locked", test_never_locked);
  ADD ("list", test_list);
  ADD ("one-lock-for-one-file", test_one_lock_for_one_file);

  return g_test_run ();
}
