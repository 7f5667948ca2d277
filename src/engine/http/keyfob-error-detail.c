/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-error-detail.h"

#include <string.h>

#include "keyfob-json.h"
#include "keyfob-text.h"

#define MAX_BODY 65536
#define MAX_DESCRIPTION 200
#define MAX_CODE 64
#define MAX_DEPTH 8
#define MAX_TEXTS 8
/* How often JSON may be quoted in JSON. */
#define MAX_QUOTES 4
/* A code that was cut off is completed where at least this many letters are left. */
#define MIN_PREFIX 6
/* A run of letters that has both cases or digits and at least this length may be a secret. */
#define MIN_SECRET 20
#define SECRET_SIGNS "_~+=%-"

#define CODE_PATTERN "[\"']error[\"']\\s*:\\s*[\"']([A-Za-z0-9_.-]+)([\"']?)"
#define DESCRIPTION_PATTERN "[\"']error_description[\"']\\s*:\\s*[\"']([^\"]*)"

static const char *const known_codes[] = {
  "authorization_pending",  "slow_down",
  "access_denied",          "expired_token",
  "invalid_grant",          "unauthorized_client",
  "unsupported_grant_type", "invalid_client",
  "invalid_request",        "invalid_scope",
  "invalid_token",          "consent_required",
  "login_required",         "interaction_required",
  "server_error",           "temporarily_unavailable",
};

typedef struct
{
  KeyfobErrorDetail *found;
  GQueue texts;
} Search;

static gboolean
is_code (const char *text)
{
  gsize length = strlen (text);

  return length > 0 && length <= MAX_CODE
         && strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == length;
}

static void
set_code (KeyfobErrorDetail *self, const char *code)
{
  if (self->code == NULL && is_code (code))
    self->code = g_strdup (code);
}

/* Nobody reads JSON: what stands before it is shown. */
static char *
dup_without_json (const char *text)
{
  g_autoptr (GRegex) json =
      g_regex_new ("[\\s:]*[{\\[]\\s*(\\\\*[\"']|[{\\[\\]}]).*", G_REGEX_DOTALL, 0, NULL);

  return g_regex_replace_literal (json, text, -1, 0, "", 0, NULL);
}

static void
set_description (KeyfobErrorDetail *self, const char *description)
{
  g_autofree char *short_text = keyfob_error_detail_clean (description, -1);
  g_autofree char *words = dup_without_json (short_text);

  if (self->description == NULL && words != NULL && *words != '\0')
    self->description = g_steal_pointer (&words);
}

static const char *
node_string (JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;

  return json_node_get_string (node);
}

/* Texts are queued and searched after the objects around them, since they may contain quoted JSON.
 */
static void
search_node (Search *search, JsonNode *node, int depth)
{
  const char *const members[] = { "error", "detail", "message", "msg", "title" };
  const char *text = node_string (node);

  if (depth > MAX_DEPTH || node == NULL)
    return;

  if (text != NULL)
    {
      if (search->texts.length < MAX_TEXTS)
        g_queue_push_tail (&search->texts, g_strdup (text));
    }
  else if (JSON_NODE_HOLDS_ARRAY (node) && json_array_get_length (json_node_get_array (node)) > 0)
    {
      search_node (search, json_array_get_element (json_node_get_array (node), 0), depth + 1);
    }
  else if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);
      const char *code = keyfob_json_get_string (object, "error");
      const char *description = keyfob_json_get_string (object, "error_description");

      if (description != NULL)
        set_description (search->found, description);
      if (code != NULL)
        set_code (search->found, code);
      for (gsize i = code != NULL && is_code (code) ? 1 : 0; i < G_N_ELEMENTS (members); i++)
        search_node (search, json_object_get_member (object, members[i]), depth + 1);
    }
}

static JsonNode *
parse_quoted (const char *text)
{
  g_autoptr (JsonNode) whole = keyfob_json_parse (text, strlen (text));
  const char *start = strchr (text, '{');
  const char *end = strrchr (text, '}');

  if (whole != NULL)
    return g_steal_pointer (&whole);

  if (start == NULL || end == NULL || end < start)
    return NULL;

  return keyfob_json_parse (start, end - start + 1);
}

static const char *
complete_code (const char *prefix)
{
  const char *complete = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (known_codes); i++)
    {
      if (!g_str_has_prefix (known_codes[i], prefix))
        continue;
      if (complete != NULL)
        return prefix;
      complete = known_codes[i];
    }

  return complete != NULL && strlen (prefix) >= MIN_PREFIX ? complete : prefix;
}

/* For JSON that does not parse: cut off, or written by hand. Returns: whether it has an error code
 */
