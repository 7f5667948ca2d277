/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-search.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "keyfob-desktop-actions.h"
#include "keyfob-status-text.h"
#include "keyfob-text.h"

/* More than a desktop shows nobody reads. */
#define MAX_RESULTS 20
#define MAX_NAME 60 /* characters */
#define MAX_TEXT \
  200 /* characters that are looked at; nobody types more, but a page may be pasted */

/* What a result does is the beginning of its id, followed by the path of its host. */
#define COPY "copy "
#define SIGN_IN "sign-in "

void
keyfob_search_result_free (KeyfobSearchResult *self)
{
  g_object_unref (self->host);
  g_free (self->id);
  g_free (self->title);
  g_free (self->details);
  g_free (self);
}

/* http is worth a word, https goes without saying. */
static const char *
get_address (KeyfobHost *host)
{
  const char *url = keyfob_config_get_base_url (keyfob_host_get_config (host));

  return g_str_has_prefix (url, "https://") ? url + strlen ("https://") : url;
}

static char *
describe (KeyfobHost *host)
{
  KeyfobHostSession *session = keyfob_host_get_session (host);
  KeyfobContext *context = keyfob_host_get_context (host);
  g_autofree char *status = keyfob_status_text_status (
      keyfob_host_get_state (host), keyfob_bus_host1_get_store (keyfob_host_get_skeleton (host)),
      keyfob_host_session_get_account (session), keyfob_host_session_get_expires (session),
      keyfob_host_session_get_renews (session), keyfob_clock_now (context->clock));

  /* Translators: address of a server, and how it stands: "data.example.org · Not signed in" */
  return g_strdup_printf (_ ("%s · %s"), get_address (host), status);
}

static KeyfobSearchResult *
result_new (KeyfobHost *host, gboolean copies)
{
  KeyfobSearchResult *result = g_new0 (KeyfobSearchResult, 1);
  g_autofree char *name =
      keyfob_text_clean (keyfob_config_get_name (keyfob_host_get_config (host)), -1, MAX_NAME);

  result->host = g_object_ref (host);
  result->id = g_strconcat (copies ? COPY : SIGN_IN, keyfob_host_get_path (host), NULL);
  result->title = copies ? g_strdup_printf (_ ("Copy header of %s"), name)
                         : g_strdup_printf (_ ("Sign in to %s"), name);
  result->details = describe (host);

  return result;
}

static gboolean
may_be_found (KeyfobHost *host)
{
  return !keyfob_token_lock_get_locked (keyfob_host_get_context (host)->lock)
         && !keyfob_host_is_being_removed (host);
}

/* Returns: (transfer full): what was typed, as words to compare */
static GStrv
split_text (const char *text)
{
  g_autofree char *start = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), MAX_TEXT));

  return g_str_tokenize_and_fold (start, NULL, NULL);
}

/* @spellings: (out): the words as they are typed without accents
 *
 * The scheme is no word of the address: it would find every host. */
static GStrv
split_host (KeyfobHost *host, GStrv *spellings)
{
  KeyfobConfig *config = keyfob_host_get_config (host);
  const char *address = strstr (keyfob_config_get_base_url (config), "://");
  const char *account = keyfob_host_session_get_account (keyfob_host_get_session (host));
  g_autofree char *all = g_strjoin (" ", keyfob_config_get_name (config), address, account, NULL);

  return g_str_tokenize_and_fold (all, NULL, spellings);
}

static gboolean
begins_one (const char *word, const char *const *words)
{
  for (gsize i = 0; words[i] != NULL; i++)
    if (g_str_has_prefix (words[i], word))
      return TRUE;

  return FALSE;
}

