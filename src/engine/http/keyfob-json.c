/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-json.h"

#include <math.h>
#include <string.h>

/* A parser that recurses without a bound can be crashed by "[[[[…". */
#define MAX_DEPTH 100

/* Returns: the end of the string that begins at @at, or @end */
static const char *
find_string_end (const char *at, const char *end)
{
  const char *start = at++;

  while (at < end && (at = memchr (at, '"', end - at)) != NULL)
    {
      const char *before = at;

      while (before - 1 > start && before[-1] == '\\')
        before--;
      /* pairs of backslashes do not escape the quotation mark */
      if ((at - before) % 2 == 0)
        return at;
      at++;
    }

  return end;
}

static gboolean
is_shallow (const char *data, gsize length)
{
  const char *end = data + length;
  int depth = 0;

  for (const char *at = data; at < end; at++)
    {
      if (*at == '"')
        at = find_string_end (at, end);
      else if ((*at == '[' || *at == '{') && ++depth > MAX_DEPTH)
        return FALSE;
      else if (*at == ']' || *at == '}')
        depth--;
    }

  return TRUE;
}

JsonNode *
keyfob_json_parse (const char *data, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root;

  if (length > G_MAXSSIZE || !is_shallow (data, length) || memchr (data, '\0', length) != NULL)
    {
      g_set_error_literal (error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_PARSE,
                           "The nesting is too deep, or there are NUL bytes");
      return NULL;
    }

  if (!json_parser_load_from_data (parser, data, length, error))
    return NULL;

  root = json_parser_steal_root (parser);
  if (root == NULL)
    g_set_error_literal (error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_PARSE, "There is no text");

  return root;
}

JsonObject *
keyfob_json_parse_object (const char *data, gsize length)
{
  g_autoptr (JsonNode) root = keyfob_json_parse (data, length, NULL);

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return NULL;

  return json_node_dup_object (root);
}

const char *
keyfob_json_get_string (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;

  return json_node_get_string (node);
}

gboolean
keyfob_json_get_number (JsonObject *object, const char *member, double *number)
{
  JsonNode *node = json_object_get_member (object, member);
  const char *text = keyfob_json_get_string (object, member);
  char *end = NULL;

  if (text != NULL)
    {
      *number = g_ascii_strtod (text, &end);
      return end != text && *end == '\0' && isfinite (*number);
    }

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || (json_node_get_value_type (node) != G_TYPE_INT64
          && json_node_get_value_type (node) != G_TYPE_DOUBLE))
    return FALSE;

  *number = json_node_get_double (node);

  return isfinite (*number);
}

void
keyfob_json_scan_space (KeyfobJsonScan *scanner)
{
  while (scanner->at < scanner->end
         && (*scanner->at == ' ' || *scanner->at == '\t' || *scanner->at == '\r'
             || *scanner->at == '\n'))
    scanner->at++;
}

gboolean
keyfob_json_scan_char (KeyfobJsonScan *scanner, char wanted)
{
  keyfob_json_scan_space (scanner);

  if (scanner->at == scanner->end || *scanner->at != wanted)
    return FALSE;

  scanner->at++;
  return TRUE;
}

static gboolean
skip_word (KeyfobJsonScan *scanner, const char *word)
{
  gsize length = strlen (word);

  if ((gsize) (scanner->end - scanner->at) < length || memcmp (scanner->at, word, length) != 0)
    return FALSE;

  scanner->at += length;
  return TRUE;
}

static gboolean
skip_digits (KeyfobJsonScan *scanner)
{
  const char *start = scanner->at;

  while (scanner->at < scanner->end && g_ascii_isdigit (*scanner->at))
    scanner->at++;

  return scanner->at > start;
}

static gboolean
skip_number (KeyfobJsonScan *scanner)
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
skip_escape (KeyfobJsonScan *scanner)
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

#define EACH_BYTE(byte) (G_GUINT64_CONSTANT (0x0101010101010101) * (byte))
#define HIGH_BITS EACH_BYTE (0x80)

static guint64
read_word (const char *at)
{
  guint64 word;

  memcpy (&word, at, sizeof word);

  return word;
}

/* Returns: a word with bits set where a byte of @word is zero, and perhaps in higher bytes */
static guint64
find_zero (guint64 word)
{
  return (word - EACH_BYTE (1)) & ~word & HIGH_BITS;
}

/* Most of a token file is long tokens without escapes, so eight bytes are checked at a time. */
static void
skip_plain (KeyfobJsonScan *scanner)
{
  while (scanner->end - scanner->at >= 8)
    {
      guint64 word = read_word (scanner->at);

      if ((find_zero (word ^ EACH_BYTE ('"')) | find_zero (word ^ EACH_BYTE ('\\'))
           | ((word - EACH_BYTE (0x20)) & ~word & HIGH_BITS))
          != 0)
        break;
      scanner->at += 8;
    }
}

gboolean
keyfob_json_scan_string (KeyfobJsonScan *scanner)
{
  if (!skip_word (scanner, "\""))
    return FALSE;

  for (skip_plain (scanner); scanner->at < scanner->end; skip_plain (scanner))
    for (guint i = 0; i < 8 && scanner->at < scanner->end; i++)
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
skip_scalar (KeyfobJsonScan *scanner)
{
  if (scanner->at == scanner->end)
    return FALSE;
  if (*scanner->at == '"')
    return keyfob_json_scan_string (scanner);

  return skip_word (scanner, "true") || skip_word (scanner, "false") || skip_word (scanner, "null")
         || skip_word (scanner, "NaN") || skip_number (scanner);
}

gboolean
keyfob_json_scan_value (KeyfobJsonScan *scanner)
{
  gboolean is_object = FALSE;
  char closing = '\0';

  keyfob_json_scan_space (scanner);

  is_object = skip_word (scanner, "{");
  if (!is_object && !skip_word (scanner, "["))
    return skip_scalar (scanner);

  closing = is_object ? '}' : ']';
  if (keyfob_json_scan_char (scanner, closing))
    return TRUE;
  if (++scanner->depth > MAX_DEPTH)
    return FALSE;

  do
    {
      keyfob_json_scan_space (scanner);

      if (is_object && !(keyfob_json_scan_string (scanner) && keyfob_json_scan_char (scanner, ':')))
        return FALSE;
      if (!keyfob_json_scan_value (scanner))
        return FALSE;
    }
  while (keyfob_json_scan_char (scanner, ','));

  scanner->depth--;
  return keyfob_json_scan_char (scanner, closing);
}

gboolean
keyfob_json_scan_is_ascii (const char *data, gsize length)
{
  guint64 bits = 0;
  gsize i = 0;

  for (; i + 8 <= length; i += 8)
    bits |= read_word (data + i);
  for (; i < length; i++)
    bits |= (guint64) (guchar) data[i];

  return (bits & HIGH_BITS) == 0;
}
