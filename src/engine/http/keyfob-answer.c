/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-answer.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-error-detail.h"
#include "keyfob-json.h"
#include "keyfob-secret.h"
#include "keyfob-text.h"

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
  const char *words;
} Trouble;

static gboolean
is_refresh (const Trouble *trouble)
{
  return trouble->request == KEYFOB_REQUEST_REFRESH
         || trouble->request == KEYFOB_REQUEST_BROKER_REFRESH;
}

static GError *G_GNUC_PRINTF (2, 3) say (KeyfobAuthError code, const char *format, ...)
{
  GError *error;
  va_list args;

  va_start (args, format);
  error = g_error_new_valist (KEYFOB_AUTH_ERROR, code, format, args);
  va_end (args);

  return error;
}

static gboolean
is_page (KeyfobAnswer *self)
{
  const char *start = self->body + strspn (self->body, " \t\r\n\xef\xbb\xbf");

  return g_strcmp0 (self->content_type, "text/html") == 0
         || g_strcmp0 (self->content_type, "application/xhtml+xml") == 0 || *start == '<';
}

/* The title of a page says most; else its text without the markup. */
static char *
dup_page_words (KeyfobAnswer *self)
{
  g_autofree char *page = g_utf8_make_valid (self->body, MIN (self->length, MAX_PAGE));
  g_autoptr (GRegex) title = g_regex_new ("<title[^>]*>([^<]*)", G_REGEX_CASELESS, 0, NULL);
  g_autoptr (GRegex) markup = g_regex_new ("<(script|style)\\b.*?</\\1[^>]*>?|<[^>]*>?",
                                           G_REGEX_CASELESS | G_REGEX_DOTALL, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *words = NULL;

  if (g_regex_match (title, page, 0, &match))
    words = g_match_info_fetch (match, 1);
  else
    words = g_regex_replace_literal (markup, page, -1, 0, " ", 0, NULL);

  return keyfob_error_detail_clean (words != NULL ? words : "", -1);
}

static GError *
say_pending (const Trouble *trouble)
{
  return say (KEYFOB_AUTH_ERROR_PENDING,
              _ ("%s waits until you have signed in on the other "
                 "device."),
              trouble->host);
}

static GError *
say_slow_down (const Trouble *trouble)
{
  return say (KEYFOB_AUTH_ERROR_SLOW_DOWN, _ ("%s wants to be asked less often."), trouble->host);
}

static GError *
say_denied (const Trouble *trouble)
{
  if (trouble->words != NULL)
    return say (KEYFOB_AUTH_ERROR_DENIED,
                _ ("The sign-in to %s was refused: “%s”. Sign in again if that was a mistake."),
                trouble->host, trouble->words);

  return say (KEYFOB_AUTH_ERROR_DENIED,
              _ ("The sign-in to %s was refused. Sign in again if that was a mistake."),
              trouble->host);
}

static GError *
say_expired (const Trouble *trouble)
{
  if (is_refresh (trouble) || trouble->request == KEYFOB_REQUEST_USERINFO)
    return say (KEYFOB_AUTH_ERROR_EXPIRED, _ ("The session at %s has ended. Sign in again."),
                trouble->host);

  if (trouble->request == KEYFOB_REQUEST_POLL)
    return say (KEYFOB_AUTH_ERROR_EXPIRED, _ ("The code for %s is no longer good. Get a new one."),
                trouble->host);

  return say (KEYFOB_AUTH_ERROR_EXPIRED,
              _ ("%s no longer takes this sign-in: it took too long or was used before. Sign in "
                 "again."),
              trouble->host);
}

static GError *
say_unsupported (const Trouble *trouble)
{
  if (trouble->request == KEYFOB_REQUEST_DEVICE || trouble->request == KEYFOB_REQUEST_POLL)
    return say (KEYFOB_AUTH_ERROR_UNSUPPORTED,
                _ ("%s offers no sign-in on another device. Sign in with the browser."),
                trouble->host);

  return say (KEYFOB_AUTH_ERROR_UNSUPPORTED,
              _ ("%s does not allow this way to sign in. Ask whoever runs it."), trouble->host);
}

/* RFC 6749 section 5.2 knows the first one only; providers also say that the user has to come. */
static const char *const dead_codes[] = {
  "invalid_grant",  "expired_token",    "invalid_token",
  "login_required", "consent_required", "interaction_required",
};

static gboolean
is_dead (const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dead_codes); i++)
    {
      if (strcmp (code, dead_codes[i]) == 0)
        return TRUE;
    }

  return FALSE;
}

