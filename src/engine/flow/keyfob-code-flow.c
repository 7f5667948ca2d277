/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-code-flow.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-loopback.h"
#include "keyfob-secret.h"
#include "keyfob-source.h"
#include "keyfob-time-limit.h"

/* Seconds after which a browser that does not come back is worth a word. */
#define PATIENCE 60

struct _KeyfobCodeFlow
{
  GObject parent_instance;

  KeyfobConfig *config;
  KeyfobServer *server;
  KeyfobLauncher *launcher; /* (nullable) */
  KeyfobClock *clock;
  GPtrArray *ended_loopbacks;
  char *prompt;
  char *activation_token;
  gboolean hold;

  KeyfobProvider *known; /* (nullable) */
  KeyfobFlowCheck check; /* (nullable) */
  gpointer check_data;

  char *trouble;
  gboolean page_visited; /* a browser came to the short address */
  gboolean is_answered;

  KeyfobLoopback *loopback;
  KeyfobLogin *login;
  KeyfobProvider *provider; /* (nullable): of the login, also after its end */
  char *question;           /* (nullable): while it is not answered nothing is opened or shown */

  KeyfobTimeLimit *limit; /* while it runs */
  GSource *patience;      /* (nullable): ends in a hint while the browser does not come back */
};

static void keyfob_code_flow_iface_init (KeyfobFlowInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (KeyfobCodeFlow,
                               keyfob_code_flow,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KEYFOB_TYPE_FLOW,
                                                      keyfob_code_flow_iface_init))

enum
{
  PROP_0,
  PROP_LOGIN_URI,
  PROP_PAGE_VISITED,
  PROP_PROVIDER,
  PROP_QUESTION,
  PROP_REDIRECT_URI,
  PROP_TROUBLE,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

/* @login: (transfer full) (nullable) @question: (transfer full) (nullable): to be answered first */
static void
set_login (KeyfobCodeFlow *self, KeyfobLogin *login, char *question)
{
  g_clear_pointer (&self->login, keyfob_login_free);
  self->login = login;
  g_free (self->question);
  self->question = question;

  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOGIN_URI]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROVIDER]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_QUESTION]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REDIRECT_URI]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
set_trouble (KeyfobCodeFlow *self, const char *trouble)
{
  if (g_strcmp0 (self->trouble, trouble) == 0)
    return;

  g_free (self->trouble);
  self->trouble = g_strdup (trouble);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TROUBLE]);
}

static void
on_visited (KeyfobCodeFlow *self)
{
  if (self->page_visited)
    return;

  self->page_visited = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAGE_VISITED]);
}

static void
on_question (KeyfobCodeFlow *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_QUESTION]);
}

/* A provider that refuses the redirect address must not send the browser to it (RFC 6749 section
 * 4.1.2.1), so only the person sees that, or any other page of an error. */
static gboolean
on_patience_ended (gpointer user_data)
{
  KeyfobCodeFlow *self = user_data;

  g_clear_pointer (&self->patience, keyfob_source_free);
  if (self->trouble == NULL && !self->is_answered)
    set_trouble (self, _ ("Your browser has not come back yet. If it shows a page with an error, "
                          "for instance that the redirect address is not registered, cancel and "
                          "sign in again, or use another device."));

  return G_SOURCE_REMOVE;
}

/* Runs out after a minute, or sooner where there is less time. */
static void
start_patience (KeyfobCodeFlow *self)
{
  gint64 seconds = MIN (PATIENCE, keyfob_config_get_timeout (self->config) / 2);

  g_clear_pointer (&self->patience, keyfob_source_free);
  self->patience = keyfob_clock_timer (self->clock, seconds * G_USEC_PER_SEC);
  g_source_set_callback (self->patience, on_patience_ended, self, NULL);
  g_source_attach (self->patience, NULL);
}

static void
end_attempt (KeyfobCodeFlow *self)
{
  g_clear_pointer (&self->patience, keyfob_source_free);
  g_clear_pointer (&self->limit, keyfob_time_limit_free);
  set_login (self, NULL, NULL);
}

