/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <gio/gio.h>

#include "keyfob-auth-error.h"
#include "keyfob-host-option.h"

static GVariant *
parse_options (const char *text)
{
  return g_variant_ref_sink (g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL));
}

static void
test_to_text (void)
{
  static const struct
  {
    const char *options;
    const char *option;
    const char *text;
  } cases[] = {
    { "{}", "name", "" },
    { "{'name': <'My portal'>}", "name", "My portal" },
    { "{'name': <'My portal'>}", "scope", "" },
    { "{'timeout': <uint32 60>}", "timeout", "60" },
    { "{'redirect-ports': <[uint16 4000]>}", "redirect-ports", "4000" },
    { "{'redirect-ports': <[uint16 4000, 4001]>}", "redirect-ports", "4000, 4001" },
    { "{'redirect-ports': <[uint16 4000, 4001, 4002]>}", "redirect-ports", "4000-4002" },
    { "{'redirect-ports': <[uint16 9, 4000, 4001, 4002, 7, 8, 65535]>}", "redirect-ports",
      "9, 4000-4002, 7, 8, 65535" },
    { "{'redirect-ports': <@aq []>}", "redirect-ports", "" },
    { "{'store': <'/home/me/tokens.json'>}", "store", "/home/me/tokens.json" },
    { "{'store': <'keyring'>}", "store", "" },
    /* of a type that the future may bring */
    { "{'name': <true>}", "name", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GVariant) options = parse_options (cases[i].options);
      g_autofree char *text =
          keyfob_host_option_to_text (options, keyfob_option_find (cases[i].option));

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_no_options_yet (void)
{
  g_autofree char *text = keyfob_host_option_to_text (NULL, keyfob_option_find ("name"));

  g_assert_cmpstr (text, ==, "");
}

static void
test_usual_text (void)
{
  static const struct
  {
    const char *option;
    const char *text;
  } cases[] = {
    { "name", "one.example.org/api" },
    { "login-route", "auth/v2/login" },
    { "token-route", "auth/v2/token" },
    { "device-route", "auth/v2/device" },
    { "logout-route", "auth/v2/logout" },
    { "userinfo-route", "auth/v2/userinfo" },
    { "redirect-ports", "53100-53105" },
    { "timeout", "300" },
    { "scope", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = keyfob_host_option_usual_text ("https://one.example.org/api",
                                                             keyfob_option_find (cases[i].option));

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_from_text (void)
{
  static const struct
  {
    const char *option;
    const char *text;
    const char *value;
  } cases[] = {
    { "name", "  My portal ", "'My portal'" },
    { "name", "", "''" },
    { "timeout", "60", "uint32 60" },
    { "timeout", "", "uint32 300" },
    { "redirect-ports", "4000", "[uint16 4000]" },
    { "redirect-ports", "4000,4001", "[uint16 4000, 4001]" },
    { "redirect-ports", " 4000 ; 4002-4004, 1", "[uint16 4000, 4002, 4003, 4004, 1]" },
    { "redirect-ports", "65535-65535", "[uint16 65535]" },
    { "redirect-ports", "", "[uint16 53100, 53101, 53102, 53103, 53104, 53105]" },
    { "redirect-ports", " , ", "[uint16 53100, 53101, 53102, 53103, 53104, 53105]" },
    { "store", "/home/me/tokens.json", "'/home/me/tokens.json'" },
    { "store", "", "''" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) value = keyfob_host_option_from_text (
          keyfob_option_find (cases[i].option), cases[i].text, &error);
      g_autofree char *printed = NULL;

      g_assert_no_error (error);
      printed = g_variant_print (value, TRUE);
      g_assert_cmpstr (printed, ==, cases[i].value);
    }
}

static void
test_home (void)
{
  g_autoptr (GVariant) value =
      keyfob_host_option_from_text (keyfob_option_find ("store"), "~/tokens.json", NULL);
  g_autofree char *path = g_build_filename (g_get_home_dir (), "tokens.json", NULL);

  g_assert_cmpstr (g_variant_get_string (value, NULL), ==, path);
}

static void
test_bad_text (void)
{
  static const struct
  {
    const char *option;
    const char *text;
  } cases[] = {
    { "redirect-ports", "a" },
    { "redirect-ports", "0" },
    { "redirect-ports", "65536" },
    { "redirect-ports", "-1" },
    { "redirect-ports", "9-" },
    { "redirect-ports", "9-8" },
    { "redirect-ports", "1-2-3" },
    { "redirect-ports", "53100–53105" },
    { "timeout", "five minutes" },
    { "timeout", "-1" },
    { "timeout", "," },
    { "timeout", "4294967296" },
    { "timeout", "1.5" },
    { "store", "tokens.json" },
    { "store", "keyring" },
    { "store", "~someone/tokens" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (keyfob_host_option_from_text (keyfob_option_find (cases[i].option),
                                                   cases[i].text, &error));
      g_assert_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/host-option/to-text", test_to_text);
  g_test_add_func ("/host-option/no-options-yet", test_no_options_yet);
  g_test_add_func ("/host-option/usual-text", test_usual_text);
  g_test_add_func ("/host-option/from-text", test_from_text);
  g_test_add_func ("/host-option/home", test_home);
  g_test_add_func ("/host-option/bad-text", test_bad_text);

  return g_test_run ();
}
