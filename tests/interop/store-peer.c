/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

/* A program that does with a token file what the agent does, as its standard input says. Each line
 * is a command and is answered with a line:
 *
 *   put URL TOKEN        stores the token object TOKEN, as if a server had sent it
 *   refresh URL TOKEN    the same, after a look at the old one, which lends its refresh token
 *   get URL              the token object that is stored, or `none`
 *   remove URL           signs out
 *   list                 the base URLs
 *   write URL N          stores N tokens named 0 … N - 1, and says so after each one
 *   contend URL N        the same, after a look whether the one before is still there; says how
 *                        often it was lost
 *   time get|put URL N   the same without a word, then microseconds of each
 */

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#include "keyfob-file-store.h"

#define LIFE 36000

static void
got_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static KeyfobToken *
look_up (KeyfobTokenStore *store, KeyfobConfig *host, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  KeyfobToken *token = NULL;

  keyfob_token_store_lookup_async (store, host, NULL, got_result_cb, &result);
  wait_for (&result);
  keyfob_token_store_lookup_finish (store, result, &token, error);

  return token;
}

static gboolean
save (KeyfobTokenStore *store, KeyfobConfig *host, KeyfobToken *token, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  keyfob_token_store_save_async (store, host, token, TRUE, NULL, got_result_cb, &result);
  wait_for (&result);

  return keyfob_token_store_save_finish (store, result, error);
}

static gint64
get_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static KeyfobToken *
parse_token (const char *json)
{
  g_autoptr (JsonNode) node = json_from_string (json, NULL);

  return keyfob_token_new_from_answer (json_node_get_object (node), get_now (), 0, NULL);
}

static KeyfobToken *
make_token (guint number)
{
  g_autofree char *json = g_strdup_printf (
      "{\"access_token\": \"%u\", \"refresh_token\": \"r%u\", \"expires\": %" G_GINT64_FORMAT "}",
      number, number, get_now () + LIFE);

  return parse_token (json);
}

static void
answer (GError *error)
{
  puts (error != NULL ? error->message : "ok");
}

static void
put (KeyfobTokenStore *store, KeyfobConfig *host, const char *json)
{
  g_autoptr (KeyfobToken) token = parse_token (json);
  g_autoptr (GError) error = NULL;

  save (store, host, token, &error);
  answer (error);
}

static void
refresh (KeyfobTokenStore *store, KeyfobConfig *host, const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) old = look_up (store, host, &error);
  g_autoptr (KeyfobToken) sent = parse_token (json);
  g_autoptr (KeyfobToken) fresh = NULL;

  if (old != NULL)
    {
      fresh = keyfob_token_with_refresh_token_of (sent, old);
      save (store, host, fresh, &error);
    }
  answer (error);
}

static void
get (KeyfobTokenStore *store, KeyfobConfig *host)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) token = look_up (store, host, &error);

  if (token == NULL)
    puts (error != NULL ? error->message : "none");
  else
    {
      g_autoptr (JsonObject) entry = keyfob_token_to_entry (token, 0);
      g_autofree char *json = json_to_string (json_object_get_member (entry, "token"), FALSE);

      puts (json);
    }
}

static void
sign_out (KeyfobTokenStore *store, KeyfobConfig *host)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  keyfob_token_store_remove_async (store, host, NULL, got_result_cb, &result);
  wait_for (&result);
  keyfob_token_store_remove_finish (store, result, &error);
  answer (error);
}

static void
list (KeyfobTokenStore *store)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) urls = NULL;
  g_autofree char *joined = NULL;

  keyfob_token_store_list_async (store, NULL, got_result_cb, &result);
  wait_for (&result);
  urls = keyfob_token_store_list_finish (store, result, &error);
  joined = urls != NULL ? g_strjoinv (" ", urls) : g_strdup (error->message);
  puts (joined);
}

static gboolean
holds (KeyfobTokenStore *store, KeyfobConfig *host, guint number)
{
  g_autoptr (KeyfobToken) token = look_up (store, host, NULL);
  g_autofree char *text = g_strdup_printf ("%u", number);

  return token != NULL && g_str_equal (keyfob_token_get_access_token (token), text);
}

static void
write_many (KeyfobTokenStore *store, KeyfobConfig *host, guint n, gboolean contends)
{
  guint n_lost = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (KeyfobToken) token = make_token (i);
      g_autoptr (GError) error = NULL;

      if (contends && i > 0 && !holds (store, host, i - 1))
        n_lost++;
      if (!save (store, host, token, &error))
        {
          puts (error->message);
          return;
        }
      if (!contends)
        {
          printf ("%u\n", i);
          fflush (stdout);
        }
    }

  if (contends)
    printf ("%u lost\n", n_lost);
}

static void
measure (KeyfobTokenStore *store, KeyfobConfig *host, gboolean writes, guint n)
{
  g_autoptr (GString) times = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (KeyfobToken) token = writes ? make_token (i) : NULL;
      gint64 start = g_get_monotonic_time ();

      if (writes)
        save (store, host, token, NULL);
      else
        token = look_up (store, host, NULL);

      g_string_append_printf (times, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "",
                              g_get_monotonic_time () - start);
    }

  puts (times->str);
}

static void
obey (KeyfobTokenStore *store, char **words)
{
  gboolean times = g_str_equal (words[0], "time");
  guint n_words = g_strv_length (words);
  const char *rest = n_words > 2 ? words[2] : "";
  g_autoptr (KeyfobConfig) host = NULL;

  if (n_words > 1)
    host = keyfob_config_new (words[times ? 2 : 1], NULL, NULL);

  if (g_str_equal (words[0], "put"))
    put (store, host, rest);
  else if (g_str_equal (words[0], "refresh"))
    refresh (store, host, rest);
  else if (g_str_equal (words[0], "get"))
    get (store, host);
  else if (g_str_equal (words[0], "remove"))
    sign_out (store, host);
  else if (g_str_equal (words[0], "list"))
    list (store);
  else if (times)
    measure (store, host, g_str_equal (words[1], "put"), atoi (words[3]));
  else
    write_many (store, host, atoi (rest), g_str_equal (words[0], "contend"));

  fflush (stdout);
}

int
main (int argc, char **argv)
{
  g_autoptr (KeyfobClock) clock = keyfob_clock_new ();
  g_autoptr (KeyfobTokenStore) store = NULL;
  g_autofree char *line = g_malloc (65536);

  g_return_val_if_fail (argc == 2, 2);
  store = keyfob_file_store_new (argv[1], clock);

  while (fgets (line, 65536, stdin) != NULL)
    {
      gboolean times = g_str_has_prefix (line, "time ");
      g_auto (GStrv) words = g_strsplit (g_strchomp (line), " ", times ? 4 : 3);

      obey (store, words);
    }

  return 0;
}