/* @cause: (transfer full). Returns: (transfer full): @cause, or why the attempt was cancelled */
static GError *
explain (KeyfobCodeFlow *self, GError *cause)
{
  if (!g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return cause;

  g_error_free (cause);
  if (keyfob_time_limit_has_passed (self->limit))
    return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_TIMED_OUT,
                                _ ("Nobody completed the sign-in in time. Sign in again."));

  return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED,
                              _ ("The sign-in was cancelled."));
}

static void
fail (GTask *task, GError *cause)
{
  KeyfobCodeFlow *self = g_task_get_source_object (task);
  g_autoptr (GError) error = explain (self, cause);

  g_debug ("Code flow: %s", error->message);
  end_attempt (self);
  keyfob_code_flow_conclude (self, error->message);
  g_task_return_error (task, g_steal_pointer (&error));
}

static void
succeed (GTask *task, KeyfobToken *token)
{
  KeyfobCodeFlow *self = g_task_get_source_object (task);

  end_attempt (self);
  if (!self->hold)
    keyfob_code_flow_conclude (self, NULL);
  g_task_return_pointer (task, token, g_object_unref);
}

/* The mix-up attack of RFC 9207. Returns: (nullable): why an answer from @issuer is not used */
static const char *
find_other_issuer (KeyfobCodeFlow *self, const char *issuer)
{
  const char *configured = keyfob_config_get_issuer (self->config);
  gboolean is_known = self->known != NULL && keyfob_provider_matches (self->provider, self->known);
  const char *known = is_known ? self->known->issuer : NULL;
  const char *expected = configured != NULL ? configured : known;

  if (issuer != NULL && expected != NULL && !g_str_equal (issuer, expected))
    return _ ("The answer comes from another provider than the one that this host uses, so it was "
              "not used. Ask those who run the server.");
  if (issuer == NULL && configured == NULL && known != NULL)
    return _ ("The answer does not say which provider it comes from, as it did before, so it was "
              "not used. Sign in again. If that does not help, ask those who run the server.");
  if (expected == NULL && !keyfob_provider_accepts_issuer (self->provider, issuer))
    return _ ("The answer comes from another provider than the one that you were sent to, so it "
              "was not used. Ask those who run the server. If both belong together, type the "
              "address of the provider in the settings of the host.");

  return NULL;
}

/* Returns: (nullable): the code verifier; a server that makes its own puts it into the state */
static const char *
find_verifier (KeyfobLogin *login, const char *state)
{
  const char *last;

  if (login->code_verifier != NULL)
    return login->code_verifier;

  last = strrchr (state, '|');

  return last != NULL && last[1] != '\0' ? last + 1 : NULL;
}

static void
refuse (GTask *task, const char *sentence)
{
  fail (task, g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_BAD_ANSWER, sentence));
}

static void
on_exchanged (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) token =
      keyfob_server_token_finish (KEYFOB_SERVER (source), result, &error);

  if (token != NULL)
    succeed (task, g_steal_pointer (&token));
  else
    fail (task, g_steal_pointer (&error));
}

static void
exchange (GTask *task, const char *code, const char *state)
{
  KeyfobCodeFlow *self = g_task_get_source_object (task);
  const char *verifier = find_verifier (self->login, state);

  self->is_answered = TRUE;
  if (verifier == NULL)
    {
      refuse (task, _ ("The sign-in page sent back something that this server did not "
                       "begin. Ask those who run the server."));
      return;
    }

  keyfob_server_exchange_code_async (self->server, code, self->login->redirect_uri, verifier,
                                     keyfob_time_limit_get_cancellable (self->limit), on_exchanged,
                                     g_object_ref (task));
}

static void
on_callback (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  KeyfobCodeFlow *self = g_task_get_source_object (task);
  g_autoptr (KeyfobSecret) code = NULL;
  g_autoptr (KeyfobSecret) state = NULL;
  g_autofree char *issuer = NULL;
  g_autoptr (GError) error = NULL;
  const char *refusal = NULL;

  if (!keyfob_loopback_wait_finish (self->loopback, result, &code, &state, &issuer, &error))
    {
      fail (task, g_steal_pointer (&error));
      return;
    }

  /* nobody was sent anywhere yet: whoever brings a code has it from elsewhere */
  if (self->question != NULL)
    refusal = _ ("An answer came before you had been sent to a sign-in page, so it was not used. "
                 "Sign in again.");
  else
    refusal = find_other_issuer (self, issuer);

  if (refusal != NULL)
    {
      refuse (task, refusal);
      return;
    }

  self->provider->issuer = g_steal_pointer (&issuer);
  exchange (task, code, state);
}

