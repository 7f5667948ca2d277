/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-methods.h"

#include <glib/gi18n-lib.h>

#include "keyfob-access-test.h"
#include "keyfob-auth-error.h"
#include "keyfob-claims.h"
#include "keyfob-host-server.h"
#include "keyfob-host-storage.h"
#include "keyfob-sign-out.h"
#include "keyfob-get-token.h"

typedef struct
{
  KeyfobHost *host;
  GDBusMethodInvocation *invocation;
  gboolean end_session;
  KeyfobSignInOptions *options; /* (nullable): of GetToken, until they are used */
  gboolean to_file;             /* the token is not the answer, but kept in a file */
  gboolean wlcg;                /* of WriteTokenFile */
  char *program;                /* (nullable): that the user is asked about */
  gboolean answered;            /* the user has said yes to this call */
  KeyfobToken *token;           /* (nullable): what is handed out once the user has said yes */
  char *url;                    /* (nullable): of TestAccess */
  GCancellable *cancellable;    /* (nullable): of TestAccess: cancelled when the caller has left */
  guint watch;                  /* of the caller until then, or 0 */
} Call;

static Call *
call_new (KeyfobHost *host, GDBusMethodInvocation *invocation)
{
  Call *call = g_new0 (Call, 1);

  call->host = g_object_ref (host);
  call->invocation = invocation;

  return call;
}

/* Flushes the properties first: a program that reads one after the answer finds it changed.
 *
 * @error: (nullable) (transfer full): the answer instead of @answer */
static void
call_return_value (Call *call, GVariant *answer, GError *error)
{
  KeyfobBusHost1 *skeleton = keyfob_host_get_skeleton (call->host);

  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (skeleton));
  if (error != NULL)
    g_dbus_method_invocation_take_error (call->invocation, error);
  else
    g_dbus_method_invocation_return_value (call->invocation, answer);

  g_object_unref (call->host);
  g_clear_pointer (&call->options, keyfob_sign_in_options_free);
  g_free (call->program);
  g_clear_object (&call->token);
  g_free (call->url);
  g_clear_object (&call->cancellable);
  g_clear_handle_id (&call->watch, g_bus_unwatch_name);
  g_free (call);
}

static void
call_return (Call *call, GError *error)
{
  call_return_value (call, NULL, error);
}

GVariant *
keyfob_host_methods_token_to_variant (KeyfobToken *token)
{
  g_autofree char *authorization = keyfob_token_dup_authorization (token);
  g_autofree char *header = g_strconcat ("Authorization: ", authorization, NULL);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "access_token", "s", keyfob_token_get_access_token (token));
  g_variant_dict_insert (&dict, "token_type", "s", keyfob_token_get_token_type (token));
  g_variant_dict_insert (&dict, "header", "s", header);
  g_variant_dict_insert (&dict, "authorization", "s", authorization);
  g_variant_dict_insert (&dict, "expires", "x", keyfob_token_get_expires (token));
  g_variant_dict_insert (&dict, "scope", "s", keyfob_token_get_scope (token));

  return g_variant_dict_end (&dict);
}

/* Returns: (nullable) (transfer floating) */
static GVariant *
keep_token_file (Call *call, GError **error)
{
  g_auto (GStrv) paths = keyfob_host_keep_token_file (call->host, call->wlcg, call->program, error);

  return paths != NULL ? g_variant_new ("(^aay)", paths) : NULL;
}

/* Returns: (nullable) (transfer full) */
static KeyfobCaller *
dup_caller (Call *call)
{
  return keyfob_callers_dup (keyfob_host_get_context (call->host)->callers,
                             g_dbus_method_invocation_get_sender (call->invocation));
}

static void
note_caller (Call *call)
{
  g_autoptr (KeyfobCaller) caller = dup_caller (call);

  if (caller != NULL)
    keyfob_host_note_caller (call->host, caller);
}

