/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-commands.h"

#include <stdio.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-base-url.h"
#include "keyfob-config-options.h"
#include "keyfob-ctl-interaction.h"
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

      if (!g_ascii_string_to_unsigned (ports[i], 10, 1, G_MAXUINT16, &port, NULL))
        {
          g_variant_builder_clear (&builder);
          g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                       _ ("“%s” is no port: it is a number from 1 to 65535."), ports[i]);
          return NULL;
        }
      g_variant_builder_add (&builder, "q", (guint16) port);
    }

  return g_variant_builder_end (&builder);
}

/* A token in the store of the program that --app-name names. */
typedef struct
{
  char *url;
  char *path;      /* (nullable): the object of the host where it is listed */
  char *store;     /* with which a host that is not listed is added */
  const char *how; /* how it stands */
} Stored;

static void
stored_free (Stored *stored)
{
  g_free (stored->url);
  g_free (stored->path);
  g_free (stored->store);
  g_free (stored);
}

static Stored *
stored_new (const char *url, const char *path, const char *store, const char *how)
{
  Stored *stored = g_new0 (Stored, 1);

  stored->url = g_strdup (url);
  stored->path = g_strdup (path);
  stored->store = g_strdup (store);
  stored->how = how;

  return stored;
}

static int
compare_urls (gconstpointer a, gconstpointer b)
{
  const Stored *const *one = a;
  const Stored *const *other = b;

  return strcmp ((*one)->url, (*other)->url);
}

static gboolean
is_default_app (const Options *options)
{
  return options->app_name == NULL || g_str_equal (options->app_name, DEFAULT_APP);
}

/* Whether @store, as the option of a host, is that of the program; without a name it is whatever is
 * not that of another one. */
static gboolean
is_store_of (const char *store, const Options *options)
{
  gboolean is_default = is_default_app (options);

  if (!g_str_has_prefix (store, KEYFOB_STORE_APP))
    return is_default;

  return g_str_equal (store + strlen (KEYFOB_STORE_APP),
                      is_default ? DEFAULT_APP : options->app_name);
}

static void
add_listed (GPtrArray *tokens, GVariant *objects, const Options *options)
{
  GVariantIter iter;
  const char *path;
  GVariant *interfaces;

  g_variant_iter_init (&iter, objects);
  while (g_variant_iter_loop (&iter, "{&o@a{sa{sv}}}", &path, &interfaces))
    {
      g_autoptr (GVariant) host = g_variant_lookup_value (
          interfaces, KEYFOB_APPLICATION_ID ".Host1", G_VARIANT_TYPE_VARDICT);
      g_autoptr (GVariant) host_options = NULL;
      const char *url = "";
      const char *state = "";
      const char *store = "";
      KeyfobHostState parsed;

      if (host == NULL || !g_variant_lookup (host, "Options", "@a{sv}", &host_options))
        continue;

      g_variant_lookup (host, "Url", "&s", &url);
      g_variant_lookup (host, "State", "&s", &state);
      g_variant_lookup (host_options, "store", "&s", &store);
      parsed = keyfob_host_state_parse (state);
      if (keyfob_host_state_can_sign_out (parsed) && is_store_of (store, options))
        g_ptr_array_add (tokens,
                         stored_new (url, path, store,
                                     keyfob_host_state_has_token (parsed) ? "valid" : "locked"));
    }
}

static void
add_found (GPtrArray *tokens, GVariant *agent, const Options *options)
{
  g_autoptr (GVariantIter) found = NULL;
  const char *url;
  const char *store;

  if (!g_variant_lookup (agent, "FoundTokens", "a(ss)", &found))
    return;

  while (g_variant_iter_next (found, "(&s&s)", &url, &store))
    {
      if (is_store_of (store, options))
        g_ptr_array_add (tokens, stored_new (url, NULL, store, "valid"));
    }
}

/* Returns: (transfer full) (element-type Stored) (nullable): by address, as the Python command has
 * them: also those that other programs got, of hosts that are not listed */
static GPtrArray *
find_tokens (KeyfobCtl *ctl, const Options *options, GError **error)
{
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) stored_free);
  g_autoptr (GVariant) objects = keyfob_ctl_get_objects (ctl, error);
  g_autoptr (GVariant) agent = objects != NULL ? keyfob_ctl_get_agent (ctl, error) : NULL;

  if (agent == NULL)
    return NULL;

  add_listed (tokens, objects, options);
  add_found (tokens, agent, options);
  g_ptr_array_sort (tokens, compare_urls);

  return g_steal_pointer (&tokens);
}

