/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

#include "keyfob-auth-error.h"
#include "keyfob-file-store.h"
#include "keyfob-lock.h"
#include "manual-clock.h"

#define NOW G_GINT64_CONSTANT (1800000000)

typedef struct
{
  char *folder;
  char *path;
  ManualClock *clock;
  KeyfobTokenStore *store;
  guint n_changes;
  GPtrArray *reports;
} Fixture;

static void
changed_cb (Fixture *fixture)
{
  fixture->n_changes++;
}

static void
report_cb (Fixture *fixture, const char *name, const char *sentence)
{
  g_ptr_array_add (fixture->reports, g_strdup_printf ("%s: %s", name, sentence));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->clock = manual_clock_new (NOW);
  fixture->folder = g_dir_make_tmp ("keyfob-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "token-store.json", NULL);
  fixture->store = keyfob_file_store_new (fixture->path, KEYFOB_CLOCK (fixture->clock));
  fixture->reports = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect_swapped (fixture->store, "changed", G_CALLBACK (changed_cb), fixture);
  g_signal_connect_swapped (fixture->store, "report", G_CALLBACK (report_cb), fixture);
}

/* The thread that did the last piece of work may hold on to it for a moment, and the store may be
 * looking at its file. */
static void
assert_goes_away (gpointer object)
{
  GWeakRef ref;
  GObject *still = NULL;

  g_weak_ref_init (&ref, object);
  g_object_unref (object);

  while ((still = g_weak_ref_get (&ref)) != NULL)
    {
      g_object_unref (still);
      g_main_context_iteration (NULL, FALSE);
    }

  g_weak_ref_clear (&ref);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name = NULL;

  assert_goes_away (fixture->store);
  g_object_unref (fixture->clock);
  g_ptr_array_unref (fixture->reports);

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }

  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static void
got_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **out = user_data;

  g_assert_null (*out);
  *out = g_object_ref (result);
}

static void
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  /* The store takes note of it after the callback. */
  while (!g_task_get_completed (G_TASK (*result)))
    g_main_context_iteration (NULL, TRUE);
}

static KeyfobConfig *
host (const char *url)
{
  KeyfobConfig *config = keyfob_config_new (url, NULL, NULL);

  g_assert_nonnull (config);

  return config;
}

static KeyfobToken *
token (const char *access_token, gint64 expires)
{
  g_autoptr (JsonObject) answer = json_object_new ();
  KeyfobToken *made = NULL;

  json_object_set_string_member (answer, "access_token", access_token);
  json_object_set_string_member (answer, "refresh_token", "refresh");
  json_object_set_string_member (answer, "token_type", "Bearer");
  json_object_set_int_member (answer, "expires", expires);
  json_object_set_int_member (answer, "refresh_expires", expires);

  made = keyfob_token_new_from_answer (answer, NOW, 0, NULL);
  g_assert_nonnull (made);

  return made;
}

static gboolean
look_up (Fixture *fixture, const char *url, KeyfobToken **found, GError **error)
{
  g_autoptr (KeyfobConfig) config = host (url);
  g_autoptr (GAsyncResult) result = NULL;

  keyfob_token_store_lookup_async (fixture->store, config, NULL, got_result_cb, &result);
  wait_for (&result);

  return keyfob_token_store_lookup_finish (fixture->store, result, found, error);
}

static gboolean
save (Fixture *fixture, const char *url, const char *access_token, GError **error)
{
  g_autoptr (KeyfobConfig) config = host (url);
  g_autoptr (KeyfobToken) saved = token (access_token, NOW + 3600);
  g_autoptr (GAsyncResult) result = NULL;

  keyfob_token_store_save_async (fixture->store, config, saved, NULL, got_result_cb, &result);
  wait_for (&result);

  return keyfob_token_store_save_finish (fixture->store, result, error);
}

static gboolean
remove_host (Fixture *fixture, const char *url, GError **error)
{
  g_autoptr (KeyfobConfig) config = host (url);
  g_autoptr (GAsyncResult) result = NULL;

  keyfob_token_store_remove_async (fixture->store, config, NULL, got_result_cb, &result);
  wait_for (&result);

  return keyfob_token_store_remove_finish (fixture->store, result, error);
}

