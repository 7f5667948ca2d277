/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "file-case.h"
#include "wait.h"

#include <glib/gstdio.h>
#include <string.h>

static void
changed_cb (FileCase *fixture)
{
  fixture->n_changes++;
}

static void
report_cb (FileCase *fixture, const char *name, const char *sentence)
{
  g_ptr_array_add (fixture->reports, g_strdup_printf ("%s: %s", name, sentence));
}

void
file_case_set_up (FileCase *fixture, gconstpointer data)
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
void
file_case_assert_goes_away (gpointer object)
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

void
file_case_tear_down (FileCase *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name = NULL;

  file_case_assert_goes_away (fixture->store);
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

void
file_case_got_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **out = user_data;

  g_assert_null (*out);
  *out = g_object_ref (result);
}

void
file_case_wait_for (GAsyncResult **result)
{
  wait_while (*result == NULL);
  /* The store takes note of it after the callback. */
  wait_while (!g_task_get_completed (G_TASK (*result)));
}

KeyfobConfig *
file_case_host (const char *url)
{
  KeyfobConfig *config = keyfob_config_new (url, NULL, NULL);

  g_assert_nonnull (config);

  return config;
}

KeyfobToken *
file_case_token (const char *access_token, gint64 expires)
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

gboolean
file_case_look_up (FileCase *fixture, const char *url, KeyfobToken **found, GError **error)
{
  g_autoptr (KeyfobConfig) config = file_case_host (url);
  g_autoptr (GAsyncResult) result = NULL;

  keyfob_token_store_lookup_async (fixture->store, config, NULL, file_case_got_result_cb, &result);
  file_case_wait_for (&result);

  return keyfob_token_store_lookup_finish (fixture->store, result, found, error);
}

gboolean
file_case_save (FileCase *fixture, const char *url, const char *access_token, GError **error)
{
  g_autoptr (KeyfobConfig) config = file_case_host (url);
  g_autoptr (KeyfobToken) saved = file_case_token (access_token, NOW + 3600);
  g_autoptr (GAsyncResult) result = NULL;

  keyfob_token_store_save_async (fixture->store, config, saved, TRUE, NULL, file_case_got_result_cb,
                                 &result);
  file_case_wait_for (&result);

  return keyfob_token_store_save_finish (fixture->store, result, error);
}

gboolean
file_case_remove_host (FileCase *fixture, const char *url, GError **error)
{
  g_autoptr (KeyfobConfig) config = file_case_host (url);
  g_autoptr (GAsyncResult) result = NULL;

  keyfob_token_store_remove_async (fixture->store, config, NULL, file_case_got_result_cb, &result);
  file_case_wait_for (&result);

  return keyfob_token_store_remove_finish (fixture->store, result, error);
}

void
file_case_assert_stored (FileCase *fixture, const char *url, const char *access_token)
{
  g_autoptr (KeyfobToken) found = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (file_case_look_up (fixture, url, &found, &error));
  g_assert_no_error (error);

  if (access_token == NULL)
    g_assert_null (found);
  else
    {
      g_assert_nonnull (found);
      g_assert_cmpstr (keyfob_token_get_access_token (found), ==, access_token);
    }
}

void
file_case_assert_reported (FileCase *fixture, const char *name, const char *part)
{
  const char *last = NULL;

  g_assert_cmpuint (fixture->reports->len, >, 0);
  last = g_ptr_array_index (fixture->reports, fixture->reports->len - 1);
  g_assert_true (g_str_has_prefix (last, name));
  if (strstr (last, part) == NULL)
    g_error ("not in the report: %s\n%s", part, last);
}

void
file_case_put (FileCase *fixture, const char *content)
{
  g_assert_true (g_file_set_contents_full (fixture->path, content, -1,
                                           G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  g_assert_cmpint (g_chmod (fixture->path, 0600), ==, 0);
}

char *
file_case_get (FileCase *fixture)
{
  char *content = NULL;

  g_assert_true (g_file_get_contents (fixture->path, &content, NULL, NULL));

  return content;
}

#define PYTHON_ENTRY                                                                          \
  "{\"https://a.example\": {\"token\": {\"access_token\": \"%s\", \"expires\": 1800003600}, " \
  "\"stored_at\": 1799999999.5}}"

void
file_case_put_as_python (FileCase *fixture, const char *access_token)
{
  g_autofree char *content = g_strdup_printf (PYTHON_ENTRY, access_token);

  file_case_put (fixture, content);
}

char *
file_case_find_copy (FileCase *fixture)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name = NULL;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "token-store.json.damaged-"))
      return g_build_filename (fixture->folder, name, NULL);

  return NULL;
}
