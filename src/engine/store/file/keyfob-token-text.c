/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-token-text.h"

#include <string.h>

#include "keyfob-json.h"
#include "keyfob-secret.h"
#include "keyfob-token.h"

#define BASE_URL "base_url"
#define HEADERS "headers"
/* Of a single token: the base URL of its host, as py-oidc-auth-client calls it. */
#define HOST "host"
#define AUTHORIZATION "Authorization"
/* Seconds that a refresh token is assumed to live at most. */
#define REFRESH_LIFE (30 * 24 * 60 * 60)

/* A piece of the parsed text. */
typedef struct
{
  const char *start;
  gsize length;
} Slice;

typedef struct
{
  /* With its quotes, as it is written. */
  Slice key;
  Slice value;
  /* The memory of slices that are not of the parsed text. */
  char *own_key;
  KeyfobSecret *own_value;
} Member;

struct _KeyfobTokenText
{
  GArray *members;
};

static void
member_clear (gpointer data)
{
  Member *self = data;

  g_free (self->own_key);
  keyfob_secret_free (self->own_value);
}

static char *
encode_string (const char *string)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), string);

  return json_to_string (node, FALSE);
}

/* A key with half a surrogate pair cannot be decoded; it is kept and never found. */
static char *
decode_key (const Slice *written)
{
  return keyfob_json_decode_string (written->start, written->length);
}

static gboolean
parse_member (KeyfobTokenText *self, KeyfobJsonScan *scanner)
{
  Member member = { 0 };

  keyfob_json_scan_space (scanner);
  member.key.start = scanner->at;
  if (!keyfob_json_scan_string (scanner))
    return FALSE;
  member.key.length = scanner->at - member.key.start;

  if (!keyfob_json_scan_char (scanner, ':'))
    return FALSE;

  keyfob_json_scan_space (scanner);
  member.value.start = scanner->at;
  if (!keyfob_json_scan_value (scanner))
    return FALSE;
  member.value.length = scanner->at - member.value.start;

  g_array_append_val (self->members, member);

  return TRUE;
}

static gboolean
parse_members (KeyfobTokenText *self, KeyfobJsonScan *scanner)
{
  keyfob_json_scan_space (scanner);

  if (scanner->at == scanner->end)
    return TRUE;
  if (!keyfob_json_scan_char (scanner, '{'))
    return FALSE;

  if (!keyfob_json_scan_char (scanner, '}'))
    {
      do
        if (!parse_member (self, scanner))
          return FALSE;
      while (keyfob_json_scan_char (scanner, ','));

      if (!keyfob_json_scan_char (scanner, '}'))
        return FALSE;
    }

  keyfob_json_scan_space (scanner);
  return scanner->at == scanner->end;
}

static Member *
get_member (KeyfobTokenText *self, guint index)
{
  return &g_array_index (self->members, Member, index);
}

static gboolean
has_key (const Member *member, const char *key, gsize length)
{
  g_autofree char *decoded = NULL;

  if (memchr (member->key.start, '\\', member->key.length) == NULL)
    return member->key.length == length + 2 && memcmp (member->key.start + 1, key, length) == 0;

  decoded = decode_key (&member->key);

  return g_strcmp0 (decoded, key) == 0;
}

static gboolean
find (KeyfobTokenText *self, const char *key, guint *index)
{
  gsize length = strlen (key);

  for (guint i = self->members->len; i-- > 0;)
    if (has_key (get_member (self, i), key, length))
      {
        *index = i;
        return TRUE;
      }

  return FALSE;
}

static char *
dup_value (const Member *member)
{
  return g_strndup (member->value.start, member->value.length);
}

static void
set (KeyfobTokenText *self, const char *key, const char *value)
{
  Member *member = NULL;
  guint index = 0;

  if (!find (self, key, &index))
    {
      Member added = { .own_key = encode_string (key) };

      added.key.start = added.own_key;
      added.key.length = strlen (added.own_key);
      index = self->members->len;
      g_array_append_val (self->members, added);
    }

  member = get_member (self, index);
  keyfob_secret_free (member->own_value);
  member->own_value = g_strdup (value);
  member->value.start = member->own_value;
  member->value.length = strlen (value);
}