static void
assert_stored (Fixture *fixture, const char *url, const char *access_token)
{
  g_autoptr (KeyfobToken) found = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (look_up (fixture, url, &found, &error));
  g_assert_no_error (error);

  if (access_token == NULL)
    g_assert_null (found);
  else
    {
      g_assert_nonnull (found);
      g_assert_cmpstr (keyfob_token_get_access_token (found), ==, access_token);
    }
}

static void
assert_reported (Fixture *fixture, const char *name, const char *part)
{
  const char *last = NULL;

  g_assert_cmpuint (fixture->reports->len, >, 0);
  last = g_ptr_array_index (fixture->reports, fixture->reports->len - 1);
  g_assert_true (g_str_has_prefix (last, name));
  if (strstr (last, part) == NULL)
    g_error ("not in the report: %s\n%s", part, last);
}

static void
put (Fixture *fixture, const char *content)
{
  g_assert_true (g_file_set_contents_full (fixture->path, content, -1,
                                           G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  g_assert_cmpint (g_chmod (fixture->path, 0600), ==, 0);
}

static char *
get (Fixture *fixture)
{
  char *content = NULL;

  g_assert_true (g_file_get_contents (fixture->path, &content, NULL, NULL));

  return content;
}

static void
assert_file_has (Fixture *fixture, const char *part)
{
  g_autofree char *content = get (fixture);

  if (strstr (content, part) == NULL)
    g_error ("not in the file: %s\n%s", part, content);
}

static void
test_none (Fixture *fixture, gconstpointer data)
{
  assert_stored (fixture, "https://a.example", NULL);
  g_assert_true (remove_host (fixture, "https://a.example", NULL));
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));

  put (fixture, "");
  assert_stored (fixture, "https://a.example", NULL);
  g_assert_true (save (fixture, "https://a.example", "one", NULL));
  assert_stored (fixture, "https://a.example", "one");
}

static void
test_format (Fixture *fixture, gconstpointer data)
{
  g_autofree char *content = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonObject *entry = NULL;
  JsonObject *stored = NULL;

  g_assert_true (save (fixture, "HTTPS://A.example:443/", "one", NULL));

  content = get (fixture);
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
test_others_survive (Fixture *fixture, gconstpointer data)
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

  put (fixture, before);
  g_assert_true (save (fixture, "https://a.example", "new", NULL));
  assert_file_has (fixture, other);
  assert_file_has (fixture, "{\n  \"note\": [\n    1\n  ],\n");
  assert_file_has (fixture, "\"kept\": 1.50");
  assert_stored (fixture, "https://a.example", "new");

  g_assert_true (remove_host (fixture, "https://a.example", NULL));
  after = get (fixture);
  g_assert_cmpstr (after + strlen ("{\n  \"note\": [\n    1\n  ],\n"), ==,
                   "  \"https://b.example\": {\n    \"token\": {\n"
                   "      \"access_token\": \"b\\u00e9\",\n"
                   "      \"big\": 123456789012345678901234567890,\n      \"ratio\": 0.1\n    },\n"
                   "    \"stored_at\": 1717027200.123,\n    \"comment\": \"mine\"\n  }\n}");
}

static void
test_one_place_per_host (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (save (fixture, "https://a.example/api", "api", NULL));
  assert_file_has (fixture, "  \"https://a.example\": {");
  assert_file_has (fixture, "\"base_url\": \"https://a.example/api\"");

  assert_stored (fixture, "https://a.example/api/", "api");
  assert_stored (fixture, "https://a.example", NULL);
  assert_stored (fixture, "https://a.example/other", NULL);

  g_assert_false (save (fixture, "https://a.example/other", "other", &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "https://a.example/api"));
  g_assert_true (remove_host (fixture, "https://a.example/other", NULL));
  assert_stored (fixture, "https://a.example/api", "api");

  g_assert_true (remove_host (fixture, "https://a.example/api", NULL));
  g_assert_true (save (fixture, "https://a.example/other", "other", NULL));
  assert_stored (fixture, "https://a.example/other", "other");
}