/* The tokens may have been locked while the server or the user was asked. */
static void
hand_out (Call *call, KeyfobToken *token)
{
  KeyfobTokenLock *lock = keyfob_host_get_context (call->host)->lock;
  GVariant *answer = NULL;
  GError *error = NULL;

  if (keyfob_token_lock_check (lock, &error))
    {
      answer = call->to_file
                   ? keep_token_file (call, &error)
                   : g_variant_new ("(@a{sv})", keyfob_host_methods_token_to_variant (token));
      if (answer != NULL)
        note_caller (call);
    }
  call_return_value (call, answer, error);
}

static GError *
new_gone_error (void)
{
  return g_error_new_literal (G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY, "The program has left the bus");
}

/* Programs in a sandbox, and where the user has set that, all but the window get a token only when
 * the user allows it. The one peer of a connection without a bus has started this agent.
 *
 * @caller: (nullable) */
static gboolean
needs_permission (Call *call, KeyfobCaller *caller)
{
  KeyfobContext *context = keyfob_host_get_context (call->host);
  const char *sender = g_dbus_method_invocation_get_sender (call->invocation);
  gboolean ask_first = keyfob_settings_get_ask_first (context->settings)
                       || keyfob_config_get_ask_first (keyfob_host_get_config (call->host));

  return sender != NULL
         && (caller == NULL || keyfob_caller_is_restricted (caller)
             || (ask_first && !keyfob_questions_is_window (context->questions, sender)));
}

static void on_allowed (GObject *source, GAsyncResult *result, gpointer user_data);

/* @caller: (nullable) */
static void
ask_for_permission (Call *call, KeyfobCaller *caller)
{
  KeyfobQuestions *questions = keyfob_host_get_context (call->host)->questions;
  KeyfobConfig *config = keyfob_host_get_config (call->host);

  if (caller == NULL)
    {
      call_return (call, new_gone_error ());
      return;
    }

  g_free (call->program);
  call->program = keyfob_questions_dup_program (caller->id, caller->unit);
  call->answered = !keyfob_permissions_has (keyfob_questions_get_permissions (questions),
                                            keyfob_config_get_base_url (config), call->program);
  keyfob_questions_ask_async (questions, config, caller,
                              g_dbus_method_invocation_get_sender (call->invocation), call->to_file,
                              on_allowed, call);
}

/* A sign-in takes minutes: meanwhile the user may have taken a permission back, or have set that
 * the user is asked. */
static void
on_token (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  GError *error = NULL;
  g_autoptr (KeyfobToken) token =
      keyfob_host_get_token_finish (KEYFOB_HOST (source), result, &error);
  g_autoptr (KeyfobCaller) caller = dup_caller (call);

  if (token == NULL)
    call_return (call, error);
  else if (!call->answered && needs_permission (call, caller))
    {
      call->token = g_steal_pointer (&token);
      ask_for_permission (call, caller);
    }
  else
    hand_out (call, token);
}

static void
get_token (Call *call)
{
  keyfob_host_get_token_async (call->host, g_steal_pointer (&call->options),
                               g_dbus_method_invocation_get_sender (call->invocation), on_token,
                               call);
}

static void
on_allowed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  GError *error = NULL;

  if (!keyfob_questions_ask_finish (KEYFOB_QUESTIONS (source), result, &error))
    call_return (call, error);
  else if (call->token != NULL)
    hand_out (call, call->token);
  else
    get_token (call);
}

static void
on_lock_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (KeyfobCaller) caller = dup_caller (call);
  GError *error = NULL;

  if (!keyfob_token_lock_check_finish (KEYFOB_TOKEN_LOCK (source), result, &error))
    call_return (call, error);
  else if (needs_permission (call, caller))
    ask_for_permission (call, caller);
  else
    get_token (call);
}

/* A program in a sandbox chooses nothing: how to sign in is up to the user. */
static gboolean
check_options (KeyfobHost *host,
               GDBusMethodInvocation *invocation,
               GVariant *options,
               GError **error)
{
  KeyfobCallers *callers = keyfob_host_get_context (host)->callers;
  g_autoptr (KeyfobCaller) caller =
      keyfob_callers_dup (callers, g_dbus_method_invocation_get_sender (invocation));

  if (caller == NULL)
    {
      g_propagate_error (error, new_gone_error ());
      return FALSE;
    }
  if (!keyfob_caller_is_restricted (caller) || g_variant_n_children (options) == 0)
    return TRUE;

  g_set_error_literal (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
                       _ ("Programs in a sandbox may ask for a token, but not say how to get it."));
  return FALSE;
}

