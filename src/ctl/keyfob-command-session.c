/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-commands.h"

#include <glib/gi18n-lib.h>

#include "keyfob-ctl-sign-in.h"
#include "keyfob-status-text.h"

static void
say_signed_in (KeyfobCtl *ctl, const char *host, GVariant *token)
{
  g_autoptr (GVariant) properties = keyfob_ctl_get_properties (ctl, host, NULL);
  const char *name = "";
  const char *account = "";
  gint64 expires = 0;
  g_autofree char *status = NULL;

  if (properties == NULL)
    return;

  g_variant_lookup (properties, "Name", "&s", &name);
  g_variant_lookup (properties, "Account", "&s", &account);
  g_variant_lookup (token, "expires", "x", &expires);
  status = keyfob_status_text_status (KEYFOB_HOST_SIGNED_IN, NULL, account, expires,
                                      g_get_real_time () / G_USEC_PER_SEC);
  /* Translators: name of a host, and how it stands */
  keyfob_ctl_say (_ ("Signed in at %s: %s"), name, status);
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

KeyfobExit
keyfob_command_login (KeyfobCtl *ctl, int argc, char **argv)
{
  KeyfobCtlSignIn options = { 0 };
  gboolean device = FALSE;
  gboolean browser = FALSE;
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
    { "prompt", 0, 0, G_OPTION_ARG_STRING, &prompt,
      N_ ("What the provider asks: none, login, consent or select_account"), N_ ("PROMPT") },
    G_OPTION_ENTRY_NULL,
  };

  if (!keyfob_ctl_parse (&argc, &argv, _ ("[HOST]"), _ ("Signs in at a host."), entries, 1, &code))
    return code;
  if (!check_login (device, browser, options.timeout))
    return KEYFOB_EXIT_USAGE;

  host = keyfob_ctl_find_host (ctl, argv[1], &code);
  if (host == NULL)
    return code;

  options.flow = device ? "device" : browser ? "browser" : NULL;
  options.prompt = prompt;
  token = keyfob_ctl_sign_in (ctl, host, &options, &code);
  if (token != NULL)
    say_signed_in (ctl, host, token);

  return code;
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

  if (all == (name != NULL))
    {
      keyfob_ctl_say (_ ("Name one host, or give --all."));
      return KEYFOB_EXIT_USAGE;
    }
  if (all)
    return for_each_host (ctl, function, data);

  host = keyfob_ctl_find_host (ctl, name, &code);

  return host != NULL ? function (ctl, host, data) : code;
}

static KeyfobExit
log_out (KeyfobCtl *ctl, const char *host, gpointer data)
{
  gboolean *end_session = data;
  GVariantBuilder options;
  GError *error = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) properties = NULL;
  const char *trouble = "";

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  if (*end_session)
    g_variant_builder_add (&options, "{sv}", "end-session", g_variant_new_boolean (TRUE));
  answer = keyfob_ctl_call_host (ctl, host, "SignOut", g_variant_new ("(a{sv})", &options), NULL,
                                 &error);
  if (answer == NULL)
    return keyfob_ctl_fail (error);

  properties = keyfob_ctl_get_properties (ctl, host, NULL);
  if (properties != NULL)
    g_variant_lookup (properties, "Error", "&s", &trouble);
  if (*trouble == '\0')
    return KEYFOB_EXIT_DONE;

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

  if (!keyfob_ctl_parse (&argc, &argv, _ ("HOST|--all"),
                         _ ("Signs out: forgets the token of a host."), entries, 1, &code))
    return code;

  return for_named (ctl, argv[1], all, log_out, &end_session);
}

static KeyfobExit
remove_host (KeyfobCtl *ctl, const char *host, gpointer data)
{
  GError *error = NULL;
  g_autoptr (GVariant) answer =
      keyfob_ctl_call_agent (ctl, "RemoveHost", g_variant_new ("(o)", host), NULL, &error);

  return answer != NULL ? KEYFOB_EXIT_DONE : keyfob_ctl_fail (error);
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

  if (!keyfob_ctl_parse (&argc, &argv, _ ("HOST|--all"),
                         _ ("Removes a host and forgets its token."), entries, 1, &code))
    return code;

  return for_named (ctl, argv[1], all, remove_host, NULL);
}