static void
open_browser (KeyfobCodeFlow *self)
{
  start_patience (self);
  if (self->launcher != NULL)
    keyfob_code_flow_open_page (self, self->launcher, self->activation_token);
}

static void on_login_begun (GObject *source, GAsyncResult *result, gpointer user_data);

static void
begin_login (GTask *task)
{
  KeyfobCodeFlow *self = g_task_get_source_object (task);

  keyfob_server_begin_login_async (self->server, keyfob_loopback_get_redirect_uri (self->loopback),
                                   self->prompt, keyfob_config_get_server_pkce (self->config),
                                   keyfob_time_limit_get_cancellable (self->limit), on_login_begun,
                                   g_object_ref (task));
}

/* Returns: whether it takes a second request to know what of @login stays the same */
static gboolean
take_provider (KeyfobCodeFlow *self, KeyfobLogin *login)
{
  g_autoptr (KeyfobProvider) first = g_steal_pointer (&self->provider);

  self->provider = g_steal_pointer (&login->provider);
  if (self->known != NULL && keyfob_provider_matches (self->provider, self->known))
    return FALSE;
  if (first == NULL)
    return keyfob_provider_may_vary (self->provider);

  keyfob_provider_generalise (self->provider, first);

  return FALSE;
}

/* Returns: (transfer full) (nullable): what to ask the user before the browser is opened */
static char *
find_question (KeyfobCodeFlow *self)
{
  if (self->check == NULL
      || (self->known != NULL && keyfob_provider_matches (self->provider, self->known)))
    return NULL;

  return self->check (self->provider, self->check_data);
}

static void
on_login_begun (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  KeyfobCodeFlow *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (KeyfobLogin) login =
      keyfob_server_begin_login_finish (KEYFOB_SERVER (source), result, &error);
  const char *state;

  if (login == NULL)
    {
      fail (task, error);
      return;
    }
  if (take_provider (self, login))
    {
      begin_login (task);
      return;
    }

  g_debug ("Code flow: waiting for the browser%s",
           login->server_pkce ? ", with state and verifier of the server" : "");
  state = login->state;
  set_login (self, g_steal_pointer (&login), find_question (self));
  keyfob_loopback_wait_async (self->loopback, state,
                              keyfob_time_limit_get_cancellable (self->limit), on_callback,
                              g_object_ref (task));
  if (self->question == NULL)
    open_browser (self);
}

static void
keyfob_code_flow_run_async (KeyfobFlow *flow,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  KeyfobCodeFlow *self = KEYFOB_CODE_FLOW (flow);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GError) error = NULL;
  const guint16 *ports;
  gsize n_ports;

  g_return_if_fail (self->loopback == NULL);

  g_task_set_source_tag (task, keyfob_code_flow_run_async);
  /* a token that arrives although the attempt was cancelled must not be lost */
  g_task_set_check_cancellable (task, FALSE);

  self->limit =
      keyfob_time_limit_new (self->clock, keyfob_config_get_timeout (self->config), cancellable);
  self->loopback = keyfob_loopback_new (self->clock, self->ended_loopbacks);
  g_signal_connect_object (self->loopback, "trouble", G_CALLBACK (set_trouble), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->loopback, "visited", G_CALLBACK (on_visited), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->loopback, "question", G_CALLBACK (on_question), self,
                           G_CONNECT_SWAPPED);
  ports = keyfob_config_get_redirect_ports (self->config, &n_ports);
  if (!keyfob_loopback_listen (self->loopback, ports, n_ports, &error))
    {
      fail (task, g_steal_pointer (&error));
      return;
    }

  begin_login (task);
}

static void
keyfob_code_flow_iface_init (KeyfobFlowInterface *iface)
{
  iface->run_async = keyfob_code_flow_run_async;
}

