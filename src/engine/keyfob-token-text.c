/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-token-text.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "keyfob-secret.h"

#define MAX_DEPTH 100

typedef struct
{
  char *key;
  char *written_key;
  KeyfobSecret *value;
} Member;

struct _KeyfobTokenText
{
  GPtrArray *members;
};

typedef struct
{
  const char *at;
  const char *end;
  guint depth;
} Scanner;

static void
member_free (gpointer data)
{
  Member *self = data;

  g_free (self->key);
  g_free (self->written_key);
  keyfob_secret_free (self->value);
  g_free (self);
}

static void
skip_space (Scanner *scanner)
{
  while (scanner->at < scanner->end
         && (*scanner->at == ' ' || *scanner->at == '\t' || *scanner->at == '\r'
             || *scanner->at == '\n'))
    scanner->at++;
}

static gboolean
skip_char (Scanner *scanner, char wanted)
{
  skip_space (scanner);

  if (scanner->at == scanner->end || *scanner->at != wanted)
    return FALSE;

  scanner->at++;
  return TRUE;
}

static gboolean
skip_word (Scanner *scanner, const char *word)
{
  gsize length = strlen (word);

  if ((gsize) (scanner->end - scanner->at) < length || memcmp (scanner->at, word, length) != 0)
    return FALSE;

  scanner->at += length;
  return TRUE;
}

static gboolean
skip_digits (Scanner *scanner)
{
  const char *start = scanner->at;

  while (scanner->at < scanner->end && g_ascii_isdigit (*scanner->at))
    scanner->at++;

  return scanner->at > start;
}

static gboolean
skip_number (Scanner *scanner)
{
  skip_word (scanner, "-");

  if (skip_word (scanner, "Infinity"))
    return TRUE;
  if (!skip_word (scanner, "0") && !skip_digits (scanner))
    return FALSE;
  if (skip_word (scanner, ".") && !skip_digits (scanner))
    return FALSE;
  if (skip_word (scanner, "e") || skip_word (scanner, "E"))
    {
      if (!skip_word (scanner, "+"))
        skip_word (scanner, "-");
      return skip_digits (scanner);
    }

  return TRUE;
}

static gboolean
skip_escape (Scanner *scanner)
{
  char kind = scanner->at < scanner->end ? *scanner->at++ : '\0';

  if (kind != 'u')
    return kind != '\0' && strchr ("\"\\/bfnrt", kind) != NULL;

  for (guint i = 0; i < 4; i++)
    {
      if (scanner->at == scanner->end || !g_ascii_isxdigit (*scanner->at))
        return FALSE;
      scanner->at++;
    }

  return TRUE;
}

static gboolean
skip_string (Scanner *scanner)
{
  if (!skip_word (scanner, "\""))
    return FALSE;

  while (scanner->at < scanner->end)
    {
      guchar c = *scanner->at++;

      if (c == '"')
        return TRUE;
      if (c < 0x20 || (c == '\\' && !skip_escape (scanner)))
        return FALSE;
    }

  return FALSE;
}

static gboolean
skip_scalar (Scanner *scanner)
{
  if (scanner->at == scanner->end)
    return FALSE;
  if (*scanner->at == '"')
    return skip_string (scanner);

  return skip_word (scanner, "true") || skip_word (scanner, "false") || skip_word (scanner, "null")
         || skip_word (scanner, "NaN") || skip_number (scanner);
}

/* Recursion is bounded by MAX_DEPTH; a parser without a bound can be crashed by "[[[[…". */
static gboolean
skip_value (Scanner *scanner)
{
  gboolean is_object = FALSE;
  char closing = '\0';

  skip_space (scanner);

  is_object = skip_word (scanner, "{");
  if (!is_object && !skip_word (scanner, "["))
    return skip_scalar (scanner);

  closing = is_object ? '}' : ']';
  if (skip_char (scanner, closing))
    return TRUE;
  if (++scanner->depth > MAX_DEPTH)
    return FALSE;

  do
    {
      skip_space (scanner);

      if (is_object && !(skip_string (scanner) && skip_char (scanner, ':')))
        return FALSE;
      if (!skip_value (scanner))
        return FALSE;
    }
  while (skip_char (scanner, ','));

  scanner->depth--;
  return skip_char (scanner, closing);
}

static char *
encode_string (const char *string)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), string);

  return json_to_string (node, FALSE);
}

/* Half a surrogate pair has no meaning; such a key is kept and never found. */
static char *
decode_key (const char *written)
{
  g_autofree char *array = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (strchr (written, '\\') == NULL)
    return g_strndup (written + 1, strlen (written) - 2);

  array = g_strdup_printf ("[%s]", written);
  node = json_from_string (array, NULL);

  return node != NULL ? g_strdup (json_array_get_string_element (json_node_get_array (node), 0))
                      : NULL;
}

static gboolean
parse_member (KeyfobTokenText *self, Scanner *scanner)
{
  Member *member = g_new0 (Member, 1);
  const char *start = NULL;

  g_ptr_array_add (self->members, member);

  skip_space (scanner);
  start = scanner->at;
  if (!skip_string (scanner))
    return FALSE;
  member->written_key = g_strndup (start, scanner->at - start);
  member->key = decode_key (member->written_key);

  if (!skip_char (scanner, ':'))
    return FALSE;

  skip_space (scanner);
  start = scanner->at;
  if (!skip_value (scanner))
    return FALSE;
  member->value = g_strndup (start, scanner->at - start);

  return TRUE;
}

