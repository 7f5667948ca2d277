/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-commands.h"

#include <stdio.h>

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-config-options.h"
#include "keyfob-ctl-sign-in.h"
#include "keyfob-ctl-token.h"
#include "keyfob-host-state.h"
#include "keyfob-json-writer.h"

#define DEFAULT_APP "py-oidc-auth"
#define PREVIEW 20 /* characters of a token that the summary shows */

/* The options of the command of py-oidc-auth-client, under its names. */
typedef struct
{
  char *login_route;
  char *token_route;
  char *device_route;
  char **ports;
  char *app_name;
  char *remove;
  gboolean force;
  gboolean list;
  gboolean clear;
  gboolean json;
  int timeout;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->login_route);
  g_free (options->token_route);
  g_free (options->device_route);
  g_strfreev (options->ports);
  g_free (options->app_name);
  g_free (options->remove);
}

/* The Python command takes several words after --ports; each becomes an option of its own here.
 *
 * Returns: (transfer full): what GOption parses */
static GPtrArray *
spread_ports (int argc, char **argv)
{
  GPtrArray *words = g_ptr_array_new ();
  gboolean in_ports = FALSE;

  for (int i = 0; i < argc; i++)
    {
      gboolean begins = g_str_equal (argv[i], "--ports") || g_str_equal (argv[i], "-p");

      if (in_ports && g_ascii_isdigit (*argv[i]))
        {
          g_ptr_array_add (words, (char *) "--ports");
          g_ptr_array_add (words, argv[i]);
          continue;
        }

      in_ports = begins;
      if (!begins || i + 1 == argc || !g_ascii_isdigit (*argv[i + 1]))
        g_ptr_array_add (words, argv[i]);
    }
  g_ptr_array_add (words, NULL);

  return words;
}

static GVariant *
parse_ports (char **ports, GError **error)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aq"));
  for (guint i = 0; ports[i] != NULL; i++)
    {
      guint64 port = 0;

      if (!g_ascii_string_to_unsigned (ports[i], 10, 1, G_MAXUINT16, &port, error))
        {
          g_variant_builder_clear (&builder);
          return NULL;
        }
      g_variant_builder_add (&builder, "q", (guint16) port);
    }

  return g_variant_builder_end (&builder);
}

/* Returns: (transfer floating) (nullable): `a{sv}` as AddHost takes it, what was given only */
static GVariant *
to_host_options (const Options *options, GError **error)
{
  const struct
  {
    KeyfobOption option;
    const char *value;
  } routes[] = {
    { KEYFOB_OPTION_LOGIN_ROUTE, options->login_route },
    { KEYFOB_OPTION_TOKEN_ROUTE, options->token_route },
    { KEYFOB_OPTION_DEVICE_ROUTE, options->device_route },
  };
  GVariant *ports = NULL;
  GVariantBuilder builder;

  if (options->ports != NULL)
    {
      ports = parse_ports (options->ports, error);
      if (ports == NULL)
        return NULL;
    }

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      if (routes[i].value != NULL)
        g_variant_builder_add (&builder, "{sv}", keyfob_option_get_info (routes[i].option)->name,
                               g_variant_new_string (routes[i].value));
    }
  if (ports != NULL)
    g_variant_builder_add (&builder, "{sv}",
                           keyfob_option_get_info (KEYFOB_OPTION_REDIRECT_PORTS)->name, ports);
  if (options->app_name != NULL && !g_str_equal (options->app_name, DEFAULT_APP))
    {
      g_autofree char *store = g_strconcat (KEYFOB_STORE_APP, options->app_name, NULL);

      g_variant_builder_add (&builder, "{sv}", keyfob_option_get_info (KEYFOB_OPTION_STORE)->name,
                             g_variant_new_string (store));
    }

  return g_variant_builder_end (&builder);
}

