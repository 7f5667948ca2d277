/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include <locale.h>

#include <glib/gi18n-lib.h>

#include "keyfob-agent-program.h"
#include "keyfob-file.h"

int
main (int argc, char *argv[])
{
  g_autoptr (KeyfobAgentProgram) program = NULL;

  keyfob_file_ignore_relative_folders ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  /* with HTTP/2 a server can keep a request from ending, also after its time limit; this has to be
   * set before there are threads */
  g_setenv ("SOUP_FORCE_HTTP1", "1", TRUE);

  program = keyfob_agent_program_new ();

  return keyfob_agent_program_run (program, argc, argv);
}
