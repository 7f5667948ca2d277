/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-tray-text.h"

#include <glib/gi18n-lib.h>

char *
keyfob_tray_text_count (KeyfobAttentionModel *model)
{
  guint n_hosts = keyfob_attention_model_get_n_hosts (model);
  guint n_signed_in = 0;

  if (n_hosts == 0)
    return g_strdup (_ ("No hosts yet"));

  for (guint i = 0; i < n_hosts; i++)
    {
      KeyfobHost *host = keyfob_attention_model_get_host (model, i);

      n_signed_in += keyfob_host_state_has_token (keyfob_host_get_state (host)) ? 1 : 0;
    }

  if (n_hosts == 1)
    return g_strdup (n_signed_in == 1 ? _ ("Signed in") : _ ("Not signed in"));

  /* Translators: how many hosts have a session, of how many that are listed (two or more) */
  return g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%u of %u signed in", "%u of %u signed in", n_signed_in),
      n_signed_in, n_hosts);
}

static const char *
first_name (KeyfobAttentionModel *model, KeyfobAttention attention)
{
  for (guint i = 0; i < keyfob_attention_model_get_n_hosts (model); i++)
    if (keyfob_attention_model_get_attention (model, i) == attention)
      return keyfob_config_get_name (
          keyfob_host_get_config (keyfob_attention_model_get_host (model, i)));

  return "";
}

/* NULL where no host has that attention, or it is nothing to speak of. */
static char *
describe (KeyfobAttentionModel *model, KeyfobAttention attention)
{
  guint count = keyfob_attention_model_count (model, attention);
  const char *name = first_name (model, attention);

  if (count == 0)
    return NULL;

  switch (attention)
    {
    case KEYFOB_ATTENTION_NEEDS_USER:
      if (count == 1)
        return g_strdup_printf (_ ("%s needs you"), name);
      return g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE, "%u host needs you", "%u hosts need you", count), count);
    case KEYFOB_ATTENTION_SOON:
      if (count == 1)
        return g_strdup_printf (_ ("%s needs you soon"), name);
      return g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE, "%u host needs you soon", "%u hosts need you soon", count),
          count);
    case KEYFOB_ATTENTION_OFFLINE:
      if (count == 1)
        return g_strdup_printf (_ ("%s cannot be reached"), name);
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u host cannot be reached",
                                           "%u hosts cannot be reached", count),
                              count);
    case KEYFOB_ATTENTION_SIGNING_IN:
      if (count == 1)
        return g_strdup_printf (_ ("Signing in to %s"), name);
      return g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE, "Signing in to %u host", "Signing in to %u hosts", count),
          count);
    case KEYFOB_ATTENTION_GOOD:
    case KEYFOB_ATTENTION_SIGNED_OUT:
    default:
      return NULL;
    }
}

char *
keyfob_tray_text_details (KeyfobAttentionModel *model)
{
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  for (int attention = KEYFOB_N_ATTENTIONS - 1; attention >= 0; attention--)
    {
      g_autofree char *line = describe (model, (KeyfobAttention) attention);

      if (line != NULL)
        g_strv_builder_add (lines, line);
    }

  all = g_strv_builder_end (lines);

  return g_strjoinv ("\n", all);
}

char *
keyfob_tray_text_title (KeyfobAttentionModel *model)
{
  g_autofree char *count = keyfob_tray_text_count (model);
  g_autofree char *worst = describe (model, keyfob_attention_model_get_worst (model));

  if (worst == NULL)
    return g_steal_pointer (&count);

  /* Translators: how many are signed in, and what is the matter: "2 of 3 signed in;
   * data.example.org needs you" */
  return g_strdup_printf (_ ("%s; %s"), count, worst);
}