/* Returns: the exit code of the Python command, which has no other one for a failure */
static KeyfobExit
fail (GError *error)
{
  keyfob_ctl_fail (error);

  return KEYFOB_EXIT_FAILED;
}

static void
print_token (const char *host, GVariant *token)
{
  const char *access_token = "";
  const char *scope = "";
  g_autofree char *preview = NULL;

  g_variant_lookup (token, "access_token", "&s", &access_token);
  g_variant_lookup (token, "scope", "&s", &scope);
  preview = g_utf8_strlen (access_token, -1) > PREVIEW
                ? g_strdup_printf ("%.*s...", PREVIEW, access_token)
                : g_strdup (access_token);
  printf ("Authenticated to %s\n  access_token: %s\n  scope:        %s\n", host, preview, scope);
}

static KeyfobExit
authenticate (KeyfobCtl *ctl, const char *host, const Options *options)
{
  KeyfobExit code = KEYFOB_EXIT_DONE;
  KeyfobCtlSignIn sign_in = { .force = options->force, .timeout = options->timeout };
  GError *error = NULL;
  GVariant *host_options = to_host_options (options, &error);
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) token = NULL;
  const char *path = NULL;

  if (host_options != NULL)
    answer = keyfob_ctl_call_agent (ctl, "AddHost", g_variant_new ("(s@a{sv})", host, host_options),
                                    "(o)", &error);
  if (answer == NULL)
    return fail (error);

  g_variant_get (answer, "(&o)", &path);
  if (keyfob_ctl_can_ask (ctl))
    token = keyfob_ctl_sign_in (ctl, path, &sign_in, &code);
  else if (!options->force)
    token = keyfob_ctl_get_token (ctl, host, 0, &code);
  else
    keyfob_ctl_say_ways_out (host);
  if (token == NULL)
    return KEYFOB_EXIT_FAILED;

  if (options->json)
    keyfob_json_print (keyfob_ctl_token_to_json (token));
  else
    print_token (host, token);

  return KEYFOB_EXIT_DONE;
}

static void
print_host (GVariant *host)
{
  const char *url = "";
  const char *state = "";
  gint64 expires = 0;

  g_variant_lookup (host, "Url", "&s", &url);
  g_variant_lookup (host, "State", "&s", &state);
  g_variant_lookup (host, "Expires", "x", &expires);
  printf ("  %s  (%s)\n", url,
          keyfob_host_state_has_token (keyfob_host_state_parse (state))
                  && expires > g_get_real_time () / G_USEC_PER_SEC
              ? "valid"
              : "expired");
}

/* Lists the hosts that have a token, or removes all these tokens. */
static KeyfobExit
for_tokens (KeyfobCtl *ctl, gboolean remove)
{
  GError *error = NULL;
  g_autoptr (GVariant) objects = keyfob_ctl_get_objects (ctl, &error);
  g_autoptr (GPtrArray) hosts = objects != NULL ? keyfob_ctl_sort_hosts (objects) : NULL;
  guint n_tokens = 0;

  if (hosts == NULL)
    return fail (error);

  for (guint i = 0; i < hosts->len; i++)
    {
      GVariant *host = g_ptr_array_index (hosts, i);
      const char *state = "";
      const char *url = "";
      g_autofree char *path = NULL;
      g_autoptr (GVariant) answer = NULL;
      KeyfobExit code = KEYFOB_EXIT_DONE;

      g_variant_lookup (host, "State", "&s", &state);
      g_variant_lookup (host, "Url", "&s", &url);
      if (!keyfob_host_state_can_sign_out (keyfob_host_state_parse (state)))
        continue;

      n_tokens++;
      if (!remove)
        {
          print_host (host);
          continue;
        }

      path = keyfob_ctl_find_host (ctl, url, &code);
      if (path != NULL)
        answer = keyfob_ctl_call_host (ctl, path, "SignOut", g_variant_new ("(a{sv})", NULL), NULL,
                                       &error);
      if (answer == NULL && error != NULL)
        return fail (error);
    }

  if (remove)
    puts ("All cached tokens removed.");
  else if (n_tokens == 0)
    puts ("No cached tokens.");

  return KEYFOB_EXIT_DONE;
}

