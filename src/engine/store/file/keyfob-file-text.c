/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-file-text.h"

#include <glib/gi18n-lib.h>
#include <string.h>

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
dup_listed_url (KeyfobTokenText *text, guint index, KeyfobFileCache *cache, gint64 now)
{
  g_autofree char *host_key = keyfob_token_text_dup_key (text, index);
  g_autoptr (KeyfobSecret) json = keyfob_token_text_dup_at (text, index);
  g_autoptr (JsonObject) entry = keyfob_file_entry_parse (json);
  const char *owner = NULL;

  if (host_key == NULL || entry == NULL || !keyfob_file_entry_is_alive (entry, now))
    return NULL;

  owner = keyfob_file_entry_get_base_url (entry);
  if (owner == NULL)
    owner = keyfob_file_cache_get_owner (cache, host_key);

  return g_strdup (owner != NULL ? owner : host_key);
}

static gboolean
is_host_key (const char *key)
{
  return g_str_has_prefix (key, "https://") || g_str_has_prefix (key, "http://");
}

/* An object with nothing in it, or with the key of a host beside what else there may be. */
static gboolean
is_token_store (KeyfobTokenText *text)
{
  guint n = keyfob_token_text_get_n_members (text);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = keyfob_token_text_dup_key (text, i);

      if (key != NULL && is_host_key (key))
        return TRUE;
    }

  return n == 0;
}

static gsize
skip_space (const char *data, gsize length, gsize at)
{
  while (at < length && strchr (" \t\r\n", data[at]) != NULL && data[at] != '\0')
    at++;

  return at;
}

/* A token store begins with the key of a host, as far as the rest of the file goes. What a crash of
 * the machine left empty is full of zeros. */
static gboolean
was_token_store (const char *data, gsize length)
{
  static const char *const beginnings[] = { "\"https://", "\"http://" };
  gsize at = skip_space (data, length, 0);

  for (gsize i = 0; i <= length; i++)
    if (i == length)
      return TRUE;
    else if (data[i] != '\0')
      break;

  if (at == length || data[at] != '{')
    return FALSE;

  at = skip_space (data, length, at + 1);
  for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++)
    if (memcmp (data + at, beginnings[i], MIN (length - at, strlen (beginnings[i]))) == 0)
      return TRUE;

  return FALSE;
}

KeyfobTokenText *
keyfob_file_text_parse (KeyfobTokenFile *file, gboolean *foreign, GError **error)
{
  g_autoptr (KeyfobTokenText) text = parse (file);
  const char *data = NULL;
  gsize length = 0;

  for (guint i = 0; text == NULL && i < MAX_LOOKS && !is_settled (file); i++)
    {
      g_usleep (LOOK_AGAIN);
      if (!keyfob_token_file_reload (file, error))
        return NULL;
      text = parse (file);
    }

  data = keyfob_token_file_get_data (file, &length);
  *foreign = text != NULL ? !is_token_store (text) : !was_token_store (data, length);

  if (*foreign)
    {
      g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                   _ ("%s is not a token file and is left as it is. Name another file."),
                   keyfob_token_file_get_path (file));
      return NULL;
    }

  keyfob_token_file_tighten (file);
  if (text == NULL)
    g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                 _ ("The token file %s is damaged. The next sign-in keeps a copy of it beside it "
                    "and starts a new one."),
                 keyfob_token_file_get_path (file));

  return g_steal_pointer (&text);
}

GStrv
keyfob_file_text_list (KeyfobTokenText *text, KeyfobFileCache *cache, gint64 now)
{
  g_autoptr (GStrvBuilder) urls = g_strv_builder_new ();

  for (guint i = 0; i < keyfob_token_text_get_n_members (text); i++)
    {
      g_autofree char *url = dup_listed_url (text, i, cache, now);

      if (url != NULL)
        g_strv_builder_add (urls, url);
    }

  return g_strv_builder_end (urls);
}