static gboolean
search_pattern (KeyfobErrorDetail *found, const char *text)
{
  g_autoptr (GRegex) code_regex = g_regex_new (CODE_PATTERN, 0, 0, NULL);
  g_autoptr (GRegex) description_regex = g_regex_new (DESCRIPTION_PATTERN, 0, 0, NULL);
  g_autoptr (GMatchInfo) code_match = NULL;
  g_autoptr (GMatchInfo) description_match = NULL;
  g_autofree char *code = NULL;
  g_autofree char *quote = NULL;

  if (!g_regex_match (code_regex, text, 0, &code_match))
    return FALSE;

  code = g_match_info_fetch (code_match, 1);
  quote = g_match_info_fetch (code_match, 2);
  set_code (found, *quote != '\0' ? code : complete_code (code));

  if (g_regex_match (description_regex, text, 0, &description_match))
    {
      g_autofree char *description = g_match_info_fetch (description_match, 1);

      set_description (found, description);
    }

  return TRUE;
}

static char *
unescape (const char *text)
{
  GString *plain = g_string_sized_new (strlen (text));

  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p != '\\' || p[1] == '\0')
        g_string_append_c (plain, *p);
      else if (strchr ("nrtbf", *++p) != NULL)
        g_string_append_c (plain, ' ');
      else if (strchr ("\"'\\/", *p) != NULL)
        g_string_append_c (plain, *p);
      else
        g_string_append_printf (plain, "\\%c", *p);
    }

  return g_string_free (plain, FALSE);
}

static void
search_codes (KeyfobErrorDetail *found, const char *text)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known_codes); i++)
    {
      g_autofree char *pattern = g_strconcat ("\\b", known_codes[i], "\\b", NULL);

      if (g_regex_match_simple (pattern, text, 0, 0))
        set_code (found, known_codes[i]);
    }
}

static void
search_text (Search *search, const char *text)
{
  g_autofree char *plain = g_strdup (text);

  for (int i = 0; i < MAX_QUOTES; i++)
    {
      g_autoptr (JsonNode) node = parse_quoted (plain);
      g_autofree char *quoted = g_steal_pointer (&plain);

      if (node != NULL && !JSON_NODE_HOLDS_VALUE (node) && !JSON_NODE_HOLDS_NULL (node))
        {
          search_node (search, node, 0);
          return;
        }
      if (search_pattern (search->found, quoted))
        return;
      if (strchr (quoted, '\\') == NULL)
        break;
      plain = unescape (quoted);
    }

  search_codes (search->found, text);
  set_description (search->found, text);
}

static gboolean
looks_random (const char *run, gsize length)
{
  gboolean lower = FALSE;
  gboolean upper = FALSE;
  gboolean digit = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      lower |= g_ascii_islower (run[i]);
      upper |= g_ascii_isupper (run[i]);
      digit |= g_ascii_isdigit (run[i]);
    }

  return length >= MIN_SECRET && (digit || (lower && upper));
}

static gsize
run_length (const char *text)
{
  gsize length = 0;

  while (g_ascii_isalnum (text[length])
         || (text[length] != '\0' && strchr (SECRET_SIGNS, text[length]) != NULL))
    length++;

  return length;
}

char *
keyfob_error_detail_clean (const char *text, gssize length)
{
  g_autofree char *valid = g_utf8_make_valid (text, length < 0 ? (gssize) strnlen (text, MAX_BODY)
                                                               : MIN (length, MAX_BODY));
  g_autoptr (GString) safe = g_string_new (NULL);

  for (const char *p = valid; *p != '\0';)
    {
      gsize run = run_length (p);

      if (looks_random (p, run))
        g_string_append (safe, "…");
      else
        g_string_append_len (safe, p, MAX (run, 1));
      p += MAX (run, 1);
    }

  return keyfob_text_clean (safe->str, safe->len, MAX_DESCRIPTION);
}

KeyfobErrorDetail *
keyfob_error_detail_new (const char *body, gsize length)
{
  g_autoptr (KeyfobErrorDetail) self = g_new0 (KeyfobErrorDetail, 1);
  Search search = { self, G_QUEUE_INIT };
  char *text = g_utf8_make_valid (body, MIN (length, MAX_BODY));

  for (int i = 0; i < MAX_TEXTS && text != NULL; i++)
    {
      search_text (&search, text);
      g_free (text);
      text = g_queue_pop_head (&search.texts);
    }

  g_free (text);
  g_queue_clear_full (&search.texts, g_free);

  return g_steal_pointer (&self);
}

void
keyfob_error_detail_free (KeyfobErrorDetail *self)
{
  g_free (self->code);
  g_free (self->description);
  g_free (self);
}
