/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-commands.h"

#include <glib/gi18n-lib.h>

#include "keyfob-config.h"
#include "keyfob-ctl-interaction.h"
#include "keyfob-ctl-sign-in.h"
#include "keyfob-ctl-token.h"
#include "keyfob-config-options.h"
#include "keyfob-host-state.h"

/* Whether a renewal of the token, if any, will do: nobody has to sign in. */
static gboolean
is_signed_in (KeyfobCtl *ctl, const char *host)
{
  g_autoptr (GVariant) properties = NULL;
  const char *state = "";

  keyfob_ctl_wait_for_stores (ctl);
  properties = keyfob_ctl_get_properties (ctl, host, NULL);
  if (properties != NULL)
    g_variant_lookup (properties, "State", "&s", &state);

  return keyfob_host_state_has_token (keyfob_host_state_parse (state));
}

/* Whether the token is to go into the keyring, since nobody has chosen a file for it. */
static gboolean
is_for_keyring (KeyfobCtl *ctl, GVariant *host)
{
  g_autoptr (GVariant) agent = keyfob_ctl_get_agent (ctl, NULL);
  g_autoptr (GVariant) options = NULL;
  const char *chosen = "";
  const char *usual = "";

  if (g_variant_lookup (host, "Options", "@a{sv}", &options))
    g_variant_lookup (options, keyfob_option_get_info (KEYFOB_OPTION_STORE)->name, "&s", &chosen);
  if (agent != NULL)
    g_variant_lookup (agent, "Store", "&s", &usual);

  return g_str_equal (chosen, "keyring") || (*chosen == '\0' && !g_str_equal (usual, "file"));
}

/* The token is only in the memory of the agent. Over ssh nobody sees the question of the keyring.
 */
static KeyfobExit
fail_to_save (KeyfobCtl *ctl, GVariant *host, const char *trouble)
{
  const char *url = "";

  g_variant_lookup (host, "Url", "&s", &url);
  keyfob_ctl_say ("%s", trouble);
  if (is_for_keyring (ctl, host) && (!keyfob_ctl_has_display () || !keyfob_ctl_can_ask (ctl)))
    keyfob_ctl_say (_ ("“keyfobctl add --store file %s” has the token kept in a file."), url);

  return KEYFOB_EXIT_FAILED;
}

/* @was_signed_in: nobody had to sign in */
static KeyfobExit
say_signed_in (KeyfobCtl *ctl, const char *host, gboolean was_signed_in)
{
  g_autoptr (GVariant) properties = keyfob_ctl_get_properties (ctl, host, NULL);
  const char *name = "";
  const char *trouble = "";
  gboolean saved = TRUE;
  g_autofree char *status = NULL;

  if (properties == NULL)
    return KEYFOB_EXIT_DONE;

  g_variant_lookup (properties, "Saved", "b", &saved);
  g_variant_lookup (properties, "Error", "&s", &trouble);
  if (!saved && *trouble != '\0')
    return fail_to_save (ctl, properties, trouble);

  g_variant_lookup (properties, "Name", "&s", &name);
  status = keyfob_ctl_dup_status (properties);
  if (was_signed_in)
    /* Translators: name of a host, and how it stands */
    keyfob_ctl_say (_ ("%s is signed in already: %s"), name, status);
  else
    /* Translators: name of a host, and how it stands */
    keyfob_ctl_say (_ ("Signed in at %s: %s"), name, status);

  return KEYFOB_EXIT_DONE;
}

static gboolean
check_login (gboolean device, gboolean browser, int timeout)
{
  if (device && browser)
    keyfob_ctl_say (_ ("Choose one of --device and --browser."));
  else if (timeout < 0)
    keyfob_ctl_say (_ ("The time for the sign-in has to be a number of seconds."));
  else
    return TRUE;

  return FALSE;
}

/* @name: (nullable): as the user has named @host
 *
 * Returns: (transfer full) (nullable): the token, for which the user signs in where there is one to
 *   be asked */
static GVariant *
get_token (KeyfobCtl *ctl,
           const char *host,
           const char *name,
           const KeyfobCtlSignIn *options,
           KeyfobExit *code)
{
  GError *error = NULL;
  GVariant *token;

  if (!keyfob_ctl_can_ask (ctl) && !options->force)
    return keyfob_ctl_get_token (ctl, name, 0, code);
  if (!keyfob_ctl_can_ask (ctl))
    {
      keyfob_ctl_say_ways_out (ctl, name);
      *code = KEYFOB_EXIT_SIGN_IN;
      return NULL;
    }

  token = keyfob_ctl_sign_in (ctl, host, options, &error);
  if (token == NULL)
    *code = keyfob_ctl_fail (error);

  return token;
}

