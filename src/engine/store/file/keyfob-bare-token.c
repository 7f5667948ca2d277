/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-bare-token.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-config.h"
#include "keyfob-json.h"
#include "keyfob-token-file.h"
#include "keyfob-token-text.h"

/* Bytes; two tokens with many claims are much less. */
#define MAX_SIZE ((gsize) 1024 * 1024)

typedef struct
{
  char *path;
  char *base_url; /* (nullable) */
  gint64 now;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_free (job->path);
  g_free (job->base_url);
  g_free (job);
}

/* Returns: (nullable) (transfer full): the token object in @data */
static JsonObject *
parse (const char *data, gsize length, const char *name, GError **error)
{
  g_autoptr (KeyfobTokenText) text = NULL;

  if (length > 0 && length <= MAX_SIZE)
    text = keyfob_token_text_parse (data, length);

  if (text != NULL && keyfob_token_text_is_bare_token (text))
    return keyfob_json_parse_object (data, length);

  if (text != NULL && keyfob_token_text_is_token_store (text))
    g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                 _ ("%s is a token file of hosts, not of a single token. Choose it as the token "
                    "storage of a host instead."),
                 name);

  return NULL;
}

/* Returns: (transfer full) (nullable): the base URL that @text names */
static char *
dup_base_url (KeyfobTokenText *text)
{
  g_autofree char *host = keyfob_token_text_dup_bare_host (text);
  g_autoptr (KeyfobConfig) config = NULL;

  if (host == NULL || *host == '\0')
    return NULL;

  /* whether it may be used without encryption is the matter of whoever uses it */
  config = keyfob_config_new (host, g_variant_new_parsed ("{'allow-http': <true>}"), NULL);

  return config != NULL ? g_strdup (keyfob_config_get_base_url (config)) : g_steal_pointer (&host);
}

static gboolean
inspect (KeyfobTokenFile *file, char **base_url)
{
  gsize length = 0;
  const char *data = keyfob_token_file_get_data (file, &length);
  g_autoptr (KeyfobTokenText) text = NULL;

  if (data != NULL && length <= MAX_SIZE)
    text = keyfob_token_text_parse (data, length);
  if (text == NULL || !keyfob_token_text_is_bare_token (text))
    return FALSE;

  *base_url = dup_base_url (text);

  return TRUE;
}

static KeyfobToken *
load (const char *path, const char *wanted, gint64 now, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);
  g_autoptr (KeyfobTokenFile) file = keyfob_token_file_open (path, error);
  g_autofree char *base_url = NULL;

  if (file == NULL)
    return NULL;
  if (!keyfob_file_id_exists (keyfob_token_file_get_id (file)))
    {
      g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                   _ ("There is no file %s. Choose another file."), name);
      return NULL;
    }
  if (wanted != NULL && inspect (file, &base_url) && base_url != NULL
      && !g_str_equal (base_url, wanted))
    {
      g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST,
                   _ ("The token in %s is that of %s, and of no other host."), name, base_url);
      return NULL;
    }

  return keyfob_bare_token_read (file, now, error);
}

KeyfobToken *
keyfob_bare_token_read (KeyfobTokenFile *file, gint64 now, GError **error)
{
  g_autofree char *name = g_filename_display_name (keyfob_token_file_get_path (file));
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (GError) parse_error = NULL;
  KeyfobToken *token = NULL;
  gsize length;
  const char *data = keyfob_token_file_get_data (file, &length);

  object = parse (data, length, name, &parse_error);
  if (object != NULL)
    {
      gint64 modified = keyfob_file_id_get_modified (keyfob_token_file_get_id (file));

      token = keyfob_token_new_from_answer (object, MIN (now, modified / G_USEC_PER_SEC), 0, NULL);
    }

  if (parse_error != NULL)
    g_propagate_error (error, g_steal_pointer (&parse_error));
  else if (token == NULL)
    g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                 _ ("There is no token in %s. Choose another file."), name);

  return token;
}

gboolean
keyfob_bare_token_is_at (const char *path, char **base_url)
{
  g_autoptr (KeyfobTokenFile) file = keyfob_token_file_open (path, NULL);

  *base_url = NULL;

  return file != NULL && inspect (file, base_url);
}

static void
load_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;
  KeyfobToken *token = load (job->path, job->base_url, job->now, &error);

  if (token != NULL)
    g_task_return_pointer (task, token, g_object_unref);
  else
    g_task_return_error (task, error);
}

void
keyfob_bare_token_load_async (const char *path,
                              const char *base_url,
                              KeyfobClock *clock,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Job *job = g_new0 (Job, 1);

  g_return_if_fail (path != NULL && g_path_is_absolute (path));

  job->path = g_strdup (path);
  job->base_url = g_strdup (base_url);
  job->now = keyfob_clock_now (clock);
  g_task_set_source_tag (task, keyfob_bare_token_load_async);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, load_in_thread);
}

KeyfobToken *
keyfob_bare_token_load_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
