/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-lookup.h"

#include <string.h>

#include "keyfob-base-url.h"

/* What a host is compared with. */
typedef struct
{
  const char *base_url; /* (nullable): normalised */
  const char *folded;   /* the text as it was typed, case folded */
} Wanted;

static gboolean
has_address (KeyfobConfig *config, const Wanted *wanted)
{
  return g_strcmp0 (keyfob_config_get_base_url (config), wanted->base_url) == 0;
}

static gboolean
has_name (KeyfobConfig *config, const Wanted *wanted)
{
  g_autofree char *name = g_utf8_casefold (keyfob_config_get_name (config), -1);

  return g_str_equal (name, wanted->folded);
}

static gboolean
has_host_name (KeyfobConfig *config, const Wanted *wanted)
{
  g_autoptr (GUri) uri = g_uri_parse (keyfob_config_get_base_url (config), G_URI_FLAGS_NONE, NULL);
  g_autofree char *with_port = NULL;
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  if (host == NULL)
    return FALSE;

  with_port = g_strdup_printf ("%s:%d", host, g_uri_get_port (uri));

  return g_str_equal (host, wanted->folded) || g_str_equal (with_port, wanted->folded);
}

static gboolean
is_any (KeyfobConfig *config, const Wanted *wanted)
{
  return TRUE;
}

/* From the most certain on. */
static gboolean (*const ways[]) (KeyfobConfig *config, const Wanted *wanted) = {
  has_address,
  has_name,
  has_host_name,
};

static GPtrArray *
filter (GListModel *hosts,
        gboolean (*fits) (KeyfobConfig *config, const Wanted *wanted),
        const Wanted *wanted)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (hosts); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (hosts, i);

      if (fits (keyfob_host_get_config (host), wanted))
        g_ptr_array_add (found, g_steal_pointer (&host));
    }

  return found;
}

/* Returns: (transfer full) (nullable): the base URL that @text is */
static char *
dup_base_url (const char *text)
{
  /* a host that was added with this option is found without it, too */
  g_autoptr (KeyfobConfig) config =
      keyfob_config_new (text, g_variant_new_parsed ("{'allow-http': <true>}"), NULL);

  return config != NULL ? g_strdup (keyfob_config_get_base_url (config)) : NULL;
}

GPtrArray *
keyfob_host_lookup (GListModel *hosts, const char *text)
{
  g_autofree char *base_url = dup_base_url (text);
  g_autofree char *folded = g_utf8_casefold (text, -1);
  const Wanted wanted = { .base_url = base_url, .folded = folded };
  g_autoptr (GPtrArray) found = NULL;

  if (*text == '\0')
    return filter (hosts, is_any, &wanted);

  for (guint i = 0; i < G_N_ELEMENTS (ways) && (found == NULL || found->len == 0); i++)
    {
      g_clear_pointer (&found, g_ptr_array_unref);
      found = filter (hosts, ways[i], &wanted);
    }

  return g_steal_pointer (&found);
}

/* On the boundary of a path: the token of one host is not for another one with a longer name. */
static gboolean
leads_below (KeyfobConfig *config, const char *link)
{
  const char *url = keyfob_config_get_base_url (config);
  gsize length = strlen (url);

  return link != NULL && g_str_has_prefix (link, url)
         && (link[length] == '\0' || link[length] == '/');
}

/* Returns: (transfer full) (nullable): the base URL that @text, a link, would be */
static char *
dup_link (const char *text)
{
  g_autofree char *bare = keyfob_base_url_from_link (text);

  return dup_base_url (bare);
}

GPtrArray *
keyfob_host_lookup_link (GListModel *hosts, const char *text)
{
  g_autofree char *link = dup_link (text);
  GPtrArray *found = keyfob_host_lookup (hosts, text);
  gsize longest = 0;

  if (found->len > 0)
    return found;

  for (guint i = 0; i < g_list_model_get_n_items (hosts); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (hosts, i);
      KeyfobConfig *config = keyfob_host_get_config (host);
      gsize length = strlen (keyfob_config_get_base_url (config));

      if (length <= longest || !leads_below (config, link))
        continue;

      longest = length;
      g_ptr_array_set_size (found, 0);
      g_ptr_array_add (found, g_steal_pointer (&host));
    }

  return found;
}

void
keyfob_host_lookup_keep (GPtrArray *configs, const char *text)
{
  g_autofree char *base_url = dup_base_url (text);
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_autofree char *link = dup_link (text);
  const Wanted wanted = { .base_url = base_url, .folded = folded };
  guint n_kept = 0;

  for (guint i = 0; i < configs->len; i++)
    {
      KeyfobConfig *config = g_ptr_array_index (configs, i);
      gboolean fits = leads_below (config, link);

      for (guint j = 0; j < G_N_ELEMENTS (ways) && !fits; j++)
        fits = ways[j](config, &wanted);
      if (!fits)
        continue;

      /* the one that is dropped takes the place of the one that stays, and is freed at the end */
      configs->pdata[i] = configs->pdata[n_kept];
      configs->pdata[n_kept++] = config;
    }
  g_ptr_array_set_size (configs, (int) n_kept);
}
