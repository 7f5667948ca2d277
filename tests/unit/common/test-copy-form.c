/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-copy-form.h"

/* That the commands work is shown by the test agent-ctl. */

#define URL "https://data.example.org/api"

static void
test_words (void)
{
  for (KeyfobCopyForm form = 0; form <= KEYFOB_COPY_TOKEN; form++)
    g_assert_cmpint (keyfob_copy_form_parse (keyfob_copy_form_word (form)), ==, form);
  g_assert_cmpint (keyfob_copy_form_parse (NULL), ==, KEYFOB_COPY_HEADER);
  g_assert_cmpint (keyfob_copy_form_parse ("letter"), ==, KEYFOB_COPY_HEADER);
}

static void
test_with_token (void)
{
  g_autoptr (GVariant) token = g_variant_ref_sink (
      g_variant_new_parsed ("{'access_token': <'abc'>, 'header': <'Authorization: Bearer abc'>}"));
  g_autoptr (KeyfobSecret) header = keyfob_copy_form_write (KEYFOB_COPY_HEADER, URL, token);
  g_autoptr (KeyfobSecret) bare = keyfob_copy_form_write (KEYFOB_COPY_TOKEN, URL, token);

  g_assert_cmpstr (header, ==, "Authorization: Bearer abc");
  g_assert_cmpstr (bare, ==, "abc");
}

/* There is no R on a machine that only builds Keyfob. */
static void
test_r (void)
{
  g_autofree char *code = keyfob_copy_form_write (KEYFOB_COPY_R, URL, NULL);

  g_assert_cmpstr (
      code, ==,
      "address <- \"https://data.example.org/api\"\n"
      "header <- system2(\"keyfobctl\", c(\"header\", shQuote(address)), stdout = TRUE)\n"
      "stopifnot(length(header) == 1)\n"
      "headers <- c(Authorization = sub(\"Authorization: \", \"\", header, fixed = TRUE))\n"
      "readLines(url(address, headers = headers))\n");
}

/* The name of a remote of rclone has no colon. */
static void
test_rclone_name (void)
{
  g_autofree char *section =
      keyfob_copy_form_write (KEYFOB_COPY_RCLONE, "https://[2001:db8::1]:8443", NULL);

  g_assert_true (g_str_has_prefix (section, "[2001.db8..1]\n"));
}

/* An agent of another version may leave out what is needed. */
static void
test_lacking (void)
{
  g_autoptr (GVariant) token = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  g_autoptr (GVariant) odd =
      g_variant_ref_sink (g_variant_new_parsed ("{'header': <1>, 'access_token': <true>}"));

  for (KeyfobCopyForm form = KEYFOB_COPY_HEADER; form <= KEYFOB_COPY_TOKEN; form++)
    {
      g_assert_null (keyfob_copy_form_write (form, URL, token));
      g_assert_null (keyfob_copy_form_write (form, URL, odd));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/copy-form/words", test_words);
  g_test_add_func ("/copy-form/with-token", test_with_token);
  g_test_add_func ("/copy-form/r", test_r);
  g_test_add_func ("/copy-form/rclone-name", test_rclone_name);
  g_test_add_func ("/copy-form/lacking", test_lacking);

  return g_test_run ();
}
