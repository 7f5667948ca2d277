/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-text.h"

#include <string.h>

/* Bytes of input that are read for each character of output, so that huge input costs little. */
#define INPUT_FACTOR 16

#define ZERO_WIDTH_NON_JOINER 0x200c
#define ZERO_WIDTH_JOINER 0x200d

static gboolean
is_blank (gunichar c)
{
  return g_unichar_isspace (c) || c == '\0'
         || (g_unichar_type (c) == G_UNICODE_CONTROL && c != 0x7f);
}

/* Format characters turn the reading direction or are invisible; joiners are needed to spell. */
gboolean
keyfob_text_is_hidden (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  if (c == ZERO_WIDTH_NON_JOINER || c == ZERO_WIDTH_JOINER)
    return FALSE;

  return type == G_UNICODE_FORMAT || type == G_UNICODE_CONTROL || type == G_UNICODE_SURROGATE
         || type == G_UNICODE_PRIVATE_USE;
}

char *
keyfob_text_clean (const char *text, gssize length, gsize max_chars)
{
  gsize size = length < 0 ? strlen (text) : (gsize) length;
  g_autofree char *valid = g_utf8_make_valid (text, MIN (size, (max_chars + 1) * INPUT_FACTOR));
  g_autoptr (GString) clean = g_string_new (NULL);
  gboolean blank = FALSE;
  gsize n_chars = 0;

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (is_blank (c))
        blank = TRUE;
      else if (!keyfob_text_is_hidden (c))
        {
          gsize needed = blank && n_chars > 0 ? 2 : 1;

          if (n_chars + needed > max_chars)
            {
              g_string_append (clean, "…");
              break;
            }
          if (needed == 2)
            g_string_append_c (clean, ' ');
          g_string_append_unichar (clean, c);
          n_chars += needed;
          blank = FALSE;
        }
    }

  return g_string_free (g_steal_pointer (&clean), FALSE);
}

gboolean
keyfob_text_is_clean (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if ((is_blank (c) && c != ' ') || keyfob_text_is_hidden (c))
        return FALSE;
    }

  return TRUE;
}
