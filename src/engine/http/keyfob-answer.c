/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-answer.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-base-url.h"
#include "keyfob-error-detail.h"
#include "keyfob-json.h"
#include "keyfob-secret.h"
#include "keyfob-text.h"

/* RFC 8470 section 5.2 */
#define STATUS_TOO_EARLY 425
/* RFC 6585 section 4 */
#define STATUS_TOO_MANY_REQUESTS 429
#define MAX_PAGE 65536
#define MAX_HOST 100
#define MAX_URL 300

typedef struct
{
  KeyfobAnswer *answer;
  KeyfobRequest request;
  const char *host;
  const char *url;
  const char *description; /* (nullable): what the server says is wrong */
} Context;

static gboolean
is_refresh (const Context *context)
{
  return context->request == KEYFOB_REQUEST_REFRESH
         || context->request == KEYFOB_REQUEST_BROKER_REFRESH;
}

static GError *G_GNUC_PRINTF (2, 3) new_error (KeyfobAuthError code, const char *format, ...)
{
  GError *error;
  va_list args;

  va_start (args, format);
  error = g_error_new_valist (KEYFOB_AUTH_ERROR, code, format, args);
  va_end (args);

  return error;
}

/* Some servers send JSON as text/html, also with words that are not in UTF-8. */
static gboolean
is_page (KeyfobAnswer *self)
{
  const char *start = self->body + strspn (self->body, " \t\r\n\xef\xbb\xbf");
  gboolean says_so = g_strcmp0 (self->content_type, "text/html") == 0
                     || g_strcmp0 (self->content_type, "application/xhtml+xml") == 0;
  g_autoptr (KeyfobSecret) text = NULL;

  if (*start == '<' || !says_so)
    return *start == '<';

  text = g_utf8_make_valid (start, self->body + self->length - start);

  return !keyfob_json_is_valid (text, strlen (text), FALSE);
}

/* Returns: whether a tag of the name @name begins at @at */
static gboolean
is_tag (const char *at, const char *name)
{
  gsize length = strlen (name);

  return g_ascii_strncasecmp (at, name, length) == 0 && !g_ascii_isalnum (at[length]);
}

/* Returns: (nullable): the first tag of the name @name from @at on */
static const char *
find_tag (const char *at, const char *name)
{
  while ((at = strchr (at, '<')) != NULL && !is_tag (at, name))
    at++;

  return at;
}

/* Returns: (nullable): what comes after the tag at @at */
static const char *
find_tag_end (const char *at)
{
  const char *end = strchr (at, '>');

  return end != NULL ? end + 1 : NULL;
}

