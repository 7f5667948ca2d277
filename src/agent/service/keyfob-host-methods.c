/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host-methods.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-host-refresh.h"
#include "keyfob-host-move.h"
#include "keyfob-sign-out.h"
#include "keyfob-get-token.h"

struct _KeyfobHostMethods
{
  GObject parent_instance;

  KeyfobContext *context;
  KeyfobHost *host;
};

G_DEFINE_FINAL_TYPE (KeyfobHostMethods, keyfob_host_methods, G_TYPE_OBJECT)

typedef struct
{
  KeyfobHostMethods *calls;
  GDBusMethodInvocation *invocation;
  gboolean end_session;
} Call;

static Call *
call_new (KeyfobHostMethods *self, GDBusMethodInvocation *invocation)
{
  Call *call = g_new0 (Call, 1);

  call->calls = g_object_ref (self);
  call->invocation = invocation;

  return call;
}

static void
call_return (Call *call, GError *error)
{
  KeyfobBusHost1 *face = keyfob_host_get_face (call->calls->host);

  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (face));
  if (error != NULL)
    g_dbus_method_invocation_take_error (call->invocation, error);
  else
    g_dbus_method_invocation_return_value (call->invocation, NULL);

  g_object_unref (call->calls);
  g_free (call);
}

static gboolean
on_sign_in (KeyfobHostMethods *self, GDBusMethodInvocation *invocation, GVariant *options)
{
  keyfob_get_token_sign_in (self->context, self->host, invocation, options);

  return TRUE;
}

static gboolean
on_get_token (KeyfobHostMethods *self, GDBusMethodInvocation *invocation, GVariant *options)
{
  keyfob_get_token_get_token (self->context, self->host, invocation, options);

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
on_cancel (KeyfobHostMethods *self, GDBusMethodInvocation *invocation)
{
  if (keyfob_host_get_activity (self->host) != KEYFOB_HOST_IN_SIGN_IN)
    {
      call_return (call_new (self, invocation), NULL);
      return TRUE;
    }

  keyfob_host_cancel (self->host);
  keyfob_host_join_async (self->host, on_cancelled, call_new (self, invocation));

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
  KeyfobHost *host = call->calls->host;
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
      keyfob_host_refresh (host);
      keyfob_host_join_async (host, on_refreshed, call);
      return;
    case KEYFOB_HOST_IN_SIGN_IN:
    default:
      break;
    }

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
on_refresh (KeyfobHostMethods *self, GDBusMethodInvocation *invocation)
{
  proceed_to_refresh (call_new (self, invocation), on_rest);

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

      keyfob_host_set_error (call->calls->host, sentence);
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
    keyfob_launcher_launch_async (keyfob_context_get_launcher (call->calls->context), uri, NULL,
                                  NULL, on_session_page, call);
  else
    call_return (call, NULL);
}

static gboolean
on_sign_out (KeyfobHostMethods *self, GDBusMethodInvocation *invocation, GVariant *options)
{
  Call *call = call_new (self, invocation);
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
  keyfob_sign_out_async (self->host, on_signed_out, call);

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
on_configure (KeyfobHostMethods *self, GDBusMethodInvocation *invocation, GVariant *options)
{
  keyfob_host_configure_async (self->host, options, on_configured, call_new (self, invocation));

  return TRUE;
}

static void
keyfob_host_methods_dispose (GObject *object)
{
  KeyfobHostMethods *self = KEYFOB_HOST_METHODS (object);

  g_clear_object (&self->context);
  g_clear_object (&self->host);

  G_OBJECT_CLASS (keyfob_host_methods_parent_class)->dispose (object);
}

static void
keyfob_host_methods_class_init (KeyfobHostMethodsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_host_methods_dispose;
}

static void
keyfob_host_methods_init (KeyfobHostMethods *self)
{
}

static void
answer (KeyfobHostMethods *self, const char *method, gpointer handler)
{
  g_autofree char *signal = g_strconcat ("handle-", method, NULL);

  g_signal_connect_object (keyfob_host_get_face (self->host), signal, G_CALLBACK (handler), self,
                           G_CONNECT_SWAPPED);
}

KeyfobHostMethods *
keyfob_host_methods_new (KeyfobContext *context, KeyfobHost *host)
{
  KeyfobHostMethods *self = g_object_new (KEYFOB_TYPE_HOST_METHODS, NULL);

  self->context = g_object_ref (context);
  self->host = g_object_ref (host);
  answer (self, "sign-in", on_sign_in);
  answer (self, "cancel", on_cancel);
  answer (self, "get-token", on_get_token);
  answer (self, "refresh", on_refresh);
  answer (self, "sign-out", on_sign_out);
  answer (self, "configure", on_configure);

  return self;
}

KeyfobHost *
keyfob_host_methods_get_host (KeyfobHostMethods *self)
{
  return self->host;
}
