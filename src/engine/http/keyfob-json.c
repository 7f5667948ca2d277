/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-json.h"

#include <math.h>
#include <string.h>

/* As deep as Python's reader goes, and so the files that it leaves. */
#define MAX_SCAN_DEPTH 1000
/* The byte order mark: RFC 8259 section 8.1 lets a reader ignore it. */
#define MARK "\xef\xbb\xbf"
/* Characters; the longest number that a program prints has 25. */
#define MAX_NUMBER 64
/* Length of an escape of a UTF-16 unit. */
#define UNIT_LENGTH 6

/* Names are few since anybody can make names that a hash table finds slowly. */
typedef struct
{
  gsize size; /* bytes */
  guint depth;
  guint values;
  guint names;
  guint names_in_object;
  gboolean python; /* whether NaN and Infinity are read over */
} Limits;

static const Limits answer_limits = {
  .size = KEYFOB_JSON_MAX_ANSWER,
  .depth = 32,
  .values = 10000,
  .names = 1000,
  .names_in_object = 200,
};

/* What an answer brings fits into an entry, which nests it and adds a few members. */
static const Limits stored_limits = {
  .size = 8 * KEYFOB_JSON_MAX_ANSWER,
  .depth = 64,
  .values = 20000,
  .names = 2000,
  .names_in_object = 400,
  .python = TRUE,
};

/* Reads a text that was scanned, so its grammar is right. */
typedef struct
{
  KeyfobJsonScan scan;
  const Limits *limits;
  guint n_values;
  guint n_names;
} Reader;

/* Returns: the unit of the escape at @at; 0 where there is none */
static gunichar
read_unit (const char *at, const char *end)
{
  gunichar unit = 0;

  if (end - at < UNIT_LENGTH || at[0] != '\\' || at[1] != 'u')
    return 0;

  for (guint i = 2; i < UNIT_LENGTH; i++)
    unit = unit << 4 | (gunichar) g_ascii_xdigit_value (at[i]);

  return unit;
}

/* Moves @at behind an escape. Returns: 0 for half a surrogate pair, and for NUL */
static gunichar
read_escape (const char **at, const char *end)
{
  static const char escapes[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  gunichar high = read_unit (*at, end);
  gunichar low;

  if ((*at)[1] != 'u')
    {
      *at += 2;
      return (guchar) meanings[strchr (escapes, (*at)[-1]) - escapes];
    }

  *at += UNIT_LENGTH;
  if (high < 0xd800 || high > 0xdfff)
    return high;

  low = read_unit (*at, end);
  if (high > 0xdbff || low < 0xdc00 || low > 0xdfff)
    return 0;

  *at += UNIT_LENGTH;
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

KeyfobSecret *
keyfob_json_decode_string (const char *written, gsize length)
{
  const char *at = written + 1;
  const char *end = written + length - 1;
  /* An escape is no shorter than what it stands for. */
  KeyfobSecret *text = g_malloc (length);
  char *out = text;

  while (at < end)
    {
      const char *escape = memchr (at, '\\', end - at);
      gsize plain = (escape != NULL ? escape : end) - at;

      memcpy (out, at, plain);
      out += plain;
      at += plain;

      if (at < end)
        {
          gunichar c = read_escape (&at, end);

          if (c == 0)
            {
              *out = '\0';
              keyfob_secret_free (text);
              return NULL;
            }
          out += g_unichar_to_utf8 (c, out);
        }
    }
  *out = '\0';

  return text;
}

static gboolean read_value (Reader *self, JsonNode **value);

/* Returns: (transfer full) (nullable): %NULL for a string that a C string cannot hold */
static KeyfobSecret *
read_string (Reader *self)
{
  const char *start = self->scan.at;

  keyfob_json_scan_string (&self->scan);

  return keyfob_json_decode_string (start, self->scan.at - start);
}

/* Members and elements that cannot be represented are left out, or null; a second member of that
 * name is refused all the same. */
static gboolean
read_object (Reader *self, JsonNode **value)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (GPtrArray) left_out = g_ptr_array_new_with_free_func (g_free);

  if (!keyfob_json_scan_char (&self->scan, '}'))
    {
      do
        {
          g_autofree char *name = NULL;
          JsonNode *member = NULL;

          keyfob_json_scan_space (&self->scan);
          name = read_string (self);
          keyfob_json_scan_char (&self->scan, ':');

          if (json_object_get_size (object) == self->limits->names_in_object
              || ++self->n_names > self->limits->names
              || (name != NULL && json_object_has_member (object, name))
              || !read_value (self, &member))
            return FALSE;

          if (name == NULL)
            {
              g_clear_pointer (&member, json_node_unref);
              continue;
            }
          json_object_set_member (object, name,
                                  member != NULL ? member : json_node_new (JSON_NODE_NULL));
          if (member == NULL)
            g_ptr_array_add (left_out, g_steal_pointer (&name));
        }
      while (keyfob_json_scan_char (&self->scan, ','));

      keyfob_json_scan_char (&self->scan, '}');
    }

  for (guint i = 0; i < left_out->len; i++)
    json_object_remove_member (object, g_ptr_array_index (left_out, i));
  *value = json_node_init_object (json_node_alloc (), object);

  return TRUE;
}

static gboolean
read_array (Reader *self, JsonNode **value)
{
  g_autoptr (JsonArray) array = json_array_new ();

  if (!keyfob_json_scan_char (&self->scan, ']'))
    {
      do
        {
          JsonNode *element = NULL;

          if (!read_value (self, &element))
            return FALSE;
          json_array_add_element (array,
                                  element != NULL ? element : json_node_new (JSON_NODE_NULL));
        }
      while (keyfob_json_scan_char (&self->scan, ','));

      keyfob_json_scan_char (&self->scan, ']');
    }

  *value = json_node_init_array (json_node_alloc (), array);

  return TRUE;
}

/* Returns: (nullable): %NULL for an integer of more than 64 bits, and for what is not finite */
static JsonNode *
read_number (const char *start, gsize length)
{
  char text[MAX_NUMBER + 1];
  double number;
  gint64 integer;

  if (length > MAX_NUMBER)
    return NULL;

  memcpy (text, start, length);
  text[length] = '\0';

  /* larger ones, such as 2⁶⁴ − 1 for ever, are still numbers */
  if (strpbrk (text, ".eE") == NULL
      && g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &integer, NULL))
    return json_node_init_int (json_node_alloc (), integer);

  number = g_ascii_strtod (text, NULL);

  return isfinite (number) ? json_node_init_double (json_node_alloc (), number) : NULL;
}