static KeyfobExit
remove_token (KeyfobCtl *ctl, const char *host)
{
  GError *error = NULL;
  const char *path = NULL;
  const char *state = "";
  g_autoptr (GVariant) found =
      keyfob_ctl_call_agent (ctl, "FindHost", g_variant_new ("(s)", host), "(o)", &error);
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GVariant) answer = NULL;

  if (found != NULL)
    {
      g_variant_get (found, "(&o)", &path);
      properties = keyfob_ctl_get_properties (ctl, path, &error);
    }
  if (properties != NULL)
    g_variant_lookup (properties, "State", "&s", &state);

  if (!keyfob_host_state_can_sign_out (keyfob_host_state_parse (state)))
    {
      printf ("No cached token for %s\n", host);
      g_clear_error (&error);
      return KEYFOB_EXIT_DONE;
    }

  answer =
      keyfob_ctl_call_host (ctl, path, "SignOut", g_variant_new ("(a{sv})", NULL), NULL, &error);
  if (answer == NULL)
    return fail (error);

  printf ("Removed token for %s\n", host);

  return KEYFOB_EXIT_DONE;
}

static KeyfobExit
run (KeyfobCtl *ctl, const char *host, const Options *options)
{
  if (options->list || options->clear)
    return for_tokens (ctl, !options->list);
  if (options->remove != NULL)
    return remove_token (ctl, options->remove);
  if (host != NULL)
    return authenticate (ctl, host, options);

  keyfob_ctl_say (_ ("Give the address of the host."));

  return KEYFOB_EXIT_USAGE;
}

KeyfobExit
keyfob_command_oidc_auth (KeyfobCtl *ctl, int argc, char **argv)
{
  Options options = { .timeout = 30 };
  KeyfobExit code = KEYFOB_EXIT_DONE;
  g_autoptr (GPtrArray) words = spread_ports (argc, argv);
  int n_words = words->len - 1;
  char **arguments = (char **) words->pdata;
  const GOptionEntry entries[] = {
    { "login-route", 'l', 0, G_OPTION_ARG_STRING, &options.login_route, N_ ("Where sign-in begins"),
      N_ ("ROUTE") },
    { "token-route", 't', 0, G_OPTION_ARG_STRING, &options.token_route,
      N_ ("Where tokens are handed out"), N_ ("ROUTE") },
    { "device-route", 'd', 0, G_OPTION_ARG_STRING, &options.device_route,
      N_ ("Where sign-in on another device begins"), N_ ("ROUTE") },
    { "ports", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &options.ports,
      N_ ("Ports that the browser may come back to"), N_ ("PORT…") },
    { "force", 0, 0, G_OPTION_ARG_NONE, &options.force, N_ ("Sign in also when signed in"), NULL },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &options.timeout, N_ ("End after so many seconds"),
      N_ ("SECONDS") },
    { "app-name", 0, 0, G_OPTION_ARG_STRING, &options.app_name,
      N_ ("Keep the token in the file of this program"), N_ ("NAME") },
    { "list", 0, 0, G_OPTION_ARG_NONE, &options.list, N_ ("List the hosts with a token"), NULL },
    { "clear", 0, 0, G_OPTION_ARG_NONE, &options.clear, N_ ("Sign out everywhere"), NULL },
    { "remove", 0, 0, G_OPTION_ARG_STRING, &options.remove, N_ ("Sign out of one host"),
      N_ ("HOST") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print JSON"), NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (keyfob_ctl_parse (&n_words, &arguments, _ ("[ADDRESS]"),
                        _ ("Behaves as the command of py-oidc-auth-client."), entries, 1, &code))
    code = run (ctl, arguments[1], &options);
  options_clear (&options);

  return code;
}
