/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-py-oidc-server.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-answer.h"
#include "keyfob-auth-error.h"
#include "keyfob-http.h"
#include "keyfob-json.h"
#include "keyfob-login-redirect.h"
#include "keyfob-secret.h"
#include "keyfob-text.h"

/* Longest time for one request, seconds. */
#define TIME_LIMIT 30
/* Shorter for a request that a sign-in can do without, while the user waits. */
#define PORTS_TIME_LIMIT 5
#define MAX_PORTS 64
#define MAX_NAME 200

struct _KeyfobPyOidcServer
{
  GObject parent_instance;

  KeyfobConfig *config;
  SoupSession *session;
  SoupCookieJar *cookies; /* since the sign-in began, for balancers and gateways that want them */
  KeyfobClock *clock;
};

typedef struct
{
  char *login_url;
  char *redirect_uri;
  gboolean server_pkce;
} LoginJob;

typedef struct
{
  KeyfobRequest request;
  KeyfobToken *token;
} TokenJob;

static void
login_job_free (LoginJob *job)
{
  g_free (job->login_url);
  g_free (job->redirect_uri);
  g_free (job);
}

static void
token_job_free (TokenJob *job)
{
  g_clear_object (&job->token);
  g_free (job);
}

static GTask *
new_task (KeyfobPyOidcServer *self,
          GCancellable *cancellable,
          GAsyncReadyCallback callback,
          gpointer user_data,
          gpointer source_tag)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  /* cancelling ends the request; an answer that is complete may contain the only copy of a token */
  g_task_set_check_cancellable (task, FALSE);

  return task;
}

static void
post (KeyfobPyOidcServer *self,
      KeyfobRoute route,
      const char *const *fields,
      GAsyncReadyCallback callback,
      GTask *task)
{
  g_autofree char *url = keyfob_config_dup_url (self->config, route);
  g_autoptr (GBytes) form = keyfob_http_form_new (fields);

  keyfob_http_send_async (self->session, self->cookies, SOUP_METHOD_POST, url, form, NULL,
                          TIME_LIMIT, self->clock, g_task_get_cancellable (task), callback, task);
}

static gboolean
contains_port (GArray *ports, guint16 port)
{
  for (guint i = 0; i < ports->len; i++)
    {
      if (g_array_index (ports, guint16, i) == port)
        return TRUE;
    }

  return FALSE;
}

GVariant *
keyfob_py_oidc_server_read_ports (KeyfobAnswer *answer, GError **error)
{
  g_autoptr (JsonObject) object = keyfob_answer_to_object (answer, KEYFOB_REQUEST_LOGIN, error);
  JsonNode *list = object != NULL ? json_object_get_member (object, "valid_ports") : NULL;
  g_autoptr (GArray) ports = g_array_new (FALSE, FALSE, sizeof (guint16));
  guint length = 0;

  if (list != NULL && JSON_NODE_HOLDS_ARRAY (list))
    length = json_array_get_length (json_node_get_array (list));

  for (guint i = 0; i < length && ports->len < MAX_PORTS; i++)
    {
      JsonNode *item = json_array_get_element (json_node_get_array (list), i);
      gint64 number = 0;
      guint16 port;

      if (JSON_NODE_HOLDS_VALUE (item) && json_node_get_value_type (item) == G_TYPE_INT64)
        number = json_node_get_int (item);
      if (number < KEYFOB_SERVER_FIRST_PORT || number > KEYFOB_SERVER_LAST_PORT)
        continue;
      port = (guint16) number;
      if (!contains_port (ports, port))
        g_array_append_val (ports, port);
    }

  if (ports->len == 0)
    return NULL;

  return g_variant_ref_sink (
      g_variant_new_fixed_array (G_VARIANT_TYPE_UINT16, ports->data, ports->len, sizeof (guint16)));
}

static void
on_ports_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobAnswer) answer = keyfob_http_send_finish (result, &error);
  GVariant *ports = NULL;

  if (answer != NULL)
    ports = keyfob_py_oidc_server_read_ports (answer, &error);
  if (error != NULL)
    g_debug ("The server names no redirect ports: %s", error->message);

  g_task_return_pointer (task, ports, (GDestroyNotify) g_variant_unref);
}

static void
redirect_ports_async (KeyfobServer *server,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  KeyfobPyOidcServer *self = KEYFOB_PY_OIDC_SERVER (server);
  GTask *task = new_task (self, cancellable, callback, user_data, redirect_ports_async);
  g_autofree char *url = keyfob_config_dup_url (self->config, KEYFOB_ROUTE_AUTH_PORTS);

  keyfob_http_send_async (self->session, self->cookies, SOUP_METHOD_GET, url, NULL, NULL,
                          PORTS_TIME_LIMIT, self->clock, cancellable, on_ports_answer, task);
}