/* No regular expression: a page can be made on which that takes seconds. */
static char *
dup_without_markup (const char *page)
{
  static const char *const hidden[][2] = { { "<script", "</script" }, { "<style", "</style" } };
  gboolean never_ends[G_N_ELEMENTS (hidden)] = { FALSE };
  g_autoptr (GString) text = g_string_new (NULL);
  const char *at = page;

  while (at != NULL && *at != '\0')
    {
      gsize plain = strcspn (at, "<");

      g_string_append_len (text, at, plain);
      at += plain;

      for (gsize i = 0; *at != '\0' && i < G_N_ELEMENTS (hidden); i++)
        if (!never_ends[i] && is_tag (at, hidden[i][0]))
          {
            const char *end = find_tag (at, hidden[i][1]);

            never_ends[i] = end == NULL;
            at = end != NULL ? end : at;
          }

      if (*at == '<')
        {
          g_string_append_c (text, ' ');
          at = find_tag_end (at);
        }
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Returns: (transfer full): the title of the page, or its text where there is no title */
static char *
dup_page_text (KeyfobAnswer *self)
{
  g_autofree char *page = g_utf8_make_valid (self->body, MIN (self->length, MAX_PAGE));
  const char *tag = find_tag (page, "<title");
  const char *title = tag != NULL ? find_tag_end (tag) : NULL;
  g_autofree char *text =
      title != NULL ? g_strndup (title, strcspn (title, "<")) : dup_without_markup (page);

  return keyfob_error_detail_clean (text, -1);
}

static GError *
new_pending_error (const Context *context)
{
  return new_error (KEYFOB_AUTH_ERROR_PENDING,
                    _ ("%s waits until you have signed in on the other "
                       "device."),
                    context->host);
}

static GError *
new_slow_down_error (const Context *context)
{
  return new_error (KEYFOB_AUTH_ERROR_SLOW_DOWN, _ ("%s wants to be asked less often."),
                    context->host);
}

static GError *
new_denied_error (const Context *context)
{
  if (context->description != NULL)
    return new_error (
        KEYFOB_AUTH_ERROR_DENIED,
        _ ("The sign-in to %s was refused: “%s”. Sign in again if that was a mistake."),
        context->host, context->description);

  return new_error (KEYFOB_AUTH_ERROR_DENIED,
                    _ ("The sign-in to %s was refused. Sign in again if that was a mistake."),
                    context->host);
}

static GError *
new_expired_error (const Context *context)
{
  if (is_refresh (context) || context->request == KEYFOB_REQUEST_USERINFO)
    return new_error (KEYFOB_AUTH_ERROR_EXPIRED, _ ("The session at %s has ended. Sign in again."),
                      context->host);

  if (context->request == KEYFOB_REQUEST_POLL)
    return new_error (KEYFOB_AUTH_ERROR_EXPIRED,
                      _ ("The code for %s is no longer good. Get a new one."), context->host);

  return new_error (
      KEYFOB_AUTH_ERROR_EXPIRED,
      _ ("%s no longer takes this sign-in: it took too long or was used before. Sign in "
         "again."),
      context->host);
}

static GError *
new_unsupported_error (const Context *context)
{
  if (context->request == KEYFOB_REQUEST_DEVICE || context->request == KEYFOB_REQUEST_POLL)
    return new_error (KEYFOB_AUTH_ERROR_UNSUPPORTED,
                      _ ("%s offers no sign-in on another device. Sign in with the browser."),
                      context->host);

  return new_error (KEYFOB_AUTH_ERROR_UNSUPPORTED,
                    _ ("%s does not allow this way to sign in. Ask whoever runs it."),
                    context->host);
}

/* RFC 6749 section 5.2 has only the first code for a refresh; providers also use the others. */
static const char *const final_codes[] = {
  "invalid_grant",  "expired_token",    "invalid_token",
  "login_required", "consent_required", "interaction_required",
};

static gboolean
is_final (const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (final_codes); i++)
    {
      if (strcmp (code, final_codes[i]) == 0)
        return TRUE;
    }

  return FALSE;
}

static GError *
new_no_right_error (const Context *context)
{
  return new_error (KEYFOB_AUTH_ERROR_DENIED,
                    _ ("Your account lacks a right that %s asks for: “%s”. Ask whoever runs it."),
                    context->host, context->description);
}

static const struct
{
  const char *code;
  GError *(*create) (const Context *context);
} code_table[] = {
  { "authorization_pending", new_pending_error },
  { "slow_down", new_slow_down_error },
  { "access_denied", new_denied_error },
  { "expired_token", new_expired_error },
  { "invalid_grant", new_expired_error },
  { "unauthorized_client", new_unsupported_error },
  { "unsupported_grant_type", new_unsupported_error },
};

static GError *
new_error_by_code (const Context *context, const char *code)
{
  if (code == NULL || (is_refresh (context) && keyfob_answer_is_unavailable (context->answer)))
    return NULL;

  if (is_refresh (context) && is_final (code))
    return new_expired_error (context);

  for (gsize i = 0; i < G_N_ELEMENTS (code_table); i++)
    {
      if (strcmp (code, code_table[i].code) == 0)
        return code_table[i].create (context);
    }

  return NULL;
}

static GError *
new_redirect_error (const Context *context)
{
  KeyfobAnswer *answer = context->answer;
  g_autofree char *target = NULL;
  g_autofree char *scheme =
      answer->location != NULL ? keyfob_base_url_dup_scheme (answer->location) : NULL;

  if (scheme != NULL)
    target = keyfob_answer_dup_host (answer->location);

  if (target != NULL && *target != '\0' && strcmp (target, context->host) != 0)
    return new_error (
        KEYFOB_AUTH_ERROR_BAD_ANSWER,
        _ ("%s redirects to %s, and no secret is sent along. Check the address, or sign in to "
           "your network first."),
        context->host, target);

  return new_error (
      KEYFOB_AUTH_ERROR_BAD_ANSWER,
      _ ("%s redirects what is asked at %s, and no secret is sent along. Check the address and "
         "its routes."),
      context->host, context->url);
}

static GError *
new_not_found_error (const Context *context)
{
  return new_error (KEYFOB_AUTH_ERROR_SERVER,
                    _ ("%s has nothing at %s. Check the address of the host, or set its routes."),
                    context->host, context->url);
}

static KeyfobAuthError
get_status_code (KeyfobAnswer *answer)
{
  return keyfob_answer_is_unavailable (answer) ? KEYFOB_AUTH_ERROR_UNAVAILABLE
                                               : KEYFOB_AUTH_ERROR_SERVER;
}

static GError *
new_page_error (const Context *context)
{
  g_autofree char *text = dup_page_text (context->answer);
  guint status = context->answer->status;

  if (status < 400 && *text == '\0')
    return new_error (
        KEYFOB_AUTH_ERROR_BAD_ANSWER,
        _ ("%s answered with a web page instead of data. Check the address, or sign in to "
           "your network first."),
        context->host);

  if (status < 400)
    return new_error (
        KEYFOB_AUTH_ERROR_BAD_ANSWER,
        _ ("%s answered with a web page (“%s”) instead of data. Check the address, or sign "
           "in to your network first."),
        context->host, text);

  return new_error (
      get_status_code (context->answer),
      _ ("%s answered with an error page (%u, “%s”). Try again later, or ask whoever runs "
         "it."),
      context->host, status, *text != '\0' ? text : soup_status_get_phrase (status));
}

static GError *
new_status_error (const Context *context, const char *code)
{
  guint status = context->answer->status;
  const char *description = context->description != NULL ? context->description : code;

  if (description == NULL)
    description = soup_status_get_phrase (status);

  if (status == STATUS_TOO_MANY_REQUESTS)
    return new_error (get_status_code (context->answer),
                      _ ("%s was asked too often. Wait a few minutes and try again."),
                      context->host);

  if (status >= 500)
    return new_error (
        get_status_code (context->answer),
        _ ("%s has a problem of its own (%u): “%s”. Try again later, or ask whoever runs "
           "it."),
        context->host, status, description);

  return new_error (get_status_code (context->answer),
                    _ ("%s refused (%u): “%s”. Try again, or ask whoever runs it."), context->host,
                    status, description);
}

static GError *
new_refused_token_error (const Context *context)
{
  const char *description = context->description != NULL
                                ? context->description
                                : soup_status_get_phrase (context->answer->status);

  return new_error (KEYFOB_AUTH_ERROR_DENIED,
                    _ ("%s does not accept this token: “%s”. Sign in there instead."),
                    context->host, description);
}

static GError *
new_bad_answer_error (const Context *context)
{
  if (context->answer->cut_off)
    return new_error (
        KEYFOB_AUTH_ERROR_BAD_ANSWER,
        _ ("The answer of %s is too long to be what was asked for. Check the address."),
        context->host);

  return new_error (
      KEYFOB_AUTH_ERROR_BAD_ANSWER,
      _ ("%s answered with something that Keyfob cannot read. Check the address, or ask "
         "whoever runs it."),
      context->host);
}

/* The ways in which servers say that they do not offer the device flow. */
static gboolean
lacks_device_flow (const Context *context)
{
  guint status = context->answer->status;

  if (context->request != KEYFOB_REQUEST_DEVICE)
    return FALSE;

  return status == SOUP_STATUS_NOT_FOUND || status == SOUP_STATUS_METHOD_NOT_ALLOWED
         || status == SOUP_STATUS_NOT_IMPLEMENTED
         || (status == SOUP_STATUS_SERVICE_UNAVAILABLE && !is_page (context->answer))
         || (context->description != NULL
             && strstr (context->description, "not found in discovery") != NULL);
}

gboolean
keyfob_answer_lacks_right (KeyfobAnswer *self, const char *description)
{
  static const char *const sentences[] = {
    "Insufficient permissions",
    "Insufficient claims",
    "Token missing required scopes",
  };

  if (description == NULL
      || (self->status != SOUP_STATUS_UNAUTHORIZED && self->status != SOUP_STATUS_FORBIDDEN))
    return FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (sentences); i++)
    {
      if (g_str_has_prefix (description, sentences[i]))
        return TRUE;
    }

  return FALSE;
}