static gboolean
fits (KeyfobHost *host, const char *const *typed)
{
  g_auto (GStrv) spellings = NULL;
  g_auto (GStrv) words = split_host (host, &spellings);

  for (gsize i = 0; typed[i] != NULL; i++)
    if (!begins_one (typed[i], (const char *const *) words)
        && !begins_one (typed[i], (const char *const *) spellings))
      return FALSE;

  return TRUE;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  KeyfobHost *first = *(KeyfobHost *const *) a;
  KeyfobHost *second = *(KeyfobHost *const *) b;
  KeyfobConfig *first_config = keyfob_host_get_config (first);
  KeyfobConfig *second_config = keyfob_host_get_config (second);
  gint64 first_used = keyfob_host_session_get_last_used (keyfob_host_get_session (first));
  gint64 second_used = keyfob_host_session_get_last_used (keyfob_host_get_session (second));

  if (keyfob_config_get_pinned (first_config) != keyfob_config_get_pinned (second_config))
    return keyfob_config_get_pinned (first_config) ? -1 : 1;
  if (first_used != second_used)
    return first_used > second_used ? -1 : 1;

  return g_utf8_collate (keyfob_config_get_name (first_config),
                         keyfob_config_get_name (second_config));
}

GPtrArray *
keyfob_host_search (GListModel *hosts, const char *text)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);
  GPtrArray *results = g_ptr_array_new_with_free_func ((GDestroyNotify) keyfob_search_result_free);
  g_auto (GStrv) typed = split_text (text);

  if (*typed == NULL)
    return results;

  for (guint i = 0; i < g_list_model_get_n_items (hosts); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (hosts, i);

      if (may_be_found (host) && fits (host, (const char *const *) typed))
        g_ptr_array_add (found, g_steal_pointer (&host));
    }
  g_ptr_array_sort (found, compare);

  for (guint i = 0; i < MIN (found->len, MAX_RESULTS); i++)
    {
      KeyfobHost *host = g_ptr_array_index (found, i);

      g_ptr_array_add (results, result_new (host, keyfob_host_is_signed_in (host)));
    }

  return results;
}

/* Returns: (transfer full) (element-type utf8 KeyfobHost): the hosts by their paths */
static GHashTable *
index_hosts (GListModel *hosts)
{
  GHashTable *by_path = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (hosts); i++)
    {
      KeyfobHost *host = g_list_model_get_item (hosts, i);

      g_hash_table_replace (by_path, (gpointer) keyfob_host_get_path (host), host);
    }

  return by_path;
}

/* Returns: (nullable): the path of the host in @id, %NULL where no result can have it as its id */
static const char *
get_path (const char *id)
{
  if (g_str_has_prefix (id, COPY))
    return id + strlen (COPY);

  return g_str_has_prefix (id, SIGN_IN) ? id + strlen (SIGN_IN) : NULL;
}

/* A client may ask for one host a thousand times, and each description costs time. */
GPtrArray *
keyfob_host_search_find (GListModel *hosts, const char *const *ids)
{
  g_autoptr (GHashTable) by_path = index_hosts (hosts);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *results = g_ptr_array_new_with_free_func ((GDestroyNotify) keyfob_search_result_free);

  for (gsize i = 0; ids[i] != NULL && results->len < MAX_RESULTS; i++)
    {
      const char *path = get_path (ids[i]);
      KeyfobHost *host = path != NULL ? g_hash_table_lookup (by_path, path) : NULL;

      if (host != NULL && may_be_found (host) && g_hash_table_add (seen, (gpointer) ids[i]))
        g_ptr_array_add (results, result_new (host, g_str_has_prefix (ids[i], COPY)));
    }

  return results;
}

void
keyfob_search_result_activate (KeyfobSearchResult *self, const char *activation_token)
{
  const char *path = keyfob_host_get_path (self->host);

  if (g_str_has_prefix (self->id, COPY))
    keyfob_desktop_activate_action (keyfob_host_get_context (self->host)->connection, "copy-header",
                                    g_variant_new_string (path), activation_token);
  else
    keyfob_desktop_sign_in (self->host, activation_token);
}