void
keyfob_host_methods_get_token (KeyfobHost *host,
                               GDBusMethodInvocation *invocation,
                               GVariant *options)
{
  Call *call = call_new (host, invocation);
  GError *error = NULL;

  if (check_options (host, invocation, options, &error))
    call->options = keyfob_sign_in_options_parse (options, &error);
  if (call->options != NULL)
    keyfob_token_lock_check_async (keyfob_host_get_context (host)->lock, on_lock_checked, call);
  else
    call_return (call, error);
}

static gboolean
on_get_token (KeyfobHost *host, GDBusMethodInvocation *invocation, GVariant *options)
{
  keyfob_host_methods_get_token (host, invocation, options);

  return TRUE;
}

/* @id: whether it is an ID token, which is told of only where it can be read */
static void
add_claims (GVariantDict *answer, const char *token, gboolean id)
{
  g_autofree char *json = NULL;
  GVariant *claims = token != NULL ? keyfob_claims_list (token, &json) : NULL;

  if (!id)
    g_variant_dict_insert (answer, "opaque", "b", claims == NULL);
  if (claims == NULL && id)
    return;

  g_variant_dict_insert_value (answer, id ? "id-claims" : "claims",
                               claims != NULL ? claims : g_variant_new ("a(ssv)", NULL));
  g_variant_dict_insert (answer, id ? "id-json" : "json", "s", json != NULL ? json : "");
}

/* What has just been asked of the store has to be known; the server is not waited for. */
static gboolean
waits_for_store (KeyfobHost *host)
{
  return keyfob_host_is_looking_up (host)
         || keyfob_host_get_activity (host) == KEYFOB_HOST_IN_SIGN_OUT;
}

static void
give_claims (Call *call, GAsyncReadyCallback on_store_asked)
{
  KeyfobHost *host = call->host;
  KeyfobToken *token = keyfob_host_session_get_token (keyfob_host_get_session (host));
  g_auto (GVariantDict) claims = G_VARIANT_DICT_INIT (NULL);

  if (waits_for_store (host))
    {
      keyfob_host_join_async (host, on_store_asked, call);
      return;
    }
  if (token == NULL)
    {
      call_return (call, keyfob_host_new_no_token_error (host));
      return;
    }

  add_claims (&claims, keyfob_token_get_access_token (token), FALSE);
  add_claims (&claims, keyfob_token_get_id_token (token), TRUE);
  call_return_value (call, g_variant_new ("(@a{sv})", g_variant_dict_end (&claims)), NULL);
}

static void
on_store_asked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobToken) token = NULL;

  keyfob_host_join_finish (KEYFOB_HOST (source), result, &token, NULL);
  give_claims (user_data, on_store_asked);
}

static void
on_lock_checked_for_claims (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  if (keyfob_token_lock_check_finish (KEYFOB_TOKEN_LOCK (source), result, &error))
    give_claims (user_data, on_store_asked);
  else
    call_return (user_data, error);
}

static gboolean
on_get_claims (KeyfobHost *host, GDBusMethodInvocation *invocation, GVariant *options)
{
  Call *call = call_new (host, invocation);
  GVariantIter iter;
  const char *name;

  g_variant_iter_init (&iter, options);
  if (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    call_return (call, g_error_new (G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                    _ ("There is no option “%s” here."), name));
  else
    keyfob_token_lock_check_async (keyfob_host_get_context (host)->lock, on_lock_checked_for_claims,
                                   call);

  return TRUE;
}

static void
on_access_tested (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  GError *error = NULL;
  g_autoptr (KeyfobAccess) access = keyfob_access_test_run_finish (result, &error);
  GVariantDict dict;

  if (access == NULL)
    {
      call_return (call, error);
      return;
    }

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "result", "s", access->result);
  g_variant_dict_insert (&dict, "status", "u", access->status);
  g_variant_dict_insert (&dict, "detail", "s", access->detail);
  if (*access->scope != '\0')
    g_variant_dict_insert (&dict, "scope", "s", access->scope);
  if (*access->account != '\0')
    g_variant_dict_insert (&dict, "account", "s", access->account);
  call_return_value (call, g_variant_new ("(@a{sv})", g_variant_dict_end (&dict)), NULL);
}