static const struct
{
  const char *code;
  GError *(*say) (const Trouble *trouble);
} code_table[] = {
  { "authorization_pending", say_pending },
  { "slow_down", say_slow_down },
  { "access_denied", say_denied },
  { "expired_token", say_expired },
  { "invalid_grant", say_expired },
  { "unauthorized_client", say_unsupported },
  { "unsupported_grant_type", say_unsupported },
};

static GError *
say_by_code (const Trouble *trouble, const char *code)
{
  if (code == NULL || (is_refresh (trouble) && keyfob_answer_is_unavailable (trouble->answer)))
    return NULL;

  if (is_refresh (trouble) && is_dead (code))
    return say_expired (trouble);

  for (gsize i = 0; i < G_N_ELEMENTS (code_table); i++)
    {
      if (strcmp (code, code_table[i].code) == 0)
        return code_table[i].say (trouble);
    }

  return NULL;
}

static GError *
say_redirect (const Trouble *trouble)
{
  KeyfobAnswer *answer = trouble->answer;
  g_autofree char *target = NULL;

  if (answer->location != NULL && g_uri_peek_scheme (answer->location) != NULL)
    target = keyfob_answer_dup_host (answer->location);

  if (target != NULL && *target != '\0' && strcmp (target, trouble->host) != 0)
    return say (KEYFOB_AUTH_ERROR_BAD_ANSWER,
                _ ("%s sends Keyfob on to %s, where it does not follow with a secret. Check the "
                   "address, or sign in to your network first."),
                trouble->host, target);

  return say (KEYFOB_AUTH_ERROR_BAD_ANSWER,
              _ ("%s sends Keyfob on from %s, where it does not follow with a secret. Check the "
                 "address and its routes."),
              trouble->host, trouble->url);
}

static GError *
say_not_found (const Trouble *trouble)
{
  return say (KEYFOB_AUTH_ERROR_SERVER,
              _ ("%s has nothing at %s. Check the address of the host, or set its routes."),
              trouble->host, trouble->url);
}

static KeyfobAuthError
get_status_code (KeyfobAnswer *answer)
{
  return keyfob_answer_is_unavailable (answer) ? KEYFOB_AUTH_ERROR_UNAVAILABLE
                                               : KEYFOB_AUTH_ERROR_SERVER;
}

static GError *
say_page (const Trouble *trouble)
{
  g_autofree char *words = dup_page_words (trouble->answer);
  guint status = trouble->answer->status;

  if (status < 400 && *words == '\0')
    return say (KEYFOB_AUTH_ERROR_BAD_ANSWER,
                _ ("%s answered with a web page instead of data. Check the address, or sign in to "
                   "your network first."),
                trouble->host);

  if (status < 400)
    return say (KEYFOB_AUTH_ERROR_BAD_ANSWER,
                _ ("%s answered with a web page (“%s”) instead of data. Check the address, or sign "
                   "in to your network first."),
                trouble->host, words);

  return say (get_status_code (trouble->answer),
              _ ("%s answered with an error page (%u, “%s”). Try again later, or ask whoever runs "
                 "it."),
              trouble->host, status, *words != '\0' ? words : soup_status_get_phrase (status));
}

static GError *
say_status (const Trouble *trouble, const char *code)
{
  guint status = trouble->answer->status;
  const char *words = trouble->words != NULL ? trouble->words : code;

  if (words == NULL)
    words = soup_status_get_phrase (status);

  if (status == STATUS_TOO_MANY_REQUESTS)
    return say (get_status_code (trouble->answer),
                _ ("%s was asked too often. Wait a few minutes and try again."), trouble->host);

  if (status >= 500)
    return say (get_status_code (trouble->answer),
                _ ("%s has a problem of its own (%u): “%s”. Try again later, or ask whoever runs "
                   "it."),
                trouble->host, status, words);

  return say (get_status_code (trouble->answer),
              _ ("%s refused (%u): “%s”. Try again, or ask whoever runs it."), trouble->host,
              status, words);
}

static GError *
say_bad_answer (const Trouble *trouble)
{
  if (trouble->answer->cut_off)
    return say (KEYFOB_AUTH_ERROR_BAD_ANSWER,
                _ ("The answer of %s is too long to be what was asked for. Check the address."),
                trouble->host);

  return say (KEYFOB_AUTH_ERROR_BAD_ANSWER,
              _ ("%s answered with something that Keyfob cannot read. Check the address, or ask "
                 "whoever runs it."),
              trouble->host);
}