static void
keyfob_code_flow_dispose (GObject *object)
{
  KeyfobCodeFlow *self = KEYFOB_CODE_FLOW (object);

  if (self->loopback != NULL)
    keyfob_loopback_close (self->loopback);
  g_clear_object (&self->loopback);
  g_clear_pointer (&self->login, keyfob_login_free);
  g_clear_object (&self->config);
  g_clear_object (&self->server);
  g_clear_object (&self->launcher);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->ended_loopbacks, g_ptr_array_unref);
  g_clear_pointer (&self->limit, keyfob_time_limit_free);
  g_clear_pointer (&self->patience, keyfob_source_free);

  G_OBJECT_CLASS (keyfob_code_flow_parent_class)->dispose (object);
}

static void
keyfob_code_flow_finalize (GObject *object)
{
  KeyfobCodeFlow *self = KEYFOB_CODE_FLOW (object);

  g_free (self->prompt);
  g_free (self->activation_token);
  g_free (self->trouble);
  g_free (self->question);
  g_clear_pointer (&self->known, keyfob_provider_free);
  g_clear_pointer (&self->provider, keyfob_provider_free);

  G_OBJECT_CLASS (keyfob_code_flow_parent_class)->finalize (object);
}

static void
keyfob_code_flow_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  KeyfobCodeFlow *self = KEYFOB_CODE_FLOW (object);

  switch (prop_id)
    {
    case PROP_LOGIN_URI:
      g_value_set_string (value, keyfob_code_flow_get_login_uri (self));
      break;
    case PROP_PAGE_VISITED:
      g_value_set_boolean (value, self->page_visited);
      break;
    case PROP_PROVIDER:
      if (keyfob_code_flow_get_login_uri (self) != NULL)
        g_value_take_string (value, keyfob_provider_dup_name (self->provider));
      break;
    case PROP_QUESTION:
      if (self->question != NULL)
        g_value_set_string (value, self->question);
      else if (self->loopback != NULL)
        g_value_set_string (value, keyfob_loopback_get_question (self->loopback));
      break;
    case PROP_REDIRECT_URI:
      if (keyfob_code_flow_get_login_uri (self) != NULL)
        g_value_set_string (value, self->login->redirect_uri);
      break;
    case PROP_TROUBLE:
      g_value_set_string (value, self->trouble);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_code_flow_class_init (KeyfobCodeFlowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = keyfob_code_flow_dispose;
  object_class->finalize = keyfob_code_flow_finalize;
  object_class->get_property = keyfob_code_flow_get_property;

  properties[PROP_LOGIN_URI] = g_param_spec_string ("login-uri", NULL, NULL, NULL, readable);
  properties[PROP_PAGE_VISITED] =
      g_param_spec_boolean ("page-visited", NULL, NULL, FALSE, readable);
  properties[PROP_PROVIDER] = g_param_spec_string ("provider", NULL, NULL, NULL, readable);
  properties[PROP_QUESTION] = g_param_spec_string ("question", NULL, NULL, NULL, readable);
  properties[PROP_REDIRECT_URI] = g_param_spec_string ("redirect-uri", NULL, NULL, NULL, readable);
  properties[PROP_TROUBLE] = g_param_spec_string ("trouble", NULL, NULL, NULL, readable);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
keyfob_code_flow_init (KeyfobCodeFlow *self)
{
}

KeyfobCodeFlow *
keyfob_code_flow_new (KeyfobConfig *config,
                      KeyfobServer *server,
                      KeyfobLauncher *launcher,
                      KeyfobClock *clock,
                      GPtrArray *ended_loopbacks)
{
  KeyfobCodeFlow *self;

  g_return_val_if_fail (KEYFOB_IS_CONFIG (config), NULL);
  g_return_val_if_fail (KEYFOB_IS_SERVER (server), NULL);
  g_return_val_if_fail (launcher == NULL || KEYFOB_IS_LAUNCHER (launcher), NULL);
  g_return_val_if_fail (KEYFOB_IS_CLOCK (clock), NULL);

  self = g_object_new (KEYFOB_TYPE_CODE_FLOW, NULL);
  self->config = g_object_ref (config);
  self->server = g_object_ref (server);
  g_set_object (&self->launcher, launcher);
  self->clock = g_object_ref (clock);
  self->ended_loopbacks = g_ptr_array_ref (ended_loopbacks);

  return self;
}

void
keyfob_code_flow_set_prompt (KeyfobCodeFlow *self, const char *prompt)
{
  g_return_if_fail (KEYFOB_IS_CODE_FLOW (self));

  g_free (self->prompt);
  self->prompt = g_strdup (prompt);
}

void
keyfob_code_flow_set_activation_token (KeyfobCodeFlow *self, const char *token)
{
  g_return_if_fail (KEYFOB_IS_CODE_FLOW (self));

  g_free (self->activation_token);
  self->activation_token = g_strdup (token);
}

static void
on_launched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobCodeFlow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!keyfob_launcher_launch_finish (KEYFOB_LAUNCHER (source), result, &error)
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    set_trouble (self, error->message);
}

void
keyfob_code_flow_open_page (KeyfobCodeFlow *self, KeyfobLauncher *launcher, const char *token)
{
  g_autofree char *uri = NULL;

  g_return_if_fail (KEYFOB_IS_CODE_FLOW (self));
  g_return_if_fail (KEYFOB_IS_LAUNCHER (launcher));

  if (keyfob_code_flow_get_login_uri (self) == NULL)
    return;

  uri = keyfob_loopback_lead_to (self->loopback, self->login->uri);
  if (uri != NULL)
    keyfob_launcher_launch_async (launcher, uri, token,
                                  keyfob_time_limit_get_cancellable (self->limit), on_launched,
                                  g_object_ref (self));
  else
    set_trouble (
        self,
        _ ("This computer gives no random numbers, and no sign-in is safe without. Restart it."));
}

void
keyfob_code_flow_set_known (KeyfobCodeFlow *self,
                            KeyfobProvider *known,
                            KeyfobFlowCheck check,
                            gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_CODE_FLOW (self));

  g_clear_pointer (&self->known, keyfob_provider_free);
  self->known = known;
  self->check = check;
  self->check_data = user_data;
}