KeyfobExit
keyfob_command_login (KeyfobCtl *ctl, int argc, char **argv)
{
  KeyfobCtlSignIn options = { 0 };
  gboolean device = FALSE;
  gboolean browser = FALSE;
  gboolean was_signed_in = FALSE;
  g_autofree char *prompt = NULL;
  g_autofree char *host = NULL;
  g_autoptr (GVariant) token = NULL;
  KeyfobExit code = KEYFOB_EXIT_DONE;
  const GOptionEntry entries[] = {
    { "device", 0, 0, G_OPTION_ARG_NONE, &device, N_ ("Sign in by a code on another device"),
      NULL },
    { "browser", 0, 0, G_OPTION_ARG_NONE, &browser, N_ ("Sign in in the browser of this machine"),
      NULL },
    { "force", 'f', 0, G_OPTION_ARG_NONE, &options.force, N_ ("Sign in also when signed in"),
      NULL },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &options.timeout, N_ ("End after so many seconds"),
      N_ ("SECONDS") },
    { "no-open", 0, 0, G_OPTION_ARG_NONE, &options.no_open,
      N_ ("Print the address, and do not open the browser"), NULL },
    { "prompt", 0, 0, G_OPTION_ARG_STRING, &prompt, N_ ("What the provider asks"),
      "none|login|consent|select_account" },
    G_OPTION_ENTRY_NULL,
  };

  if (!keyfob_ctl_parse (ctl, &argc, &argv, _ ("[HOST]"), _ ("Signs in at a host."), entries, 1, 0,
                         &code))
    return code;
  if (!check_login (device, browser, options.timeout))
    return KEYFOB_EXIT_USAGE;

  host = keyfob_ctl_find_host (ctl, argv[1], &code);
  if (host == NULL)
    return code;

  options.flow = device ? "device" : browser ? "browser" : NULL;
  options.prompt = prompt;
  was_signed_in = !options.force && is_signed_in (ctl, host);
  ctl->purpose = KEYFOB_CTL_FOR_LOGIN;
  token = get_token (ctl, host, argv[1], &options, &code);

  return token != NULL ? say_signed_in (ctl, host, was_signed_in) : code;
}

/* Returns: the exit code for all of @hosts, the first one that is not good */
static KeyfobExit
for_each_host (KeyfobCtl *ctl,
               KeyfobExit (*function) (KeyfobCtl *ctl, const char *host, gpointer data),
               gpointer data)
{
  KeyfobExit code = KEYFOB_EXIT_DONE;
  GError *error = NULL;
  g_autoptr (GVariant) objects = keyfob_ctl_get_objects (ctl, &error);
  GVariantIter iter;
  const char *path;
  GVariant *interfaces;

  if (objects == NULL)
    return keyfob_ctl_fail (error);

  g_variant_iter_init (&iter, objects);
  while (g_variant_iter_loop (&iter, "{&o@a{sa{sv}}}", &path, &interfaces))
    {
      g_autoptr (GVariant) properties = g_variant_lookup_value (
          interfaces, KEYFOB_APPLICATION_ID ".Host1", G_VARIANT_TYPE_VARDICT);
      KeyfobExit one = properties != NULL ? function (ctl, path, data) : KEYFOB_EXIT_DONE;

      if (code == KEYFOB_EXIT_DONE)
        code = one;
    }

  return code;
}

/* A file with a single token goes with its token, which the user need not expect of a file that
 * they have named themselves.
 *
 * @file: (nullable): the token file, where it was there before */
static void
say_file_is_gone (const char *file)
{
  g_autofree char *name = file != NULL ? g_filename_display_name (file) : NULL;

  if (file != NULL && !g_file_test (file, G_FILE_TEST_EXISTS))
    keyfob_ctl_say (_ ("The token file %s is removed: the token was all that it was for."), name);
}

/* Runs @function for the host that argv names, or for all. */
static KeyfobExit
for_named (KeyfobCtl *ctl,
           const char *name,
           gboolean all,
           KeyfobExit (*function) (KeyfobCtl *ctl, const char *host, gpointer data),
           gpointer data)
{
  KeyfobExit code = KEYFOB_EXIT_DONE;
  g_autofree char *host = NULL;
  g_autofree char *file = keyfob_ctl_dup_token_file (ctl);

  if (file != NULL && !g_file_test (file, G_FILE_TEST_EXISTS))
    g_clear_pointer (&file, g_free);
  if (all == (name != NULL))
    {
      keyfob_ctl_say (_ ("Name one host, or give --all."));
      return KEYFOB_EXIT_USAGE;
    }

  if (all)
    {
      code = for_each_host (ctl, function, data);
    }
  else
    {
      host = keyfob_ctl_find_host (ctl, name, &code);
      if (host != NULL && keyfob_ctl_is_named (ctl, host, name))
        {
          code = function (ctl, host, data);
        }
      else if (host != NULL)
        {
          keyfob_ctl_say_no_host (name);
          code = KEYFOB_EXIT_NO_HOST;
        }
    }
  say_file_is_gone (file);

  return code;
}