static gboolean
is_host_key (const char *key)
{
  return g_str_has_prefix (key, "https://") || g_str_has_prefix (key, "http://");
}

static gsize
skip_space (const char *data, gsize length, gsize at)
{
  while (at < length && strchr (" \t\r\n", data[at]) != NULL && data[at] != '\0')
    at++;

  return at;
}

static gboolean
is_zeros (const char *data, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (data[i] != '\0')
      return FALSE;

  return TRUE;
}

static gboolean
is_good (KeyfobToken *token, gint64 now)
{
  return MAX (keyfob_token_get_expires (token), keyfob_token_get_refresh_expires (token)) > now;
}

/* %NULL where @member is no entry with a token that is still good. */
static char *
dup_base_url (const Member *member, GHashTable *owners, gint64 now)
{
  g_autofree char *host_key = decode_key (&member->key);
  g_autoptr (JsonObject) entry =
      keyfob_json_parse_stored (member->value.start, member->value.length);
  g_autoptr (KeyfobToken) token = NULL;
  const char *owner = NULL;

  if (entry != NULL)
    token = keyfob_token_new_from_entry (entry, NULL);
  if (host_key == NULL || token == NULL || !is_good (token, now))
    return NULL;

  owner = keyfob_token_entry_get_base_url (entry);
  if (owner == NULL)
    owner = g_hash_table_lookup (owners, host_key);

  return g_strdup (owner != NULL ? owner : host_key);
}

static void
append_line (GString *out, guint level)
{
  g_string_append_printf (out, "\n%*s", (int) level * 2, "");
}

static void
append_bracket (GString *out, KeyfobJsonScan *scanner, guint *level)
{
  char bracket = *scanner->at++;

  /* In ASCII a closing brace or bracket comes two after its opening one. */
  if (keyfob_json_scan_char (scanner, bracket + 2))
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
append_value (GString *out, const Slice *json, guint level)
{
  KeyfobJsonScan scanner = { .at = json->start, .end = json->start + json->length };

  for (keyfob_json_scan_space (&scanner); scanner.at < scanner.end;
       keyfob_json_scan_space (&scanner))
    {
      const char *start = scanner.at;

      if (strchr ("{[", *start) != NULL)
        append_bracket (out, &scanner, &level);
      else if (keyfob_json_scan_string (&scanner))
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
  KeyfobJsonScan scanner = { .at = data, .end = data + length, .python = TRUE };

  self->members = g_array_new (FALSE, FALSE, sizeof (Member));
  g_array_set_clear_func (self->members, member_clear);

  if ((!keyfob_json_scan_is_ascii (data, length) && !g_utf8_validate_len (data, length, NULL))
      || !parse_members (self, &scanner))
    return NULL;

  return g_steal_pointer (&self);
}

void
keyfob_token_text_free (KeyfobTokenText *self)
{
  g_array_unref (self->members);
  g_free (self);
}

gboolean
keyfob_token_text_is_token_store (KeyfobTokenText *self)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      g_autofree char *key = decode_key (&get_member (self, i)->key);

      if (key != NULL && is_host_key (key))
        return TRUE;
    }

  return self->members->len == 0;
}

gboolean
keyfob_token_text_is_bare_token (KeyfobTokenText *self)
{
  guint index = 0;

  return !keyfob_token_text_is_token_store (self) && find (self, "access_token", &index)
         && *get_member (self, index)->value.start == '"';
}

gboolean
keyfob_token_text_was_token_store (const char *data, gsize length)
{
  static const char *const beginnings[] = { "\"https://", "\"http://" };
  gsize at = skip_space (data, length, 0);

  /* A crash of the machine can leave zeros where the content was to be. */
  if (is_zeros (data, length))
    return TRUE;
  if (at == length || data[at] != '{')
    return FALSE;

  /* The file may end anywhere in the first key. */
  at = skip_space (data, length, at + 1);
  for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++)
    if (memcmp (data + at, beginnings[i], MIN (length - at, strlen (beginnings[i]))) == 0)
      return TRUE;

  return FALSE;
}

