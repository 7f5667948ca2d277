/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-file-job.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "keyfob-auth-error.h"
#include "keyfob-json.h"
#include "keyfob-secret.h"
#include "keyfob-token-file.h"
#include "keyfob-token-text.h"

#define BASE_URL "base_url"

/* Strings only: it goes to another thread. */
struct _KeyfobFileJob
{
  char *path;
  char *host_key;
  char *base_url;
  gint64 now;
  /* The entry to put down; %NULL looks up or removes. */
  KeyfobSecret *entry;
};

static KeyfobTokenText *
read_text (KeyfobFileJob *self, char **data, gsize *length, GError **error)
{
  g_autoptr (KeyfobTokenText) text = NULL;

  *data = keyfob_token_file_read (self->path, length, error);
  if (*data == NULL)
    return NULL;

  text = keyfob_token_text_parse (*data, *length);

  if (text == NULL)
    g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                 _ ("The token file %s is damaged. The next sign-in keeps a copy of it beside it "
                    "and starts a new one."),
                 self->path);

  return g_steal_pointer (&text);
}

static JsonObject *
parse_entry (const char *json)
{
  return json != NULL ? keyfob_json_parse_object (json, strlen (json)) : NULL;
}

/* The file has one place for all base URLs of a host; Python does not say whose it is. */
static gboolean
is_ours (KeyfobFileJob *self, JsonObject *entry)
{
  const char *owner = keyfob_json_get_string (entry, BASE_URL);

  return owner == NULL || g_str_equal (owner, self->base_url);
}

static gboolean
is_alive (KeyfobFileJob *self, JsonObject *entry)
{
  g_autoptr (KeyfobToken) token = keyfob_token_new_from_entry (entry, NULL);

  return token != NULL
         && MAX (keyfob_token_get_expires (token), keyfob_token_get_refresh_expires (token))
                > self->now;
}

static gboolean
check_place (KeyfobFileJob *self, JsonObject *entry, GError **error)
{
  if (is_ours (self, entry) || !is_alive (self, entry))
    return TRUE;

  g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
               _ ("The token file has one place for %s, and %s uses it. Sign out there first, or "
                  "use a keyring."),
               self->host_key, keyfob_json_get_string (entry, BASE_URL));

  return FALSE;
}

/* What other programs keep beside the token stays, to the letter. */
static char *
merge_entry (KeyfobFileJob *self, const char *old_json)
{
  static const char *const own[] = { "token", "stored_at", "clock_skew", BASE_URL };
  g_autoptr (KeyfobTokenText) merged = NULL;
  g_autoptr (KeyfobTokenText) entry = keyfob_token_text_parse (self->entry, strlen (self->entry));

  if (old_json != NULL)
    merged = keyfob_token_text_parse (old_json, strlen (old_json));
  if (merged == NULL)
    merged = keyfob_token_text_parse ("{}", 2);

  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    {
      g_autoptr (KeyfobSecret) value = keyfob_token_text_dup (entry, own[i]);

      if (value != NULL)
        keyfob_token_text_set (merged, own[i], value);
      else
        keyfob_token_text_remove (merged, own[i]);
    }

  if (!g_str_equal (self->base_url, self->host_key))
    keyfob_token_text_set_string (merged, BASE_URL, self->base_url);

  return keyfob_token_text_print (merged);
}

static gboolean
put_entry (KeyfobFileJob *self, KeyfobTokenText *text, GError **error)
{
  g_autoptr (KeyfobSecret) old_json = keyfob_token_text_dup (text, self->host_key);
  g_autoptr (KeyfobSecret) json = NULL;
  g_autoptr (JsonObject) old = parse_entry (old_json);

  if (old != NULL && !check_place (self, old, error))
    return FALSE;

  json = merge_entry (self, old_json);
  keyfob_token_text_set (text, self->host_key, json);

  return TRUE;
}

static gboolean
drop_entry (KeyfobFileJob *self, KeyfobTokenText *text)
{
  g_autoptr (KeyfobSecret) json = keyfob_token_text_dup (text, self->host_key);
  g_autoptr (JsonObject) entry = parse_entry (json);

  if (entry != NULL && !is_ours (self, entry))
    return FALSE;

  return keyfob_token_text_remove (text, self->host_key);
}

static gboolean
write_text (KeyfobFileJob *self, KeyfobTokenText *text, GError **error)
{
  g_autoptr (KeyfobSecret) printed = keyfob_token_text_print (text);

  return keyfob_token_file_write (self->path, printed, error);
}

/* Saves into a new file; a copy of the damaged one stays beside it. */
static gboolean
replace_damaged (KeyfobFileJob *self, const char *data, gsize length, GError **error)
{
  g_autoptr (KeyfobTokenText) text = keyfob_token_text_parse ("{}", 2);
  g_autofree char *copy = keyfob_token_file_keep_copy (self->path, data, length, self->now, error);

  if (copy == NULL)
    return FALSE;

  if (put_entry (self, text, error) && write_text (self, text, error))
    {
      g_message ("The token file was damaged; a copy of it is kept as %s", copy);
      return TRUE;
    }

  unlink (copy);
  return FALSE;
}

KeyfobFileJob *
keyfob_file_job_new (const char *path, KeyfobConfig *host, KeyfobToken *token, gint64 now)
{
  KeyfobFileJob *self = g_new0 (KeyfobFileJob, 1);

  self->path = g_strdup (path);
  self->host_key = g_strdup (keyfob_config_get_host_key (host));
  self->base_url = g_strdup (keyfob_config_get_base_url (host));
  self->now = now;

  if (token != NULL)
    {
      g_autoptr (JsonObject) entry = keyfob_token_to_entry (token, (double) now);
      g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), entry);

      self->entry = json_to_string (node, FALSE);
    }

  return self;
}

void
keyfob_file_job_free (KeyfobFileJob *self)
{
  keyfob_secret_free (self->entry);
  g_free (self->path);
  g_free (self->host_key);
  g_free (self->base_url);
  g_free (self);
}

gboolean
keyfob_file_job_lookup (KeyfobFileJob *self, KeyfobToken **token, GError **error)
{
  g_autoptr (KeyfobSecret) data = NULL;
  g_autoptr (KeyfobSecret) json = NULL;
  g_autoptr (KeyfobTokenText) text = NULL;
  g_autoptr (JsonObject) entry = NULL;
  gsize length = 0;

  *token = NULL;

  text = read_text (self, &data, &length, error);
  if (text == NULL)
    return FALSE;

  json = keyfob_token_text_dup (text, self->host_key);
  entry = parse_entry (json);
  if (entry == NULL || !is_ours (self, entry))
    return TRUE;

  *token = keyfob_token_new_from_entry (entry, error);

  return *token != NULL;
}

/* The one place that reads, changes and writes the file; what excludes other programs goes here. */
gboolean
keyfob_file_job_modify (KeyfobFileJob *self, GError **error)
{
  g_autoptr (KeyfobSecret) data = NULL;
  g_autoptr (KeyfobTokenText) text = NULL;
  g_autoptr (GError) local_error = NULL;
  gsize length = 0;

  text = read_text (self, &data, &length, &local_error);

  if (text == NULL)
    {
      if (data != NULL && self->entry != NULL)
        return replace_damaged (self, data, length, error);

      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  if (self->entry != NULL)
    return put_entry (self, text, error) && write_text (self, text, error);

  return !drop_entry (self, text) || write_text (self, text, error);
}