/* py-oidc-auth in broker mode ends a session with a status and a sentence. A gateway may answer
 * 401, too, but not in this form. A server that was switched to broker mode refuses the tokens from
 * before with "Invalid refresh token". */
static gboolean
ends_broker_session (const Context *context)
{
  KeyfobAnswer *answer = context->answer;
  g_autoptr (JsonObject) object = NULL;
  const char *detail;

  if (!is_refresh (context) || answer->status != SOUP_STATUS_UNAUTHORIZED)
    return FALSE;

  object = keyfob_json_parse_object (answer->body, answer->length);
  detail = object != NULL ? keyfob_json_get_string (object, "detail") : NULL;
  if (detail == NULL)
    return FALSE;

  return context->request == KEYFOB_REQUEST_BROKER_REFRESH
         || g_str_has_prefix (detail, "Invalid refresh token");
}

static GError *
new_error_by_status (const Context *context, const char *code)
{
  guint status = context->answer->status;

  if (lacks_device_flow (context))
    return new_unsupported_error (context);

  if (status == SOUP_STATUS_NOT_FOUND || status == SOUP_STATUS_METHOD_NOT_ALLOWED)
    return new_not_found_error (context);

  if (context->request == KEYFOB_REQUEST_USERINFO
      && (status == SOUP_STATUS_UNAUTHORIZED || status == SOUP_STATUS_FORBIDDEN))
    return new_refused_token_error (context);

  if (is_page (context->answer))
    return new_page_error (context);

  if (code == NULL && keyfob_answer_lacks_right (context->answer, context->description))
    return new_no_right_error (context);

  if (code == NULL && ends_broker_session (context))
    return new_expired_error (context);

  return new_status_error (context, code);
}