static void
test_dead_token_gives_way (Fixture *fixture, gconstpointer data)
{
  put (fixture, "{\"https://a.example\": {\"token\": {\"access_token\": \"x\", \"expires\": "
                "1799999999}, \"stored_at\": 1.0, \"base_url\": \"https://a.example/api\"}}");

  g_assert_true (save (fixture, "https://a.example", "new", NULL));

  assert_stored (fixture, "https://a.example", "new");
  assert_stored (fixture, "https://a.example/api", NULL);
}

#define PYTHON_ENTRY                                                                          \
  "{\"https://a.example\": {\"token\": {\"access_token\": \"%s\", \"expires\": 1800003600}, " \
  "\"stored_at\": 1799999999.5}}"

static void
put_as_python (Fixture *fixture, const char *access_token)
{
  g_autofree char *content = g_strdup_printf (PYTHON_ENTRY, access_token);

  put (fixture, content);
}

/* Python does not say whose its token is: the first one to find it, and nobody else. */
static void
test_entry_of_python (Fixture *fixture, gconstpointer data)
{
  put_as_python (fixture, "py");
  assert_stored (fixture, "https://a.example/api", "py");
  g_assert_cmpuint (fixture->reports->len, ==, 0);

  assert_stored (fixture, "https://a.example", NULL);
  assert_reported (fixture, "shared-place", "https://a.example/api uses it");
  g_assert_false (save (fixture, "https://a.example", "mixed", NULL));

  g_assert_true (save (fixture, "https://a.example/api", "new", NULL));
  assert_stored (fixture, "https://a.example/api", "new");

  /* Nor does it keep what Keyfob says of the owner. */
  put_as_python (fixture, "rotated");
  assert_stored (fixture, "https://a.example", NULL);
  assert_stored (fixture, "https://a.example/api", "rotated");

  g_assert_true (remove_host (fixture, "https://a.example/api", NULL));
  put_as_python (fixture, "other");
  assert_stored (fixture, "https://a.example", "other");
}

static void
test_entry_without_token (Fixture *fixture, gconstpointer data)
{
  static const char *const bad[] = { "{}", "{\"token\": null}", "{\"token\": {}}",
                                     "{\"token\": {\"access_token\": 1}}" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *content = g_strdup_printf ("{\"https://a.example\": %s}", bad[i]);
      g_autoptr (KeyfobToken) found = NULL;
      g_autoptr (GError) error = NULL;

      put (fixture, content);
      g_assert_false (look_up (fixture, "https://a.example", &found, &error));
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
      g_assert_true (save (fixture, "https://a.example", "new", NULL));
      assert_stored (fixture, "https://a.example", "new");
    }

  put (fixture, "{\"https://a.example\": 5}");
  assert_stored (fixture, "https://a.example", NULL);
}

static char *
find_copy (Fixture *fixture)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name = NULL;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "token-store.json.damaged-"))
      return g_build_filename (fixture->folder, name, NULL);

  return NULL;
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *content;
    gssize length;
  } cases[] = {
    { "not JSON", -1 },
    { "[1, 2]", -1 },
    { "{\"https://b.example\": {\"token\": {\"access_tok", -1 },
    { "{\"a\": \"\xff\xfe\"}", -1 },
    { "{\"a\": 1}\0\0\0", 11 },
    { "\0", 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize length = cases[i].length < 0 ? strlen (cases[i].content) : (gsize) cases[i].length;
      g_autoptr (KeyfobToken) found = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) remove_error = NULL;
      g_autofree char *copy = NULL;
      g_autofree char *kept = NULL;
      gsize kept_length = 0;

      g_assert_true (g_file_set_contents (fixture->path, cases[i].content, length, NULL));

      g_assert_false (look_up (fixture, "https://a.example", &found, &error));
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
      g_assert_nonnull (strstr (error->message, fixture->path));
      g_assert_null (find_copy (fixture));

      g_assert_false (remove_host (fixture, "https://a.example", &remove_error));
      g_assert_error (remove_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);

      g_assert_true (save (fixture, "https://a.example", "new", NULL));
      assert_stored (fixture, "https://a.example", "new");

      copy = find_copy (fixture);
      g_assert_nonnull (copy);
      assert_reported (fixture, "damaged-file", copy);
      g_assert_true (g_file_get_contents (copy, &kept, &kept_length, NULL));
      g_assert_cmpmem (kept, kept_length, cases[i].content, length);
      g_assert_cmpint (g_remove (copy), ==, 0);
    }
}