/* Returns: (nullable): the token of the host that the user has named so */
static Stored *
find_token (GPtrArray *tokens, const char *host)
{
  g_autofree char *url = keyfob_base_url_normalise (host, TRUE, NULL, NULL);

  for (guint i = 0; i < tokens->len; i++)
    {
      Stored *stored = g_ptr_array_index (tokens, i);

      if (g_strcmp0 (stored->url, url) == 0)
        return stored;
    }

  return NULL;
}

/* Returns: (transfer full) (nullable): the store where the token of @host is, as another program
 * has left it; %NULL where there is none, or the host is listed */
static char *
dup_found_store (KeyfobCtl *ctl, const char *host, const Options *options)
{
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) stored_free);
  g_autoptr (GVariant) agent = keyfob_ctl_get_agent (ctl, NULL);
  const Stored *stored;

  if (agent == NULL)
    return NULL;

  add_found (tokens, agent, options);
  stored = find_token (tokens, host);

  return stored != NULL ? g_strdup (stored->store) : NULL;
}

/* Returns: (transfer floating) (nullable): `a{sv}` as AddHost takes it, what was given only */
static GVariant *
to_host_options (KeyfobCtl *ctl, const char *host, const Options *options, GError **error)
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
  g_autofree char *store = is_default_app (options)
                               ? dup_found_store (ctl, host, options)
                               : g_strconcat (KEYFOB_STORE_APP, options->app_name, NULL);
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
  if (store != NULL)
    g_variant_builder_add (&builder, "{sv}", keyfob_option_get_info (KEYFOB_OPTION_STORE)->name,
                           g_variant_new_string (store));

  return g_variant_builder_end (&builder);
}

/* Whether a person who signs in would find the server. */
static gboolean
check_server (KeyfobCtl *ctl, const char *host, GError **error)
{
  GVariantBuilder options;
  GError *failure = NULL;
  g_autoptr (GVariant) answer = NULL;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", keyfob_option_get_info (KEYFOB_OPTION_ALLOW_HTTP)->name,
                         g_variant_new_boolean (TRUE));
  answer = keyfob_ctl_call_agent (ctl, "Discover", g_variant_new ("(sa{sv})", host, &options),
                                  "(aa{sv})", &failure);
  if (answer != NULL || !g_error_matches (failure, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_NETWORK))
    {
      g_clear_error (&failure);
      return TRUE;
    }

  g_propagate_error (error, failure);

  return FALSE;
}

/* Returns: the exit code of the Python command, which has no other one for a failure */
static KeyfobExit
fail (GError *error)
{
  keyfob_ctl_fail (error);

  return KEYFOB_EXIT_FAILED;
}

/* Names what has failed, as the Python command does. */
static void
fail_to_authenticate (KeyfobCtl *ctl, const char *host, GError *error)
{
  gboolean asks;

  /* Translators: what follows is a sentence */
  g_prefix_error (&error, "%s ", _ ("Authentication failed:"));
  keyfob_ctl_fail_without_token (ctl, host, error, &asks);
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

/* The object of the Python command has a refresh token, which here stays with the agent: there is
 * none that a program could use. */
static void
print_json (GVariant *token)
{
  g_autoptr (GVariant) printed = g_variant_ref_sink (keyfob_ctl_token_to_json (token));
  g_autoptr (GVariantDict) members = g_variant_dict_new (printed);

  g_variant_dict_insert (members, "refresh_token", "s", "");
  g_variant_dict_insert (members, "refresh_expires", "x", (gint64) 0);
  keyfob_json_print (g_variant_dict_end (members));
}

/* Returns: (transfer full) (nullable): `a{sv}` */
static GVariant *
get_token (KeyfobCtl *ctl,
           const char *host,
           const char *address,
           const Options *options,
           GError **error)
{
  const KeyfobCtlSignIn sign_in = { .force = options->force, .timeout = options->timeout };
  g_autoptr (GVariant) answer = NULL;

  if (keyfob_ctl_can_ask (ctl))
    return keyfob_ctl_sign_in (ctl, host, &sign_in, error);

  if (!options->force)
    answer = keyfob_ctl_call_host (ctl, host, "GetToken", g_variant_new ("(a{sv})", NULL),
                                   "(a{sv})", error);
  else if (check_server (ctl, address, error))
    g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED,
                         _ ("A person has to sign in."));

  return answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;
}

