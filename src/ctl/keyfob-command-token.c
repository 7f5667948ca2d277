/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#define _GNU_SOURCE /* memfd_create */

#include "keyfob-config-build.h"

#include "keyfob-commands.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "keyfob-ctl-token.h"
#include "keyfob-json-writer.h"

/* The descriptor of a command that keyfobctl runs: what it reads there is the token. */
#define DEFAULT_FD_VARIABLE "KEYFOB_TOKEN_FD"

/* Parses the options that all commands with a token share, and gets it.
 *
 * Returns: (transfer full) (nullable): `a{sv}` */
static GVariant *
parse_and_get_token (KeyfobCtl *ctl,
                     int *argc,
                     char ***argv,
                     const char *summary,
                     gboolean *json,
                     KeyfobExit *code)
{
  int min_time = 0;
  const GOptionEntry entries[] = {
    { "min-time", 't', 0, G_OPTION_ARG_INT, &min_time,
      N_ ("Ask for a token that is good at least so long"), N_ ("SECONDS") },
    { "no-interaction", 0, 0, G_OPTION_ARG_NONE, &ctl->no_interaction, N_ ("Never ask a person"),
      NULL },
    { json != NULL ? "json" : NULL, 0, 0, G_OPTION_ARG_NONE, json, N_ ("Print JSON"), NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!keyfob_ctl_parse (ctl, argc, argv, _ ("[HOST]"), summary, entries, 1, 0, code))
    return NULL;

  return keyfob_ctl_get_token (ctl, (*argv)[1], min_time, code);
}

static void
print_member (GVariant *token, const char *name)
{
  const char *text = "";

  g_variant_lookup (token, name, "&s", &text);
  puts (text);
}

KeyfobExit
keyfob_command_header (KeyfobCtl *ctl, int argc, char **argv)
{
  KeyfobExit code = KEYFOB_EXIT_DONE;
  g_autoptr (GVariant) token = parse_and_get_token (
      ctl, &argc, &argv, _ ("Prints the Authorization header of a host."), NULL, &code);

  if (token != NULL)
    print_member (token, "header");

  return code;
}

KeyfobExit
keyfob_command_token (KeyfobCtl *ctl, int argc, char **argv)
{
  gboolean json = FALSE;
  KeyfobExit code = KEYFOB_EXIT_DONE;
  g_autoptr (GVariant) token = parse_and_get_token (
      ctl, &argc, &argv, _ ("Prints the access token of a host."), &json, &code);

  if (token == NULL)
    return code;
  if (json)
    keyfob_json_print (keyfob_ctl_token_to_json (token));
  else
    print_member (token, "access_token");

  return KEYFOB_EXIT_DONE;
}

/* Kubernetes, client.authentication.k8s.io/v1: ExecCredential. */
static void
print_exec_credential (GVariant *token)
{
  const char *access_token = "";
  gint64 expires = 0;
  GVariantBuilder builder, status;

  g_variant_lookup (token, "access_token", "&s", &access_token);
  g_variant_lookup (token, "expires", "x", &expires);

  g_variant_builder_init (&status, G_VARIANT_TYPE_VARDICT);
  if (expires > 0)
    {
      g_autoptr (GDateTime) end = g_date_time_new_from_unix_utc (expires);
      g_autofree char *text = end != NULL ? g_date_time_format (end, "%Y-%m-%dT%H:%M:%SZ") : NULL;

      if (text != NULL)
        g_variant_builder_add (&status, "{sv}", "expirationTimestamp", g_variant_new_string (text));
    }
  g_variant_builder_add (&status, "{sv}", "token", g_variant_new_string (access_token));

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "apiVersion",
                         g_variant_new_string ("client.authentication.k8s.io/v1"));
  g_variant_builder_add (&builder, "{sv}", "kind", g_variant_new_string ("ExecCredential"));
  g_variant_builder_add (&builder, "{sv}", "status", g_variant_builder_end (&status));
  keyfob_json_print (g_variant_builder_end (&builder));
}

KeyfobExit
keyfob_command_exec_credential (KeyfobCtl *ctl, int argc, char **argv)
{
  KeyfobExit code = KEYFOB_EXIT_DONE;
  g_autoptr (GVariant) token = parse_and_get_token (
      ctl, &argc, &argv, _ ("Prints the access token of a host for kubectl."), NULL, &code);

  if (token == NULL)
    return code;

  print_exec_credential (token);

  return KEYFOB_EXIT_DONE;
}

/* Returns: a descriptor that the program that is executed inherits, from which the token can be
 * read; -1 with errno */
static int
make_token_file (const char *access_token)
{
  gsize length = strlen (access_token);
  int fd = memfd_create ("keyfob-token", 0);

  if (fd >= 0
      && (write (fd, access_token, length) != (gssize) length || lseek (fd, 0, SEEK_SET) != 0))
    {
      close (fd);
      return -1;
    }

  return fd;
}