/* Python's reader can be crashed by such a file; here it is set aside like any other. */
static void
test_deep (Fixture *fixture, gconstpointer data)
{
  g_autofree char *opening = g_strnfill (100000, '[');
  g_autofree char *closing = g_strnfill (100000, ']');
  g_autofree char *content = g_strdup_printf ("{\"a\": %s%s}", opening, closing);
  g_autofree char *copy = NULL;
  g_autofree char *kept = NULL;
  g_autoptr (KeyfobToken) found = NULL;
  g_autoptr (GError) error = NULL;

  put (fixture, content);
  g_assert_false (look_up (fixture, "https://a.example", &found, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);

  g_assert_true (save (fixture, "https://a.example", "new", NULL));
  assert_stored (fixture, "https://a.example", "new");
  copy = find_copy (fixture);
  g_assert_nonnull (copy);
  g_assert_true (g_file_get_contents (copy, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, content);
}

static void
test_large (Fixture *fixture, gconstpointer data)
{
  const gsize size = 50 * 1024 * 1024;
  g_autofree char *large = g_strnfill (size, 'x');
  g_autofree char *content = NULL;
  g_autofree char *copy = NULL;
  g_autofree char *after = NULL;
  GStatBuf info;

  put (fixture, large);
  g_assert_true (save (fixture, "https://a.example", "new", NULL));
  assert_stored (fixture, "https://a.example", "new");
  copy = find_copy (fixture);
  g_assert_nonnull (copy);
  g_assert_cmpint (g_stat (copy, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, size);

  content = g_strdup_printf ("{\"https://b.example\": {\"kept\": \"%s\"}}", large);
  put (fixture, content);
  g_assert_true (save (fixture, "https://a.example", "newer", NULL));
  assert_stored (fixture, "https://a.example", "newer");
  after = get (fixture);
  g_assert_cmpuint (strlen (after), >, size);
  g_assert_nonnull (strstr (after, "{\n  \"https://b.example\": {\"kept\": \"xxxxxxxx"));
}

/* More than is read: a sentence, and nothing is touched. */
static void
test_too_large (Fixture *fixture, gconstpointer data)
{
  const gsize size = 65 * 1024 * 1024;
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  put (fixture, "");
  g_assert_cmpint (truncate (fixture->path, size), ==, 0);

  g_assert_false (save (fixture, "https://a.example", "new", &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "64 MB"));
  g_assert_cmpint (g_stat (fixture->path, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, size);
  g_assert_null (find_copy (fixture));
}

/* A folder in its place, and a link to nowhere. */
static void
test_no_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobToken) found = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) save_error = NULL;

  if (g_str_equal (data, "a folder"))
    g_assert_cmpint (g_mkdir (fixture->path, 0700), ==, 0);
  else
    g_assert_cmpint (symlink ("nowhere", fixture->path), ==, 0);

  g_assert_false (look_up (fixture, "https://a.example", &found, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, data));
  g_assert_false (save (fixture, "https://a.example", "new", &save_error));
  g_assert_error (save_error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (save_error->message, data));
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobConfig) config = host ("https://a.example");
  GAsyncResult *results[20] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *text = g_strdup_printf ("token-%u", i);
      g_autoptr (KeyfobToken) saved = token (text, NOW + 3600);

      keyfob_token_store_save_async (fixture->store, config, saved, NULL, got_result_cb,
                                     &results[i]);
    }

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      wait_for (&results[i]);
      g_assert_true (keyfob_token_store_save_finish (fixture->store, results[i], NULL));
      g_object_unref (results[i]);
    }

  assert_stored (fixture, "https://a.example", "token-19");
}

