/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "keyfob-commands.h"
#include "keyfob-file.h"
#include "keyfob-secret.h"
#include "keyfob-terminal.h"

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
  { "token-file", keyfob_command_token_file, N_ ("[HOST]"),
    N_ ("Keep the access token in a file, always fresh") },
  { "login", keyfob_command_login, N_ ("[HOST]"), N_ ("Sign in to a host") },
  { "logout", keyfob_command_logout, N_ ("HOST|--all"), N_ ("Sign out of a host") },
  { "add", keyfob_command_add, N_ ("ADDRESS"), N_ ("Add a host, or change its options") },
  { "remove", keyfob_command_remove, N_ ("HOST|--all"), N_ ("Remove a host and its token") },
  { "status", keyfob_command_status, "", N_ ("Show the agent, and what needs you") },
  { "claims", keyfob_command_claims, N_ ("[HOST]"), N_ ("Show what the access token says") },
  { "test", keyfob_command_test, N_ ("[HOST]"),
    N_ ("Ask the server whether it accepts the token") },
  { "run", keyfob_command_run, N_ ("[HOST] -- COMMAND ..."), N_ ("Run a command with a token") },
  { "export", keyfob_command_export, N_ ("HOST [FILE]"),
    N_ ("Sign in for another machine, into a file") },
  { "import", keyfob_command_import, N_ ("FILE HOST"), N_ ("Take over the token of a file") },
  { "backup", keyfob_command_backup, "", N_ ("Print the list of hosts, without tokens") },
  { "restore", keyfob_command_restore, N_ ("FILE"), N_ ("Add the hosts of such a list") },
  { "exec-credential", keyfob_command_exec_credential, N_ ("[HOST]"),
    N_ ("Print the access token for kubectl") },
  { "git-credential", keyfob_command_git_credential, "get|store|erase",
    N_ ("Give git the token of a host") },
  { "oidc-auth", keyfob_command_oidc_auth, N_ ("[ADDRESS]"),
    N_ ("Behave as the command of py-oidc-auth-client") },
};

/* That stand before a command. */
static const struct
{
  const char *name;
  const char *arguments;
  const char *summary;
} options[] = {
  { "--store", N_ ("FILE"), N_ ("Use the tokens in this file, and no other") },
  { "--help", "", N_ ("Show this help") },
  { "--version", "", N_ ("Show the version") },
};

static void
add_row (GPtrArray *rows, const char *name, const char *arguments)
{
  g_ptr_array_add (rows, g_strdup_printf ("%s %s", name, arguments));
}

/* Returns: (transfer full) */
static char *
dup_help (void)
{
  g_autoptr (GPtrArray) usages = g_ptr_array_new_with_free_func (g_free);
  GString *help = g_string_new (NULL);
  int width = 0;

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    add_row (usages, commands[i].name,
             *commands[i].arguments != '\0' ? _ (commands[i].arguments) : "");
  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    add_row (usages, options[i].name,
             *options[i].arguments != '\0' ? _ (options[i].arguments) : "");
  for (guint i = 0; i < usages->len; i++)
    width = MAX (width, keyfob_terminal_measure (g_ptr_array_index (usages, i)));

  g_string_append_printf (help, "%s\n\n%s\n\n",
                          _ ("Usage: keyfobctl [--store FILE] COMMAND [OPTION…] [HOST]"),
                          _ ("Hands out the tokens of your hosts, which Keyfob keeps."));
  for (guint i = 0; i < usages->len; i++)
    {
      const char *usage = g_ptr_array_index (usages, i);
      int blanks = width - keyfob_terminal_measure (usage);
      const char *summary = i < G_N_ELEMENTS (commands)
                                ? commands[i].summary
                                : options[i - G_N_ELEMENTS (commands)].summary;

      g_string_append_printf (help, "%s  %s%*s  %s\n", i == G_N_ELEMENTS (commands) ? "\n" : "",
                              usage, blanks, "", _ (summary));
    }
  g_string_append_printf (help, "\n%s\n%s\n",
                          _ ("HOST is an address, a host name or the name in Keyfob’s window, and "
                             "can be left out where there is one host."),
                          _ ("“keyfobctl COMMAND --help” shows the options of a command."));

  return g_string_free (help, FALSE);
}

