/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-commands.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-config-options.h"

static GVariant *
refuse (const KeyfobOptionInfo *info, const char *text, GError **error)
{
  g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED,
               _ ("“%s” is no value for --%s."), text, info->name);

  return NULL;
}

static GVariant *
parse_boolean (const KeyfobOptionInfo *info, const char *text, GError **error)
{
  if (g_str_equal (text, "yes") || g_str_equal (text, "true"))
    return g_variant_new_boolean (TRUE);
  if (g_str_equal (text, "no") || g_str_equal (text, "false"))
    return g_variant_new_boolean (FALSE);

  return refuse (info, text, error);
}

static GVariant *
parse_ports (const KeyfobOptionInfo *info, const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, ", ", -1);
  GVariantBuilder ports;

  g_variant_builder_init (&ports, G_VARIANT_TYPE ("aq"));
  for (guint i = 0; words[i] != NULL; i++)
    {
      guint64 port = 0;

      if (*words[i] == '\0')
        continue;
      if (!g_ascii_string_to_unsigned (words[i], 10, 1, G_MAXUINT16, &port, NULL))
        {
          g_variant_builder_clear (&ports);
          return refuse (info, text, error);
        }
      g_variant_builder_add (&ports, "q", (guint16) port);
    }

  return g_variant_builder_end (&ports);
}

/* Returns: (transfer floating): the value of an option as it is typed, or %NULL */
static GVariant *
parse_option (const KeyfobOptionInfo *info, const char *text, GError **error)
{
  guint64 number = 0;

  if (g_str_equal (info->type, "b"))
    return parse_boolean (info, text, error);
  if (g_str_equal (info->type, "aq"))
    return parse_ports (info, text, error);
  if (g_str_equal (info->type, "s"))
    return g_variant_new_string (text);
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &number, NULL))
    return g_variant_new_uint32 ((guint32) number);

  return refuse (info, text, error);
}

/* Returns: (transfer full): what a person types for an option */
static char *
describe_value (KeyfobOption option)
{
  const KeyfobOptionInfo *info = keyfob_option_get_info (option);
  g_autoptr (GPtrArray) words = NULL;

  if (option == KEYFOB_OPTION_STORE)
    return g_strdup (_ ("keyring|file|app:NAME|PATH"));
  if (g_str_equal (info->type, "b"))
    return g_strdup (_ ("yes|no"));
  if (g_str_equal (info->type, "aq"))
    return g_strdup (_ ("PORT,…"));
  if (g_str_equal (info->type, "u"))
    return g_strdup (_ ("SECONDS"));
  if (info->choices == NULL)
    return g_strdup (_ ("TEXT"));

  words = g_ptr_array_new ();
  for (const KeyfobOptionChoice *choice = info->choices; choice->value != NULL; choice++)
    g_ptr_array_add (words, (gpointer) choice->value);
  g_ptr_array_add (words, NULL);

  return g_strjoinv ("|", (char **) words->pdata);
}

/* Returns: (transfer full) (nullable): `a{sv}` of the options that are given */
static GVariant *
to_bus_options (char **values, GError **error)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < KEYFOB_N_OPTIONS; i++)
    {
      const KeyfobOptionInfo *info = keyfob_option_get_info (i);
      GVariant *value = values[i] != NULL ? parse_option (info, values[i], error) : NULL;

      if (value != NULL)
        {
          g_variant_builder_add (&builder, "{sv}", info->name, value);
        }
      else if (values[i] != NULL)
        {
          g_variant_builder_clear (&builder);
          return NULL;
        }
    }

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static KeyfobExit
add (KeyfobCtl *ctl, const char *url, char **values)
{
  GError *error = NULL;
  g_autoptr (GVariant) options = to_bus_options (values, &error);
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) properties = NULL;
  const char *path = NULL;
  const char *added = url;

  if (options != NULL)
    answer = keyfob_ctl_call_agent (ctl, "AddHost", g_variant_new ("(s@a{sv})", url, options),
                                    "(o)", &error);
  if (answer == NULL)
    {
      /* the address or an option is wrong, which is a matter of the command line here */
      KeyfobExit code = keyfob_ctl_fail (error);

      return code == KEYFOB_EXIT_NO_HOST ? KEYFOB_EXIT_USAGE : code;
    }

  g_variant_get (answer, "(&o)", &path);
  properties = keyfob_ctl_get_properties (ctl, path, NULL);
  if (properties != NULL)
    g_variant_lookup (properties, "Url", "&s", &added);
  keyfob_ctl_say (_ ("%s is in the list. Sign in with “keyfobctl login %s”."), added, added);

  return KEYFOB_EXIT_DONE;
}

KeyfobExit
keyfob_command_add (KeyfobCtl *ctl, int argc, char **argv)
{
  char *values[KEYFOB_N_OPTIONS] = { NULL };
  char *forms[KEYFOB_N_OPTIONS] = { NULL };
  GOptionEntry entries[KEYFOB_N_OPTIONS + 1] = { 0 };
  KeyfobExit code = KEYFOB_EXIT_DONE;

  for (guint i = 0; i < KEYFOB_N_OPTIONS; i++)
    {
      const KeyfobOptionInfo *info = keyfob_option_get_info (i);

      forms[i] = describe_value (i);
      entries[i] =
          (GOptionEntry){ .long_name = info->name,
                          .arg = G_OPTION_ARG_STRING,
                          .arg_data = &values[i],
                          .description = i == KEYFOB_OPTION_STORE ? N_ ("Where the token is kept")
                                                                  : info->title,
                          .arg_description = forms[i] };
    }

  if (keyfob_ctl_parse (&argc, &argv, _ ("ADDRESS"),
                        _ ("Adds a host, or changes the options of one that is there."), entries, 1,
                        &code)
      && argc < 2)
    {
      keyfob_ctl_say (_ ("Give the address of the host."));
      code = KEYFOB_EXIT_USAGE;
    }
  else if (code == KEYFOB_EXIT_DONE)
    {
      code = add (ctl, argv[1], values);
    }

  for (guint i = 0; i < KEYFOB_N_OPTIONS; i++)
    {
      g_free (values[i]);
      g_free (forms[i]);
    }

  return code;
}
