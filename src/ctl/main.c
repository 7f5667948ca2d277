/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include <locale.h>
#include <stdio.h>

#include <glib/gi18n-lib.h>

#include "keyfob-commands.h"
#include "keyfob-secret.h"

static const struct
{
  const char *name;
  KeyfobCommandFunc run;
  const char *arguments;
  const char *summary;
} commands[] = {
  { "list", keyfob_command_list, "", N_ ("Show hosts, and how each stands") },
  { "header", keyfob_command_header, N_ ("[HOST]"), N_ ("Print the Authorization header") },
  { "token", keyfob_command_token, N_ ("[HOST]"), N_ ("Print the access token") },
  { "login", keyfob_command_login, N_ ("[HOST]"), N_ ("Sign in") },
  { "logout", keyfob_command_logout, N_ ("HOST|--all"), N_ ("Sign out") },
  { "add", keyfob_command_add, N_ ("ADDRESS"), N_ ("Add a host, or change its options") },
  { "remove", keyfob_command_remove, N_ ("HOST|--all"), N_ ("Remove a host and its token") },
  { "status", keyfob_command_status, "", N_ ("Show the agent, and what needs you") },
  { "run", keyfob_command_run, N_ ("[HOST] -- COMMAND…"), N_ ("Run a command with a token") },
  { "exec-credential", keyfob_command_exec_credential, N_ ("[HOST]"),
    N_ ("Print the access token for kubectl") },
  { "git-credential", keyfob_command_git_credential, "get|store|erase",
    N_ ("Give git the token of a host") },
  { "oidc-auth", keyfob_command_oidc_auth, N_ ("[ADDRESS]"),
    N_ ("Behave as the command of py-oidc-auth-client") },
};

static void
print_help (FILE *file)
{
  g_autoptr (GPtrArray) usages = g_ptr_array_new_with_free_func (g_free);
  glong width = 0;

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      const char *arguments = *commands[i].arguments != '\0' ? _ (commands[i].arguments) : "";
      char *usage = g_strdup_printf ("%s %s", commands[i].name, arguments);

      g_ptr_array_add (usages, usage);
      width = MAX (width, g_utf8_strlen (usage, -1));
    }

  fprintf (file, "%s\n\n", _ ("Usage: keyfobctl COMMAND [OPTION…] [HOST]"));
  fprintf (file, "%s\n\n", _ ("Hands out the tokens of your hosts, which Keyfob keeps."));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      const char *usage = g_ptr_array_index (usages, i);
      int blanks = (int) (width - g_utf8_strlen (usage, -1));

      fprintf (file, "  %s%*s  %s\n", usage, blanks, "", _ (commands[i].summary));
    }
  fprintf (file, "\n%s\n%s\n",
           _ ("HOST is an address, a host name or the name in Keyfob’s window, and can be left out "
              "where there is one host."),
           _ ("“keyfobctl COMMAND --help” shows the options of a command."));
}

static KeyfobExit
run (int argc, char **argv)
{
  KeyfobCtl ctl = { 0 };
  KeyfobExit code = KEYFOB_EXIT_USAGE;

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *name = NULL;

      if (!g_str_equal (argv[1], commands[i].name))
        continue;

      name = g_strconcat ("keyfobctl ", commands[i].name, NULL);
      g_set_prgname (name);
      code = commands[i].run (&ctl, argc - 1, argv + 1);
      g_clear_object (&ctl.connection);
      return code;
    }

  keyfob_ctl_say (_ ("There is no command “%s”. “keyfobctl --help” shows which there are."),
                  argv[1]);

  return code;
}

int
main (int argc, char *argv[])
{
  int status;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  keyfob_secret_keep_memory_private ();
  if (argc < 2)
    {
      print_help (stderr);
      return KEYFOB_EXIT_USAGE;
    }
  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h")
      || g_str_equal (argv[1], "help"))
    {
      print_help (stdout);
      return KEYFOB_EXIT_DONE;
    }
  if (g_str_equal (argv[1], "--version"))
    {
      printf ("keyfobctl %s\n", KEYFOB_VERSION);
      return KEYFOB_EXIT_DONE;
    }

  status = run (argc, argv);
  keyfob_secret_let_leak_check_in ();

  return status;
}
