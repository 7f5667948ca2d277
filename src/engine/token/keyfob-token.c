/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-token.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-claims.h"
#include "keyfob-json.h"
#include "keyfob-secret.h"
#include "keyfob-text.h"

/* Bytes in a token file of the fields that Keyfob does not know: a file of 1 MiB holds them and the
 * longest tokens. */
#define MAX_REST (128 * 1024)
/* What the beginning of a line takes at most, at the depth of an answer in a file. */
#define MAX_LINE 80
/* The lifetime that py-oidc-auth-client assumes where the server names none, seconds. */
#define DEFAULT_LIFETIME 180
/* The Date header has whole seconds and takes time to arrive: a smaller difference is no skew. */
#define MIN_SKEW 5
#define MAX_SKEW (G_GINT64_CONSTANT (100) * 366 * 24 * 60 * 60)
/* Seconds between the moment at which a JWT was issued and that of the answer: the provider has a
 * clock of its own. */
#define MAX_ISSUE 60
/* See keyfob_token_get_margin(). */
#define MARGIN 60
#define MAX_SCOPE 1000
#define MAX_TOKEN 65536
#define MAX_TYPE 64
/* Characters; what is shorter may be in any word, and is no secret. */
#define MIN_SECRET 8
/* Smaller numbers are lifetimes, not Unix times: 1e9 was in 2001. */
#define MIN_TIME 1e9
/* Greater numbers are milliseconds: as seconds, 1e12 is in the year 33658. */
#define MIN_MILLISECONDS 1e12

struct _KeyfobToken
{
  GObject parent_instance;

  KeyfobSecret *access_token;
  KeyfobSecret *refresh_token;
  char *token_type;
  char *scope;
  gint64 received;
  double part; /* of a second, by which it was received later; 0 where that is not known */
  gint64 expires;
  gint64 refresh_expires;
  gint64 skew;
  JsonObject *rest;
};

G_DEFINE_FINAL_TYPE (KeyfobToken, keyfob_token, G_TYPE_OBJECT)

/* Members that hold the end of a token: a time by the server's clock, as Unix seconds or
 * milliseconds (number or text) or as an ISO 8601 date (UTC where it names no zone), or a lifetime
 * in seconds. */
typedef struct
{
  const char *absolute[3];
  const char *relative;
} ExpiryMembers;

static const ExpiryMembers access_expiry = { { "expires", "exp", "expires_at" }, "expires_in" };
static const ExpiryMembers refresh_expiry = { { "refresh_expires", "refresh_exp",
                                                "refresh_expires_at" },
                                              "refresh_expires_in" };

/* Whether @text can stand in a header line: RFC 6749 appendix A.12, without blanks. */
static gboolean
is_token (const char *text)
{
  gsize length = text != NULL ? strnlen (text, MAX_TOKEN + 1) : 0;

  for (gsize i = 0; i < length; i++)
    {
      if (text[i] <= ' ' || text[i] > '~')
        return FALSE;
    }

  return length > 0 && length <= MAX_TOKEN;
}

/* RFC 9110 section 5.6.2 */
static gboolean
is_type (const char *text)
{
  gsize length = strnlen (text, MAX_TYPE + 1);

  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isalnum (text[i]) && strchr ("!#$%&'*+-.^_`|~", text[i]) == NULL)
        return FALSE;
    }

  return length > 0 && length <= MAX_TYPE;
}

static gboolean
parse_date (const char *text, gint64 *time)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 (text, utc);

  if (date == NULL || g_date_time_to_unix (date) < (gint64) MIN_TIME)
    return FALSE;

  *time = g_date_time_to_unix (date);

  return TRUE;
}

static gboolean
parse_time (JsonObject *object, const char *member, gint64 *time)
{
  const char *text = keyfob_json_get_string (object, member);
  double number;

  if (!keyfob_json_get_number (object, member, &number))
    return text != NULL && parse_date (text, time);

  if (number >= MIN_MILLISECONDS)
    number /= 1000;
  if (number < MIN_TIME)
    return FALSE;

  *time = (gint64) MIN (number, (double) KEYFOB_CLAIMS_MAX_TIME);

  return TRUE;
}

/* Returns: Unix time in seconds by this machine's clock, for an answer that arrived at @now; 0
 * where
 * @object holds no usable time */