static KeyfobExit
authenticate (KeyfobCtl *ctl, const char *host, const Options *options)
{
  GError *error = NULL;
  GVariant *host_options = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) token = NULL;
  const char *path = NULL;

  keyfob_ctl_name_host (ctl, host);
  host_options = to_host_options (ctl, host, options, &error);
  if (host_options == NULL)
    return keyfob_ctl_fail (error);

  answer = keyfob_ctl_call_agent (ctl, "AddHost", g_variant_new ("(s@a{sv})", host, host_options),
                                  "(o)", &error);
  if (answer == NULL)
    {
      fail_to_authenticate (ctl, host, error);
      return KEYFOB_EXIT_FAILED;
    }

  g_variant_get (answer, "(&o)", &path);
  token = get_token (ctl, path, host, options, &error);
  if (token == NULL)
    {
      fail_to_authenticate (ctl, host, error);
      return KEYFOB_EXIT_FAILED;
    }

  if (options->json)
    print_json (token);
  else
    print_token (host, token);

  return KEYFOB_EXIT_DONE;
}

/* A host that was not listed is not listed afterwards, either. */
static gboolean
remove_token (KeyfobCtl *ctl, const Stored *stored, GError **error)
{
  GVariantBuilder options;
  g_autoptr (GVariant) added = NULL;
  g_autoptr (GVariant) answer = NULL;
  const char *path = NULL;

  if (stored->path != NULL)
    {
      answer = keyfob_ctl_call_host (ctl, stored->path, "SignOut", g_variant_new ("(a{sv})", NULL),
                                     NULL, error);
      return answer != NULL;
    }

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", keyfob_option_get_info (KEYFOB_OPTION_STORE)->name,
                         g_variant_new_string (stored->store));
  added = keyfob_ctl_call_agent (ctl, "AddHost", g_variant_new ("(sa{sv})", stored->url, &options),
                                 "(o)", error);
  if (added == NULL)
    return FALSE;

  g_variant_get (added, "(&o)", &path);
  answer = keyfob_ctl_call_agent (ctl, "RemoveHost", g_variant_new ("(o)", path), NULL, error);

  return answer != NULL;
}

static KeyfobExit
list_tokens (GPtrArray *tokens)
{
  for (guint i = 0; i < tokens->len; i++)
    {
      const Stored *stored = g_ptr_array_index (tokens, i);

      printf ("  %s  (%s)\n", stored->url, stored->how);
    }
  if (tokens->len == 0)
    puts ("No cached tokens.");

  return KEYFOB_EXIT_DONE;
}

static KeyfobExit
remove_all_tokens (KeyfobCtl *ctl, GPtrArray *tokens)
{
  GError *error = NULL;

  for (guint i = 0; i < tokens->len; i++)
    {
      if (!remove_token (ctl, g_ptr_array_index (tokens, i), &error))
        return fail (error);
    }
  puts ("All cached tokens removed.");

  return KEYFOB_EXIT_DONE;
}

static KeyfobExit
remove_token_of (KeyfobCtl *ctl, GPtrArray *tokens, const char *host)
{
  const Stored *stored = find_token (tokens, host);
  GError *error = NULL;

  if (stored != NULL && !remove_token (ctl, stored, &error))
    return fail (error);

  printf (stored != NULL ? "Removed token for %s\n" : "No cached token for %s\n", host);

  return KEYFOB_EXIT_DONE;
}

static KeyfobExit
for_tokens (KeyfobCtl *ctl, const Options *options)
{
  GError *error = NULL;
  g_autoptr (GPtrArray) tokens = NULL;

  keyfob_ctl_name_host (ctl, options->remove);
  tokens = find_tokens (ctl, options, &error);
  if (tokens == NULL)
    return fail (error);
  ctl->shows_hosts = options->list;
  if (options->list)
    return list_tokens (tokens);
  if (options->clear)
    return remove_all_tokens (ctl, tokens);

  return remove_token_of (ctl, tokens, options->remove);
}

static KeyfobExit
run (KeyfobCtl *ctl, const char *host, const Options *options)
{
  if (options->list || options->clear || options->remove != NULL)
    return for_tokens (ctl, options);
  if (host != NULL && *host != '\0')
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

  if (keyfob_ctl_parse (ctl, &n_words, &arguments, _ ("[ADDRESS]"),
                        _ ("Behaves as the command of py-oidc-auth-client."), entries, 1, 0, &code))
    code = run (ctl, arguments[1], &options);
  options_clear (&options);

  return code;
}