static void
on_token_to_test (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  KeyfobContext *context = keyfob_host_get_context (call->host);
  GError *error = NULL;
  g_autoptr (KeyfobToken) token = keyfob_host_get_token_finish (call->host, result, &error);

  if (token == NULL)
    call_return (call, error);
  else
    keyfob_access_test_run_async (keyfob_host_get_http (call->host), context->clock,
                                  keyfob_host_get_config (call->host), token, call->url,
                                  call->cancellable, on_access_tested, call);
}

static void
on_lock_checked_for_test (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  GError *error = NULL;

  if (keyfob_token_lock_check_finish (KEYFOB_TOKEN_LOCK (source), result, &error))
    keyfob_host_get_token_async (call->host, keyfob_sign_in_options_new (), NULL, on_token_to_test,
                                 call);
  else
    call_return (call, error);
}

static void
on_caller_left (GDBusConnection *connection, const char *name, gpointer user_data)
{
  Call *call = user_data;

  g_cancellable_cancel (call->cancellable);
}

static gboolean
on_test_access (KeyfobHost *host, GDBusMethodInvocation *invocation, GVariant *options)
{
  Call *call = call_new (host, invocation);
  KeyfobContext *context = keyfob_host_get_context (host);
  const char *sender = g_dbus_method_invocation_get_sender (invocation);
  g_autoptr (GVariant) url = g_variant_lookup_value (options, "url", NULL);
  gsize known = url != NULL ? 1 : 0;
  GError *error = NULL;

  if (g_variant_n_children (options) != known
      || (url != NULL && !g_variant_is_of_type (url, G_VARIANT_TYPE_STRING)))
    error = g_error_new (G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS, "%s",
                         _ ("The only option is “url”, a string."));
  else if (url != NULL)
    call->url = keyfob_access_test_dup_url (keyfob_host_get_config (host),
                                            g_variant_get_string (url, NULL), &error);
  if (error != NULL)
    {
      call_return (call, error);
      return TRUE;
    }

  call->cancellable = g_cancellable_new ();
  if (sender != NULL)
    call->watch =
        g_bus_watch_name_on_connection (context->connection, sender, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                        NULL, on_caller_left, call, NULL);
  keyfob_token_lock_check_async (context->lock, on_lock_checked_for_test, call);

  return TRUE;
}

static gboolean
on_write_token_file (KeyfobHost *host, GDBusMethodInvocation *invocation, GVariant *options)
{
  Call *call = call_new (host, invocation);
  g_autoptr (GVariant) value = g_variant_lookup_value (options, "wlcg", NULL);
  gsize known = value != NULL ? 1 : 0;

  if (g_variant_n_children (options) != known
      || (value != NULL && !g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN)))
    {
      call_return (call, g_error_new (G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS, "%s",
                                      _ ("The only option is “wlcg”, a boolean.")));
      return TRUE;
    }
  if (g_dbus_method_invocation_get_sender (invocation) == NULL)
    {
      call_return (call, g_error_new_literal (
                             KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNSUPPORTED,
                             _ ("A bearer token file needs the agent of a session, "
                                "which is reached by its message bus; there is none here.")));
      return TRUE;
    }

  call->to_file = TRUE;
  call->wlcg = value != NULL && g_variant_get_boolean (value);
  call->options = keyfob_sign_in_options_new ();
  keyfob_token_lock_check_async (keyfob_host_get_context (host)->lock, on_lock_checked, call);

  return TRUE;
}

