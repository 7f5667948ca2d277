/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-file-text.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-file-entry.h"
#include "keyfob-secret.h"

#define MAX_LOOKS 5
/* Microseconds. */
#define LOOK_AGAIN 20000

static gboolean
is_settled (KeyfobTokenFile *file)
{
  const KeyfobFileId *mark = keyfob_token_file_get_mark (file);

  return ABS (g_get_real_time () / G_USEC_PER_SEC - mark->modified.tv_sec) > 1;
}

static KeyfobTokenText *
parse (KeyfobTokenFile *file)
{
  gsize length = 0;
  const char *data = keyfob_token_file_get_data (file, &length);

  return keyfob_token_text_parse (data, length);
}

static char *
dup_listed_url (KeyfobTokenText *text, guint index, KeyfobFilePlaces *places, gint64 now)
{
  g_autofree char *host_key = keyfob_token_text_dup_key (text, index);
  g_autoptr (KeyfobSecret) json = keyfob_token_text_dup_at (text, index);
  g_autoptr (JsonObject) entry = keyfob_file_entry_parse (json);
  char *owner = NULL;

  if (host_key == NULL || entry == NULL || !keyfob_file_entry_is_alive (entry, now))
    return NULL;

  owner = keyfob_file_entry_dup_owner (entry, host_key, places);

  return owner != NULL ? owner : g_steal_pointer (&host_key);
}

KeyfobTokenText *
keyfob_file_text_parse (KeyfobTokenFile *file, GError **error)
{
  KeyfobTokenText *text = parse (file);

  for (guint i = 0; text == NULL && i < MAX_LOOKS && !is_settled (file); i++)
    {
      g_usleep (LOOK_AGAIN);
      if (!keyfob_token_file_reload (file, error))
        return NULL;
      text = parse (file);
    }

  if (text == NULL)
    g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                 _ ("The token file %s is damaged. The next sign-in keeps a copy of it beside it "
                    "and starts a new one."),
                 keyfob_token_file_get_path (file));

  return text;
}

GStrv
keyfob_file_text_list (KeyfobTokenText *text, KeyfobFilePlaces *places, gint64 now)
{
  g_autoptr (GStrvBuilder) urls = g_strv_builder_new ();

  for (guint i = 0; i < keyfob_token_text_get_n_members (text); i++)
    {
      g_autofree char *url = dup_listed_url (text, i, places, now);

      if (url != NULL)
        g_strv_builder_add (urls, url);
    }

  return g_strv_builder_end (urls);
}
