/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-verbatim.h"

char *
keyfob_verbatim_to_markup (const char *text)
{
  return g_markup_printf_escaped ("<span insert_hyphens=\"false\">%s</span>",
                                  text != NULL ? text : "");
}
