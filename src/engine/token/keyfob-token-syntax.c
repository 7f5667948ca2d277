/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-token-syntax.h"

#include <string.h>

#define MAX_TOKEN 65536
#define MAX_TYPE 64

gboolean
keyfob_token_syntax_is_token (const char *text)
{
  gsize length = text != NULL ? strnlen (text, MAX_TOKEN + 1) : 0;

  for (gsize i = 0; i < length; i++)
    {
      if (text[i] <= ' ' || text[i] > '~')
        return FALSE;
    }

  return length > 0 && length <= MAX_TOKEN;
}

gboolean
keyfob_token_syntax_is_type (const char *text)
{
  gsize length = strnlen (text, MAX_TYPE + 1);

  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isalnum (text[i]) && strchr ("!#$%&'*+-.^_`|~", text[i]) == NULL)
        return FALSE;
    }

  return length > 0 && length <= MAX_TYPE;
}