static void
append_parameter (GString *url, const char *name, const char *value)
{
  g_autofree char *escaped = g_uri_escape_string (value, NULL, FALSE);

  g_string_append_printf (url, "%c%s=%s", strchr (url->str, '?') == NULL ? '?' : '&', name,
                          escaped);
}

/* A sign-in begins without cookies. */
static void
forget_cookies (KeyfobPyOidcServer *self)
{
  g_clear_object (&self->cookies);
  self->cookies = soup_cookie_jar_new ();
}

static char *
build_login_url (KeyfobPyOidcServer *self, const char *redirect_uri, const char *prompt)
{
  g_autofree char *base = keyfob_config_dup_url (self->config, KEYFOB_ROUTE_LOGIN);
  const char *scope = keyfob_config_get_scope (self->config);
  GString *url = g_string_new (base);

  append_parameter (url, "redirect_uri", redirect_uri);
  append_parameter (url, "offline_access", "true");
  if (prompt != NULL)
    append_parameter (url, "prompt", prompt);
  if (scope != NULL)
    append_parameter (url, "scope", scope);

  return g_string_free (url, FALSE);
}

/* For a login route that answers with a page, perhaps of a gateway: only the browser can use it. */
static KeyfobLogin *
new_page_login (const LoginJob *job, GError **error)
{
  KeyfobProvider *provider = keyfob_provider_new (job->login_url, NULL);
  KeyfobLogin *login;

  if (provider == NULL)
    {
      g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER,
                           _ ("The login route of this host is no address that a browser could "
                              "open. Check it in the settings of the host."));
      return NULL;
    }

  login = g_new0 (KeyfobLogin, 1);
  login->uri = g_strdup (job->login_url);
  login->redirect_uri = g_strdup (job->redirect_uri);
  login->server_pkce = TRUE;
  login->provider = provider;
  login->provider->is_page = TRUE;

  return login;
}