static gint64
parse_expiry (const ExpiryMembers *members, JsonObject *object, gint64 now, gint64 skew)
{
  gint64 time;
  double lifetime;

  for (gsize i = 0; i < G_N_ELEMENTS (members->absolute); i++)
    {
      if (parse_time (object, members->absolute[i], &time))
        return CLAMP (time - skew, 1, KEYFOB_CLAIMS_MAX_TIME);
    }

  if (keyfob_json_get_number (object, members->relative, &lifetime) && lifetime >= 1)
    return now + (gint64) MIN (lifetime, (double) (KEYFOB_CLAIMS_MAX_TIME - now));

  return 0;
}

static void
remove_expiry (const ExpiryMembers *members, JsonObject *object)
{
  for (gsize i = 0; i < G_N_ELEMENTS (members->absolute); i++)
    json_object_remove_member (object, members->absolute[i]);
  json_object_remove_member (object, members->relative);
}

static gboolean
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER, sentence);

  return FALSE;
}

static gboolean
set_type (KeyfobToken *self, JsonObject *fields, GError **error)
{
  const char *type = keyfob_json_get_string (fields, "token_type");

  if (type == NULL || *type == '\0')
    type = "Bearer";

  if (!is_type (type))
    return refuse (error, _ ("The server sent a token of a type that cannot be used. Ask whoever "
                             "runs it."));

  self->token_type = g_strdup (type);

  return TRUE;
}

static char *
join_strings (JsonArray *array)
{
  g_autoptr (GString) joined = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        g_string_append_printf (joined, "%s%s", joined->len > 0 ? " " : "",
                                json_node_get_string (node));
    }

  return g_string_free (g_steal_pointer (&joined), FALSE);
}

static char *
dup_scope (KeyfobToken *self, JsonObject *fields)
{
  JsonNode *node = json_object_get_member (fields, "scope");
  const char *text = keyfob_json_get_string (fields, "scope");
  g_autofree char *joined = NULL;
  g_autofree char *shown = NULL;

  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    text = joined = join_strings (json_node_get_array (node));
  shown = keyfob_token_hide (self, text != NULL ? text : "");

  return keyfob_text_clean (shown, -1, MAX_SCOPE);
}

static gboolean
set_tokens (KeyfobToken *self, JsonObject *fields, GError **error)
{
  const char *access_token = keyfob_json_get_string (fields, "access_token");
  const char *refresh_token = keyfob_json_get_string (fields, "refresh_token");

  if (!is_token (access_token))
    return refuse (error, _ ("The server sent no token that can be used. Sign in again, or ask "
                             "whoever runs it."));

  self->access_token = keyfob_secret_new (access_token);
  if (is_token (refresh_token))
    self->refresh_token = keyfob_secret_new (refresh_token);

  return set_type (self, fields, error);
}

static gboolean
is_secret (const char *field)
{
  return strcmp (field, "access_token") == 0 || strcmp (field, "refresh_token") == 0
         || strcmp (field, "Authorization") == 0;
}

/* Without the secrets, which are in memory of their own that can be overwritten. */
static JsonObject *
copy_object (JsonObject *object)
{
  JsonObject *copy = json_object_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &value))
    {
      if (!is_secret (name))
        json_object_set_member (copy, name, json_node_copy (value));
    }

  return copy;
}

static JsonObject *
copy_headers (JsonObject *fields)
{
  JsonNode *node = json_object_get_member (fields, "headers");

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return json_object_new ();

  return copy_object (json_node_get_object (node));
}

static JsonObject *
copy_rest (JsonObject *fields)
{
  JsonObject *rest = copy_object (fields);

  json_object_set_object_member (rest, "headers", copy_headers (fields));
  remove_expiry (&access_expiry, rest);
  remove_expiry (&refresh_expiry, rest);

  return rest;
}

/* Whether @skew is large enough to mean something and small enough to be no mistake. */
static gboolean
is_possible (gint64 skew)
{
  return (skew > MIN_SKEW && skew < MAX_SKEW) || (skew < -MIN_SKEW && skew > -MAX_SKEW);
}

/* A proxy or a clock that is wrong may falsify a Date header. The token contradicts the header
 * where the JWT was issued at this machine's time, or where the token ends, by this machine's
 * clock, within the difference that the header tells; a JWT that was issued at the server's time
 * confirms the header. */
