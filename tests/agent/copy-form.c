/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* Prints what is copied for a host: copy-form WORD ADDRESS */

#include "keyfob-copy-form.h"

int
main (int argc, char *argv[])
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (argc == 3, 1);

  text = keyfob_copy_form_write (keyfob_copy_form_parse (argv[1]), argv[2], NULL);
  g_print ("%s", text);

  return 0;
}
