/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-login-redirect.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-answer.h"
#include "keyfob-auth-error.h"
#include "keyfob-base-url.h"
#include "keyfob-error-detail.h"
#include "keyfob-secret.h"

#define STATE_BYTES 24
#define VERIFIER_BYTES 32
#define MAX_LOCATION 16384

typedef enum
{
  PARAMETER_STATE,
  PARAMETER_CODE_CHALLENGE,
  PARAMETER_CODE_CHALLENGE_METHOD,
  PARAMETER_REDIRECT_URI,
  PARAMETER_CLIENT_ID,
  PARAMETER_RESPONSE_MODE,
  PARAMETER_REQUEST,
  PARAMETER_REQUEST_URI,
  PARAMETER_ERROR,
  PARAMETER_ERROR_DESCRIPTION,
  N_PARAMETERS,
} Parameter;

static const char *const parameter_names[N_PARAMETERS] = {
  [PARAMETER_STATE] = "state",
  [PARAMETER_CODE_CHALLENGE] = "code_challenge",
  [PARAMETER_CODE_CHALLENGE_METHOD] = "code_challenge_method",
  [PARAMETER_REDIRECT_URI] = "redirect_uri",
  [PARAMETER_CLIENT_ID] = "client_id",
  [PARAMETER_RESPONSE_MODE] = "response_mode",
  [PARAMETER_REQUEST] = "request",
  [PARAMETER_REQUEST_URI] = "request_uri",
  [PARAMETER_ERROR] = "error",
  [PARAMETER_ERROR_DESCRIPTION] = "error_description",
};

typedef struct
{
  const char *host;
  const char *redirect_uri;
  GStrv pairs;                /* encoded, in the order of the query */
  char *values[N_PARAMETERS]; /* decoded; NULL where absent */
  gsize positions[N_PARAMETERS];
} Request;

static gboolean G_GNUC_PRINTF (3, 4)
    refuse (GError **error, KeyfobAuthError code, const char *format, ...)
{
  va_list args;

  if (error != NULL)
    {
      va_start (args, format);
      *error = g_error_new_valist (KEYFOB_AUTH_ERROR, code, format, args);
      va_end (args);
    }

  return FALSE;
}

static gboolean
refuse_request (GError **error, const char *host)
{
  return refuse (error, KEYFOB_AUTH_ERROR_BAD_ANSWER,
                 _ ("%s does not lead to a sign-in page that comes back to Keyfob. Check the "
                    "address and the login route, or ask whoever runs it."),
                 host);
}

static gboolean
refuse_moved (GError **error, const char *host, const char *url)
{
  g_autofree char *target = keyfob_answer_dup_host (url);

  return refuse (error, KEYFOB_AUTH_ERROR_BAD_ANSWER,
                 _ ("%s has moved to %s. Change the address of the host."), host, target);
}

static void
request_clear (Request *request)
{
  g_strfreev (request->pairs);
  for (gsize i = 0; i < N_PARAMETERS; i++)
    keyfob_secret_free (request->values[i]);
}

static char *
decode (const char *text, gsize length)
{
  g_autofree char *spaced = g_strndup (text, length);

  g_strdelimit (spaced, "+", ' ');

  return g_uri_unescape_string (spaced, NULL);
}

static gboolean
read_parameter (Request *request, gsize position)
{
  const char *pair = request->pairs[position];
  gsize length = strcspn (pair, "=");
  g_autofree char *name = decode (pair, length);

  for (gsize i = 0; i < N_PARAMETERS; i++)
    {
      if (g_strcmp0 (name, parameter_names[i]) != 0)
        continue;
      if (request->values[i] != NULL)
        return FALSE;
      request->positions[i] = position;
      request->values[i] = pair[length] == '='
                               ? decode (pair + length + 1, strlen (pair + length + 1))
                               : g_strdup ("");
      return request->values[i] != NULL;
    }

  return TRUE;
}

static gboolean
parse_query (Request *request, const char *query)
{
  request->pairs = g_strsplit (query, "&", -1);

  for (gsize i = 0; request->pairs[i] != NULL; i++)
    {
      if (!read_parameter (request, i))
        return FALSE;
    }

  return TRUE;
}

