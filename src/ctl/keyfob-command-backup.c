/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-commands.h"

#include <stdio.h>

#include <glib/gi18n-lib.h>

KeyfobExit
keyfob_command_backup (KeyfobCtl *ctl, int argc, char **argv)
{
  const GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };
  KeyfobExit code = KEYFOB_EXIT_DONE;
  g_autoptr (GVariant) answer = NULL;
  GError *error = NULL;
  const char *text;

  if (!keyfob_ctl_parse (ctl, &argc, &argv, "",
                         _ ("Prints the list of hosts with their options, without tokens."),
                         entries, 0, 0, &code))
    return code;

  answer = keyfob_ctl_call_agent (ctl, "ExportHosts", g_variant_new ("(ao)", NULL), "(s)", &error);
  if (answer == NULL)
    return keyfob_ctl_fail (error);

  g_variant_get (answer, "(&s)", &text);
  fputs (text, stdout);

  return KEYFOB_EXIT_DONE;
}

/* Returns: whether all of the list is there now */
static gboolean
say_outcome (GVariant *outcome, const char *file)
{
  g_autofree char *added_text = NULL;
  g_autofree char *known_text = NULL;
  g_autofree char *quoted = keyfob_ctl_quote (file);
  g_autofree const char **problems = NULL;
  guint added = 0;
  guint known = 0;
  guint risky = 0;

  g_variant_lookup (outcome, "added", "u", &added);
  g_variant_lookup (outcome, "known", "u", &known);
  g_variant_lookup (outcome, "risky", "u", &risky);
  if (!g_variant_lookup (outcome, "problems", "^a&s", &problems))
    return TRUE;

  added_text = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%u server was added.", "%u servers were added.", added),
      added);
  known_text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u is in the list already.",
                                             "%u are in the list already.", known),
                                known);
  keyfob_ctl_say ("%s%s%s", added_text, known > 0 ? " " : "", known > 0 ? known_text : "");
  for (guint i = 0; problems[i] != NULL; i++)
    keyfob_ctl_say ("%s", problems[i]);
  if (risky > 0)
    keyfob_ctl_say (g_dngettext (GETTEXT_PACKAGE, "“keyfobctl restore --trust %s” adds it, too.",
                                 "“keyfobctl restore --trust %s” adds them, too.", risky),
                    quoted);

  return problems[0] == NULL;
}

KeyfobExit
keyfob_command_restore (KeyfobCtl *ctl, int argc, char **argv)
{
  gboolean trust = FALSE;
  const GOptionEntry entries[] = {
    { "trust", 0, 0, G_OPTION_ARG_NONE, &trust, N_ ("Also add hosts that are less safe"), NULL },
    G_OPTION_ENTRY_NULL,
  };
  KeyfobExit code = KEYFOB_EXIT_DONE;
  g_autofree char *path = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) outcome = NULL;
  GVariantDict options;
  GError *error = NULL;

  if (!keyfob_ctl_parse (ctl, &argc, &argv, _ ("FILE"),
                         _ ("Adds the hosts of such a list that are not there yet."), entries, 1, 1,
                         &code))
    return code;
  if (argc < 2)
    {
      keyfob_ctl_say (_ ("Name the file."));
      return KEYFOB_EXIT_USAGE;
    }

  path = keyfob_ctl_dup_file (argv[1]);
  if (path == NULL)
    return KEYFOB_EXIT_USAGE;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "trust", "b", trust);
  answer = keyfob_ctl_call_agent (
      ctl, "ImportHosts", g_variant_new ("(^ay@a{sv})", path, g_variant_dict_end (&options)),
      "(a{sv})", &error);
  if (answer == NULL)
    return keyfob_ctl_fail (error);

  outcome = g_variant_get_child_value (answer, 0);

  return say_outcome (outcome, argv[1]) ? KEYFOB_EXIT_DONE : KEYFOB_EXIT_FAILED;
}
