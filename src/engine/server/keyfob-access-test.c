/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-access-test.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-base-url.h"
#include "keyfob-error-detail.h"
#include "keyfob-http.h"
#include "keyfob-py-oidc-server.h"
#include "keyfob-text.h"

#define TIME_LIMIT 30 /* seconds */
#define MAX_SCOPE 200

/* What py-oidc-auth says to a token that lacks a scope, before the scopes that it wants. */
#define LACKS_SCOPE "Token missing required scopes"

/* The code of an error: RFC 6750 section 3.1 */
#define INSUFFICIENT_SCOPE "insufficient_scope"

typedef struct
{
  gboolean is_userinfo; /* whether it is the userinfo route, which gives no page */
  KeyfobToken *token;
} Request;

static void
request_free (Request *request)
{
  g_object_unref (request->token);
  g_free (request);
}

void
keyfob_access_free (KeyfobAccess *self)
{
  g_free (self->scope);
  g_free (self->account);
  g_free (self->detail);
  g_free (self);
}

char *
keyfob_access_test_dup_url (KeyfobConfig *config, const char *typed, GError **error)
{
  g_autofree char *text = g_strstrip (g_strdup (typed));
  g_autoptr (GUri) uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  g_autofree char *url = NULL;
  g_autofree char *shown = NULL;

  if (host == NULL || *host == '\0' || g_uri_get_userinfo (uri) != NULL
      || (strcmp (scheme, "https") != 0
          && (strcmp (scheme, "http") != 0 || !keyfob_base_url_is_loopback (host))))
    {
      g_set_error_literal (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                           _ ("Give a whole address that begins with https://, without a user "
                              "name."));
      return NULL;
    }

  url = g_uri_to_string_partial (uri, G_URI_HIDE_FRAGMENT);
  if (keyfob_base_url_may_share_token (keyfob_config_get_base_url (config), url))
    return g_steal_pointer (&url);

  shown = keyfob_answer_dup_host (url);
  /* Translators: host and port of an address, name of a host */
  g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
               _ ("%s is another site than %s, whose token does not go there."), shown,
               keyfob_config_get_name (config));

  return NULL;
}

/* Returns: (nullable): the parameter of a challenge in @element, which is behind the name of the
 * scheme where there is one; sets @is_bearer there */
static char *
skip_scheme (char *element, gboolean *is_bearer)
{
  gsize length = strcspn (element, " \t=");
  char *rest = element + length + strspn (element + length, " \t");

  if (*rest == '=')
    return element;

  *is_bearer = length == strlen ("Bearer") && g_ascii_strncasecmp (element, "Bearer", length) == 0;

  return *rest != '\0' ? rest : NULL;
}

static char *
dup_scope (const char *wanted, KeyfobToken *token)
{
  g_autofree char *shown = keyfob_token_hide (token, wanted);

  return keyfob_text_clean (shown, -1, MAX_SCOPE);
}

/* RFC 9110 section 11.6.1: challenges, each with its parameters, all separated by commas. What they
 * say counts before what the body says. */
static void
read_challenges (const char *challenges,
                 KeyfobToken *token,
                 KeyfobErrorDetail *detail,
                 char **scope)
{
  GSList *elements = soup_header_parse_list (challenges);
  gboolean is_bearer = FALSE;

  for (GSList *link = elements; link != NULL; link = link->next)
    {
      char *parameter = skip_scheme (link->data, &is_bearer);
      GHashTable *values =
          parameter != NULL && is_bearer ? soup_header_parse_param_list (parameter) : NULL;
      const char *code = values != NULL ? g_hash_table_lookup (values, "error") : NULL;
      const char *wanted = values != NULL ? g_hash_table_lookup (values, "scope") : NULL;
      const char *description =
          values != NULL ? g_hash_table_lookup (values, "error_description") : NULL;

      if (code != NULL)
        {
          g_free (detail->code);
          detail->code = g_strdup (code);
        }
      if (wanted != NULL && *scope == NULL)
        *scope = dup_scope (wanted, token);
      if (description != NULL && (detail->description == NULL || *detail->description == '\0'))
        {
          g_free (detail->description);
          detail->description = keyfob_error_detail_clean (description, -1);
        }
      g_clear_pointer (&values, soup_header_free_param_list);
    }

  soup_header_free_list (elements);
}

