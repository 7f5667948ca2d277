/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "keyfob-auth-error.h"
#include "keyfob-ctl-interaction.h"
#include "keyfob-ctl-sign-in.h"
#include "keyfob-file.h"
#include "keyfob-host-state.h"
#include "keyfob-secret.h"

#define NAME "token.json"

/* What cannot be saved once the person has signed in is lost: the agent has looked at the file.
 *
 * Returns: whether the agent leaves the file as it is, which is said then */
static gboolean
is_refused (KeyfobCtl *ctl, const char *host)
{
  g_autoptr (GVariant) properties = keyfob_ctl_get_properties (ctl, host, NULL);
  const char *state = "";
  const char *trouble = "";

  if (properties == NULL)
    return FALSE;

  g_variant_lookup (properties, "State", "&s", &state);
  g_variant_lookup (properties, "Error", "&s", &trouble);
  if (keyfob_host_state_parse (state) != KEYFOB_HOST_LOCKED || *trouble == '\0')
    return FALSE;

  keyfob_ctl_say ("%s", trouble);

  return TRUE;
}

/* Has a person sign in for a token in the file @path alone. */
static KeyfobExit
sign_in (KeyfobCtl *ctl, const char *name, const char *path, int timeout)
{
  const KeyfobCtlSignIn options = { .flow = "device", .force = TRUE, .timeout = timeout };
  KeyfobExit code = KEYFOB_EXIT_DONE;
  g_autofree char *host = NULL;
  g_autoptr (GVariant) token = NULL;
  GError *error = NULL;

  g_free (ctl->store);
  ctl->store = g_strdup (path);
  ctl->is_bare = TRUE;
  host = keyfob_ctl_find_host (ctl, name, &code);
  if (host == NULL)
    return code;
  if (is_refused (ctl, host))
    return KEYFOB_EXIT_USAGE;

  token = keyfob_ctl_sign_in (ctl, host, &options, &error);
  if (token == NULL)
    code = keyfob_ctl_fail (error);
  keyfob_ctl_disconnect (ctl);

  return code;
}

static KeyfobExit
print_file (const char *path)
{
  g_autoptr (KeyfobSecret) text = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;

  if (!keyfob_file_read (path, KEYFOB_FILE_MAX, &text, &length, &error))
    {
      keyfob_ctl_say ("%s", error->message);
      return KEYFOB_EXIT_FAILED;
    }

  if (text != NULL)
    puts (text);

  return KEYFOB_EXIT_DONE;
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      unlink (path);
    }
  rmdir (folder);
}

/* The token is printed from a file that nobody else can read, and that is gone afterwards. */
static KeyfobExit
export_to_output (KeyfobCtl *ctl, const char *name, int timeout)
{
  g_autofree char *folder =
      g_build_filename (g_get_user_runtime_dir (), "keyfob-export-XXXXXX", NULL);
  g_autofree char *path = NULL;
  KeyfobExit code;

  if (g_mkdtemp_full (folder, 0700) == NULL)
    {
      keyfob_ctl_say (_ ("There can be no file in %s: %s"), g_get_user_runtime_dir (),
                      g_strerror (errno));
      return KEYFOB_EXIT_FAILED;
    }

  path = g_build_filename (folder, NAME, NULL);
  code = sign_in (ctl, name, path, timeout);
  if (code == KEYFOB_EXIT_DONE)
    code = print_file (path);
  remove_folder (folder);

  return code;
}

/* A session that cannot be saved once it is there is lost, and its server does not know.
 *
 * Returns: whether there can be a file at @path */
static gboolean
check_file (const char *path, GError **error)
{
  g_autoptr (KeyfobSecret) text = NULL;
  g_autofree char *target = NULL;
  g_autofree char *folder = NULL;
  gsize length;

  if (!keyfob_file_read (path, KEYFOB_FILE_MAX, &text, &length, error))
    return FALSE;

  target = keyfob_file_resolve (path, TRUE, error);
  if (target == NULL)
    return FALSE;

  folder = g_path_get_dirname (target);
  if (access (folder, W_OK | X_OK) == 0)
    return TRUE;

  if (errno == ENOENT)
    /* a folder that is missing is more often mistyped than meant */
    g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                 _ ("There is no folder %s. Make it first, or name another file."), folder);
  else
    g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                 _ ("There can be no file in %s: %s"), folder, g_strerror (errno));

  return FALSE;
}