/* The page that ends the session in the browser of the user, which is on another machine. */
static void
say_session_page (GVariant *properties)
{
  const char *url = "";
  g_autoptr (GVariant) options = g_variant_lookup_value (properties, "Options", NULL);
  g_autoptr (KeyfobConfig) config = NULL;
  g_autofree char *page = NULL;

  g_variant_lookup (properties, "Url", "&s", &url);
  config = keyfob_config_new (url, options, NULL);
  if (config == NULL)
    return;

  page = keyfob_config_dup_url (config, KEYFOB_ROUTE_LOGOUT);
  keyfob_ctl_say (_ ("To end the session in the browser, too, open this address there:\n%s"), page);
}

static KeyfobExit
log_out (KeyfobCtl *ctl, const char *host, gpointer data)
{
  gboolean *end_session = data;
  gboolean opens_browser = *end_session && keyfob_ctl_has_display ();
  GVariantBuilder options;
  GError *error = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) properties = NULL;
  const char *trouble = "";
  const char *name = "";

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  if (opens_browser)
    g_variant_builder_add (&options, "{sv}", "end-session", g_variant_new_boolean (TRUE));
  answer = keyfob_ctl_call_host (ctl, host, "SignOut", g_variant_new ("(a{sv})", &options), NULL,
                                 &error);
  if (answer == NULL)
    return keyfob_ctl_fail (error);

  properties = keyfob_ctl_get_properties (ctl, host, NULL);
  if (properties != NULL)
    {
      g_variant_lookup (properties, "Error", "&s", &trouble);
      g_variant_lookup (properties, "Name", "&s", &name);
    }
  if (properties != NULL && *end_session && !opens_browser)
    say_session_page (properties);
  if (*trouble == '\0')
    {
      keyfob_ctl_say (_ ("Signed out of %s."), name);
      return KEYFOB_EXIT_DONE;
    }

  keyfob_ctl_say ("%s", trouble);

  return KEYFOB_EXIT_FAILED;
}

KeyfobExit
keyfob_command_logout (KeyfobCtl *ctl, int argc, char **argv)
{
  gboolean all = FALSE;
  gboolean end_session = FALSE;
  KeyfobExit code = KEYFOB_EXIT_DONE;
  const GOptionEntry entries[] = {
    { "all", 0, 0, G_OPTION_ARG_NONE, &all, N_ ("Sign out everywhere"), NULL },
    { "end-session", 0, 0, G_OPTION_ARG_NONE, &end_session,
      N_ ("End the session in the browser, too"), NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!keyfob_ctl_parse (ctl, &argc, &argv, _ ("HOST|--all"),
                         _ ("Signs out: forgets the token of a host."), entries, 1, 0, &code))
    return code;

  return for_named (ctl, argv[1], all, log_out, &end_session);
}

static KeyfobExit
remove_host (KeyfobCtl *ctl, const char *host, gpointer data)
{
  GError *error = NULL;
  g_autofree char *name = keyfob_ctl_dup_name (ctl, host);
  g_autoptr (GVariant) answer =
      keyfob_ctl_call_agent (ctl, "RemoveHost", g_variant_new ("(o)", host), NULL, &error);

  if (answer == NULL)
    return keyfob_ctl_fail (error);

  keyfob_ctl_say (_ ("%s is no longer in the list."), name);

  return KEYFOB_EXIT_DONE;
}

KeyfobExit
keyfob_command_remove (KeyfobCtl *ctl, int argc, char **argv)
{
  gboolean all = FALSE;
  KeyfobExit code = KEYFOB_EXIT_DONE;
  const GOptionEntry entries[] = {
    { "all", 0, 0, G_OPTION_ARG_NONE, &all, N_ ("Remove all hosts"), NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!keyfob_ctl_parse (ctl, &argc, &argv, _ ("HOST|--all"),
                         _ ("Removes a host and forgets its token."), entries, 1, 0, &code))
    return code;

  return for_named (ctl, argv[1], all, remove_host, NULL);
}
