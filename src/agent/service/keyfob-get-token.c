/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-get-token.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-host-refresh.h"
#include "keyfob-session.h"

typedef struct Call Call;

/* One call on its way to a token. It goes through proceed() again each time that what the host was
 * doing has ended. */
struct Call
{
  KeyfobContext *context;
  KeyfobHost *host;
  GDBusMethodInvocation *invocation; /* NULL once answered */
  KeyfobSignInOptions *options;
  gboolean wants_token; /* GetToken; SignIn wants to know that it is under way */
  void (*proceed) (Call *call);
};

static void
call_free (Call *call)
{
  g_clear_object (&call->context);
  g_clear_object (&call->host);
  g_clear_pointer (&call->options, keyfob_sign_in_options_free);
  g_free (call);
}

static void
fail (Call *call, GError *error)
{
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (keyfob_host_get_face (call->host)));
  g_dbus_method_invocation_take_error (call->invocation, error);
  call_free (call);
}

static GVariant *
token_to_variant (KeyfobToken *token)
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

static void
succeed (Call *call, KeyfobToken *token)
{
  KeyfobBusHost1 *face = keyfob_host_get_face (call->host);

  /* who reads a property after the answer shall find it as it is */
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (face));
  if (call->wants_token)
    keyfob_bus_host1_complete_get_token (face, call->invocation, token_to_variant (token));
  else
    keyfob_bus_host1_complete_sign_in (face, call->invocation);
  call_free (call);
}

static gint64
seconds_left (Call *call)
{
  KeyfobToken *token = keyfob_host_session_get_token (keyfob_host_get_session (call->host));
  gint64 now = keyfob_clock_now (keyfob_context_get_clock (call->context));

  return token != NULL ? keyfob_token_get_seconds_left (token, now) : 0;
}

static gboolean
is_fresh (Call *call)
{
  KeyfobToken *token = keyfob_host_session_get_token (keyfob_host_get_session (call->host));

  return token != NULL
         && keyfob_token_is_fresh (token,
                                   keyfob_clock_now (keyfob_context_get_clock (call->context)));
}

static void
on_rest (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (KeyfobToken) token = NULL;

  keyfob_host_join_finish (call->host, result, &token, NULL);
  call->proceed (call);
}

/* Even a token that is about to end is better than none. */
static void
settle_for_old (Call *call, GError *why)
{
  if (seconds_left (call) == 0)
    {
      fail (call, why);
      return;
    }

  g_error_free (why);
  succeed (call, keyfob_host_session_get_token (keyfob_host_get_session (call->host)));
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (KeyfobToken) token = NULL;
  g_autoptr (GError) error = NULL;

  if (keyfob_host_join_finish (call->host, result, &token, &error))
    succeed (call, token);
  else if (keyfob_session_has_ended (error))
    call->proceed (call);
  else
    settle_for_old (call, g_steal_pointer (&error));
}

static void
on_signed_in (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (KeyfobToken) token = NULL;
  g_autoptr (GError) error = NULL;

  if (keyfob_host_join_finish (call->host, result, &token, &error))
    succeed (call, token);
  else
    fail (call, g_steal_pointer (&error));
}

static void
join_sign_in (Call *call)
{
  keyfob_host_own_sign_in (call->host, g_dbus_method_invocation_get_sender (call->invocation));

  if (call->wants_token)
    keyfob_host_join_async (call->host, on_signed_in, call);
  else
    keyfob_host_start_async (call->host, on_signed_in, call);
}

static void
fail_without_user (Call *call)
{
  KeyfobTokenStore *store = keyfob_host_get_store (call->host);
  const char *name = keyfob_config_get_name (keyfob_host_get_config (call->host));

  if (keyfob_host_session_get_token (keyfob_host_get_session (call->host)) == NULL
      && keyfob_token_store_get_locked (store))
    fail (call, g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED,
                                     _ ("The keyring is locked. Unlock it to go on.")));
  else
    fail (call,
          g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED,
                       _ ("There is no valid token for %s. Sign in with Keyfob first."), name));
}

static void
proceed_at_rest (Call *call)
{
  KeyfobSignInOptions *options = call->options;
  KeyfobHostSession *session = keyfob_host_get_session (call->host);

  if (keyfob_host_get_store (call->host) == NULL)
    {
      fail (call, keyfob_stores_new_error (keyfob_context_get_stores (call->context)));
    }
  else if (!options->interactive && keyfob_host_session_is_put_off (session))
    {
      settle_for_old (call, g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE,
                                                 keyfob_host_session_get_error (session)));
    }
  else if (!options->force && keyfob_host_session_can_refresh (session))
    {
      keyfob_host_refresh (call->host);
      keyfob_host_join_async (call->host, on_refreshed, call);
    }
  else if (options->interactive)
    {
      keyfob_host_begin_sign_in (call->host, options);
      join_sign_in (call);
    }
  else
    {
      fail_without_user (call);
    }
}

/* The token may be good for a while after the session has ended. */
static gboolean
wants_new_session (Call *call)
{
  KeyfobHostSession *session = keyfob_host_get_session (call->host);

  return !call->wants_token && keyfob_host_session_get_state (session) == KEYFOB_HOST_EXPIRED;
}

static void
proceed (Call *call)
{
  KeyfobHostActivity activity = keyfob_host_get_activity (call->host);
  gboolean waits = activity == KEYFOB_HOST_WAITING || activity == KEYFOB_HOST_LOADING
                   || activity == KEYFOB_HOST_IN_SIGN_OUT;

  if (!waits && !call->options->force && is_fresh (call) && !wants_new_session (call))
    succeed (call, keyfob_host_session_get_token (keyfob_host_get_session (call->host)));
  else if (activity == KEYFOB_HOST_AT_REST)
    proceed_at_rest (call);
  else if (activity == KEYFOB_HOST_IN_REFRESH && !call->options->force)
    keyfob_host_join_async (call->host, on_refreshed, call);
  else if (activity == KEYFOB_HOST_IN_SIGN_IN && call->options->interactive)
    join_sign_in (call);
  else if (activity == KEYFOB_HOST_IN_SIGN_IN)
    fail_without_user (call);
  else
    keyfob_host_join_async (call->host, on_rest, call);
}

static void
begin (KeyfobContext *context,
       KeyfobHost *host,
       GDBusMethodInvocation *invocation,
       GVariant *options,
       gboolean wants_token)
{
  GError *error = NULL;
  KeyfobSignInOptions *parsed = keyfob_sign_in_options_new (options, &error);
  Call *call;

  if (parsed == NULL)
    {
      g_dbus_method_invocation_take_error (invocation, error);
      return;
    }

  parsed->interactive |= !wants_token;

  call = g_new0 (Call, 1);
  call->context = g_object_ref (context);
  call->host = g_object_ref (host);
  call->invocation = invocation;
  call->options = parsed;
  call->wants_token = wants_token;
  call->proceed = proceed;

  keyfob_host_note_used (host);
  proceed (call);
}

void
keyfob_get_token_get_token (KeyfobContext *context,
                            KeyfobHost *host,
                            GDBusMethodInvocation *invocation,
                            GVariant *options)
{
  begin (context, host, invocation, options, TRUE);
}

void
keyfob_get_token_sign_in (KeyfobContext *context,
                          KeyfobHost *host,
                          GDBusMethodInvocation *invocation,
                          GVariant *options)
{
  begin (context, host, invocation, options, FALSE);
}
