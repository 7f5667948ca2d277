/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <glib/gstdio.h>
#include <utime.h>

#include "file-case.h"
#include "keyfob-file-cache.h"

#define URL "https://a.example"

static KeyfobFileId
mark_of_age (FileCase *fixture, gint64 seconds)
{
  const gint64 then = g_get_real_time () / G_USEC_PER_SEC - seconds;
  struct utimbuf times = { .actime = then, .modtime = then };

  file_case_put (fixture, "{\"a\": 1}");
  g_assert_cmpint (g_utime (fixture->path, &times), ==, 0);

  return keyfob_file_id_at (fixture->path);
}

static void
assert_has_token (KeyfobFileCache *cache, KeyfobToken *expected)
{
  g_autoptr (KeyfobToken) found = keyfob_file_cache_dup_token (cache, URL);

  g_assert_true (found == expected);
}

static void
test_tokens (FileCase *fixture, gconstpointer data)
{
  KeyfobFileId mark = mark_of_age (fixture, 60);
  g_autoptr (KeyfobToken) token = file_case_token ("one", NOW);
  KeyfobFileCache *cache = keyfob_file_cache_new ();

  keyfob_file_cache_turn_to (cache, &mark);
  assert_has_token (cache, NULL);
  keyfob_file_cache_put_token (cache, URL, token);
  keyfob_file_cache_turn_to (cache, &mark);
  assert_has_token (cache, token);

  /* Another file, of the same size and age. */
  mark = mark_of_age (fixture, 60);
  keyfob_file_cache_turn_to (cache, &mark);
  assert_has_token (cache, NULL);

  keyfob_file_cache_put_token (cache, URL, token);
  keyfob_file_cache_turn_to (cache, &(KeyfobFileId){ 0 });
  assert_has_token (cache, NULL);

  keyfob_file_cache_put_token (cache, URL, token);
  keyfob_file_cache_free (cache);
  g_assert_finalize_object (g_steal_pointer (&token));
}

/* It could be written again without a difference that shows, now or by a clock set back. */
static void
test_not_of_just_now (FileCase *fixture, gconstpointer data)
{
  static const gint64 ages[] = { 0, -1 };
  g_autoptr (KeyfobToken) token = file_case_token ("one", NOW);

  for (guint i = 0; i < G_N_ELEMENTS (ages); i++)
    {
      KeyfobFileCache *cache = keyfob_file_cache_new ();
      KeyfobFileId mark = mark_of_age (fixture, ages[i]);

      keyfob_file_cache_turn_to (cache, &mark);
      keyfob_file_cache_put_token (cache, URL, token);
      keyfob_file_cache_turn_to (cache, &mark);
      assert_has_token (cache, NULL);
      keyfob_file_cache_free (cache);
    }
}

static void
test_text (FileCase *fixture, gconstpointer data)
{
  KeyfobFileId mark = mark_of_age (fixture, 60);
  KeyfobFileCache *cache = keyfob_file_cache_new ();
  KeyfobTokenFile *file = keyfob_token_file_open (fixture->path, NULL);
  gsize length = 0;
  const char *content = keyfob_token_file_get_data (file, &length);

  keyfob_file_cache_turn_to (cache, &mark);
  keyfob_file_cache_take_text (cache, file, keyfob_token_text_parse (content, length));
  keyfob_file_cache_turn_to (cache, &mark);
  g_assert_cmpuint (keyfob_token_text_get_n_members (keyfob_file_cache_get_text (cache)), ==, 1);
  g_assert_true (keyfob_file_cache_get_file (cache) == file);

  keyfob_file_cache_drop_text (cache);
  g_assert_null (keyfob_file_cache_get_text (cache));
  g_assert_null (keyfob_file_cache_get_file (cache));
  keyfob_file_cache_free (cache);
}

#define ADD(name, function) \
  g_test_add ("/file-cache/" name, FileCase, NULL, file_case_set_up, function, file_case_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("tokens", test_tokens);
  ADD ("not-of-just-now", test_not_of_just_now);
  ADD ("text", test_text);

  return g_test_run ();
}
