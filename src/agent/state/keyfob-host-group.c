/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-group.h"

#include "keyfob-config-options.h"

static char *
replace_all (const char *text, const char *from, const char *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, -1);

  return g_strjoinv (to, parts);
}

static GVariant *
read_ports (GKeyFile *keys, const char *group, const char *key, GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aq"));
  gsize n_ports = 0;
  g_autofree int *ports = g_key_file_get_integer_list (keys, group, key, &n_ports, error);

  if (ports == NULL)
    return NULL;

  for (gsize i = 0; i < n_ports; i++)
    {
      if (ports[i] < 0 || ports[i] > G_MAXUINT16)
        {
          g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "%d is not a port",
                       ports[i]);
          return NULL;
        }
      g_variant_builder_add (&builder, "q", (guint16) ports[i]);
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
read_number (GKeyFile *keys, const char *group, const char *key, GError **error)
{
  guint64 number;
  g_autofree char *text = g_key_file_get_value (keys, group, key, error);

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &number, error))
    return NULL;

  return g_variant_new_uint32 (number);
}

static GVariant *
read_option (GKeyFile *keys, const char *group, const KeyfobOptionInfo *option, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) bad = NULL;
  gboolean flag;

  switch (option->type[0])
    {
    case 'a':
      return read_ports (keys, group, option->name, error);
    case 'u':
      return read_number (keys, group, option->name, error);
    case 'b':
      flag = g_key_file_get_boolean (keys, group, option->name, &bad);
      if (bad != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&bad));
          return NULL;
        }
      return g_variant_new_boolean (flag);
    default:
      text = g_key_file_get_string (keys, group, option->name, error);
      return text != NULL ? g_variant_new_string (text) : NULL;
    }
}

static void
write_option (GKeyFile *keys, const char *group, const KeyfobOptionInfo *option, GVariant *value)
{
  gsize n_ports;
  const guint16 *ports;
  g_autofree int *list = NULL;

  switch (option->type[0])
    {
    case 'a':
      ports = g_variant_get_fixed_array (value, &n_ports, sizeof *ports);
      list = g_new (int, n_ports);
      for (gsize i = 0; i < n_ports; i++)
        list[i] = ports[i];
      g_key_file_set_integer_list (keys, group, option->name, list, n_ports);
      return;
    case 'u':
      g_key_file_set_uint64 (keys, group, option->name, g_variant_get_uint32 (value));
      return;
    case 'b':
      g_key_file_set_boolean (keys, group, option->name, g_variant_get_boolean (value));
      return;
    default:
      g_key_file_set_string (keys, group, option->name, g_variant_get_string (value, NULL));
      return;
    }
}

char *
keyfob_host_group_from_url (const char *base_url)
{
  g_autofree char *opened = replace_all (base_url, "[", "%5B");

  return replace_all (opened, "]", "%5D");
}

char *
keyfob_host_group_to_url (const char *group)
{
  const char *authority = strstr (group, "://");
  gsize length;
  g_autofree char *head = NULL;
  g_autofree char *opened = NULL;
  g_autofree char *closed = NULL;

  authority = authority != NULL ? authority + strlen ("://") : group;
  length = authority - group + strcspn (authority, "/");

  head = g_strndup (group, length);
  opened = replace_all (head, "%5B", "[");
  closed = replace_all (opened, "%5D", "]");

  return g_strconcat (closed, group + length, NULL);
}

KeyfobConfig *
keyfob_host_group_read (GKeyFile *keys, const char *group, GError **error)
{
  g_autofree char *url = keyfob_host_group_to_url (group);
  g_autoptr (GVariantDict) dict = g_variant_dict_new (NULL);

  for (gsize i = 0; i < KEYFOB_N_OPTIONS; i++)
    {
      const KeyfobOptionInfo *option = keyfob_option_get_info (i);
      GVariant *value;

      if (!g_key_file_has_key (keys, group, option->name, NULL))
        continue;

      value = read_option (keys, group, option, error);
      if (value == NULL)
        return NULL;
      g_variant_dict_insert_value (dict, option->name, value);
    }

  return keyfob_config_new (url, g_variant_dict_end (dict), error);
}

void
keyfob_host_group_write (GKeyFile *keys, const char *group, KeyfobConfig *config)
{
  g_autoptr (GVariant) values = g_variant_ref_sink (keyfob_config_to_options (config));

  for (gsize i = 0; i < KEYFOB_N_OPTIONS; i++)
    {
      const KeyfobOptionInfo *option = keyfob_option_get_info (i);
      g_autoptr (GVariant) value =
          g_variant_lookup_value (values, option->name, G_VARIANT_TYPE (option->type));

      if (value != NULL)
        write_option (keys, group, option, value);
      else
        g_key_file_remove_key (keys, group, option->name, NULL);
    }
}
