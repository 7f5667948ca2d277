/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-commands.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-base-url.h"
#include "keyfob-config.h"
#include "keyfob-config-options.h"
#include "keyfob-host-state.h"

/* @wanted: what is a value of the option */
static GVariant *
refuse (const KeyfobOptionInfo *info, const char *text, const char *wanted, GError **error)
{
  /* Translators: what was typed, the name of an option, and which values that takes */
  g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED,
               _ ("“%s” is no value for --%s: give %s."), text, info->name, wanted);

  return NULL;
}

static GVariant *
parse_boolean (const KeyfobOptionInfo *info, const char *text, GError **error)
{
  if (g_str_equal (text, "yes") || g_str_equal (text, "true"))
    return g_variant_new_boolean (TRUE);
  if (g_str_equal (text, "no") || g_str_equal (text, "false"))
    return g_variant_new_boolean (FALSE);

  return refuse (info, text, _ ("yes or no"), error);
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
          return refuse (info, text, _ ("ports from 1 to 65535, separated by commas"), error);
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

  return refuse (info, text, _ ("a number of seconds"), error);
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

static gboolean
is_removed (KeyfobCtl *ctl, const char *address)
{
  g_autofree char *base_url = keyfob_base_url_normalise (address, TRUE, NULL, NULL);
  g_autoptr (GVariant) agent = keyfob_ctl_get_agent (ctl, NULL);
  g_autoptr (GVariant) removed =
      agent != NULL ? g_variant_lookup_value (agent, "RemovedHosts", G_VARIANT_TYPE ("a(ss)"))
                    : NULL;

  for (gsize i = 0; removed != NULL && i < g_variant_n_children (removed); i++)
    {
      const char *url;

      g_variant_get_child (removed, i, "(&s&s)", &url, NULL);
      if (g_strcmp0 (url, base_url) == 0)
        return TRUE;
    }

  return FALSE;
}

/* A host that is there, or is provided and was removed, or whose routes are given, is not looked
 * for. */
static gboolean
is_known (KeyfobCtl *ctl, const char *address, char **values)
{
  g_autoptr (GVariant) host = NULL;

  if (values[KEYFOB_OPTION_LOGIN_ROUTE] != NULL || values[KEYFOB_OPTION_DEVICE_ROUTE] != NULL)
    return TRUE;

  host = keyfob_ctl_call_agent (ctl, "FindHost", g_variant_new ("(s)", address), "(o)", NULL);

  return host != NULL || is_removed (ctl, address);
}

/* @given: `a{sv}`, the options that the host is to have
 *
 * Returns: (transfer full) (nullable): the base URL that @link leads to; %NULL with @code, once it
 * is said what is wrong */
static char *
discover (KeyfobCtl *ctl, const char *link, GVariant *given, KeyfobExit *code)
{
  const char *const names[] = { "allow-http", "ca-file", "proxy" };
  GError *error = NULL;
  GVariantDict options;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) servers = NULL;
  char *url = NULL;

  g_variant_dict_init (&options, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (given, names[i], NULL);

      if (value != NULL)
        g_variant_dict_insert_value (&options, names[i], value);
    }
  answer = keyfob_ctl_call_agent (ctl, "Discover",
                                  g_variant_new ("(s@a{sv})", link, g_variant_dict_end (&options)),
                                  "(aa{sv})", &error);
  if (answer == NULL)
    {
      g_autofree char *quoted = keyfob_ctl_quote (link);

      *code = keyfob_ctl_fail (error);
      keyfob_ctl_say (_ ("“keyfobctl add --anyway %s” adds it without looking."), quoted);
      return NULL;
    }

  servers = g_variant_get_child_value (answer, 0);
  for (gsize i = 0; i < g_variant_n_children (servers); i++)
    {
      g_autoptr (GVariant) server = g_variant_get_child_value (servers, i);
      const char *found = NULL;

      if (!g_variant_lookup (server, "url", "&s", &found))
        continue;
      if (url == NULL)
        url = g_strdup (found);
      else
        keyfob_ctl_say (_ ("There is another sign-in at %s."), found);
    }

  return url;
}

/* Returns: (nullable) (transfer full): `a{sv}`, the properties of the host at @url, %NULL where it
 * is not there yet */
