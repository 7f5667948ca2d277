/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-commands.h"

#include <stdio.h>

#include <glib/gi18n-lib.h>

#include "keyfob-ctl-interaction.h"
#include "keyfob-ctl-sign-in.h"

static KeyfobExit
stop (KeyfobCtl *ctl, const char *host)
{
  GError *error = NULL;
  g_autoptr (GVariant) answer =
      keyfob_ctl_call_host (ctl, host, "StopTokenFile", NULL, NULL, &error);
  g_autofree char *name = NULL;

  if (answer == NULL)
    return keyfob_ctl_fail (error);

  name = keyfob_ctl_dup_name (ctl, host);
  keyfob_ctl_say (_ ("There is no bearer token file of %s any more."), name);

  return KEYFOB_EXIT_DONE;
}

/* Returns: (transfer full) (nullable): `(aay)` */
static GVariant *
keep (KeyfobCtl *ctl, const char *host, gboolean wlcg, GError **error)
{
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  if (wlcg)
    g_variant_builder_add (&options, "{sv}", "wlcg", g_variant_new_boolean (TRUE));

  return keyfob_ctl_call_host (ctl, host, "WriteTokenFile", g_variant_new ("(a{sv})", &options),
                               "(aay)", error);
}

/* As keep(), after a person has signed in where that is needed and possible.
 *
 * @name: (nullable): as the host is called in the command line */
static GVariant *
keep_signed_in (KeyfobCtl *ctl, const char *host, const char *name, gboolean wlcg, KeyfobExit *code)
{
  GError *error = NULL;
  GVariant *files = keep (ctl, host, wlcg, &error);
  g_autoptr (GVariant) token = NULL;
  gboolean asks = FALSE;

  if (files != NULL)
    return files;

  *code = keyfob_ctl_fail_without_token (ctl, name, g_steal_pointer (&error), &asks);
  if (!asks)
    return NULL;

  token = keyfob_ctl_sign_in (ctl, host, &(KeyfobCtlSignIn){ 0 }, &error);
  if (token != NULL)
    files = keep (ctl, host, wlcg, &error);
  *code = files != NULL ? KEYFOB_EXIT_DONE : keyfob_ctl_fail (error);

  return files;
}

static void
print_paths (GVariant *files)
{
  g_autoptr (GVariant) paths = g_variant_get_child_value (files, 0);

  for (gsize i = 0; i < g_variant_n_children (paths); i++)
    {
      const char *path;

      g_variant_get_child (paths, i, "^&ay", &path);
      puts (path);
    }
}

KeyfobExit
keyfob_command_token_file (KeyfobCtl *ctl, int argc, char **argv)
{
  gboolean wlcg = FALSE;
  gboolean stops = FALSE;
  g_autofree char *host = NULL;
  g_autoptr (GVariant) files = NULL;
  KeyfobExit code = KEYFOB_EXIT_DONE;
  const GOptionEntry entries[] = {
    { "wlcg", 0, 0, G_OPTION_ARG_NONE, &wlcg,
      N_ ("Also where WLCG Bearer Token Discovery looks for it"), NULL },
    { "stop", 0, 0, G_OPTION_ARG_NONE, &stops, N_ ("Remove the file"), NULL },
    { "no-interaction", 0, 0, G_OPTION_ARG_NONE, &ctl->no_interaction, N_ ("Never ask a person"),
      NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!keyfob_ctl_parse (ctl, &argc, &argv, _ ("[HOST]"),
                         _ ("Keeps the access token of a host in a file, and prints its path."),
                         entries, 1, 0, &code))
    return code;

  host = keyfob_ctl_find_host (ctl, argv[1], &code);
  if (host == NULL)
    return code;
  if (stops)
    return stop (ctl, host);

  files = keep_signed_in (ctl, host, argv[1], wlcg, &code);

  if (files != NULL)
    print_paths (files);

  return code;
}