static void
test_many_hosts (Fixture *fixture, gconstpointer data)
{
  GAsyncResult *results[20] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *url = g_strdup_printf ("https://h%u.example", i);
      g_autoptr (KeyfobConfig) config = host (url);
      g_autoptr (KeyfobToken) saved = token (url, NOW + 3600);

      keyfob_token_store_save_async (fixture->store, config, saved, NULL, got_result_cb,
                                     &results[i]);
    }

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *url = g_strdup_printf ("https://h%u.example", i);

      wait_for (&results[i]);
      g_assert_true (keyfob_token_store_save_finish (fixture->store, results[i], NULL));
      g_object_unref (results[i]);
      assert_stored (fixture, url, url);
    }
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (KeyfobConfig) config = host ("https://a.example");
  g_autoptr (KeyfobToken) saved = token ("one", NOW + 3600);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  keyfob_token_store_save_async (fixture->store, config, saved, cancellable, got_result_cb,
                                 &result);
  wait_for (&result);

  g_assert_false (keyfob_token_store_save_finish (fixture->store, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

static void
test_never_locked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;

  keyfob_token_store_unlock_async (fixture->store, NULL, got_result_cb, &result);
  wait_for (&result);

  g_assert_true (keyfob_token_store_unlock_finish (fixture->store, result, NULL));
  g_assert_false (keyfob_token_store_get_locked (fixture->store));
  g_assert_cmpstr (keyfob_token_store_get_kind (fixture->store), ==, "file");
}

static void
test_one_lock_for_one_file (Fixture *fixture, gconstpointer data)
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
list (Fixture *fixture, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  keyfob_token_store_list_async (fixture->store, NULL, got_result_cb, &result);
  wait_for (&result);

  return keyfob_token_store_list_finish (fixture->store, result, error);
}

static void
test_list (Fixture *fixture, gconstpointer data)
{
  g_auto (GStrv) none = list (fixture, NULL);
  g_auto (GStrv) found = NULL;
  g_autofree char *joined = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (g_strv_length (none), ==, 0);

  put (fixture, "{\"https://py.example\": {\"token\": {\"access_token\": \"x\", \"expires\": "
                "1800000001}},"
                " \"https://dead.example\": {\"token\": {\"access_token\": \"x\", \"expires\": "
                "1799999999}},"
                " \"https://half.example\": {\"token\": {}}, \"note\": 5, \"\\ud800\": {}}");
  g_assert_true (save (fixture, "https://kf.example/api", "one", NULL));
  found = list (fixture, NULL);
  joined = g_strjoinv (" ", found);
  g_assert_cmpstr (joined, ==, "https://py.example https://kf.example/api");

  put (fixture, "damaged");
  g_assert_null (list (fixture, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
}

static gboolean
was_removed (Fixture *fixture, gint64 since)
{
  g_autoptr (KeyfobConfig) config = host ("https://a.example");
  g_autoptr (GAsyncResult) result = NULL;
  gboolean removed = FALSE;

  keyfob_token_store_was_removed_async (fixture->store, config, since, NULL, got_result_cb,
                                        &result);
  wait_for (&result);
  g_assert_true (keyfob_token_store_was_removed_finish (fixture->store, result, &removed, NULL));

  return removed;
}

static void
test_was_removed (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;

  g_assert_true (was_removed (fixture, NOW));

  g_assert_true (save (fixture, "https://b.example", "other", NULL));
  before = get (fixture);
  g_assert_true (save (fixture, "https://a.example", "one", NULL));
  g_assert_false (was_removed (fixture, NOW));

  /* A Python program that had read the file before writes what it had read. */
  put (fixture, before);
  assert_stored (fixture, "https://a.example", NULL);
  g_assert_false (was_removed (fixture, NOW));

  g_assert_true (save (fixture, "https://a.example", "two", NULL));
  manual_clock_advance (fixture->clock, 10);
  g_assert_true (remove_host (fixture, "https://a.example", NULL));
  g_assert_true (was_removed (fixture, NOW));
  g_assert_false (was_removed (fixture, NOW + 11));

  g_assert_true (save (fixture, "https://a.example", "three", NULL));
  put (fixture, before);
  g_assert_false (was_removed (fixture, NOW));

  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  g_assert_true (was_removed (fixture, NOW));
}

/* As Python's client writes. */
static void
rename_over (Fixture *fixture, const char *content)
{
  g_autofree char *other = g_build_filename (fixture->folder, "token-store.tmp", NULL);

  g_assert_true (g_file_set_contents (other, content, -1, NULL));
  g_assert_cmpint (g_chmod (other, 0600), ==, 0);
  g_assert_cmpint (g_rename (other, fixture->path), ==, 0);
}

static void
wait_for_changes (Fixture *fixture, guint n)
{
  while (fixture->n_changes < n)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture->n_changes, ==, n);
}

static void
test_changed (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;

  g_assert_true (save (fixture, "https://a.example", "one", NULL));
  before = get (fixture);
  g_assert_true (save (fixture, "https://a.example", "two", NULL));
  g_assert_true (remove_host (fixture, "https://b.example", NULL));

  rename_over (fixture, before);
  wait_for_changes (fixture, 1);
  assert_stored (fixture, "https://a.example", "one");

  put (fixture, "{}");
  wait_for_changes (fixture, 2);

  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  wait_for_changes (fixture, 3);

  rename_over (fixture, before);
  wait_for_changes (fixture, 4);
}

/* What another program has written is told also where this one writes before it is noticed. */
static void
test_changed_before_a_write (Fixture *fixture, gconstpointer data)
{
  g_assert_true (save (fixture, "https://a.example", "one", NULL));
  rename_over (fixture, "{}");
  g_assert_true (save (fixture, "https://b.example", "two", NULL));

  wait_for_changes (fixture, 1);
  assert_stored (fixture, "https://b.example", "two");
  g_assert_cmpuint (fixture->n_changes, ==, 1);
}

static void
test_changed_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *gone = g_strconcat (fixture->folder, "-gone", NULL);
  g_autofree char *file = g_build_filename (gone, "token-store.json", NULL);
  g_autofree char *before = NULL;

  put (fixture, "{}");
  before = get (fixture);
  assert_stored (fixture, "https://a.example", NULL);

  g_assert_cmpint (g_rename (fixture->folder, gone), ==, 0);
  wait_for_changes (fixture, 1);
  g_assert_cmpint (g_remove (file), ==, 0);
  g_assert_cmpint (g_rmdir (gone), ==, 0);

  /* It has been made anew, and is watched. */
  rename_over (fixture, before);
  wait_for_changes (fixture, 2);
}

static void
test_readable (Fixture *fixture, gconstpointer data)
{
  GStatBuf info;

  put (fixture, "{}");
  g_assert_cmpint (g_chmod (fixture->path, 0644), ==, 0);

  assert_stored (fixture, "https://a.example", NULL);

  g_assert_cmpint (g_stat (fixture->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0600);
  assert_reported (fixture, "readable-file", fixture->path);
  assert_stored (fixture, "https://a.example", NULL);
  g_assert_cmpuint (fixture->reports->len, ==, 1);
}

static void
make_old (Fixture *fixture)
{
  const struct utimbuf long_ago = { .actime = 1000, .modtime = 1000 };

  g_assert_cmpint (g_utime (fixture->path, (struct utimbuf *) &long_ago), ==, 0);
}

/* What is read once is not read again, but only as long as it is the same file. */
static void
test_remembered (Fixture *fixture, gconstpointer data)
{
  put_as_python (fixture, "one");
  make_old (fixture);
  assert_stored (fixture, "https://a.example", "one");
  assert_stored (fixture, "https://a.example", "one");

  /* Of the same size, by a clock that is coarse. */
  put_as_python (fixture, "two");
  make_old (fixture);
  assert_stored (fixture, "https://a.example", "two");

  g_assert_cmpint (g_chmod (fixture->path, 0644), ==, 0);
  assert_stored (fixture, "https://a.example", "two");
  assert_reported (fixture, "readable-file", fixture->path);

  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  assert_stored (fixture, "https://a.example", NULL);
}

static void
test_two_stores (Fixture *fixture, gconstpointer data)
{
  KeyfobTokenStore *other = keyfob_file_store_new (fixture->path, KEYFOB_CLOCK (fixture->clock));
  KeyfobTokenStore *stores[] = { fixture->store, other };
  GAsyncResult *results[40] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *url = g_strdup_printf ("https://h%u.example", i);
      g_autoptr (KeyfobConfig) config = host (url);
      g_autoptr (KeyfobToken) saved = token (url, NOW + 3600);

      keyfob_token_store_save_async (stores[i % 2], config, saved, NULL, got_result_cb,
                                     &results[i]);
    }

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      wait_for (&results[i]);
      g_assert_true (keyfob_token_store_save_finish (stores[i % 2], results[i], NULL));
      g_object_unref (results[i]);
    }

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *url = g_strdup_printf ("https://h%u.example", i);

      assert_stored (fixture, url, url);
    }

  assert_goes_away (other);
}