static void
on_login_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  LoginJob *job = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobAnswer) answer = keyfob_http_send_finish (result, &error);
  g_autoptr (KeyfobLogin) login = NULL;

  if (answer != NULL && answer->status == SOUP_STATUS_OK)
    login = new_page_login (job, &error);
  else if (answer != NULL && keyfob_answer_is_redirect (answer))
    login = keyfob_login_redirect_parse (job->login_url, answer->location, job->redirect_uri,
                                         job->server_pkce, &error);
  else if (answer != NULL)
    error = keyfob_answer_to_error (answer, KEYFOB_REQUEST_LOGIN);

  if (login != NULL)
    g_task_return_pointer (task, g_steal_pointer (&login), (GDestroyNotify) keyfob_login_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
begin_login_async (KeyfobServer *server,
                   const char *redirect_uri,
                   const char *prompt,
                   gboolean server_pkce,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  KeyfobPyOidcServer *self = KEYFOB_PY_OIDC_SERVER (server);
  GTask *task = new_task (self, cancellable, callback, user_data, begin_login_async);
  LoginJob *job = g_new0 (LoginJob, 1);

  job->login_url = build_login_url (self, redirect_uri, prompt);
  job->redirect_uri = g_strdup (redirect_uri);
  job->server_pkce = server_pkce;
  g_task_set_task_data (task, job, (GDestroyNotify) login_job_free);

  forget_cookies (self);
  keyfob_http_send_async (self->session, self->cookies, SOUP_METHOD_GET, job->login_url, NULL, NULL,
                          TIME_LIMIT, self->clock, cancellable, on_login_answer, task);
}

static KeyfobToken *
parse_token (KeyfobAnswer *answer, const TokenJob *job, GError **error)
{
  g_autoptr (JsonObject) object = keyfob_answer_to_object (answer, job->request, error);
  g_autoptr (KeyfobToken) token = NULL;

  if (object != NULL)
    token = keyfob_token_new_from_answer (object, answer->now, answer->skew, error);

  if (token == NULL || job->token == NULL)
    return g_steal_pointer (&token);

  return keyfob_token_with_refresh_token_of (token, job->token);
}

static void
on_token_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (KeyfobAnswer) answer = keyfob_http_send_finish (result, &error);
  KeyfobToken *token = NULL;

  if (answer != NULL)
    token = parse_token (answer, g_task_get_task_data (task), &error);

  if (token != NULL)
    g_task_return_pointer (task, token, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
request_token (GTask *task, KeyfobRequest request, KeyfobToken *old, const char *const *fields)
{
  TokenJob *job = g_new0 (TokenJob, 1);

  job->request = request;
  g_set_object (&job->token, old);
  g_task_set_task_data (task, job, (GDestroyNotify) token_job_free);

  post (g_task_get_source_object (task), KEYFOB_ROUTE_TOKEN, fields, on_token_answer, task);
}

static void
refuse (GTask *task, KeyfobAuthError code, const char *sentence)
{
  g_task_return_new_error (task, KEYFOB_AUTH_ERROR, (int) code, "%s", sentence);
  g_object_unref (task);
}

static void
exchange_code_async (KeyfobServer *server,
                     const char *code,
                     const char *redirect_uri,
                     const char *code_verifier,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  GTask *task = new_task (KEYFOB_PY_OIDC_SERVER (server), cancellable, callback, user_data,
                          exchange_code_async);
  const char *const fields[] = {
    "grant_type", "authorization_code", "code",        code, "redirect_uri",
    redirect_uri, "code_verifier",      code_verifier, NULL
  };

  if (code_verifier == NULL)
    refuse (task, KEYFOB_AUTH_ERROR_BAD_ANSWER,
            _ ("The server keeps the key of this sign-in to itself, so that it cannot be finished. "
               "Ask whoever runs it."));
  else
    request_token (task, KEYFOB_REQUEST_EXCHANGE, NULL, fields);
}

static void
refresh_async (KeyfobServer *server,
               KeyfobToken *token,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  GTask *task =
      new_task (KEYFOB_PY_OIDC_SERVER (server), cancellable, callback, user_data, refresh_async);
  const char *const fields[] = { "refresh-token", keyfob_token_get_refresh_token (token), NULL };

  if (fields[1] == NULL)
    refuse (task, KEYFOB_AUTH_ERROR_EXPIRED,
            _ ("This session cannot be renewed. Sign in again when its token has ended."));
  else
    request_token (task,
                   keyfob_token_is_broker (token) ? KEYFOB_REQUEST_BROKER_REFRESH
                                                  : KEYFOB_REQUEST_REFRESH,
                   token, fields);
}

static void
poll_device_async (KeyfobServer *server,
                   const char *device_code,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  GTask *task = new_task (KEYFOB_PY_OIDC_SERVER (server), cancellable, callback, user_data,
                          poll_device_async);
  const char *const fields[] = { "device-code", device_code, NULL };

  request_token (task, KEYFOB_REQUEST_POLL, NULL, fields);
}

static void
on_device_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (KeyfobAnswer) answer = keyfob_http_send_finish (result, &error);
  g_autoptr (JsonObject) object = NULL;
  KeyfobDeviceCode *code = NULL;

  if (answer != NULL)
    object = keyfob_answer_to_object (answer, KEYFOB_REQUEST_DEVICE, &error);

  if (object != NULL)
    code = keyfob_device_code_parse (object, answer->url, &error);

  if (code != NULL)
    g_task_return_pointer (task, code, (GDestroyNotify) keyfob_device_code_free);
  else
    g_task_return_error (task, error);
}

static void
begin_device_async (KeyfobServer *server,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  KeyfobPyOidcServer *self = KEYFOB_PY_OIDC_SERVER (server);
  const char *const no_fields[] = { NULL };

  forget_cookies (self);
  post (self, KEYFOB_ROUTE_DEVICE, no_fields, on_device_answer,
        new_task (self, cancellable, callback, user_data, begin_device_async));
}

static const char *
get_text (JsonObject *object, const char *member)
{
  const char *text = keyfob_json_get_string (object, member);

  return text != NULL ? text : "";
}

static char *
dup_name (KeyfobToken *token, const char *text)
{
  g_autofree char *shown = keyfob_token_hide (token, text);

  return keyfob_text_clean (shown, -1, MAX_NAME);
}

char *
keyfob_py_oidc_server_dup_user_name (JsonObject *object, KeyfobToken *token)
{
  const char *const others[] = { "username", "pw_name", "email" };
  g_autofree char *full =
      g_strjoin (" ", get_text (object, "first_name"), get_text (object, "last_name"), NULL);
  g_autofree char *name = dup_name (token, full);

  for (gsize i = 0; *name == '\0' && i < G_N_ELEMENTS (others); i++)
    {
      g_free (name);
      name = dup_name (token, get_text (object, others[i]));
    }

  return g_steal_pointer (&name);
}

/* Some deployments have no such route. */
static gboolean
lacks_userinfo (KeyfobAnswer *answer)
{
  return answer->status == SOUP_STATUS_NOT_FOUND || answer->status == SOUP_STATUS_METHOD_NOT_ALLOWED
         || answer->status == SOUP_STATUS_GONE;
}

static void
on_userinfo_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  KeyfobPyOidcServer *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (KeyfobAnswer) answer = keyfob_http_send_finish (result, &error);
  g_autoptr (JsonObject) object = NULL;

  if (answer != NULL && lacks_userinfo (answer))
    {
      g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNSUPPORTED,
                               _ ("%s does not say whose token this is, or whether it is good."),
                               keyfob_config_get_name (self->config));
      return;
    }

  if (answer != NULL)
    object = keyfob_answer_to_object (answer, KEYFOB_REQUEST_USERINFO, &error);
  if (object != NULL)
    g_task_return_pointer (
        task, keyfob_py_oidc_server_dup_user_name (object, g_task_get_task_data (task)), g_free);
  else
    g_task_return_error (task, error);
}