static KeyfobExit
export_to_file (KeyfobCtl *ctl, const char *name, const char *file, gboolean force, int timeout)
{
  g_autofree char *path = g_canonicalize_filename (file, NULL);
  GError *error = NULL;
  KeyfobExit code;

  if (!force && g_file_test (path, G_FILE_TEST_EXISTS))
    {
      keyfob_ctl_say (_ ("%s is there already. Name another file, or have its token replaced with "
                         "--force."),
                      file);
      return KEYFOB_EXIT_USAGE;
    }

  if (!check_file (path, &error))
    return keyfob_ctl_fail (error);

  code = sign_in (ctl, name, path, timeout);
  if (code == KEYFOB_EXIT_DONE)
    keyfob_ctl_say (_ ("%s has a session of its own now. Use it in one place only, with "
                       "OIDC_TOKEN_FILE=FILE or --store FILE."),
                    file);

  return code;
}

KeyfobExit
keyfob_command_export (KeyfobCtl *ctl, int argc, char **argv)
{
  gboolean force = FALSE;
  int timeout = 0;
  KeyfobExit code = KEYFOB_EXIT_DONE;
  const GOptionEntry entries[] = {
    { "force", 'f', 0, G_OPTION_ARG_NONE, &force, N_ ("Replace the token in FILE"), NULL },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &timeout, N_ ("End after so many seconds"),
      N_ ("SECONDS") },
    { "no-interaction", 0, 0, G_OPTION_ARG_NONE, &ctl->no_interaction, N_ ("Never ask a person"),
      NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!keyfob_ctl_parse (ctl, &argc, &argv, _ ("HOST [FILE]"),
                         _ ("Signs in for a session of its own, for use on another machine."),
                         entries, 2, 2, &code))
    return code;
  if (argc < 2 || timeout < 0)
    {
      keyfob_ctl_say (argc < 2 ? _ ("Name the host.")
                               : _ ("The time for the sign-in has to be a number of seconds."));
      return KEYFOB_EXIT_USAGE;
    }
  if (!keyfob_ctl_can_ask (ctl))
    {
      keyfob_ctl_say (_ ("A person has to sign in for the new session, at a terminal."));
      return KEYFOB_EXIT_SIGN_IN;
    }

  return argc > 2 ? export_to_file (ctl, argv[1], argv[2], force, timeout)
                  : export_to_output (ctl, argv[1], timeout);
}

/* Returns: (transfer full) (nullable): the address of the host that the user has named, which need
 * not be there yet */
static char *
find_address (KeyfobCtl *ctl, const char *text, KeyfobExit *code)
{
  GError *error = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) hosts = NULL;
  g_autoptr (GVariant) properties = NULL;
  g_autofree char *path = NULL;
  const char *url = text;

  keyfob_ctl_name_host (ctl, text);
  answer = keyfob_ctl_call_agent (ctl, "FindHosts", g_variant_new ("(s)", text), "(ao)", &error);
  if (answer == NULL)
    {
      *code = keyfob_ctl_fail (error);
      return NULL;
    }

  hosts = g_variant_get_child_value (answer, 0);
  if (g_variant_n_children (hosts) == 0)
    return g_strdup (text);

  path = keyfob_ctl_find_host (ctl, text, code);
  if (path == NULL)
    return NULL;
  if (!keyfob_ctl_is_named (ctl, path, text))
    return g_strdup (text);

  properties = keyfob_ctl_get_properties (ctl, path, NULL);
  if (properties != NULL)
    g_variant_lookup (properties, "Url", "&s", &url);

  return g_strdup (url);
}

static KeyfobExit
import (KeyfobCtl *ctl, const char *file, const char *name)
{
  g_autofree char *path = keyfob_ctl_dup_file (file);
  KeyfobExit code = KEYFOB_EXIT_DONE;
  g_autofree char *url = NULL;
  g_autoptr (GVariant) answer = NULL;
  GError *error = NULL;

  if (path == NULL)
    return KEYFOB_EXIT_USAGE;

  url = find_address (ctl, name, &code);
  if (url == NULL)
    return code;

  answer = keyfob_ctl_call_agent (ctl, "ImportToken",
                                  g_variant_new ("(^aysa{sv})", path, url, NULL), "(o)", &error);
  if (answer == NULL)
    return keyfob_ctl_fail (error);

  keyfob_ctl_say (
      _ ("The token of %s is taken over. Do not use %s any more: a session is renewed in "
         "one place only."),
      url, file);

  return KEYFOB_EXIT_DONE;
}

KeyfobExit
keyfob_command_import (KeyfobCtl *ctl, int argc, char **argv)
{
  KeyfobExit code = KEYFOB_EXIT_DONE;
  const GOptionEntry entries[] = {
    { "no-interaction", 0, 0, G_OPTION_ARG_NONE, &ctl->no_interaction, N_ ("Never ask a person"),
      NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!keyfob_ctl_parse (ctl, &argc, &argv, _ ("FILE HOST"),
                         _ ("Takes over the session of a file with a single token."), entries, 2, 1,
                         &code))
    return code;
  if (argc < 3)
    {
      keyfob_ctl_say (_ ("Name the file and the host."));
      return KEYFOB_EXIT_USAGE;
    }

  return import (ctl, argv[1], argv[2]);
}