static GError *
new_error_for_answer (const Context *context, const char *code)
{
  guint status = context->answer->status;
  GError *known = new_error_by_code (context, code);

  if (known != NULL)
    return known;

  if (SOUP_STATUS_IS_REDIRECTION (status))
    return new_redirect_error (context);

  if (status >= 400)
    return new_error_by_status (context, code);

  if (code != NULL)
    return new_status_error (context, code);

  return is_page (context->answer) ? new_page_error (context) : new_bad_answer_error (context);
}

/* Some servers report errors with the status 200. */
static gboolean
has_error (JsonObject *object)
{
  return keyfob_json_get_string (object, "error") != NULL
         && !json_object_has_member (object, "access_token");
}

void
keyfob_answer_free (KeyfobAnswer *self)
{
  g_free (self->url);
  g_free (self->content_type);
  keyfob_secret_free (self->location);
  g_free (self->authenticate);
  if (self->body != NULL)
    explicit_bzero (self->body, self->length);
  g_free (self->body);
  g_free (self);
}

char *
keyfob_answer_dup_host (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  g_autofree char *shown = keyfob_text_clean (host != NULL ? host : "", -1, MAX_HOST);

  if (uri != NULL && g_uri_get_port (uri) > 0)
    return g_strdup_printf (strchr (shown, ':') != NULL ? "[%s]:%d" : "%s:%d", shown,
                            g_uri_get_port (uri));

  return g_steal_pointer (&shown);
}

