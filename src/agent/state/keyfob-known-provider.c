/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-known-provider.h"

#include <glib/gi18n-lib.h>

#include "keyfob-text.h"

#define LONGEST_SHOWN 60 /* characters of a client id */

KeyfobProvider *
keyfob_known_provider_load (KeyfobHostFile *file, KeyfobConfig *config, gboolean by_code)
{
  g_autofree char *endpoint = keyfob_host_file_dup_note (
      file, config, by_code ? KEYFOB_HOST_NOTE_CODE_PAGE : KEYFOB_HOST_NOTE_LOGIN_PAGE);
  g_autofree char *client_id = NULL;
  g_autofree char *issuer = NULL;
  KeyfobProvider *provider;

  if (*endpoint == '\0')
    return NULL;

  provider = g_new0 (KeyfobProvider, 1);
  provider->endpoint = g_steal_pointer (&endpoint);
  if (by_code)
    return provider;

  client_id = keyfob_host_file_dup_note (file, config, KEYFOB_HOST_NOTE_CLIENT);
  issuer = keyfob_host_file_dup_note (file, config, KEYFOB_HOST_NOTE_ISSUER);
  provider->client_id = *client_id != '\0' ? g_steal_pointer (&client_id) : NULL;
  provider->issuer = *issuer != '\0' ? g_steal_pointer (&issuer) : NULL;

  return provider;
}

static void
set_note (KeyfobHostFile *file, KeyfobConfig *config, const char *note, const char *text)
{
  keyfob_host_file_set_note (file, config, note, text != NULL ? text : "");
}

void
keyfob_known_provider_save (KeyfobHostFile *file,
                            KeyfobConfig *config,
                            gboolean by_code,
                            const KeyfobProvider *provider)
{
  g_autoptr (KeyfobProvider) known = keyfob_known_provider_load (file, config, by_code);
  gboolean is_same = known != NULL && keyfob_provider_matches (provider, known);

  /* what is known of a path that varies stays */
  if (!is_same)
    set_note (file, config, by_code ? KEYFOB_HOST_NOTE_CODE_PAGE : KEYFOB_HOST_NOTE_LOGIN_PAGE,
              provider->endpoint);
  if (by_code)
    return;

  set_note (file, config, KEYFOB_HOST_NOTE_CLIENT, provider->client_id);
  set_note (file, config, KEYFOB_HOST_NOTE_ISSUER, provider->issuer);
}

/* Two base URLs on one host are the same party: whoever runs the one can read what goes to the
 * other. */
static gboolean
is_same_party (KeyfobConfig *config, KeyfobConfig *other)
{
  return g_str_equal (keyfob_config_get_host_key (config), keyfob_config_get_host_key (other));
}

/* Returns: (transfer full) (nullable): another host that signs in as the same client */
static KeyfobConfig *
find_other (KeyfobHostFile *file, KeyfobConfig *config, const KeyfobProvider *provider)
{
  g_autoptr (GPtrArray) others = keyfob_host_file_list (file);

  for (guint i = 0; i < others->len; i++)
    {
      KeyfobConfig *other = g_ptr_array_index (others, i);
      g_autoptr (KeyfobProvider) known = keyfob_known_provider_load (file, other, FALSE);

      if (known != NULL && !is_same_party (config, other)
          && keyfob_provider_is_same_client (provider, known))
        return g_object_ref (other);
    }

  return NULL;
}

static char *
ask_about_other (KeyfobConfig *config, KeyfobConfig *other, const KeyfobProvider *provider)
{
  g_autofree char *at = keyfob_provider_dup_name (provider);
  const char *name = keyfob_config_get_name (config);
  const char *other_name = keyfob_config_get_name (other);

  if (g_str_equal (name, other_name))
    {
      name = keyfob_config_get_base_url (config);
      other_name = keyfob_config_get_base_url (other);
    }

  return g_strdup_printf (
      /* Translators: names of two hosts, and the address of the provider of both */
      _ ("%1$s signs you in at %3$s as if it were %2$s. If different people run the two, %1$s "
         "could "
         "get into %2$s in your name. Only go on if you expected this."),
      name, other_name, at);
}

static char *
ask_about_change (KeyfobConfig *config, const KeyfobProvider *known, const KeyfobProvider *provider)
{
  const char *name = keyfob_config_get_name (config);
  g_autofree char *before = keyfob_provider_dup_name_beside (known, provider);
  g_autofree char *now = keyfob_provider_dup_name_beside (provider, known);
  g_autofree char *old_client = NULL;
  g_autofree char *new_client = NULL;

  if (provider->is_page)
    return g_strdup_printf (
        _ ("%s used to send you to %s; now it shows a page of its own, and nobody can tell where "
           "that leads. Only go on if you expected this."),
        name, before);
  if (!g_str_equal (before, now) || g_strcmp0 (known->client_id, provider->client_id) == 0)
    return g_strdup_printf (_ ("%s used to send you to %s; now it wants to send you to %s. Only go "
                               "on if you expected this."),
                            name, before, now);

  old_client =
      keyfob_text_clean (known->client_id != NULL ? known->client_id : "–", -1, LONGEST_SHOWN);
  new_client = keyfob_text_clean (provider->client_id != NULL ? provider->client_id : "–", -1,
                                  LONGEST_SHOWN);

  return g_strdup_printf (
      /* Translators: name of the host, address of the provider, two names of programs */
      _ ("%s still sends you to %s, but on behalf of “%s” instead of “%s”. Only go on if you "
         "expected this."),
      name, now, new_client, old_client);
}

char *
keyfob_known_provider_ask (KeyfobHostFile *file,
                           KeyfobConfig *config,
                           gboolean by_code,
                           const KeyfobProvider *provider)
{
  g_autoptr (KeyfobProvider) known = keyfob_known_provider_load (file, config, by_code);
  g_autoptr (KeyfobConfig) other = NULL;

  if (known != NULL && keyfob_provider_matches (provider, known))
    return NULL;

  /* worse than a change, and says more */
  other = find_other (file, config, provider);
  if (other != NULL)
    return ask_about_other (config, other, provider);

  return known != NULL ? ask_about_change (config, known, provider) : NULL;
}