static gboolean
check_error (const Request *request, GError **error)
{
  const char *code = request->values[PARAMETER_ERROR];
  const char *description = request->values[PARAMETER_ERROR_DESCRIPTION];
  g_autofree char *shown = NULL;

  if (code == NULL)
    return TRUE;

  shown = keyfob_error_detail_clean (
      description != NULL && *description != '\0' ? description : code, -1);
  if (strcmp (code, "access_denied") == 0)
    return refuse (error, KEYFOB_AUTH_ERROR_DENIED,
                   _ ("The sign-in to %s was refused: “%s”. Sign in again if that was a mistake."),
                   request->host, shown);

  return refuse (error, KEYFOB_AUTH_ERROR_SERVER,
                 _ ("%s could not begin the sign-in: “%s”. Try again, or ask whoever runs it."),
                 request->host, shown);
}

/* Whether the parameters are in a request object or stored at the provider (RFC 9101, RFC 9126). */
static gboolean
has_request_object (const Request *request)
{
  return request->values[PARAMETER_REQUEST] != NULL
         || request->values[PARAMETER_REQUEST_URI] != NULL;
}

static gboolean
check_request (const Request *request, GError **error)
{
  const char *redirect_uri = request->values[PARAMETER_REDIRECT_URI];

  if (redirect_uri == NULL ? !has_request_object (request)
                           : strcmp (redirect_uri, request->redirect_uri) != 0)
    return refuse_request (error, request->host);

  if (request->values[PARAMETER_CLIENT_ID] == NULL && request->values[PARAMETER_STATE] == NULL
      && !has_request_object (request))
    return refuse_request (error, request->host);

  return TRUE;
}

/* Resolves only the part before the query: resolving the query would rewrite its escapes. */
static char *
resolve_relative (const char *login_url, const char *location)
{
  g_autofree char *base = g_strndup (login_url, strcspn (login_url, "?#"));
  gsize length = strcspn (location, "?#");
  g_autofree char *relative = g_strndup (location, length);
  g_autofree char *start = g_uri_resolve_relative (base, relative, G_URI_FLAGS_ENCODED, NULL);

  return start != NULL ? g_strconcat (start, location + length, NULL) : NULL;
}

/* Escapes blanks and letters outside ASCII, which some servers send unescaped. */
static char *
resolve (const char *login_url, const char *location)
{
  g_autofree char *escaped = NULL;
  g_autofree char *scheme = NULL;

  if (strlen (location) > MAX_LOCATION)
    return NULL;

  for (const char *p = location; *p != '\0'; p++)
    {
      if (g_ascii_iscntrl (*p) || *p == '\\')
        return NULL;
    }

  escaped = g_uri_escape_string (location, "!\"#$%&'()*+,/:;<=>?@[]^`{|}", FALSE);
  scheme = keyfob_base_url_dup_scheme (escaped);
  if (scheme != NULL)
    return g_steal_pointer (&escaped);

  return resolve_relative (login_url, escaped);
}

static void
set_parameter (Request *request, GPtrArray *added, Parameter which, const char *value)
{
  char *pair = g_strconcat (parameter_names[which], "=", value, NULL);

  if (request->values[which] == NULL)
    {
      g_ptr_array_add (added, pair);
      return;
    }

  g_free (request->pairs[request->positions[which]]);
  request->pairs[request->positions[which]] = pair;
}

static gboolean
set_own_pkce (Request *request, KeyfobLogin *login, GPtrArray *added, GError **error)
{
  g_autofree char *challenge = NULL;

  login->state = keyfob_secret_random (STATE_BYTES);
  login->code_verifier = keyfob_secret_random (VERIFIER_BYTES);
  if (login->state == NULL || login->code_verifier == NULL)
    return refuse (
        error, KEYFOB_AUTH_ERROR_FAILED,
        _ ("This computer gives no random numbers, and no sign-in is safe without. Restart it."));

  challenge = keyfob_secret_challenge (login->code_verifier);
  set_parameter (request, added, PARAMETER_STATE, login->state);
  set_parameter (request, added, PARAMETER_CODE_CHALLENGE, challenge);
  set_parameter (request, added, PARAMETER_CODE_CHALLENGE_METHOD, "S256");
  /* a code in a fragment or a form would not reach the loopback server */
  if (request->values[PARAMETER_RESPONSE_MODE] != NULL)
    set_parameter (request, added, PARAMETER_RESPONSE_MODE, "query");

  return TRUE;
}