static void
userinfo_async (KeyfobServer *server,
                KeyfobToken *token,
                GCancellable *cancellable,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
  KeyfobPyOidcServer *self = KEYFOB_PY_OIDC_SERVER (server);
  GTask *task = new_task (self, cancellable, callback, user_data, userinfo_async);
  g_autofree char *url = keyfob_config_dup_url (self->config, KEYFOB_ROUTE_USERINFO);
  g_autoptr (KeyfobSecret) authorization = keyfob_token_dup_authorization (token);

  g_task_set_task_data (task, g_object_ref (token), g_object_unref);
  keyfob_http_send_async (self->session, self->cookies, SOUP_METHOD_GET, url, NULL, authorization,
                          TIME_LIMIT, self->clock, cancellable, on_userinfo_answer, task);
}

/* A page or a redirect comes from a network that wants a sign-in of its own. An error status of the
 * server is expected, since the request has no token. */
static void
on_probe_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (KeyfobAnswer) answer = keyfob_http_send_finish (result, &error);
  g_autoptr (JsonObject) object = NULL;

  if (answer != NULL && (answer->status < 400 || keyfob_answer_is_unavailable (answer)))
    object = keyfob_answer_to_object (answer, KEYFOB_REQUEST_USERINFO, &error);

  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
probe_async (KeyfobServer *server,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  KeyfobPyOidcServer *self = KEYFOB_PY_OIDC_SERVER (server);
  GTask *task = new_task (self, cancellable, callback, user_data, probe_async);
  g_autofree char *url = keyfob_config_dup_url (self->config, KEYFOB_ROUTE_USERINFO);

  keyfob_http_send_async (self->session, self->cookies, SOUP_METHOD_GET, url, NULL, NULL,
                          TIME_LIMIT, self->clock, cancellable, on_probe_answer, task);
}

static char *
dup_end_session_uri (KeyfobServer *server)
{
  return keyfob_config_dup_url (KEYFOB_PY_OIDC_SERVER (server)->config, KEYFOB_ROUTE_LOGOUT);
}

static void
keyfob_py_oidc_server_iface_init (KeyfobServerInterface *iface)
{
  iface->redirect_ports_async = redirect_ports_async;
  iface->begin_login_async = begin_login_async;
  iface->exchange_code_async = exchange_code_async;
  iface->refresh_async = refresh_async;
  iface->begin_device_async = begin_device_async;
  iface->poll_device_async = poll_device_async;
  iface->userinfo_async = userinfo_async;
  iface->probe_async = probe_async;
  iface->dup_end_session_uri = dup_end_session_uri;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (KeyfobPyOidcServer,
                               keyfob_py_oidc_server,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KEYFOB_TYPE_SERVER,
                                                      keyfob_py_oidc_server_iface_init))

static void
keyfob_py_oidc_server_dispose (GObject *object)
{
  KeyfobPyOidcServer *self = KEYFOB_PY_OIDC_SERVER (object);

  g_clear_object (&self->config);
  g_clear_object (&self->session);
  g_clear_object (&self->cookies);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (keyfob_py_oidc_server_parent_class)->dispose (object);
}

static void
keyfob_py_oidc_server_class_init (KeyfobPyOidcServerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_py_oidc_server_dispose;
}

static void
keyfob_py_oidc_server_init (KeyfobPyOidcServer *self)
{
  self->cookies = soup_cookie_jar_new ();
}

KeyfobServer *
keyfob_py_oidc_server_new (KeyfobConfig *config, SoupSession *session, KeyfobClock *clock)
{
  KeyfobPyOidcServer *self;

  g_return_val_if_fail (KEYFOB_IS_CONFIG (config), NULL);
  g_return_val_if_fail (SOUP_IS_SESSION (session), NULL);
  g_return_val_if_fail (KEYFOB_IS_CLOCK (clock), NULL);

  self = g_object_new (KEYFOB_TYPE_PY_OIDC_SERVER, NULL);
  self->config = g_object_ref (config);
  self->session = g_object_ref (session);
  self->clock = g_object_ref (clock);

  return KEYFOB_SERVER (self);
}
