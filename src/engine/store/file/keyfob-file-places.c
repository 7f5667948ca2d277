/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-file-places.h"

#include <string.h>

#include "keyfob-file-id.h"

#define SUFFIX ".places"
#define OWNER "owner"
#define EMPTIED "emptied"
/* Of so many hosts it is known; the ones that nothing happened to for longest are forgotten. */
#define MAX_HOSTS 1000

struct _KeyfobFilePlaces
{
  char *path;
  KeyfobFileId mark;
  GKeyFile *keys;
};

/* Where it fails no token is lost: the token file itself is what counts. */
static void
write_keys (KeyfobFilePlaces *self)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;

  text = g_key_file_to_data (self->keys, &length, NULL);

  if (!g_file_set_contents_full (self->path, text, length, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                 &error))
    g_debug ("%s", error->message);
}

/* What happens to a host last stands last. */
static void
replace_group (KeyfobFilePlaces *self, const char *host_key, const char *key, const char *value)
{
  g_auto (GStrv) groups = NULL;
  gsize n = 0;

  g_key_file_remove_group (self->keys, host_key, NULL);
  g_key_file_set_string (self->keys, host_key, key, value);

  groups = g_key_file_get_groups (self->keys, &n);
  for (gsize i = 0; i + MAX_HOSTS < n; i++)
    g_key_file_remove_group (self->keys, groups[i], NULL);

  write_keys (self);
}

KeyfobFilePlaces *
keyfob_file_places_read (const char *token_file)
{
  KeyfobFilePlaces *self = g_new0 (KeyfobFilePlaces, 1);
  g_autoptr (GError) error = NULL;

  self->path = g_strconcat (token_file, SUFFIX, NULL);
  self->mark = keyfob_file_id_at (self->path);
  self->keys = g_key_file_new ();

  if (!g_key_file_load_from_file (self->keys, self->path, G_KEY_FILE_NONE, &error)
      && !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_debug ("%s says nothing: %s", self->path, error->message);

  return self;
}

void
keyfob_file_places_free (KeyfobFilePlaces *self)
{
  g_key_file_unref (self->keys);
  g_free (self->path);
  g_free (self);
}

gboolean
keyfob_file_places_is_current (KeyfobFilePlaces *self, const char *token_file)
{
  KeyfobFileId mark = keyfob_file_id_at (self->path);

  return g_str_has_prefix (self->path, token_file)
         && g_str_equal (self->path + strlen (token_file), SUFFIX)
         && keyfob_file_id_equal (&self->mark, &mark);
}

char *
keyfob_file_places_dup_owner (KeyfobFilePlaces *self, const char *host_key)
{
  return g_key_file_get_string (self->keys, host_key, OWNER, NULL);
}

gint64
keyfob_file_places_get_emptied (KeyfobFilePlaces *self, const char *host_key)
{
  return g_key_file_get_int64 (self->keys, host_key, EMPTIED, NULL);
}

void
keyfob_file_places_take (KeyfobFilePlaces *self, const char *host_key, const char *base_url)
{
  g_autofree char *owner = keyfob_file_places_dup_owner (self, host_key);

  if (g_strcmp0 (owner, base_url) != 0)
    replace_group (self, host_key, OWNER, base_url);
}

void
keyfob_file_places_empty (KeyfobFilePlaces *self, const char *host_key, gint64 now)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, now);

  replace_group (self, host_key, EMPTIED, text);
}