/* The verifier of the server is the part of its state after the last bar. */
static gboolean
keep_server_pkce (const Request *request, KeyfobLogin *login, GError **error)
{
  const char *state = request->values[PARAMETER_STATE];
  const char *challenge = request->values[PARAMETER_CODE_CHALLENGE];
  const char *bar = state != NULL ? strrchr (state, '|') : NULL;
  g_autofree char *expected = NULL;

  login->server_pkce = TRUE;
  login->state = g_strdup (state);
  login->code_verifier = bar != NULL ? g_strdup (bar + 1) : NULL;

  if (state == NULL || challenge == NULL)
    return TRUE;

  expected = bar != NULL ? keyfob_secret_challenge (bar + 1) : NULL;
  if (g_strcmp0 (expected, challenge) != 0
      || g_strcmp0 (request->values[PARAMETER_CODE_CHALLENGE_METHOD], "S256") != 0)
    return refuse (error, KEYFOB_AUTH_ERROR_BAD_ANSWER,
                   _ ("%s began a sign-in that it cannot finish: its code challenge does not fit. "
                      "Ask whoever runs it."),
                   request->host);

  return TRUE;
}

static char *
build_url (const char *url, gsize query, const Request *request, GPtrArray *added)
{
  g_autofree char *kept = g_strjoinv ("&", request->pairs);
  g_autofree char *start = g_strndup (url, query);
  const char *fragment = strchr (url + query, '#');
  g_autofree char *more = NULL;

  g_ptr_array_add (added, NULL);
  more = g_strjoinv ("&", (char **) added->pdata);

  return g_strconcat (start, "?", kept, *kept != '\0' && *more != '\0' ? "&" : "", more,
                      fragment != NULL ? fragment : "", NULL);
}

static KeyfobLogin *
build_login (Request *request, const char *url, gsize query, gboolean server_pkce, GError **error)
{
  g_autoptr (KeyfobLogin) login = g_new0 (KeyfobLogin, 1);
  g_autoptr (GPtrArray) added =
      g_ptr_array_new_with_free_func ((GDestroyNotify) keyfob_secret_free);
  gboolean keep = server_pkce || has_request_object (request);

  if (!check_error (request, error) || !check_request (request, error))
    return NULL;

  login->redirect_uri = g_strdup (request->redirect_uri);
  login->provider = keyfob_provider_new (url, request->values[PARAMETER_CLIENT_ID]);
  if (login->provider == NULL)
    {
      refuse_request (error, request->host);
      return NULL;
    }

  if (keep ? !keep_server_pkce (request, login, error)
           : !set_own_pkce (request, login, added, error))
    return NULL;

  login->uri = keep ? g_strdup (url) : build_url (url, query, request, added);

  return g_steal_pointer (&login);
}

/* Whether @url is the login route of the same server under another name. */
static gboolean
is_moved (const char *login_url, const char *url)
{
  g_autoptr (GUri) from = g_uri_parse (login_url, G_URI_FLAGS_ENCODED, NULL);
  g_autoptr (GUri) to = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);

  return from != NULL && to != NULL && g_str_equal (g_uri_get_path (from), g_uri_get_path (to))
         && g_ascii_strcasecmp (g_uri_get_host (from), g_uri_get_host (to)) != 0;
}

KeyfobLogin *
keyfob_login_redirect_parse (const char *login_url,
                             const char *location,
                             const char *redirect_uri,
                             gboolean server_pkce,
                             GError **error)
{
  g_autofree char *host = keyfob_answer_dup_host (login_url);
  g_autofree char *url = resolve (login_url, location);
  g_autofree char *query_text = NULL;
  Request request = { .host = host, .redirect_uri = redirect_uri };
  KeyfobLogin *login = NULL;
  gsize query;

  if (url == NULL || !keyfob_base_url_may_lead_to (login_url, url))
    {
      refuse_request (error, host);
      return NULL;
    }

  query = strcspn (url, "?#");
  query_text = url[query] == '?' ? g_strndup (url + query + 1, strcspn (url + query + 1, "#"))
                                 : g_strdup ("");
  if (is_moved (login_url, url))
    refuse_moved (error, host, url);
  else if (parse_query (&request, query_text))
    login = build_login (&request, url, query, server_pkce, error);
  else
    refuse_request (error, host);

  request_clear (&request);

  return login;
}
