/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-userinfo.h"

#include "keyfob-json.h"
#include "keyfob-text.h"

#define MAX_NAME 200

static const char *
get_text (JsonObject *object, const char *member)
{
  const char *text = keyfob_json_get_string (object, member);

  return text != NULL ? text : "";
}

char *
keyfob_userinfo_dup_name (JsonObject *object)
{
  const char *const others[] = { "username", "pw_name", "email" };
  g_autofree char *full =
      g_strjoin (" ", get_text (object, "first_name"), get_text (object, "last_name"), NULL);
  g_autofree char *name = keyfob_text_clean (full, -1, MAX_NAME);

  for (gsize i = 0; *name == '\0' && i < G_N_ELEMENTS (others); i++)
    {
      g_free (name);
      name = keyfob_text_clean (get_text (object, others[i]), -1, MAX_NAME);
    }

  return g_steal_pointer (&name);
}