/* py-oidc-auth says so in a sentence that ends with the scopes, separated by commas. */
static void
read_sentence (KeyfobToken *token, KeyfobErrorDetail *detail, char **scope)
{
  g_autofree char *sentence = NULL;
  char *scopes;

  if (detail->code != NULL || detail->description == NULL
      || !g_str_has_prefix (detail->description, LACKS_SCOPE))
    return;

  sentence = g_strdup (detail->description);
  scopes = strchr (sentence, ':');
  detail->code = g_strdup (INSUFFICIENT_SCOPE);
  if (*scope == NULL && scopes != NULL)
    *scope = dup_scope (g_strdelimit (scopes + 1, ",", ' '), token);
}

static const char *
judge_refusal (KeyfobAnswer *answer, const KeyfobErrorDetail *detail)
{
  switch (answer->status)
    {
    case SOUP_STATUS_BAD_REQUEST:
    case SOUP_STATUS_UNAUTHORIZED:
    case SOUP_STATUS_FORBIDDEN:
      break;
    case SOUP_STATUS_NOT_FOUND:
    case SOUP_STATUS_METHOD_NOT_ALLOWED:
    case SOUP_STATUS_GONE:
      return "not-found";
    default:
      return "trouble";
    }

  if (g_strcmp0 (detail->code, INSUFFICIENT_SCOPE) == 0)
    return "lacks-scope";
  if (g_strcmp0 (detail->code, "invalid_token") == 0)
    return "refused";
  if (answer->status == SOUP_STATUS_BAD_REQUEST)
    return "trouble";

  return answer->status == SOUP_STATUS_FORBIDDEN
                 || keyfob_answer_lacks_right (answer, detail->description)
             ? "lacks-right"
             : "refused";
}

static KeyfobAccess *
judge (KeyfobAnswer *answer, const Request *request)
{
  gboolean is_userinfo = request->is_userinfo;
  KeyfobAccess *access = g_new0 (KeyfobAccess, 1);
  g_autoptr (JsonObject) user =
      is_userinfo ? keyfob_answer_to_object (answer, KEYFOB_REQUEST_USERINFO, NULL) : NULL;
  g_autoptr (KeyfobErrorDetail) detail = NULL;
  g_autofree char *scope = NULL;

  access->status = answer->status;
  if (user != NULL || (!is_userinfo && SOUP_STATUS_IS_SUCCESSFUL (answer->status)))
    {
      access->result = "accepted";
      access->account =
          user != NULL ? keyfob_py_oidc_server_dup_user_name (user, request->token) : g_strdup ("");
      access->scope = g_strdup ("");
      access->detail = g_strdup ("");
      return access;
    }

  detail = keyfob_answer_to_detail (answer);
  if (answer->authenticate != NULL)
    read_challenges (answer->authenticate, request->token, detail, &scope);
  read_sentence (request->token, detail, &scope);
  access->result = judge_refusal (answer, detail);
  if (scope == NULL || strcmp (access->result, "lacks-scope") != 0)
    {
      g_free (scope);
      scope = g_strdup ("");
    }
  access->account = g_strdup ("");
  access->scope = g_steal_pointer (&scope);
  access->detail = g_strdup (detail->description != NULL ? detail->description : "");

  return access;
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (KeyfobAnswer) answer = keyfob_http_send_finish (result, &error);

  if (answer != NULL)
    g_task_return_pointer (task, judge (answer, g_task_get_task_data (task)),
                           (GDestroyNotify) keyfob_access_free);
  else
    g_task_return_error (task, error);
}

void
keyfob_access_test_run_async (SoupSession *session,
                              KeyfobClock *clock,
                              KeyfobConfig *config,
                              KeyfobToken *token,
                              const char *url,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autofree char *userinfo = keyfob_config_dup_url (config, KEYFOB_ROUTE_USERINFO);
  g_autoptr (KeyfobSecret) authorization = keyfob_token_dup_authorization (token);
  Request *request = g_new0 (Request, 1);

  g_task_set_source_tag (task, keyfob_access_test_run_async);
  request->is_userinfo = url == NULL;
  request->token = g_object_ref (token);
  g_task_set_task_data (task, request, (GDestroyNotify) request_free);
  keyfob_http_send_async (session, NULL, SOUP_METHOD_GET, url != NULL ? url : userinfo, NULL,
                          authorization, TIME_LIMIT, clock, cancellable, on_answer,
                          g_steal_pointer (&task));
}

KeyfobAccess *
keyfob_access_test_run_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
