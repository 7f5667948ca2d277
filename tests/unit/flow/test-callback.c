/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <gio/gio.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-callback.h"

#define REDIRECT_URI "http://localhost:53100/callback"

static const struct
{
  const char *query;
  const char *code;
  const char *state;
  const char *issuer;
  const char *error;
  const char *description;
} good[] = {
  { "code=c&state=s", "c", "s", NULL, NULL, NULL },
  { "state=s&code=c", "c", "s", NULL, NULL, NULL },
  { "code=a%2Fb%2Bc+d&state=s%7Ct", "a/b+c d", "s|t", NULL, NULL, NULL },
  { "code=c&state=s&iss=https%3A%2F%2Fidp.example%2F", "c", "s", "https://idp.example/", NULL,
    NULL },
  { "code=c&state=s&session_state=1&session_state=2&x", "c", "s", NULL, NULL, NULL },
  { "error=access_denied&state=s", NULL, "s", NULL, "access_denied", NULL },
  { "error=e&error_description=No%20way&state=s", NULL, "s", NULL, "e", "No way" },
  { "error=e&error_description=a%0D%0Ab&state=s", NULL, "s", NULL, "e", "a b" },
  { "error=e&error_description=a%E2%80%AEb&state=s", NULL, "s", NULL, "e", "ab" },
  { "error=e&error_description=%E2%80%AE&state=s", NULL, "s", NULL, "e", "" },
  { "&code=c&&state=s&", "c", "s", NULL, NULL, NULL },
  { "code=%C3%A4&state=%E2%82%AC", "ä", "€", NULL, NULL, NULL },
  /* an odd parameter beside a good code */
  { "code=c&state=s&hd=100%", "c", "s", NULL, NULL, NULL },
  { "code=c&state=s&hd=%ff&x=%4&y=%00", "c", "s", NULL, NULL, NULL },
  { "code=c&state=s&iss=", "c", "s", NULL, NULL, NULL },
  { "hd=%E4%&code=c&authuser=0&state=s&prompt=%", "c", "s", NULL, NULL, NULL },
  { "%&code=c&state=s&%zz=%zz", "c", "s", NULL, NULL, NULL },
  { "code=c&state=s&scope=openid%20https://a/?b=c&d", "c", "s", NULL, NULL, NULL },
  { "code=c&state=s&x=%u00e4", "c", "s", NULL, NULL, NULL },
  { "code=c&state=s&iss=a%01", "c", "s", NULL, NULL, NULL },
  { "code=c&state=s&error=", "c", "s", NULL, NULL, NULL },
  { "code=c&state=s&error_description=100%", "c", "s", NULL, NULL, "100%" },
  /* a refusal with an odd description, beside a code, or without a state */
  { "error=e&error_description=&state=s", NULL, "s", NULL, "e", "" },
  { "error=e&error_description=50%&state=s", NULL, "s", NULL, "e", "50%" },
  { "error=e&error_description=50%2&state=s", NULL, "s", NULL, "e", "50%2" },
  { "error=e&error_description=a%zzb+c&state=s", NULL, "s", NULL, "e", "a%zzb c" },
  { "error=e&error_description=Zugriff%20f%FCr%20dich&state=s", NULL, "s", NULL, "e",
    "Zugriff für dich" },
  { "error=e&error_description=a%0D%0Ab%00&state=s", NULL, "s", NULL, "e", "a b" },
  { "error=e&error_description=a&error_description=b&state=s", NULL, "s", NULL, "e", "a" },
  { "error=e&code=&state=s", NULL, "s", NULL, "e", NULL },
  { "error=e&code=c&state=s", NULL, "s", NULL, "e", NULL },
  { "error=access_denied", NULL, NULL, NULL, "access_denied", NULL },
  { "error=access_denied&state=", NULL, NULL, NULL, "access_denied", NULL },
  { "error_description=&error=server_error&state=s", NULL, "s", NULL, "server_error", "" },
  { "error=server_error&error_description&state=s", NULL, "s", NULL, "server_error", NULL },
  { "error=server_error&error_uri=%&error_description=%u00e4&state=s", NULL, "s", NULL,
    "server_error", "%u00e4" },
  { "error=a%zz%ff&state=s", NULL, "s", NULL, "a%zzÿ", NULL },
  { "error=a&error=b&state=s", NULL, "s", NULL, "a", NULL },
  /* the same twice is no other */
  { "code=c&state=s&iss=a&iss=a&code=c&state=s", "c", "s", "a", NULL, NULL },
  { "code=c&state=s&code=", "c", "s", NULL, NULL, NULL },
  /* a response without a usable code */
  { "state=s", NULL, "s", NULL, NULL, NULL },
  { "code=&state=s", NULL, "s", NULL, NULL, NULL },
  { "error=&state=s", NULL, "s", NULL, NULL, NULL },
  { "code=c&code=d&state=s", NULL, "s", NULL, NULL, NULL },
  { "code=c&state=s&iss=a&iss=b", NULL, "s", "a", NULL, NULL },
  { "code=%&state=s", NULL, "s", NULL, NULL, NULL },
  { "code=%4&state=s", NULL, "s", NULL, NULL, NULL },
  { "code=%zz&state=s", NULL, "s", NULL, NULL, NULL },
  { "code=%ff&state=s", NULL, "s", NULL, NULL, NULL },
  { "code=c%00d&state=s", NULL, "s", NULL, NULL, NULL },
  { "code=c%0Ad&state=s", NULL, "s", NULL, NULL, NULL },
  { "code=c%7F&state=s", NULL, "s", NULL, NULL, NULL },
};