static gboolean
is_credible (gint64 skew, gint64 now, gint64 issued, gint64 expires)
{
  if (!is_possible (skew))
    return FALSE;
  if (issued > 0 && ABS (now + skew - issued) > ABS (now - issued))
    return FALSE;
  if (issued > 0 && ABS (now + skew - issued) <= MAX_ISSUE)
    return TRUE;

  return expires <= now || ABS (skew) <= expires - now;
}

static KeyfobToken *
new_from_fields (JsonObject *fields, double time, gint64 skew, GError **error)
{
  gint64 now = (gint64) time;
  g_autoptr (KeyfobToken) self = g_object_new (KEYFOB_TYPE_TOKEN, NULL);

  if (!set_tokens (self, fields, error))
    return NULL;

  self->skew = skew;
  self->received = now;
  self->part = time - (double) now;
  self->expires = parse_expiry (&access_expiry, fields, now, self->skew);
  self->refresh_expires = parse_expiry (&refresh_expiry, fields, now, self->skew);
  self->rest = copy_rest (fields);
  self->scope = dup_scope (self, fields);

  return g_steal_pointer (&self);
}

static KeyfobToken *
copy_token (KeyfobToken *self)
{
  KeyfobToken *copy = g_object_new (KEYFOB_TYPE_TOKEN, NULL);

  copy->access_token = keyfob_secret_new (self->access_token);
  copy->refresh_token = keyfob_secret_new (self->refresh_token);
  copy->token_type = g_strdup (self->token_type);
  copy->scope = g_strdup (self->scope);
  copy->expires = self->expires;
  copy->refresh_expires = self->refresh_expires;
  copy->received = self->received;
  copy->part = self->part;
  copy->skew = self->skew;
  copy->rest = copy_object (self->rest);

  return copy;
}

static void
keyfob_token_finalize (GObject *object)
{
  KeyfobToken *self = KEYFOB_TOKEN (object);

  keyfob_secret_free (self->access_token);
  keyfob_secret_free (self->refresh_token);
  g_free (self->token_type);
  g_free (self->scope);
  g_clear_pointer (&self->rest, json_object_unref);

  G_OBJECT_CLASS (keyfob_token_parent_class)->finalize (object);
}

static void
keyfob_token_class_init (KeyfobTokenClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = keyfob_token_finalize;
}

static void
keyfob_token_init (KeyfobToken *self)
{
}

/* For an answer without an expiry field. */
static gint64
get_assumed_end (KeyfobToken *self, gint64 now)
{
  gint64 claimed = keyfob_claims_get_expires (self->access_token) - self->skew;

  return claimed > now ? claimed : now + DEFAULT_LIFETIME;
}

KeyfobToken *
keyfob_token_new_from_answer (JsonObject *answer, double now, gint64 skew, GError **error)
{
  const char *access_token;
  gint64 expires;
  KeyfobToken *self;

  g_return_val_if_fail (answer != NULL, NULL);

  access_token = keyfob_json_get_string (answer, "access_token");
  expires = parse_expiry (&access_expiry, answer, now, 0);
  if (access_token == NULL
      || !is_credible (skew, now, keyfob_claims_get_issued_at (access_token), expires))
    skew = 0;

  self = new_from_fields (answer, now, skew, error);
  if (self != NULL && self->expires == 0)
    self->expires = get_assumed_end (self, now);

  return self;
}

KeyfobToken *
keyfob_token_new_from_entry (JsonObject *entry, GError **error)
{
  JsonNode *node;
  KeyfobToken *self = NULL;
  double stored_at;
  double skew;

  g_return_val_if_fail (entry != NULL, NULL);

  if (!keyfob_json_get_number (entry, "stored_at", &stored_at) || stored_at < 0
      || stored_at > (double) KEYFOB_CLAIMS_MAX_TIME)
    stored_at = 0;
  if (!keyfob_json_get_number (entry, "clock_skew", &skew)
      || !is_possible ((gint64) CLAMP (skew, -MAX_SKEW, MAX_SKEW)))
    skew = 0;

  node = json_object_get_member (entry, "token");
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    self = new_from_fields (json_node_get_object (node), stored_at, (gint64) skew, NULL);

  if (self == NULL)
    g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED,
                         _ ("What is stored for this host is no token. Sign in again."));

  return self;
}