static JsonNode *
read_scalar (Reader *self)
{
  const char *start = self->scan.at;

  if (*start == '"')
    {
      g_autoptr (KeyfobSecret) text = read_string (self);

      return text != NULL ? json_node_init_string (json_node_alloc (), text) : NULL;
    }

  keyfob_json_scan_value (&self->scan);
  if (*start == 't' || *start == 'f')
    return json_node_init_boolean (json_node_alloc (), *start == 't');
  if (*start == 'n')
    return json_node_new (JSON_NODE_NULL);

  return read_number (start, self->scan.at - start);
}

/* Returns: whether the text is within the limits; @value is %NULL where it cannot be represented,
 * or is nested too deep: what an answer has in a field that nobody reads costs no token */
static gboolean
read_value (Reader *self, JsonNode **value)
{
  const char *start = self->scan.at;
  gboolean is_object = keyfob_json_scan_char (&self->scan, '{');
  gboolean done;

  if (++self->n_values > self->limits->values)
    return FALSE;

  if (!is_object && !keyfob_json_scan_char (&self->scan, '['))
    {
      *value = read_scalar (self);
      return TRUE;
    }

  if (self->scan.depth == self->limits->depth)
    {
      self->scan.at = start;
      return keyfob_json_scan_value (&self->scan);
    }

  self->scan.depth++;
  done = is_object ? read_object (self, value) : read_array (self, value);
  self->scan.depth--;

  return done;
}

static JsonNode *
parse (const char *data, gsize length, const Limits *limits)
{
  gsize mark =
      length >= strlen (MARK) && memcmp (data, MARK, strlen (MARK)) == 0 ? strlen (MARK) : 0;
  Reader reader = {
    .scan = { .at = data + mark, .end = data + length, .python = limits->python },
    .limits = limits,
  };
  JsonNode *root = NULL;

  if (length > limits->size || !keyfob_json_is_valid (data + mark, length - mark, limits->python)
      || !read_value (&reader, &root))
    return NULL;

  return root;
}

static JsonObject *
parse_object (const char *data, gsize length, const Limits *limits)
{
  g_autoptr (JsonNode) root = parse (data, length, limits);

  return root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_dup_object (root) : NULL;
}

JsonNode *
keyfob_json_parse (const char *data, gsize length)
{
  return parse (data, length, &answer_limits);
}

JsonObject *
keyfob_json_parse_object (const char *data, gsize length)
{
  return parse_object (data, length, &answer_limits);
}

JsonObject *
keyfob_json_parse_stored (const char *data, gsize length)
{
  return parse_object (data, length, &stored_limits);
}

KeyfobSecret *
keyfob_json_print (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autoptr (KeyfobSecret) text = json_to_string (node, FALSE);
  gsize length = strlen (text);
  g_autoptr (JsonObject) again = NULL;

  if (length > KEYFOB_JSON_MAX_WRITTEN || !keyfob_json_is_valid (text, length, FALSE))
    return NULL;

  again = keyfob_json_parse_stored (text, length);

  return again != NULL ? g_steal_pointer (&text) : NULL;
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

  if (scanner->python && skip_word (scanner, "Infinity"))
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
         || (scanner->python && skip_word (scanner, "NaN")) || skip_number (scanner);
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
  if (++scanner->depth > MAX_SCAN_DEPTH)
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

gboolean
keyfob_json_is_valid (const char *data, gsize length, gboolean python)
{
  KeyfobJsonScan scanner = { .at = data, .end = data + length, .python = python };

  if (!keyfob_json_scan_is_ascii (data, length) && !g_utf8_validate_len (data, length, NULL))
    return FALSE;
  if (!keyfob_json_scan_value (&scanner))
    return FALSE;
  keyfob_json_scan_space (&scanner);

  return scanner.at == scanner.end;
}