const KeyfobProvider *
keyfob_code_flow_get_provider (KeyfobCodeFlow *self)
{
  g_return_val_if_fail (KEYFOB_IS_CODE_FLOW (self), NULL);

  return self->provider;
}

void
keyfob_code_flow_go_on (KeyfobCodeFlow *self)
{
  g_return_if_fail (KEYFOB_IS_CODE_FLOW (self));

  if (self->question != NULL)
    {
      set_login (self, g_steal_pointer (&self->login), NULL);
      open_browser (self);
    }
  else if (self->loopback != NULL)
    {
      keyfob_loopback_go_on (self->loopback);
    }
}

gboolean
keyfob_code_flow_take_address (KeyfobCodeFlow *self, const char *uri, GError **error)
{
  g_return_val_if_fail (KEYFOB_IS_CODE_FLOW (self), FALSE);
  g_return_val_if_fail (self->loopback != NULL, FALSE);

  return keyfob_loopback_take_address (self->loopback, uri, error);
}

const char *
keyfob_code_flow_get_login_uri (KeyfobCodeFlow *self)
{
  g_return_val_if_fail (KEYFOB_IS_CODE_FLOW (self), NULL);

  return self->login != NULL && self->question == NULL ? self->login->uri : NULL;
}

gboolean
keyfob_code_flow_is_answered (KeyfobCodeFlow *self)
{
  g_return_val_if_fail (KEYFOB_IS_CODE_FLOW (self), FALSE);

  return self->is_answered;
}

const char *
keyfob_code_flow_get_trouble (KeyfobCodeFlow *self)
{
  g_return_val_if_fail (KEYFOB_IS_CODE_FLOW (self), NULL);

  return self->trouble;
}

void
keyfob_code_flow_set_hold (KeyfobCodeFlow *self, gboolean hold)
{
  g_return_if_fail (KEYFOB_IS_CODE_FLOW (self));

  self->hold = hold;
}

void
keyfob_code_flow_conclude (KeyfobCodeFlow *self, const char *failure)
{
  g_return_if_fail (KEYFOB_IS_CODE_FLOW (self));

  if (self->loopback == NULL)
    return;

  keyfob_loopback_respond (self->loopback, failure);
  keyfob_loopback_close (self->loopback);
}