static gboolean
on_stop_token_file (KeyfobHost *host, GDBusMethodInvocation *invocation)
{
  keyfob_host_drop_token_file (host);
  call_return (call_new (host, invocation), NULL);

  return TRUE;
}

static void
on_sign_in_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  keyfob_host_sign_in_finish (KEYFOB_HOST (source), result, &error);
  call_return (user_data, error);
}

static gboolean
on_sign_in (KeyfobHost *host, GDBusMethodInvocation *invocation, GVariant *options)
{
  GError *error = NULL;
  KeyfobSignInOptions *parsed = keyfob_sign_in_options_parse (options, &error);

  if (parsed != NULL)
    keyfob_host_sign_in_async (host, parsed, g_dbus_method_invocation_get_sender (invocation),
                               on_sign_in_started, call_new (host, invocation));
  else
    g_dbus_method_invocation_take_error (invocation, error);

  return TRUE;
}

static gboolean
on_open_page (KeyfobHost *host, GDBusMethodInvocation *invocation, GVariant *options)
{
  GError *error = NULL;
  g_autoptr (KeyfobSignInOptions) parsed = keyfob_sign_in_options_parse (options, &error);

  if (parsed != NULL)
    keyfob_host_open_page (host, parsed->activation_token);
  call_return (call_new (host, invocation), error);

  return TRUE;
}

/* @address is a secret: it is in no message. */
static gboolean
on_finish_sign_in (KeyfobHost *host, GDBusMethodInvocation *invocation, const char *address)
{
  GError *error = NULL;

  keyfob_host_take_address (host, address, &error);
  call_return (call_new (host, invocation), error);

  return TRUE;
}

static void
on_cancelled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (KeyfobToken) token = NULL;

  keyfob_host_join_finish (KEYFOB_HOST (source), result, &token, NULL);
  call_return (call, NULL);
}

static gboolean
on_cancel (KeyfobHost *host, GDBusMethodInvocation *invocation)
{
  if (keyfob_host_get_activity (host) != KEYFOB_HOST_IN_SIGN_IN)
    {
      call_return (call_new (host, invocation), NULL);
      return TRUE;
    }

  keyfob_host_cancel (host);
  keyfob_host_join_async (host, on_cancelled, call_new (host, invocation));

  return TRUE;
}

static gboolean
on_continue (KeyfobHost *host,
             GDBusMethodInvocation *invocation,
             const char *question,
             GVariant *options)
{
  GError *error = NULL;
  g_autoptr (KeyfobSignInOptions) parsed = keyfob_sign_in_options_parse (options, &error);

  if (parsed != NULL && !keyfob_host_go_on (host, question, parsed->activation_token))
    error = g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_FAILED,
                         _ ("The sign-in at %s no longer asks this. See what it asks now."),
                         keyfob_config_get_name (keyfob_host_get_config (host)));
  call_return (call_new (host, invocation), error);

  return TRUE;
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (KeyfobToken) token = NULL;
  GError *error = NULL;

  keyfob_host_join_finish (KEYFOB_HOST (source), result, &token, &error);
  call_return (call, error);
}

static void
proceed_to_refresh (Call *call, GAsyncReadyCallback on_rest)
{
  KeyfobHost *host = call->host;
  KeyfobToken *token = keyfob_host_session_get_token (keyfob_host_get_session (host));

  switch (keyfob_host_get_activity (host))
    {
    case KEYFOB_HOST_WAITING:
    case KEYFOB_HOST_LOADING:
    case KEYFOB_HOST_IN_SIGN_OUT:
    case KEYFOB_HOST_IN_SAVE:
    case KEYFOB_HOST_IN_MOVE:
      keyfob_host_join_async (host, on_rest, call);
      return;
    case KEYFOB_HOST_IN_REFRESH:
      keyfob_host_join_async (host, on_refreshed, call);
      return;
    case KEYFOB_HOST_AT_REST:
      if (token == NULL || keyfob_token_get_refresh_token (token) == NULL)
        break;
      if (keyfob_host_get_store (host) == NULL)
        {
          call_return (call, keyfob_stores_new_error (keyfob_host_get_context (host)->stores));
          return;
        }
      keyfob_host_refresh (host);
      keyfob_host_join_async (host, on_refreshed, call);
      return;
    case KEYFOB_HOST_IN_SIGN_IN:
    default:
      break;
    }

  if (token == NULL)
    call_return (call, keyfob_host_new_no_token_error (host));
  else
    call_return (call, g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED,
                                    _ ("The token for %s cannot be refreshed. Sign in instead."),
                                    keyfob_config_get_name (keyfob_host_get_config (host))));
}