static JsonObject *
build_headers (KeyfobToken *self)
{
  g_autoptr (KeyfobSecret) authorization = keyfob_token_dup_authorization (self);
  JsonObject *headers = copy_headers (self->rest);

  json_object_set_string_member (headers, "Authorization", authorization);

  return headers;
}

JsonObject *
keyfob_token_to_entry (KeyfobToken *self, double stored_at)
{
  JsonObject *entry = json_object_new ();
  JsonObject *token;

  g_return_val_if_fail (KEYFOB_IS_TOKEN (self), NULL);

  token = copy_object (self->rest);
  json_object_set_string_member (token, "access_token", self->access_token);
  json_object_set_string_member (token, "token_type", self->token_type);
  if (self->expires != 0)
    json_object_set_int_member (token, "expires", self->expires + self->skew);
  if (self->refresh_token != NULL)
    json_object_set_string_member (token, "refresh_token", self->refresh_token);
  if (self->refresh_expires != 0)
    json_object_set_int_member (token, "refresh_expires", self->refresh_expires + self->skew);
  json_object_set_object_member (token, "headers", build_headers (self));

  json_object_set_object_member (entry, "token", token);
  json_object_set_double_member (entry, "stored_at", stored_at);
  if (self->skew != 0)
    json_object_set_int_member (entry, "clock_skew", self->skew);

  return entry;
}

/* Returns: bytes of @json in a token file, where each value has a line */
static gsize
get_stored_size (const char *json)
{
  gsize size = 0;

  for (const char *at = json; *at != '\0'; at++)
    size += strchr ("[]{},", *at) != NULL ? MAX_LINE : 1;

  return size;
}

/* Returns: a copy of @rest with the fields that are written */
static JsonObject *
copy_printable (JsonObject *rest)
{
  JsonObject *copy = json_object_new ();
  gsize size = 0;
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init (&iter, rest);
  while (json_object_iter_next (&iter, &name, &value))
    {
      g_autoptr (JsonObject) field = json_object_new ();
      g_autoptr (KeyfobSecret) text = NULL;
      gsize stored_size = 0;

      json_object_set_member (field, name, json_node_copy (value));
      text = keyfob_json_print (field);
      if (text != NULL)
        stored_size = get_stored_size (text);
      if (text == NULL || stored_size > MAX_REST - size)
        continue;

      size += stored_size;
      json_object_set_member (copy, name, json_node_copy (value));
    }

  return copy;
}

KeyfobSecret *
keyfob_token_to_json (KeyfobToken *self, double stored_at)
{
  g_autoptr (KeyfobToken) printable = copy_token (self);
  g_autoptr (JsonObject) entry = NULL;

  json_object_unref (printable->rest);
  printable->rest = copy_printable (self->rest);
  entry = keyfob_token_to_entry (printable, stored_at);

  return keyfob_json_print (entry);
}

KeyfobToken *
keyfob_token_with_refresh_token_of (KeyfobToken *self, KeyfobToken *old)
{
  KeyfobToken *copy;

  g_return_val_if_fail (KEYFOB_IS_TOKEN (self), NULL);
  g_return_val_if_fail (KEYFOB_IS_TOKEN (old), NULL);

  if (self->refresh_token != NULL || old->refresh_token == NULL)
    return g_object_ref (self);

  copy = copy_token (self);
  copy->refresh_token = keyfob_secret_new (old->refresh_token);
  if (copy->refresh_expires == 0)
    copy->refresh_expires = old->refresh_expires;

  return copy;
}

KeyfobToken *
keyfob_token_shifted (KeyfobToken *self, gint64 seconds)
{
  KeyfobToken *shifted;

  g_return_val_if_fail (KEYFOB_IS_TOKEN (self), NULL);

  shifted = copy_token (self);
  shifted->received += seconds;
  shifted->skew -= seconds;
  if (shifted->expires != 0)
    shifted->expires = MAX (shifted->expires + seconds, 1);
  if (shifted->refresh_expires != 0)
    shifted->refresh_expires = MAX (shifted->refresh_expires + seconds, 1);

  return shifted;
}

const char *
keyfob_token_get_access_token (KeyfobToken *self)
{
  g_return_val_if_fail (KEYFOB_IS_TOKEN (self), NULL);

  return self->access_token;
}

const char *
keyfob_token_get_refresh_token (KeyfobToken *self)
{
  g_return_val_if_fail (KEYFOB_IS_TOKEN (self), NULL);

  return self->refresh_token;
}