/* What a script is told it has got has to be there, for instance on a full disk. This is called at
 * the exit, since GLib exits by itself once it has printed the help of a command. */
static void
finish_output (void)
{
  int error = fflush (stdout) != 0 ? errno : 0;

  if (error == 0 && ferror (stdout) == 0)
    return;

  keyfob_ctl_say (_ ("The output cannot be written: %s"), g_strerror (error != 0 ? error : EIO));
  _exit (KEYFOB_EXIT_FAILED);
}

static KeyfobExit
run_command (KeyfobCtl *ctl, int argc, char **argv)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *name = NULL;

      if (!g_str_equal (argv[1], commands[i].name))
        continue;

      name = g_strconcat ("keyfobctl ", commands[i].name, NULL);
      g_set_prgname (name);
      return commands[i].run (ctl, argc - 1, argv + 1);
    }

  keyfob_ctl_say (_ ("There is no command “%s”. “keyfobctl --help” shows which there are."),
                  argv[1]);

  return KEYFOB_EXIT_USAGE;
}

/* The token file can be named before the command, too: the command need not have such an option.
 *
 * Returns: how many arguments that takes */
static int
take_store (KeyfobCtl *ctl, int argc, char **argv)
{
  if (argc > 1 && g_str_has_prefix (argv[1], "--store="))
    {
      ctl->store = g_strdup (argv[1] + strlen ("--store="));
      return 1;
    }
  if (argc > 2 && g_str_equal (argv[1], "--store"))
    {
      ctl->store = g_strdup (argv[2]);
      return 2;
    }

  return 0;
}

static KeyfobExit
print_help (KeyfobExit code)
{
  g_autofree char *help = dup_help ();

  if (code == KEYFOB_EXIT_DONE)
    g_print ("%s", help);
  else
    g_printerr ("%s", help);

  return code;
}

static gboolean
is_store (const char *argument)
{
  return g_str_equal (argument, "--store") || g_str_has_prefix (argument, "--store=");
}

static KeyfobExit
run (KeyfobCtl *ctl, int argc, char **argv)
{
  if (argc > 1 && is_store (argv[1]) && ctl->store != NULL)
    {
      keyfob_ctl_say (_ ("Name only one token file with --store."));
      return KEYFOB_EXIT_USAGE;
    }
  if ((argc > 1 && g_str_equal (argv[1], "--store")) || (ctl->store != NULL && *ctl->store == '\0'))
    {
      keyfob_ctl_say (_ ("Name the token file after --store."));
      return KEYFOB_EXIT_USAGE;
    }
  if (argc < 2)
    return print_help (KEYFOB_EXIT_USAGE);
  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h")
      || g_str_equal (argv[1], "help"))
    return print_help (KEYFOB_EXIT_DONE);
  if (g_str_equal (argv[1], "--version"))
    {
      printf ("keyfobctl %s\n", KEYFOB_VERSION);
      return KEYFOB_EXIT_DONE;
    }

  return run_command (ctl, argc, argv);
}

int
main (int argc, char *argv[])
{
  KeyfobCtl ctl = { 0 };
  int status;
  int taken;

  keyfob_file_hold_standard ();
  keyfob_file_ignore_relative_folders ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  keyfob_ctl_print_for_locale ();
  atexit (finish_output);

  keyfob_secret_keep_memory_private ();
  taken = take_store (&ctl, argc, argv);
  argc -= taken;
  argv += taken;

  status = run (&ctl, argc, argv);
  keyfob_ctl_clear (&ctl);
  keyfob_secret_let_leak_check_in ();

  return status;
}
