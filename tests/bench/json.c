/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * How long the worst answers hold the main loop, in milliseconds. Judges nothing.
 */

#include "keyfob-config-build.h"

#include <string.h>

#include "keyfob-answer.h"
#include "keyfob-http.h"
#include "keyfob-json.h"
#include "keyfob-token.h"

#define TURNS 3

/* Returns: @start, and @piece until the size of the largest answer */
static char *
fill (const char *start, const char *piece, const char *end)
{
  GString *text = g_string_new (start);

  while (text->len + strlen (piece) + strlen (end) <= KEYFOB_HTTP_MAX_BODY)
    g_string_append (text, piece);
  g_string_append (text, end);

  return g_string_free (text, FALSE);
}

/* Names with one hash: "Ez" and "FY" are the same to g_str_hash(). */
static char *
collide (const char *start)
{
  GString *text = g_string_new (start);

  for (guint object = 0; object < 5; object++)
    {
      g_string_append (text, object > 0 ? "},{" : "[{");
      for (guint name = 0; name < 199; name++)
        {
          g_string_append (text, name > 0 ? ",\"" : "\"");
          for (guint bit = 0; bit < 110; bit++)
            g_string_append (text, bit >= 102 && (name >> (bit - 102) & 1) ? "FY" : "Ez");
          g_string_append (text, "\":1e5");
        }
    }
  g_string_append (text, "}]}");

  return g_string_free (text, FALSE);
}

static char *
repeat (void)
{
  GString *text = g_string_new ("{");

  for (guint i = 0; i < 990; i++)
    g_string_append_printf (text, "\"%u\":1,", i);
  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (text, "\"989\":1,");
  g_string_append (text, "\"x\":1}");

  return g_string_free (text, FALSE);
}

static char *
list_values (void)
{
  GString *text = g_string_new ("{\"access_token\":\"x\",\"list\":[0.1");

  for (guint i = 0; i < 9990; i++)
    g_string_append (text, ",[]\n");
  g_string_append (text, "]}");

  return g_string_free (text, FALSE);
}

static double
measure (const char *body, guint status, const char *type)
{
  gint64 best = G_MAXINT64;

  for (guint i = 0; i < TURNS; i++)
    {
      g_autoptr (KeyfobAnswer) answer = g_new0 (KeyfobAnswer, 1);
      g_autoptr (GError) error = NULL;
      gint64 start;

      answer->url = g_strdup ("https://a.example/token");
      answer->status = status;
      answer->content_type = g_strdup (type);
      answer->body = g_strdup (body);
      answer->length = strlen (body);

      start = g_get_monotonic_time ();
      {
        g_autoptr (JsonObject) object =
            keyfob_answer_to_object (answer, KEYFOB_REQUEST_REFRESH, &error);
        g_autoptr (KeyfobToken) token = NULL;
        g_autofree char *written = NULL;

        if (object != NULL)
          token = keyfob_token_new_from_answer (object, 1, 0, NULL);
        if (token != NULL)
          written = keyfob_token_to_json (token, 1);
      }
      best = MIN (best, g_get_monotonic_time () - start);
    }

  return (double) best / 1000;
}

int
main (void)
{
  const struct
  {
    const char *name;
    char *body;
  } cases[] = {
    { "values in a list", list_values () },
    { "too many values", fill ("[0", ",0", "]") },
    { "names that collide", collide ("{\"access_token\":\"x\",\"l\":") },
    { "repeated names", repeat () },
    { "nesting", fill ("[", "[", "") },
    { "one long string", fill ("{\"access_token\":\"x\",\"y\":\"", "é", "\"}") },
    { "escapes", fill ("{\"access_token\":\"x\",\"y\":\"", "\\u007f", "\"}") },
    { "blanks", fill ("{", " ", "}") },
    { "not closed", fill ("{\"error\":\"", "\\\"", "") },
    { "quoted objects", fill ("{\"detail\":\"", "{\\\"error\\\":", "\"}") },
    { "the word error", fill ("", "\"error\" :", "") },
    { "the description", fill ("\"error\":\"x\"", "\"error_description\"   ", "") },
    { "words of codes", fill ("", "invalid_gran ", "") },
    { "title without end", fill ("<", "<title", "") },
    { "scripts without end", fill ("<", "<script ", "") },
    { "styles without end", fill ("<p>", "<style></script>", "") },
    { "brackets", fill ("<", "<", "") },
    { "braces", fill ("", "{", "}") },
    { "backslashes", fill ("{\"detail\": \"", "\\\\", "\"}") },
  };
  static const struct
  {
    guint status;
    const char *type;
  } kinds[] = { { 200, "application/json" }, { 400, "application/json" }, { 500, "text/html" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_print ("%-20s", cases[i].name);
      for (gsize j = 0; j < G_N_ELEMENTS (kinds); j++)
        g_print ("  %u %8.2f", kinds[j].status,
                 measure (cases[i].body, kinds[j].status, kinds[j].type));
      g_print ("\n");
      g_free (cases[i].body);
    }

  return 0;
}