static void
wait_until_it_waits (Fixture *fixture)
{
  while (manual_clock_next (fixture->clock) < 0)
    g_main_context_iteration (NULL, TRUE);
}

/* Somebody holds the lock: reading goes on, writing waits, and not for ever. */
static void
test_held (Fixture *fixture, gconstpointer data)
{
  g_autofree char *lock_path = keyfob_token_store_dup_lock_path (fixture->store);
  g_autoptr (KeyfobConfig) config = host ("https://a.example");
  g_autoptr (KeyfobToken) saved = token ("late", NOW + 3600);
  g_autoptr (KeyfobLock) lock = keyfob_lock_acquire (lock_path, NULL, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;

  put_as_python (fixture, "py");
  assert_stored (fixture, "https://a.example", "py");

  keyfob_token_store_save_async (fixture->store, config, saved, NULL, got_result_cb, &result);
  wait_until_it_waits (fixture);
  manual_clock_advance (fixture->clock, 31);
  wait_for (&result);
  g_assert_false (keyfob_token_store_save_finish (fixture->store, result, &error));
  g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, fixture->path));

  keyfob_token_store_save_async (fixture->store, config, saved, NULL, got_result_cb, &second);
  wait_until_it_waits (fixture);
  g_clear_pointer (&lock, keyfob_lock_free);
  wait_for (&second);
  g_assert_true (keyfob_token_store_save_finish (fixture->store, second, NULL));
  assert_stored (fixture, "https://a.example", "late");
}