char *
keyfob_token_text_dup (KeyfobTokenText *self, const char *key)
{
  guint index = 0;

  return find (self, key, &index) ? dup_value (get_member (self, index)) : NULL;
}

JsonObject *
keyfob_token_text_dup_entry (KeyfobTokenText *self, const char *host_key)
{
  const Slice *value = NULL;
  guint index = 0;

  if (!find (self, host_key, &index))
    return NULL;

  value = &get_member (self, index)->value;

  return keyfob_json_parse_stored (value->start, value->length);
}

/* Returns: (transfer full): @old with the token of @source */
static KeyfobSecret *
merge_entry (const char *old, KeyfobTokenText *source, const char *written_url)
{
  static const char *const token_fields[] = { "token", "stored_at", "clock_skew" };
  g_autoptr (KeyfobTokenText) entry = keyfob_token_text_parse (old, strlen (old));

  if (entry == NULL)
    entry = keyfob_token_text_parse ("", 0);

  for (guint i = 0; i < G_N_ELEMENTS (token_fields); i++)
    {
      g_autoptr (KeyfobSecret) value = keyfob_token_text_dup (source, token_fields[i]);

      if (value != NULL)
        set (entry, token_fields[i], value);
      else
        keyfob_token_text_remove (entry, token_fields[i]);
    }

  set (entry, BASE_URL, written_url);

  return keyfob_token_text_print (entry);
}

void
keyfob_token_text_set_entry (KeyfobTokenText *self,
                             const char *host_key,
                             const char *json,
                             const char *base_url)
{
  g_autoptr (KeyfobSecret) old = keyfob_token_text_dup (self, host_key);
  g_autoptr (KeyfobSecret) merged = NULL;
  g_autofree char *written_url = encode_string (base_url);
  g_autoptr (KeyfobTokenText) source = keyfob_token_text_parse (json, strlen (json));
  g_autoptr (JsonObject) again = NULL;

  g_return_if_fail (source != NULL);

  merged = merge_entry (old != NULL ? old : "", source, written_url);
  again = keyfob_json_parse_stored (merged, strlen (merged));
  if (again == NULL)
    {
      /* Fields of another program that Keyfob could not read again must not cost the token. */
      keyfob_secret_free (merged);
      merged = merge_entry ("", source, written_url);
    }

  set (self, host_key, merged);
}

/* Other headers of the object stay, too. */
static void
set_authorization (KeyfobTokenText *self, KeyfobTokenText *token)
{
  g_autoptr (KeyfobSecret) old = keyfob_token_text_dup (self, HEADERS);
  g_autoptr (KeyfobSecret) new = keyfob_token_text_dup (token, HEADERS);
  g_autoptr (KeyfobTokenText) headers = NULL;
  g_autoptr (KeyfobTokenText) source = NULL;
  g_autoptr (KeyfobSecret) value = NULL;
  g_autoptr (KeyfobSecret) printed = NULL;

  if (old == NULL || new == NULL)
    return;

  headers = keyfob_token_text_parse (old, strlen (old));
  source = keyfob_token_text_parse (new, strlen (new));
  value = keyfob_token_text_dup (source, AUTHORIZATION);
  if (headers == NULL || value == NULL)
    return;

  set (headers, AUTHORIZATION, value);
  printed = keyfob_token_text_print (headers);
  set (self, HEADERS, printed);
}

