/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include <locale.h>

#include <glib/gi18n-lib.h>

#include "keyfob-application.h"
#include "keyfob-picture.h"
#include "keyfob-secret.h"

int
main (int argc, char *argv[])
{
  g_autoptr (KeyfobApplication) application = NULL;
  int status;

  if (argc == 3 && g_str_equal (argv[1], KEYFOB_PICTURE_DECODE))
    return keyfob_picture_decode (argv[2]);

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_application_name ("Keyfob");

  application = keyfob_application_new ();

  status = g_application_run (G_APPLICATION (application), argc, argv);
  keyfob_secret_let_leak_check_in ();

  return status;
}
