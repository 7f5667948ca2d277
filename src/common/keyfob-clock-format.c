/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-clock-format.h"

#include <langinfo.h>
#include <string.h>

#define INTERFACE "org.gnome.desktop.interface"
#define CLOCK_FORMAT "clock-format"

static GSettings *desktop; /* NULL where nobody follows it, or there is none */

void
keyfob_clock_format_follow_desktop (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;

  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, INTERFACE, TRUE);
  if (desktop == NULL && schema != NULL && g_settings_schema_has_key (schema, CLOCK_FORMAT))
    desktop = g_settings_new_full (schema, NULL, NULL);
}

gboolean
keyfob_clock_format_has_12_hours (void)
{
  /* its default says 24 hours to all, so only what somebody has chosen counts */
  g_autoptr (GVariant) chosen =
      desktop != NULL ? g_settings_get_user_value (desktop, CLOCK_FORMAT) : NULL;
  const char *usual = nl_langinfo (T_FMT);

  if (chosen != NULL)
    return g_str_equal (g_variant_get_string (chosen, NULL), "12h");

  return strstr (usual, "%r") != NULL || strstr (usual, "%p") != NULL;
}

char *
keyfob_clock_format_use (const char *format, gboolean has_12_hours)
{
  g_autoptr (GString) text = g_string_new (format);

  if (has_12_hours)
    {
      /* a no-break space */
      g_string_replace (text, "%H:%M:%S", "%-I:%M:%S\xc2\xa0%p", 0);
      g_string_replace (text, "%H:%M", "%-I:%M\xc2\xa0%p", 0);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
keyfob_clock_format_print (GDateTime *time, const char *format)
{
  g_autofree char *used = keyfob_clock_format_use (format, keyfob_clock_format_has_12_hours ());

  return g_date_time_format (time, used);
}