void
keyfob_token_text_set_bare_token (KeyfobTokenText *self, const char *json, const char *base_url)
{
  /* what the old token had may be missing in the new one, or have other names there */
  static const char *const old_fields[] = {
    "refresh_token",   "expires_in",         "exp",         "expires_at",
    "refresh_expires", "refresh_expires_in", "refresh_exp", "refresh_expires_at",
  };
  g_autoptr (KeyfobTokenText) entry = keyfob_token_text_parse (json, strlen (json));
  g_autoptr (KeyfobSecret) token = NULL;
  g_autoptr (KeyfobTokenText) fields = NULL;
  guint index = 0;

  g_return_if_fail (entry != NULL);

  token = keyfob_token_text_dup (entry, "token");
  g_return_if_fail (token != NULL);

  fields = keyfob_token_text_parse (token, strlen (token));
  for (guint i = 0; i < G_N_ELEMENTS (old_fields); i++)
    {
      /* a field that stays has its place in the object */
      if (!find (fields, old_fields[i], &index))
        keyfob_token_text_remove (self, old_fields[i]);
    }
  for (guint i = 0; i < fields->members->len; i++)
    {
      g_autofree char *key = decode_key (&get_member (fields, i)->key);
      g_autoptr (KeyfobSecret) value = dup_value (get_member (fields, i));

      if (key != NULL && !g_str_equal (key, HEADERS))
        set (self, key, value);
    }
  set_authorization (self, fields);
  if (base_url != NULL)
    {
      g_autofree char *written_url = encode_string (base_url);

      set (self, HOST, written_url);
    }
}

char *
keyfob_token_text_dup_bare_host (KeyfobTokenText *self)
{
  const Slice *value = NULL;
  guint index = 0;

  if (!find (self, HOST, &index))
    return NULL;

  value = &get_member (self, index)->value;

  return *value->start == '"' ? keyfob_json_decode_string (value->start, value->length) : NULL;
}

gboolean
keyfob_token_text_remove (KeyfobTokenText *self, const char *key)
{
  gsize length = strlen (key);
  guint kept = 0;
  gboolean removed = FALSE;

  for (guint i = 0; i < self->members->len; i++)
    {
      Member *member = get_member (self, i);

      if (has_key (member, key, length))
        {
          member_clear (member);
          removed = TRUE;
        }
      else
        *get_member (self, kept++) = *member;
    }

  for (guint i = kept; i < self->members->len; i++)
    *get_member (self, i) = (Member){ 0 };
  g_array_set_size (self->members, kept);

  return removed;
}

GStrv
keyfob_token_text_list (KeyfobTokenText *self, GHashTable *owners, gint64 now)
{
  g_autoptr (GStrvBuilder) urls = g_strv_builder_new ();

  for (guint i = 0; i < self->members->len; i++)
    {
      g_autofree char *url = dup_base_url (get_member (self, i), owners, now);

      if (url != NULL)
        g_strv_builder_add (urls, url);
    }

  return g_strv_builder_end (urls);
}

char *
keyfob_token_text_print (KeyfobTokenText *self)
{
  GString *out = NULL;
  gsize size = 0;

  for (guint i = 0; i < self->members->len; i++)
    size += get_member (self, i)->key.length + get_member (self, i)->value.length + 8;

  /* Large enough at once, since growing leaves copies of secrets in memory; laying out a value that
   * was set adds white space. */
  out = g_string_sized_new (size + size / 8 + 64);
  g_string_append_c (out, '{');

  for (guint i = 0; i < self->members->len; i++)
    {
      const Member *member = get_member (self, i);

      g_string_append (out, i > 0 ? ",\n  " : "\n  ");
      g_string_append_len (out, member->key.start, member->key.length);
      g_string_append (out, ": ");
      if (member->own_value != NULL)
        append_value (out, &member->value, 1);
      else
        g_string_append_len (out, member->value.start, member->value.length);
    }

  g_string_append (out, self->members->len > 0 ? "\n}" : "}");

  return g_string_free (out, FALSE);
}

const char *
keyfob_token_entry_get_base_url (JsonObject *entry)
{
  return keyfob_json_get_string (entry, BASE_URL);
}

gboolean
keyfob_token_entry_is_in_use (JsonObject *entry, gint64 now)
{
  g_autoptr (KeyfobToken) token = keyfob_token_new_from_entry (entry, NULL);

  return token != NULL
         && (is_good (token, now)
             || (keyfob_token_get_refresh_token (token) != NULL && !keyfob_token_is_broker (token)
                 && keyfob_token_get_received (token) > now - REFRESH_LIFE));
}