static const char *const bad[] = {
  "",
  "&",
  "=",
  "code",
  "code=c",
  "code=c&state=",
  "code=c&state=s%0D",
  "code=c&state=%",
  "CODE=c&STATE=s",
  "code=c;state=s",
  "errors=e",
};

static void
test_good (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (KeyfobCallback) callback = keyfob_callback_parse (good[i].query);

      g_test_message ("%s", good[i].query);
      g_assert_nonnull (callback);
      g_assert_cmpstr (callback->code, ==, good[i].code);
      g_assert_cmpstr (callback->state, ==, good[i].state);
      g_assert_cmpstr (callback->issuer, ==, good[i].issuer);
      g_assert_cmpstr (callback->error, ==, good[i].error);
      g_assert_cmpstr (callback->description, ==, good[i].description);
    }
}

static void
test_bad (void)
{
  g_assert_null (keyfob_callback_parse (NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_test_message ("%s", bad[i]);
      g_assert_null (keyfob_callback_parse (bad[i]));
    }
}

static char *
repeat (char c, gsize n)
{
  char *text = g_malloc0 (n + 1);

  memset (text, c, n);

  return text;
}

static void
test_long (void)
{
  g_autofree char *fits = repeat ('x', 8 * 1024);
  g_autofree char *too_long = repeat ('x', 8 * 1024 + 1);
  g_autofree char *huge = repeat ('x', 1024 * 1024);
  g_autofree char *good_query = g_strdup_printf ("state=s&code=%s", fits);
  g_autofree char *long_query = g_strdup_printf ("state=s&code=%s", too_long);
  g_autofree char *huge_query = g_strdup_printf ("other=%s&state=s&code=c", huge);
  g_autoptr (KeyfobCallback) good_callback = keyfob_callback_parse (good_query);
  g_autoptr (KeyfobCallback) long_callback = keyfob_callback_parse (long_query);
  g_autoptr (KeyfobCallback) huge_callback = keyfob_callback_parse (huge_query);

  g_assert_cmpstr (good_callback->code, ==, fits);
  g_assert_null (long_callback->code);
  g_assert_cmpstr (huge_callback->code, ==, "c");
}

static void
test_long_words (void)
{
  g_autofree char *words = repeat ('x', 5000);
  g_autofree char *query = g_strdup_printf ("state=s&error=e&error_description=%s", words);
  g_autoptr (KeyfobCallback) callback = keyfob_callback_parse (query);

  g_assert_nonnull (callback);
  g_assert_cmpint (g_utf8_strlen (callback->description, -1), <=, 201);
  g_assert_true (g_str_has_suffix (callback->description, "…"));
}

static void
test_matches (void)
{
  static const struct
  {
    const char *state;
    const char *expected;
    gboolean matches;
  } rows[] = {
    { "right", "right", TRUE },
    { "right", "righT", FALSE },
    { "right", "left!", FALSE },
    { "right", "rightly", FALSE },
    { "rightly", "right", FALSE },
    { "a|" REDIRECT_URI "|b", NULL, TRUE },
    { "a|" REDIRECT_URI "|", NULL, TRUE },
    { "|" REDIRECT_URI "|b", NULL, TRUE },
    { REDIRECT_URI, NULL, FALSE },
    { "a|" REDIRECT_URI, NULL, FALSE },
    { REDIRECT_URI "|b", NULL, FALSE },
    { "a|" REDIRECT_URI "x|b", NULL, FALSE },
    { "a|http://localhost:53101/callback|b", NULL, FALSE },
    { "a|x|" REDIRECT_URI "|b", NULL, FALSE },
    { "a|b", NULL, FALSE },
    { "|", NULL, FALSE },
    { "||", NULL, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      KeyfobCallback callback = { .state = (char *) rows[i].state };

      g_test_message ("%s against %s", rows[i].state, rows[i].expected);
      g_assert_cmpint (keyfob_callback_matches (&callback, rows[i].expected, REDIRECT_URI), ==,
                       rows[i].matches);
    }
}

static void
test_errors (void)
{
  static const struct
  {
    const char *query;
    int code;
    const char *says;
  } rows[] = {
    { "state=s&error=access_denied", KEYFOB_AUTH_ERROR_DENIED, "“access_denied”" },
    { "state=s&error=access_denied&error_description=Go%20away", KEYFOB_AUTH_ERROR_DENIED,
      "“Go away”" },
    { "state=s&error=access_denied&error_description=%E2%80%AE", KEYFOB_AUTH_ERROR_DENIED,
      "“access_denied”" },
    { "state=s&error=login_required", KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED, "“login_required”" },
    { "state=s&error=account_selection_required", KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED,
      "“account_selection_required”" },
    { "state=s&code=", KEYFOB_AUTH_ERROR_BAD_ANSWER, "without a code" },
    { "state=s&error=invalid_scope&error_description=50%25%20%25s", KEYFOB_AUTH_ERROR_SERVER,
      "“50% %s”" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (KeyfobCallback) callback = keyfob_callback_parse (rows[i].query);
      g_autoptr (GError) error = keyfob_callback_to_error (callback);

      g_assert_error (error, KEYFOB_AUTH_ERROR, rows[i].code);
      g_assert_nonnull (strstr (error->message, rows[i].says));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/callback/good", test_good);
  g_test_add_func ("/callback/bad", test_bad);
  g_test_add_func ("/callback/long", test_long);
  g_test_add_func ("/callback/long-words", test_long_words);
  g_test_add_func ("/callback/matches", test_matches);
  g_test_add_func ("/callback/errors", test_errors);

  return g_test_run ();
}
