/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <string.h>

#include "keyfob-result-page.h"

#define HOSTILE "</p><script>alert('&')</script>\"<img src=x onerror=y>"

static void
test_words (void)
{
  static const struct
  {
    KeyfobResultPage page;
    const char *says;
  } rows[] = {
    { KEYFOB_RESULT_PAGE_SIGNED_IN, "You can close this tab." },
    { KEYFOB_RESULT_PAGE_FAILED, "The sign-in did not work" },
    { KEYFOB_RESULT_PAGE_TAKEN, "This sign-in has been taken care of" },
    { KEYFOB_RESULT_PAGE_UNEXPECTED, "No sign-in waits for this page" },
    { KEYFOB_RESULT_PAGE_NOT_FOUND, "There is nothing here" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *html = keyfob_result_page_build (rows[i].page, NULL);

      g_assert_true (g_str_has_prefix (html, "<!DOCTYPE html><html lang=\"en\">"));
      g_assert_nonnull (strstr (html, rows[i].says));
      g_assert_nonnull (strstr (html, "prefers-color-scheme:dark"));
      g_assert_true (g_utf8_validate (html, -1, NULL));
    }
}

static void
test_self_contained (void)
{
  const char *const outside[] = {
    "http:", "https:", "src=", "href=", "url(", "@import", "<script"
  };

  for (int page = KEYFOB_RESULT_PAGE_SIGNED_IN; page <= KEYFOB_RESULT_PAGE_NOT_FOUND; page++)
    {
      g_autofree char *html = keyfob_result_page_build (page, NULL);

      for (gsize i = 0; i < G_N_ELEMENTS (outside); i++)
        g_assert_null (strstr (html, outside[i]));
    }
}

static void
test_detail (void)
{
  g_autofree char *html = keyfob_result_page_build (KEYFOB_RESULT_PAGE_FAILED, HOSTILE);

  g_assert_null (strstr (html, "<script"));
  g_assert_null (strstr (html, "<img"));
  g_assert_nonnull (strstr (html, "&lt;script&gt;alert(&apos;&amp;&apos;)&lt;/script&gt;"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/result-page/words", test_words);
  g_test_add_func ("/result-page/self-contained", test_self_contained);
  g_test_add_func ("/result-page/detail", test_detail);

  return g_test_run ();
}
