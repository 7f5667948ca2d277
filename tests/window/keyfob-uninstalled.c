/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* Keyfob as it would look elsewhere: with the translations of the build folder, and from right to
 * left where KEYFOB_TEST_RTL is set. */

#include "keyfob-config-build.h"

#include <locale.h>

#include <glib/gi18n-lib.h>

#include "keyfob-application.h"

static void
on_startup (GApplication *application)
{
  if (g_getenv ("KEYFOB_TEST_RTL") != NULL)
    gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
}

int
main (int argc, char *argv[])
{
  g_autoptr (KeyfobApplication) application = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, KEYFOB_TEST_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_application_name ("Keyfob");

  application = keyfob_application_new ();
  g_signal_connect_after (application, "startup", G_CALLBACK (on_startup), NULL);

  return g_application_run (G_APPLICATION (application), argc, argv);
}
