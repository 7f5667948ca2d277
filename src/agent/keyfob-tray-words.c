/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-tray-words.h"

#include <glib/gi18n-lib.h>

#include "keyfob-host-state.h"

static gboolean
is_signed_in (KeyfobBusHost1 *host)
{
  return keyfob_host_state_has_token (keyfob_host_state_parse (keyfob_bus_host1_get_state (host)));
}

char *
keyfob_tray_words_count (KeyfobOverview *overview)
{
  guint n_hosts = keyfob_overview_get_n_hosts (overview);
  guint n_signed_in = 0;

  if (n_hosts == 0)
    return g_strdup (_ ("No hosts yet"));

  for (guint i = 0; i < n_hosts; i++)
    n_signed_in += is_signed_in (keyfob_overview_get_host (overview, i)) ? 1 : 0;

  if (n_hosts == 1)
    return g_strdup (n_signed_in == 1 ? _ ("Signed in") : _ ("Not signed in"));

  /* Translators: how many hosts have a session, of how many that are listed (two or more) */
  return g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%u of %u signed in", "%u of %u signed in", n_signed_in),
      n_signed_in, n_hosts);
}

static const char *
first_name (KeyfobOverview *overview, KeyfobOutlook outlook)
{
  for (guint i = 0; i < keyfob_overview_get_n_hosts (overview); i++)
    if (keyfob_overview_get_outlook (overview, i) == outlook)
      return keyfob_bus_host1_get_name (keyfob_overview_get_host (overview, i));

  return "";
}

/* NULL where no host has that outlook, or it is nothing to speak of. */
static char *
describe (KeyfobOverview *overview, KeyfobOutlook outlook)
{
  guint count = keyfob_overview_count (overview, outlook);
  const char *name = first_name (overview, outlook);

  if (count == 0)
    return NULL;

  switch (outlook)
    {
    case KEYFOB_OUTLOOK_NEEDS_USER:
      if (count == 1)
        return g_strdup_printf (_ ("%s needs you"), name);
      return g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE, "%u host needs you", "%u hosts need you", count), count);
    case KEYFOB_OUTLOOK_SOON:
      if (count == 1)
        return g_strdup_printf (_ ("%s needs you soon"), name);
      return g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE, "%u host needs you soon", "%u hosts need you soon", count),
          count);
    case KEYFOB_OUTLOOK_OFFLINE:
      if (count == 1)
        return g_strdup_printf (_ ("%s cannot be reached"), name);
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u host cannot be reached",
                                           "%u hosts cannot be reached", count),
                              count);
    case KEYFOB_OUTLOOK_SIGNING_IN:
      if (count == 1)
        return g_strdup_printf (_ ("Signing in to %s"), name);
      return g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE, "Signing in to %u host", "Signing in to %u hosts", count),
          count);
    case KEYFOB_OUTLOOK_GOOD:
    case KEYFOB_OUTLOOK_SIGNED_OUT:
    default:
      return NULL;
    }
}

char *
keyfob_tray_words_details (KeyfobOverview *overview)
{
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  for (int outlook = KEYFOB_N_OUTLOOKS - 1; outlook >= 0; outlook--)
    {
      g_autofree char *line = describe (overview, (KeyfobOutlook) outlook);

      if (line != NULL)
        g_strv_builder_add (lines, line);
    }

  all = g_strv_builder_end (lines);

  return g_strjoinv ("\n", all);
}

char *
keyfob_tray_words_title (KeyfobOverview *overview)
{
  g_autofree char *count = keyfob_tray_words_count (overview);
  g_autofree char *worst = describe (overview, keyfob_overview_get_worst (overview));

  if (worst == NULL)
    return g_steal_pointer (&count);

  /* Translators: how many are signed in, and what is the matter: "2 of 3 signed in;
   * data.example.org needs you" */
  return g_strdup_printf (_ ("%s; %s"), count, worst);
}