gboolean
keyfob_answer_is_unavailable (KeyfobAnswer *self)
{
  return self->status >= 500 || self->status == SOUP_STATUS_REQUEST_TIMEOUT
         || self->status == STATUS_TOO_EARLY || self->status == STATUS_TOO_MANY_REQUESTS;
}

gboolean
keyfob_answer_is_redirect (KeyfobAnswer *self)
{
  static const guint statuses[] = {
    SOUP_STATUS_MOVED_PERMANENTLY,  SOUP_STATUS_FOUND,
    SOUP_STATUS_SEE_OTHER,          SOUP_STATUS_TEMPORARY_REDIRECT,
    SOUP_STATUS_PERMANENT_REDIRECT,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      if (self->status == statuses[i])
        return self->location != NULL;
    }

  return FALSE;
}

/* A page may contain any text, and the body of a redirect may contain secrets. */
KeyfobErrorDetail *
keyfob_answer_to_detail (KeyfobAnswer *self)
{
  KeyfobErrorDetail *detail;

  if (!is_page (self) && !SOUP_STATUS_IS_REDIRECTION (self->status))
    return keyfob_error_detail_new (self->body, self->length);

  detail = g_new0 (KeyfobErrorDetail, 1);
  if (!SOUP_STATUS_IS_REDIRECTION (self->status))
    detail->description = dup_page_text (self);
  else if (self->location != NULL)
    detail->description = keyfob_answer_dup_host (self->location);

  return detail;
}

JsonObject *
keyfob_answer_to_object (KeyfobAnswer *self, KeyfobRequest request, GError **error)
{
  g_autoptr (JsonObject) object = NULL;

  if (SOUP_STATUS_IS_SUCCESSFUL (self->status) && !self->cut_off)
    object = keyfob_json_parse_object (self->body, self->length);

  if (object == NULL || has_error (object))
    {
      g_propagate_error (error, keyfob_answer_to_error (self, request));
      return NULL;
    }

  return g_steal_pointer (&object);
}

/* The facts beside the sentence. */
static GVariant *
build_details (const Context *context, const char *code)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "url", "s", context->url);
  g_variant_dict_insert (&dict, "status", "u", context->answer->status);
  if (code != NULL)
    g_variant_dict_insert (&dict, "code", "s", code);
  if (context->description != NULL)
    g_variant_dict_insert (&dict, "description", "s", context->description);

  return g_variant_dict_end (&dict);
}

GError *
keyfob_answer_to_error (KeyfobAnswer *self, KeyfobRequest request)
{
  g_autoptr (KeyfobErrorDetail) found = NULL;
  g_autofree char *host = keyfob_answer_dup_host (self->url);
  g_autofree char *url = keyfob_text_clean (self->url, -1, MAX_URL);
  Context context = { .answer = self, .request = request, .host = host, .url = url };
  GError *error;

  /* a page may contain any text, and the body of a redirect may contain secrets */
  if (!is_page (self) && !SOUP_STATUS_IS_REDIRECTION (self->status))
    found = keyfob_error_detail_new (self->body, self->length);
  context.description = found != NULL ? found->description : NULL;

  error = new_error_for_answer (&context, found != NULL ? found->code : NULL);
  keyfob_auth_error_set_details (error,
                                 build_details (&context, found != NULL ? found->code : NULL));
  if (keyfob_answer_is_unavailable (self))
    keyfob_auth_error_set_retry_after (error, self->retry_after);

  return error;
}
