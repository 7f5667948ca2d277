/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-file-cache.h"

/* Microseconds, more than the clock of any file system is coarse. */
#define JUST_NOW (3 * G_USEC_PER_SEC)

struct _KeyfobFileCache
{
  KeyfobFileId mark;
  KeyfobTokenFile *file;
  KeyfobTokenText *text;
  /* By base URL. */
  GHashTable *tokens;
  gboolean settled;
  /* Base URLs by host key. They outlast the file: Python drops the base URL of an entry that it
   * writes again. */
  GHashTable *owners;
  /* Real times in microseconds, as gint64, by base URL. */
  GHashTable *written;
};

KeyfobFileCache *
keyfob_file_cache_new (void)
{
  KeyfobFileCache *self = g_new0 (KeyfobFileCache, 1);

  self->tokens = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->written = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

void
keyfob_file_cache_free (KeyfobFileCache *self)
{
  keyfob_file_cache_drop_text (self);
  g_hash_table_unref (self->tokens);
  g_hash_table_unref (self->owners);
  g_hash_table_unref (self->written);
  g_free (self);
}

void
keyfob_file_cache_turn_to (KeyfobFileCache *self, const KeyfobFileId *mark)
{
  gint64 written = (gint64) mark->modified.tv_sec * G_USEC_PER_SEC + mark->modified.tv_nsec / 1000;

  if (self->settled && keyfob_file_id_exists (mark) && keyfob_file_id_equal (&self->mark, mark))
    return;

  keyfob_file_cache_drop_text (self);
  g_hash_table_remove_all (self->tokens);
  self->mark = *mark;
  self->settled = ABS (g_get_real_time () - written) > JUST_NOW;
}

void
keyfob_file_cache_take_text (KeyfobFileCache *self, KeyfobTokenFile *file, KeyfobTokenText *text)
{
  keyfob_file_cache_drop_text (self);
  self->file = file;
  self->text = text;
}

KeyfobTokenFile *
keyfob_file_cache_get_file (KeyfobFileCache *self)
{
  return self->file;
}

KeyfobTokenText *
keyfob_file_cache_get_text (KeyfobFileCache *self)
{
  return self->text;
}

const char *
keyfob_file_cache_get_owner (KeyfobFileCache *self, const char *host_key)
{
  return g_hash_table_lookup (self->owners, host_key);
}

void
keyfob_file_cache_set_owner (KeyfobFileCache *self, const char *host_key, const char *base_url)
{
  if (base_url != NULL)
    g_hash_table_insert (self->owners, g_strdup (host_key), g_strdup (base_url));
  else
    g_hash_table_remove (self->owners, host_key);
}

void
keyfob_file_cache_set_written (KeyfobFileCache *self, const char *base_url, gint64 time)
{
  g_hash_table_insert (self->written, g_strdup (base_url), g_memdup2 (&time, sizeof time));
}

gint64
keyfob_file_cache_get_written (KeyfobFileCache *self, const char *base_url)
{
  const gint64 *time = g_hash_table_lookup (self->written, base_url);

  return time != NULL ? *time : 0;
}

void
keyfob_file_cache_drop_text (KeyfobFileCache *self)
{
  g_clear_pointer (&self->text, keyfob_token_text_free);
  g_clear_pointer (&self->file, keyfob_token_file_free);
}

void
keyfob_file_cache_put_token (KeyfobFileCache *self, const char *base_url, KeyfobToken *token)
{
  if (self->settled)
    g_hash_table_insert (self->tokens, g_strdup (base_url), g_object_ref (token));
}

KeyfobToken *
keyfob_file_cache_dup_token (KeyfobFileCache *self, const char *base_url)
{
  KeyfobToken *token = g_hash_table_lookup (self->tokens, base_url);

  return token != NULL ? g_object_ref (token) : NULL;
}
