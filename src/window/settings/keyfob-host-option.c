/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-option.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-agent-client.h"
#include "keyfob-auth-error.h"
#include "keyfob-config.h"

/* Fewer consecutive ports than this are written one by one. */
#define SHORTEST_RANGE 3

/* Characters that may stand between two ports. */
#define SEPARATORS ", ;"

static GVariant *
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST, sentence);

  return NULL;
}

static char *
ports_to_text (const guint16 *ports, gsize n_ports)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize next;

  for (gsize i = 0; i < n_ports; i = next)
    {
      for (next = i + 1; next < n_ports && ports[next] == ports[next - 1] + 1; next++)
        ;
      if (next - i < SHORTEST_RANGE)
        next = i + 1;

      g_string_append_printf (text, "%s%u", i > 0 ? ", " : "", ports[i]);
      if (next - i > 1)
        g_string_append_printf (text, "-%u", ports[next - 1]);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
read_port (const char *text, guint16 *port)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &number, NULL))
    return FALSE;

  *port = number;

  return TRUE;
}

/* Reads a port, or a range such as 53100-53105. */
static gboolean
read_ports (const char *word, GArray *ports)
{
  g_auto (GStrv) ends = g_strsplit (word, "-", 2);
  guint16 first, last;

  if (!read_port (ends[0], &first) || !read_port (ends[1] != NULL ? ends[1] : ends[0], &last))
    return FALSE;

  for (guint port = first; port <= last; port++)
    {
      guint16 narrow = port;

      g_array_append_val (ports, narrow);
    }

  return first <= last;
}

static GVariant *
ports_from_text (const char *text, GError **error)
{
  g_autoptr (GArray) ports = g_array_new (FALSE, FALSE, sizeof (guint16));
  g_auto (GStrv) words = g_strsplit_set (text, SEPARATORS, -1);

  for (gsize i = 0; words[i] != NULL; i++)
    {
      if (*words[i] != '\0' && !read_ports (words[i], ports))
        return refuse (error, _ ("Type port numbers with commas between, such as 53100, 53101 or "
                                 "53100-53105."));
    }

  return g_variant_new_fixed_array (G_VARIANT_TYPE_UINT16, ports->data, ports->len,
                                    sizeof (guint16));
}

static GVariant *
timeout_from_text (const char *text, GError **error)
{
  guint64 seconds;

  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &seconds, NULL))
    return refuse (error, _ ("Type the time limit in seconds, as a number."));

  return g_variant_new_uint32 (seconds);
}

static GVariant *
store_from_text (const char *text, GError **error)
{
  if (g_str_has_prefix (text, "~/"))
    return g_variant_new_take_string (g_build_filename (g_get_home_dir (), text + 2, NULL));
  if (*text != '\0' && *text != '/')
    return refuse (error, _ ("Type the whole path of the file, beginning with “/”."));

  return g_variant_new_string (text);
}

/* Returns: (transfer full): the text of @value; empty for a token store other than a file, which
 * the user does not type */
static char *
value_to_text (const KeyfobOptionInfo *option, GVariant *value)
{
  gsize n_ports;
  const guint16 *ports;

  switch (option->type[0])
    {
    case 'a':
      ports = g_variant_get_fixed_array (value, &n_ports, sizeof (guint16));
      return ports_to_text (ports, n_ports);
    case 'u':
      return g_strdup_printf ("%u", g_variant_get_uint32 (value));
    case 's':
      if (option->section == KEYFOB_OPTION_SECTION_STORE
          && *g_variant_get_string (value, NULL) != '/')
        return g_strdup ("");
      return g_variant_dup_string (value, NULL);
    default:
      return g_strdup ("");
    }
}

char *
keyfob_host_option_to_text (GVariant *options, const KeyfobOptionInfo *option)
{
  g_autoptr (GVariant) value = NULL;

  g_return_val_if_fail (option != NULL, NULL);

  if (options != NULL)
    value = g_variant_lookup_value (options, option->name, G_VARIANT_TYPE (option->type));

  return value != NULL ? value_to_text (option, value) : g_strdup ("");
}

char *
keyfob_host_option_usual_text (const char *url, const KeyfobOptionInfo *option)
{
  g_autoptr (GVariant) usual = NULL;
  const char *host;

  g_return_val_if_fail (url != NULL && option != NULL, NULL);

  host = strstr (url, "://");
  if (option == keyfob_option_get_info (KEYFOB_OPTION_NAME) && host != NULL)
    return g_strdup (host + strlen ("://"));

  usual = keyfob_option_dup_usual (option);

  return value_to_text (option, usual);
}

GVariant *
keyfob_host_option_from_text (const KeyfobOptionInfo *option, const char *text, GError **error)
{
  g_autofree char *stripped = NULL;
  GVariant *value;

  g_return_val_if_fail (option != NULL && text != NULL, NULL);

  stripped = g_strstrip (g_strdup (text));
  if (option->type[0] == 'a' && stripped[strspn (stripped, SEPARATORS)] == '\0')
    return keyfob_option_dup_usual (option);
  if (option->type[0] == 'u' && *stripped == '\0')
    return keyfob_option_dup_usual (option);

  if (option->type[0] == 'a')
    value = ports_from_text (stripped, error);
  else if (option->type[0] == 'u')
    value = timeout_from_text (stripped, error);
  else if (option->section == KEYFOB_OPTION_SECTION_STORE)
    value = store_from_text (stripped, error);
  else
    value = g_variant_new_string (stripped);

  return value != NULL ? g_variant_take_ref (value) : NULL;
}

gboolean
keyfob_host_option_check (KeyfobBusHost1 *host,
                          const KeyfobOptionInfo *option,
                          GVariant *value,
                          GError **error)
{
  g_autoptr (KeyfobConfig) config = NULL;
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);

  g_return_val_if_fail (KEYFOB_BUS_IS_HOST1 (host), FALSE);

  g_variant_dict_init (&options, keyfob_bus_host1_get_options (host));
  g_variant_dict_insert_value (&options, option->name, value);
  config =
      keyfob_config_new (keyfob_bus_host1_get_url (host), g_variant_dict_end (&options), error);

  return config != NULL;
}

void
keyfob_host_option_set (KeyfobBusHost1 *host,
                        const KeyfobOptionInfo *option,
                        GVariant *value,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);

  g_return_if_fail (KEYFOB_BUS_IS_HOST1 (host));

  g_variant_dict_insert_value (&options, option->name, value);
  keyfob_bus_host1_call_configure (host, g_variant_dict_end (&options), NULL, callback, user_data);
}

char *
keyfob_host_option_set_finish (KeyfobBusHost1 *host, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (KEYFOB_BUS_IS_HOST1 (host), NULL);

  if (keyfob_bus_host1_call_configure_finish (host, result, &error))
    return NULL;

  return keyfob_agent_client_explain (error);
}