static gboolean
parse_members (KeyfobTokenText *self, Scanner *scanner)
{
  skip_space (scanner);

  if (scanner->at == scanner->end)
    return TRUE;
  if (!skip_char (scanner, '{'))
    return FALSE;

  if (!skip_char (scanner, '}'))
    {
      do
        if (!parse_member (self, scanner))
          return FALSE;
      while (skip_char (scanner, ','));

      if (!skip_char (scanner, '}'))
        return FALSE;
    }

  skip_space (scanner);
  return scanner->at == scanner->end;
}

static gboolean
find (KeyfobTokenText *self, const char *key, guint *index)
{
  for (guint i = self->members->len; i-- > 0;)
    {
      Member *member = g_ptr_array_index (self->members, i);

      if (g_strcmp0 (member->key, key) == 0)
        {
          *index = i;
          return TRUE;
        }
    }

  return FALSE;
}

static void
append_line (GString *out, guint level)
{
  g_string_append_printf (out, "\n%*s", (int) level * 2, "");
}

static void
append_bracket (GString *out, Scanner *scanner, guint *level)
{
  char bracket = *scanner->at++;

  /* In ASCII a closing brace or bracket comes two after its opening one. */
  if (skip_char (scanner, bracket + 2))
    {
      g_string_append_c (out, bracket);
      g_string_append_c (out, bracket + 2);
    }
  else
    {
      g_string_append_c (out, bracket);
      append_line (out, ++*level);
    }
}

static void
append_value (GString *out, const char *json, guint level)
{
  Scanner scanner = { .at = json, .end = json + strlen (json) };

  for (skip_space (&scanner); scanner.at < scanner.end; skip_space (&scanner))
    {
      const char *start = scanner.at;

      if (strchr ("{[", *start) != NULL)
        append_bracket (out, &scanner, &level);
      else if (skip_string (&scanner))
        g_string_append_len (out, start, scanner.at - start);
      else
        {
          scanner.at++;
          if (strchr ("}]", *start) != NULL)
            append_line (out, --level);
          g_string_append_c (out, *start);
          if (*start == ',')
            append_line (out, level);
          else if (*start == ':')
            g_string_append_c (out, ' ');
        }
    }
}

KeyfobTokenText *
keyfob_token_text_parse (const char *data, gsize length)
{
  g_autoptr (KeyfobTokenText) self = g_new0 (KeyfobTokenText, 1);
  Scanner scanner = { .at = data, .end = data + length };

  self->members = g_ptr_array_new_with_free_func (member_free);

  if (!g_utf8_validate_len (data, length, NULL) || !parse_members (self, &scanner))
    return NULL;

  return g_steal_pointer (&self);
}

void
keyfob_token_text_free (KeyfobTokenText *self)
{
  g_ptr_array_unref (self->members);
  g_free (self);
}

char *
keyfob_token_text_dup (KeyfobTokenText *self, const char *key)
{
  guint index = 0;

  if (!find (self, key, &index))
    return NULL;

  return g_strdup (((Member *) g_ptr_array_index (self->members, index))->value);
}

guint
keyfob_token_text_get_n_members (KeyfobTokenText *self)
{
  return self->members->len;
}

const char *
keyfob_token_text_get_key (KeyfobTokenText *self, guint index)
{
  return ((Member *) g_ptr_array_index (self->members, index))->key;
}

char *
keyfob_token_text_dup_at (KeyfobTokenText *self, guint index)
{
  return g_strdup (((Member *) g_ptr_array_index (self->members, index))->value);
}

void
keyfob_token_text_set (KeyfobTokenText *self, const char *key, const char *value)
{
  Member *member = NULL;
  guint index = 0;

  if (find (self, key, &index))
    {
      member = g_ptr_array_index (self->members, index);
      keyfob_secret_free (member->value);
    }
  else
    {
      member = g_new0 (Member, 1);
      member->key = g_strdup (key);
      member->written_key = encode_string (key);
      g_ptr_array_add (self->members, member);
    }

  member->value = g_strdup (value);
}

void
keyfob_token_text_set_string (KeyfobTokenText *self, const char *key, const char *value)
{
  g_autofree char *written = encode_string (value);

  keyfob_token_text_set (self, key, written);
}

gboolean
keyfob_token_text_remove (KeyfobTokenText *self, const char *key)
{
  gboolean removed = FALSE;
  guint index = 0;

  while (find (self, key, &index))
    {
      g_ptr_array_remove_index (self->members, index);
      removed = TRUE;
    }

  return removed;
}

char *
keyfob_token_text_print (KeyfobTokenText *self)
{
  GString *out = g_string_new ("{");

  for (guint i = 0; i < self->members->len; i++)
    {
      const Member *member = g_ptr_array_index (self->members, i);

      g_string_append_printf (out, "%s\n  %s: ", i > 0 ? "," : "", member->written_key);
      append_value (out, member->value, 1);
    }

  g_string_append (out, self->members->len > 0 ? "\n}" : "}");

  return g_string_free (out, FALSE);
}