static void
on_rest (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobToken) token = NULL;

  keyfob_host_join_finish (KEYFOB_HOST (source), result, &token, NULL);
  proceed_to_refresh (user_data, on_rest);
}

static gboolean
on_refresh (KeyfobHost *host, GDBusMethodInvocation *invocation)
{
  proceed_to_refresh (call_new (host, invocation), on_rest);

  return TRUE;
}

static void
on_session_page (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GError) error = NULL;

  if (!keyfob_launcher_launch_finish (KEYFOB_LAUNCHER (source), result, &error))
    {
      g_autofree char *sentence = g_strdup_printf (
          _ ("You are signed out here, but the session in the browser goes on. %s"),
          error->message);

      keyfob_host_set_error (call->host, sentence);
    }
  call_return (call, NULL);
}

static void
on_signed_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  KeyfobHost *host = KEYFOB_HOST (source);
  g_autofree char *uri = NULL;
  g_autoptr (GError) error = NULL;

  if (!keyfob_sign_out_finish (host, result, &error))
    g_debug ("Signed out, but: %s", error->message);

  if (call->end_session)
    uri = keyfob_server_dup_end_session_uri (keyfob_host_get_server (host));
  if (uri != NULL)
    keyfob_launcher_launch_async (keyfob_host_get_context (call->host)->launcher, uri, NULL, NULL,
                                  on_session_page, call);
  else
    call_return (call, NULL);
}

static gboolean
on_sign_out (KeyfobHost *host, GDBusMethodInvocation *invocation, GVariant *options)
{
  Call *call = call_new (host, invocation);
  g_autoptr (GVariant) value = g_variant_lookup_value (options, "end-session", NULL);
  gsize known = value != NULL ? 1 : 0;

  if (g_variant_n_children (options) != known
      || (value != NULL && !g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN)))
    {
      call_return (call, g_error_new (G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS, "%s",
                                      _ ("The only option is “end-session”, a boolean.")));
      return TRUE;
    }

  call->end_session = value != NULL && g_variant_get_boolean (value);
  keyfob_sign_out_async (host, on_signed_out, call);

  return TRUE;
}

static void
on_configured (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  keyfob_host_configure_finish (KEYFOB_HOST (source), result, &error);
  call_return (user_data, error);
}

static gboolean
on_configure (KeyfobHost *host, GDBusMethodInvocation *invocation, GVariant *options)
{
  keyfob_host_configure_async (host, options, on_configured, call_new (host, invocation));

  return TRUE;
}

static void
answer (KeyfobHost *host, const char *method, gpointer handler)
{
  g_autofree char *signal = g_strconcat ("handle-", method, NULL);

  g_signal_connect_object (keyfob_host_get_skeleton (host), signal, G_CALLBACK (handler), host,
                           G_CONNECT_SWAPPED);
}

void
keyfob_host_methods_connect (KeyfobHost *host)
{
  answer (host, "sign-in", on_sign_in);
  answer (host, "open-page", on_open_page);
  answer (host, "cancel", on_cancel);
  answer (host, "continue", on_continue);
  answer (host, "finish-sign-in", on_finish_sign_in);
  answer (host, "get-token", on_get_token);
  answer (host, "get-claims", on_get_claims);
  answer (host, "test-access", on_test_access);
  answer (host, "write-token-file", on_write_token_file);
  answer (host, "stop-token-file", on_stop_token_file);
  answer (host, "refresh", on_refresh);
  answer (host, "sign-out", on_sign_out);
  answer (host, "configure", on_configure);
}