static GVariant *
get_host (KeyfobCtl *ctl, const char *url)
{
  const char *path = NULL;
  g_autoptr (GVariant) host =
      keyfob_ctl_call_agent (ctl, "FindHost", g_variant_new ("(s)", url), "(o)", NULL);

  if (host == NULL)
    return NULL;

  g_variant_get (host, "(&o)", &path);

  return keyfob_ctl_get_properties (ctl, path, NULL);
}

/* @before: (nullable): the properties that the host had */
static void
say_added (GVariant *before, GVariant *after)
{
  g_autoptr (GVariant) old = NULL;
  g_autoptr (GVariant) new = g_variant_lookup_value (after, "Options", NULL);
  const char *url = "";
  const char *state = "";
  g_autofree char *done = NULL;
  g_autofree char *hint = NULL;
  g_autofree char *quoted = NULL;

  g_variant_lookup (after, "Url", "&s", &url);
  g_variant_lookup (after, "State", "&s", &state);
  quoted = keyfob_ctl_quote (url);
  if (before != NULL)
    old = g_variant_lookup_value (before, "Options", NULL);
  if (before == NULL)
    done = g_strdup_printf (_ ("%s was added."), url);
  else if (old != NULL && new != NULL && !g_variant_equal (old, new))
    done = g_strdup_printf (_ ("%s was changed."), url);
  else
    done = g_strdup_printf (_ ("%s is in the list already."), url);
  if (keyfob_host_state_needs_user (keyfob_host_state_parse (state)))
    hint = g_strdup_printf (_ ("Sign in with “keyfobctl login %s”."), quoted);

  keyfob_ctl_say ("%s%s%s", done, hint != NULL ? " " : "", hint != NULL ? hint : "");
}

static KeyfobExit
add (KeyfobCtl *ctl, const char *address, char **values, gboolean anyway)
{
  GError *error = NULL;
  g_autoptr (GVariant) options = to_bus_options (values, &error);
  g_autofree char *bare = keyfob_base_url_from_link (address);
  g_autoptr (KeyfobConfig) config =
      options != NULL ? keyfob_config_new (bare, options, &error) : NULL;
  g_autofree char *url = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GVariant) before = NULL;
  const char *path = NULL;
  KeyfobExit code = KEYFOB_EXIT_DONE;

  /* the address or an option is wrong, which is a matter of the command line here */
  if (config == NULL)
    {
      keyfob_ctl_fail (error);
      return KEYFOB_EXIT_USAGE;
    }

  if (anyway || is_known (ctl, bare, values))
    url = g_strdup (bare);
  else
    url = discover (ctl, address, options, &code);
  if (url == NULL)
    return code;

  before = get_host (ctl, url);
  answer = keyfob_ctl_call_agent (ctl, "AddHost", g_variant_new ("(s@a{sv})", url, options), "(o)",
                                  &error);
  if (answer == NULL)
    return keyfob_ctl_fail (error);

  g_variant_get (answer, "(&o)", &path);
  keyfob_ctl_wait_for_stores (ctl);
  properties = keyfob_ctl_get_properties (ctl, path, NULL);
  if (properties != NULL)
    say_added (before, properties);

  return KEYFOB_EXIT_DONE;
}

KeyfobExit
keyfob_command_add (KeyfobCtl *ctl, int argc, char **argv)
{
  char *values[KEYFOB_N_OPTIONS] = { NULL };
  char *forms[KEYFOB_N_OPTIONS] = { NULL };
  GOptionEntry entries[KEYFOB_N_OPTIONS + 2] = { 0 };
  KeyfobExit code = KEYFOB_EXIT_DONE;
  gboolean anyway = FALSE;

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

  entries[KEYFOB_N_OPTIONS] =
      (GOptionEntry){ .long_name = "anyway",
                      .arg = G_OPTION_ARG_NONE,
                      .arg_data = &anyway,
                      .description = N_ ("Add the address as it is, without looking for the "
                                         "sign-in") };

  if (keyfob_ctl_parse (ctl, &argc, &argv, _ ("ADDRESS"),
                        _ ("Adds a host, or changes the options of one that is there. The address "
                           "may be any link to it."),
                        entries, 1, 0, &code)
      && argc < 2)
    {
      keyfob_ctl_say (_ ("Give the address of the host."));
      code = KEYFOB_EXIT_USAGE;
    }
  else if (code == KEYFOB_EXIT_DONE)
    {
      code = add (ctl, argv[1], values, anyway);
    }

  for (guint i = 0; i < KEYFOB_N_OPTIONS; i++)
    {
      g_free (values[i]);
      g_free (forms[i]);
    }

  return code;
}