static void
test_left_over (Fixture *fixture, gconstpointer data)
{
  g_autofree char *stale = g_build_filename (fixture->folder, ".token-store.json.aBcDeF", NULL);
  g_autofree char *young = g_build_filename (fixture->folder, ".token-store.json.GhIjKl", NULL);
  g_autofree char *other = g_build_filename (fixture->folder, ".token-store.json.swp", NULL);
  const struct utimbuf long_ago = { .actime = 1000, .modtime = 1000 };

  g_assert_true (g_file_set_contents (stale, "{", -1, NULL));
  g_assert_true (g_file_set_contents (young, "{", -1, NULL));
  g_assert_true (g_file_set_contents (other, "{", -1, NULL));
  g_assert_cmpint (g_utime (stale, (struct utimbuf *) &long_ago), ==, 0);
  g_assert_cmpint (g_utime (other, (struct utimbuf *) &long_ago), ==, 0);

  g_assert_true (save (fixture, "https://a.example", "one", NULL));

  g_assert_false (g_file_test (stale, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (young, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (other, G_FILE_TEST_EXISTS));
}

#define ADD(name, function) \
  g_test_add ("/file-store/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("none", test_none);
  ADD ("format", test_format);
  ADD ("others-survive", test_others_survive);
  ADD ("one-place-per-host", test_one_place_per_host);
  ADD ("dead-token-gives-way", test_dead_token_gives_way);
  ADD ("entry-of-python", test_entry_of_python);
  ADD ("entry-without-token", test_entry_without_token);
  ADD ("damaged", test_damaged);
  ADD ("deep", test_deep);
  ADD ("large", test_large);
  ADD ("too-large", test_too_large);
  g_test_add ("/file-store/folder-in-its-place", Fixture, "a folder", set_up, test_no_file,
              tear_down);
  g_test_add ("/file-store/link-to-nowhere", Fixture, "leads nowhere", set_up, test_no_file,
              tear_down);
  ADD ("order", test_order);
  ADD ("many-hosts", test_many_hosts);
  ADD ("cancelled", test_cancelled);
  ADD ("never-locked", test_never_locked);
  ADD ("list", test_list);
  ADD ("was-removed", test_was_removed);
  ADD ("changed", test_changed);
  ADD ("changed-before-a-write", test_changed_before_a_write);
  ADD ("changed-folder", test_changed_folder);
  ADD ("readable", test_readable);
  ADD ("remembered", test_remembered);
  ADD ("two-stores", test_two_stores);
  ADD ("held", test_held);
  ADD ("left-over", test_left_over);
  ADD ("one-lock-for-one-file", test_one_lock_for_one_file);

  return g_test_run ();
}