char *
keyfob_token_hide (KeyfobToken *self, const char *text)
{
  const char *const secrets[] = {
    self->access_token,
    self->refresh_token,
    keyfob_token_get_id_token (self),
  };
  GString *hidden = g_string_new (text);

  for (gsize i = 0; i < G_N_ELEMENTS (secrets); i++)
    if (secrets[i] != NULL && strlen (secrets[i]) >= MIN_SECRET)
      g_string_replace (hidden, secrets[i], "…", 0);

  return g_string_free (hidden, FALSE);
}

const char *
keyfob_token_get_id_token (KeyfobToken *self)
{
  g_return_val_if_fail (KEYFOB_IS_TOKEN (self), NULL);

  return keyfob_json_get_string (self->rest, "id_token");
}

const char *
keyfob_token_get_token_type (KeyfobToken *self)
{
  g_return_val_if_fail (KEYFOB_IS_TOKEN (self), NULL);

  return g_ascii_strcasecmp (self->token_type, "Bearer") == 0 ? "Bearer" : self->token_type;
}

const char *
keyfob_token_get_scope (KeyfobToken *self)
{
  g_return_val_if_fail (KEYFOB_IS_TOKEN (self), NULL);

  return self->scope;
}

char *
keyfob_token_dup_authorization (KeyfobToken *self)
{
  g_return_val_if_fail (KEYFOB_IS_TOKEN (self), NULL);

  return g_strconcat (keyfob_token_get_token_type (self), " ", self->access_token, NULL);
}

gint64
keyfob_token_get_received (KeyfobToken *self)
{
  g_return_val_if_fail (KEYFOB_IS_TOKEN (self), 0);

  return self->received;
}

gint64
keyfob_token_get_margin (KeyfobToken *self)
{
  g_return_val_if_fail (KEYFOB_IS_TOKEN (self), 0);

  return CLAMP ((self->expires - self->received) / 4, 0, MARGIN);
}

gint64
keyfob_token_get_expires (KeyfobToken *self)
{
  g_return_val_if_fail (KEYFOB_IS_TOKEN (self), 0);

  return self->expires;
}

gint64
keyfob_token_get_refresh_expires (KeyfobToken *self)
{
  g_return_val_if_fail (KEYFOB_IS_TOKEN (self), 0);

  return self->refresh_expires;
}

gint64
keyfob_token_get_seconds_left (KeyfobToken *self, gint64 now)
{
  g_return_val_if_fail (KEYFOB_IS_TOKEN (self), 0);

  return MAX (self->expires - now, 0);
}

gboolean
keyfob_token_is_newer (KeyfobToken *self, KeyfobToken *other)
{
  gint64 issued;
  gint64 other_issued;

  g_return_val_if_fail (KEYFOB_IS_TOKEN (self), FALSE);
  g_return_val_if_fail (KEYFOB_IS_TOKEN (other), FALSE);

  if (g_str_equal (self->access_token, other->access_token))
    return FALSE;

  issued = keyfob_claims_get_issued_at (self->access_token);
  other_issued = keyfob_claims_get_issued_at (other->access_token);
  if (issued > 0 && other_issued > 0 && issued != other_issued)
    return issued > other_issued;

  if (self->received == other->received && self->part > 0 && other->part > 0
      && self->part != other->part)
    return self->part > other->part;

  return self->received > other->received
         || self->expires + self->skew > other->expires + other->skew;
}

gboolean
keyfob_token_is_superseded (KeyfobToken *self, KeyfobToken *stored)
{
  if (keyfob_token_is_newer (stored, self))
    return TRUE;

  return !g_str_equal (self->access_token, stored->access_token)
         && !keyfob_token_is_newer (self, stored);
}

gboolean
keyfob_token_is_fresh (KeyfobToken *self, gint64 now)
{
  gint64 left = keyfob_token_get_seconds_left (self, now);

  return left > 0 && left >= keyfob_token_get_margin (self);
}

gboolean
keyfob_token_is_broker (KeyfobToken *self)
{
  g_return_val_if_fail (KEYFOB_IS_TOKEN (self), FALSE);

  return g_strcmp0 (self->access_token, self->refresh_token) == 0;
}

char *
keyfob_token_dup_account (KeyfobToken *self)
{
  g_return_val_if_fail (KEYFOB_IS_TOKEN (self), NULL);

  return keyfob_claims_dup_account (self->access_token);
}