/* A host without the device flow says so in one of these ways. */
static gboolean
lacks_device_flow (const Trouble *trouble)
{
  guint status = trouble->answer->status;

  if (trouble->request != KEYFOB_REQUEST_DEVICE)
    return FALSE;

  return status == SOUP_STATUS_NOT_FOUND || status == SOUP_STATUS_METHOD_NOT_ALLOWED
         || status == SOUP_STATUS_NOT_IMPLEMENTED
         || (status == SOUP_STATUS_SERVICE_UNAVAILABLE && !is_page (trouble->answer))
         || (trouble->words != NULL && strstr (trouble->words, "not found in discovery") != NULL);
}

/* py-oidc-auth in broker mode says it with a status and a sentence; anything on the way there may
 * answer 401, too, but not in this form. A server that went over to that mode says it of a token
 * that it did not make. */
static gboolean
ends_broker_session (const Trouble *trouble)
{
  KeyfobAnswer *answer = trouble->answer;
  g_autoptr (JsonObject) object = NULL;
  const char *detail;

  if (!is_refresh (trouble) || answer->status != SOUP_STATUS_UNAUTHORIZED)
    return FALSE;

  object = keyfob_json_parse_object (answer->body, answer->length);
  detail = object != NULL ? keyfob_json_get_string (object, "detail") : NULL;
  if (detail == NULL)
    return FALSE;

  return trouble->request == KEYFOB_REQUEST_BROKER_REFRESH
         || g_str_has_prefix (detail, "Invalid refresh token");
}

static GError *
say_error_status (const Trouble *trouble, const char *code)
{
  guint status = trouble->answer->status;

  if (lacks_device_flow (trouble))
    return say_unsupported (trouble);

  if (status == SOUP_STATUS_NOT_FOUND || status == SOUP_STATUS_METHOD_NOT_ALLOWED)
    return say_not_found (trouble);

  if (is_page (trouble->answer))
    return say_page (trouble);

  if (code == NULL && ends_broker_session (trouble))
    return say_expired (trouble);

  return say_status (trouble, code);
}

static GError *
say_trouble (const Trouble *trouble, const char *code)
{
  guint status = trouble->answer->status;
  GError *known = say_by_code (trouble, code);

  if (known != NULL)
    return known;

  if (SOUP_STATUS_IS_REDIRECTION (status))
    return say_redirect (trouble);

  if (status >= 400)
    return say_error_status (trouble, code);

  if (code != NULL)
    return say_status (trouble, code);

  return is_page (trouble->answer) ? say_page (trouble) : say_bad_answer (trouble);
}

/* Some servers say what is wrong with the status 200. */
static gboolean
says_error (JsonObject *object)
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
  return self->status >= 500 || self->status == STATUS_TOO_MANY_REQUESTS;
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

JsonObject *
keyfob_answer_to_object (KeyfobAnswer *self, KeyfobRequest request, GError **error)
{
  g_autoptr (JsonObject) object = NULL;

  if (SOUP_STATUS_IS_SUCCESSFUL (self->status) && !self->cut_off)
    object = keyfob_json_parse_object (self->body, self->length);

  if (object == NULL || says_error (object))
    {
      g_propagate_error (error, keyfob_answer_to_error (self, request));
      return NULL;
    }

  return g_steal_pointer (&object);
}

GError *
keyfob_answer_to_error (KeyfobAnswer *self, KeyfobRequest request)
{
  g_autoptr (KeyfobErrorDetail) found = NULL;
  g_autofree char *host = keyfob_answer_dup_host (self->url);
  g_autofree char *url = keyfob_text_clean (self->url, -1, MAX_URL);
  Trouble trouble = { .answer = self, .request = request, .host = host, .url = url };
  GError *error;

  /* a page may hold any word, and what was asked for may hold secrets */
  if (!is_page (self) && !SOUP_STATUS_IS_REDIRECTION (self->status))
    found = keyfob_error_detail_new (self->body, self->length);
  trouble.words = found != NULL ? found->words : NULL;

  error = say_trouble (&trouble, found != NULL ? found->code : NULL);
  if (keyfob_answer_is_unavailable (self))
    keyfob_auth_error_set_retry_after (error, self->retry_after);

  return error;
}