/* Returns: whether the environment of the command has the token, or where to read it */
static gboolean
pass_token (GVariant *token, const char *variable)
{
  const char *access_token = "";
  g_autofree char *number = NULL;
  int fd = -1;

  g_variant_lookup (token, "access_token", "&s", &access_token);
  if (variable != NULL)
    return g_setenv (variable, access_token, TRUE);

  fd = make_token_file (access_token);
  if (fd < 0)
    return FALSE;

  number = g_strdup_printf ("%d", fd);

  return g_setenv (DEFAULT_FD_VARIABLE, number, TRUE);
}

/* A shell cannot read other names. What the loader and the shell read to find programs would break
 * the command with a token in it, and be printed with an error. */
static gboolean
check_variable (const char *name)
{
  static const char *const reserved[] = {
    "PATH", "HOME", "SHELL", "IFS", "ENV", "BASH_ENV",
  };
  gboolean fits = *name != '\0' && !g_ascii_isdigit (*name) && !g_str_has_prefix (name, "LD_");

  for (const char *p = name; *p != '\0'; p++)
    fits = fits && (g_ascii_isalnum (*p) || *p == '_');
  for (guint i = 0; i < G_N_ELEMENTS (reserved); i++)
    fits = fits && !g_str_equal (name, reserved[i]);
  if (!fits)
    keyfob_ctl_say (_ ("“%s” cannot be the variable of the token: take a name of letters, digits "
                       "and “_”, such as ACCESS_TOKEN, that the system does not use itself."),
                    name);

  return fits;
}

static gboolean
check_run (const char *variable, gboolean by_descriptor)
{
  if (variable == NULL)
    return TRUE;
  if (!by_descriptor)
    return check_variable (variable);

  keyfob_ctl_say (_ ("Choose one of --env and --fd."));

  return FALSE;
}

/* Without the dashes the command and its options are taken for those of keyfobctl. */
static gboolean
check_command (char **command, int argc, char **argv)
{
  gboolean helps = FALSE;

  for (int i = 1; i < argc; i++)
    helps = helps || g_str_equal (argv[i], "--help") || g_str_equal (argv[i], "-h")
            || g_str_equal (argv[i], "-?");
  if (helps || (command != NULL && command[0] != NULL))
    return TRUE;

  keyfob_ctl_say (_ ("Put “--” and the command to run at the end."));

  return FALSE;
}

/* Returns: does not return where the command runs */
static KeyfobExit
run (GVariant *token, const char *variable, char **command)
{
  if (!pass_token (token, variable))
    {
      keyfob_ctl_say (_ ("The token cannot be given to the command: %s"), g_strerror (errno));
      return KEYFOB_EXIT_FAILED;
    }

  /* GLib ignores it, and the command would do so, too */
  signal (SIGPIPE, SIG_DFL);
  execvp (command[0], command);
  keyfob_ctl_say (_ ("“%s” cannot be run: %s"), command[0], g_strerror (errno));

  return KEYFOB_EXIT_FAILED;
}

KeyfobExit
keyfob_command_run (KeyfobCtl *ctl, int argc, char **argv)
{
  g_autofree char *variable = NULL;
  gboolean by_descriptor = FALSE;
  int min_time = 0;
  int host = 1;
  KeyfobExit code = KEYFOB_EXIT_DONE;
  g_autoptr (GVariant) token = NULL;
  g_auto (GStrv) command = NULL;
  const GOptionEntry entries[] = {
    { "env", 0, 0, G_OPTION_ARG_STRING, &variable,
      N_ ("Give the token in this variable of the environment"), N_ ("NAME") },
    { "fd", 0, 0, G_OPTION_ARG_NONE, &by_descriptor,
      N_ ("Give the token in the file of the number in KEYFOB_TOKEN_FD (the default)"), NULL },
    { "min-time", 't', 0, G_OPTION_ARG_INT, &min_time,
      N_ ("Ask for a token that is good at least so long"), N_ ("SECONDS") },
    { "no-interaction", 0, 0, G_OPTION_ARG_NONE, &ctl->no_interaction, N_ ("Never ask a person"),
      NULL },
    G_OPTION_ENTRY_NULL,
  };

  for (int i = 1; i < argc && command == NULL; i++)
    {
      if (!g_str_equal (argv[i], "--"))
        continue;

      command = g_strdupv (argv + i + 1);
      argc = i;
    }
  if (!check_command (command, argc, argv))
    return KEYFOB_EXIT_USAGE;
  if (!keyfob_ctl_parse (ctl, &argc, &argv, _ ("[HOST] -- COMMAND ..."),
                         _ ("Runs a command with an access token."), entries, 1, 0, &code))
    return code;
  if (!check_run (variable, by_descriptor))
    return KEYFOB_EXIT_USAGE;

  token = keyfob_ctl_get_token (ctl, argc > host ? argv[host] : NULL, min_time, &code);
  keyfob_ctl_disconnect (ctl);

  return token != NULL ? run (token, variable, command) : code;
}
