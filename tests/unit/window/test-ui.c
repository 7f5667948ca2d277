/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include <pango/pango.h>

#include "keyfob-ui.h"

/* Whatever is in an address or a path, it is shown as it is. */
static void
test_text (void)
{
  static const char *const texts[] = {
    "",
    "https://data.example.org/api/freva-nextgen",
    "/home/user/R&D/<b>tokens</b>.json",
    "/home/user/\"quoted\" 'twice'&amp;.json",
    "/home/jürgen/Schlüssel/日本語.json",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *markup = keyfob_ui_markup_verbatim (texts[i]);
      g_autofree char *shown = NULL;
      g_autoptr (GError) error = NULL;

      pango_parse_markup (markup, -1, 0, NULL, &shown, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (shown, ==, texts[i]);
    }
}

static void
test_no_hyphens (void)
{
  g_autofree char *markup = keyfob_ui_markup_verbatim ("example.org");
  g_autoptr (PangoAttrList) attributes = NULL;
  g_autoptr (PangoAttrIterator) iterator = NULL;
  PangoAttribute *attribute;

  g_assert_true (pango_parse_markup (markup, -1, 0, &attributes, NULL, NULL, NULL));
  iterator = pango_attr_list_get_iterator (attributes);
  attribute = pango_attr_iterator_get (iterator, PANGO_ATTR_INSERT_HYPHENS);
  g_assert_nonnull (attribute);
  g_assert_false (pango_attribute_as_int (attribute)->value);
}

static void
test_nothing (void)
{
  g_autofree char *markup = keyfob_ui_markup_verbatim (NULL);
  g_autofree char *shown = NULL;

  g_assert_true (pango_parse_markup (markup, -1, 0, NULL, &shown, NULL, NULL));
  g_assert_cmpstr (shown, ==, "");
}

static void
test_avatar_text (void)
{
  static const struct
  {
    const char *name;
    const char *text;
  } cases[] = {
    { "Climate archive", "Climate archive" },
    { "Archive of the sea", "Archive sea" },
    { "Node 01", "0 1" },
    { "Node 12", "1 2" },
    { "Node 7", "N 7" },
    { "Run 2 archive", "Run archive" },
    { "Freva", "Freva " },
    { "node01.example.org", "0 1" },
    { "n3.example.org", "n 3" },
    { "data.example.org", "data example.org" },
    { "Ökologie Küste", "Ökologie Küste" },
    { "★", "★" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = keyfob_ui_dup_avatar_text (cases[i].name);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/ui/text", test_text);
  g_test_add_func ("/ui/no-hyphens", test_no_hyphens);
  g_test_add_func ("/ui/nothing", test_nothing);
  g_test_add_func ("/ui/avatar-text", test_avatar_text);

  return g_test_run ();
}
