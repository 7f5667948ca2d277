/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-code-format.h"

#include <glib/gi18n-lib.h>

#define MINUTE 60

char *
keyfob_code_format_time_left (gint64 seconds)
{
  int left = CLAMP (seconds, 0, G_MAXINT);

  if (left < 2 * MINUTE)
    return g_strdup_printf (
        g_dngettext (GETTEXT_PACKAGE, "%d second left", "%d seconds left", left), left);

  return g_strdup_printf (_ ("%d min left"), left / MINUTE);
}

char *
keyfob_code_format_spell (const char *code)
{
  GString *spelled = g_string_new (NULL);

  g_return_val_if_fail (code != NULL, NULL);

  for (const char *next = code; *next != '\0'; next = g_utf8_next_char (next))
    {
      if (g_unichar_isspace (g_utf8_get_char (next)))
        continue;
      if (spelled->len > 0)
        g_string_append_c (spelled, ' ');
      g_string_append_unichar (spelled, g_utf8_get_char (next));
    }

  return g_string_free (spelled, FALSE);
}
