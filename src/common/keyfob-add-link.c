/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-add-link.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-base-url.h"
#include "keyfob-text.h"

#define PREFIX KEYFOB_ADD_LINK_SCHEME ":"
#define MAX_LENGTH 2000 /* bytes, as browsers allow for */

static char *
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST, sentence);

  return NULL;
}

static gboolean
has_prefix (const char *text)
{
  return g_ascii_strncasecmp (text, PREFIX, strlen (PREFIX)) == 0;
}

char *
keyfob_add_link_new (const char *address)
{
  return has_prefix (address) ? g_strdup (address) : g_strconcat (PREFIX, address, NULL);
}

char *
keyfob_add_link_dup_address (const char *link, GError **error)
{
  const char *address = link;
  g_autofree char *bare = NULL;
  g_autofree char *base_url = NULL;

  if (has_prefix (address))
    address += strlen (PREFIX);

  if (strlen (address) > MAX_LENGTH)
    return refuse (error, _ ("The link is too long to be that of a server."));
  if (!g_utf8_validate (address, -1, NULL) || !keyfob_text_is_clean (address)
      || strchr (address, ' ') != NULL)
    return refuse (error, _ ("The link has a blank or an invisible character in it."));

  if (has_prefix (address) || *address == '\0')
    return refuse (error, _ ("The link does not have the address of a server."));

  bare = keyfob_base_url_from_link (address);
  base_url = keyfob_base_url_normalise (bare, TRUE, NULL, error);

  return base_url != NULL ? g_strdup (address) : NULL;
}
