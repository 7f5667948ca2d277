/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-device-flow.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-retry.h"
#include "keyfob-source.h"

/* RFC 8628 section 3.5 */
#define SLOW_DOWN_STEP 5
/* Longest pause between two requests to a server that does not answer, seconds. */
#define LONGEST_PAUSE 60

struct _KeyfobDeviceFlow
{
  GObject parent_instance;

  KeyfobServer *server;
  KeyfobClock *clock;

  KeyfobProvider *known; /* (nullable) */
  KeyfobFlowCheck check; /* (nullable) */
  gpointer check_data;

  KeyfobDeviceCode *code;
  KeyfobProvider *provider; /* (nullable): of the code, also after its end */
  char *question;           /* (nullable): while it is not answered the code is not shown */
  GTask *asking;            /* (nullable): the attempt that waits for the answer */
  gint64 expires;           /* Unix seconds */
  gint64 end;               /* the same by the monotonic clock, microseconds */
  guint interval;           /* seconds */
  KeyfobRetry retry;        /* while the server cannot be reached */
  GSource *timer;
};

static void keyfob_device_flow_iface_init (KeyfobFlowInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (KeyfobDeviceFlow,
                               keyfob_device_flow,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KEYFOB_TYPE_FLOW,
                                                      keyfob_device_flow_iface_init))

enum
{
  PROP_0,
  PROP_SERVER,
  PROP_CLOCK,
  PROP_QUESTION,
  PROP_PROVIDER,
  PROP_USER_CODE,
  PROP_VERIFICATION_URI,
  PROP_VERIFICATION_URI_COMPLETE,
  PROP_EXPIRES,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

/* @code: (transfer full) (nullable) @question: (transfer full) (nullable): to be answered first */
static void
set_code (KeyfobDeviceFlow *self, KeyfobDeviceCode *code, char *question)
{
  g_clear_pointer (&self->code, keyfob_device_code_free);
  self->code = code;
  g_free (self->question);
  self->question = question;

  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = PROP_QUESTION; i < N_PROPS; i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

/* Returns: (nullable): the code, where it may be shown */
static KeyfobDeviceCode *
get_shown (KeyfobDeviceFlow *self)
{
  return self->question == NULL ? self->code : NULL;
}

static void
fail (GTask *task, GError *error)
{
  KeyfobDeviceFlow *self = g_task_get_source_object (task);

  g_clear_pointer (&self->timer, keyfob_source_free);
  g_clear_object (&self->asking);
  set_code (self, NULL, NULL);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_error (&error);
      error = g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_CANCELLED,
                                   _ ("The sign-in was cancelled."));
    }
  g_task_return_error (task, error);
}

static void
fail_expired (GTask *task)
{
  fail (task, g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_EXPIRED,
                                   _ ("The code ran out before it was used. Get a new code.")));
}

/* Returns: seconds to wait after a poll that failed with @error; 0 where @error ends the flow */
static guint
next_delay (KeyfobDeviceFlow *self, const GError *error)
{
  if (keyfob_auth_error_is_transient (error))
    {
      self->retry.base = 2 * self->interval;
      self->retry.cap = MAX (LONGEST_PAUSE, self->interval);
      return (guint) keyfob_retry_note_failure (&self->retry, keyfob_clock_now (self->clock), 0);
    }

  keyfob_retry_reset (&self->retry);
  if (g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_PENDING))
    return self->interval;
  if (g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_SLOW_DOWN))
    return self->interval += SLOW_DOWN_STEP;

  return 0;
}

static void schedule_poll (GTask *task, guint delay);

static void
on_polled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  KeyfobDeviceFlow *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobToken) token =
      keyfob_server_token_finish (KEYFOB_SERVER (source), result, &error);
  guint delay;

  if (token != NULL)
    {
      set_code (self, NULL, NULL);
      g_task_return_pointer (task, g_steal_pointer (&token), g_object_unref);
      return;
    }

  delay = next_delay (self, error);
  if (delay > 0)
    {
      g_debug ("Device flow: %s; next request in %u s", error->message, delay);
      schedule_poll (task, delay);
    }
  else if (g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_EXPIRED))
    fail_expired (task);
  else
    fail (task, g_steal_pointer (&error));
}

static gboolean
on_poll_due (gpointer user_data)
{
  GTask *task = user_data;
  KeyfobDeviceFlow *self = g_task_get_source_object (task);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    fail (task, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, ""));
  else if (keyfob_clock_monotonic (self->clock) >= self->end)
    fail_expired (task);
  else
    keyfob_server_poll_device_async (self->server, self->code->device_code,
                                     g_task_get_cancellable (task), on_polled, g_object_ref (task));

  return G_SOURCE_REMOVE;
}

/* Polls after @delay seconds, or fails when the code expires before. Nothing is asked before the
 * user has answered the question. */
static void
schedule_poll (GTask *task, guint delay)
{
  KeyfobDeviceFlow *self = g_task_get_source_object (task);
  gint64 left = self->end - keyfob_clock_monotonic (self->clock);

  g_clear_pointer (&self->timer, keyfob_source_free);
  self->timer = keyfob_clock_timer (self->clock, MIN (delay * (gint64) G_USEC_PER_SEC, left));
  g_source_set_callback (self->timer, on_poll_due, g_object_ref (task), g_object_unref);

  if (g_task_get_cancellable (task) != NULL)
    {
      g_autoptr (GSource) cancelled = g_cancellable_source_new (g_task_get_cancellable (task));

      g_source_set_dummy_callback (cancelled);
      g_source_add_child_source (self->timer, cancelled);
    }

  g_source_attach (self->timer, g_task_get_context (task));
}

/* Returns: (transfer full) (nullable): what to ask the user before the code is shown */
static char *
find_question (KeyfobDeviceFlow *self)
{
  if (self->check == NULL
      || (self->known != NULL && keyfob_provider_matches (self->provider, self->known)))
    return NULL;

  return self->check (self->provider, self->check_data);
}

static void
on_begun (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  KeyfobDeviceFlow *self = g_task_get_source_object (task);
  GError *error = NULL;
  KeyfobDeviceCode *code =
      keyfob_server_begin_device_finish (KEYFOB_SERVER (source), result, &error);

  if (code == NULL)
    {
      fail (task, error);
      return;
    }

  self->interval = MAX (code->interval, 1);
  self->end = keyfob_clock_monotonic (self->clock) + code->expires_in * (gint64) G_USEC_PER_SEC;
  self->expires = keyfob_clock_now (self->clock) + code->expires_in;
  self->provider = g_steal_pointer (&code->provider);
  set_code (self, code, find_question (self));
  if (self->question != NULL)
    {
      self->asking = g_object_ref (task);
      schedule_poll (task, G_MAXUINT);
    }
  else
    {
      schedule_poll (task, self->interval);
    }
}

static void
keyfob_device_flow_run_async (KeyfobFlow *flow,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  KeyfobDeviceFlow *self = KEYFOB_DEVICE_FLOW (flow);
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, keyfob_device_flow_run_async);
  /* a token that arrives although the flow was cancelled must not be lost */
  g_task_set_check_cancellable (task, FALSE);
  keyfob_server_begin_device_async (self->server, cancellable, on_begun, task);
}

static void
keyfob_device_flow_iface_init (KeyfobFlowInterface *iface)
{
  iface->run_async = keyfob_device_flow_run_async;
}

static void
keyfob_device_flow_dispose (GObject *object)
{
  KeyfobDeviceFlow *self = KEYFOB_DEVICE_FLOW (object);

  g_clear_pointer (&self->timer, keyfob_source_free);
  g_clear_object (&self->asking);
  g_clear_pointer (&self->code, keyfob_device_code_free);
  g_clear_pointer (&self->known, keyfob_provider_free);
  g_clear_pointer (&self->provider, keyfob_provider_free);
  g_clear_pointer (&self->question, g_free);
  g_clear_object (&self->server);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (keyfob_device_flow_parent_class)->dispose (object);
}

static void
keyfob_device_flow_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  KeyfobDeviceFlow *self = KEYFOB_DEVICE_FLOW (object);

  switch (prop_id)
    {
    case PROP_SERVER:
      g_value_set_object (value, self->server);
      break;
    case PROP_CLOCK:
      g_value_set_object (value, self->clock);
      break;
    case PROP_QUESTION:
      g_value_set_string (value, self->question);
      break;
    case PROP_PROVIDER:
      if (get_shown (self) != NULL)
        g_value_take_string (value, keyfob_provider_dup_name (self->provider));
      break;
    case PROP_USER_CODE:
      g_value_set_string (value, keyfob_device_flow_get_user_code (self));
      break;
    case PROP_VERIFICATION_URI:
      g_value_set_string (value, keyfob_device_flow_get_verification_uri (self));
      break;
    case PROP_VERIFICATION_URI_COMPLETE:
      g_value_set_string (value, keyfob_device_flow_get_verification_uri_complete (self));
      break;
    case PROP_EXPIRES:
      g_value_set_int64 (value, keyfob_device_flow_get_expires (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_device_flow_set_property (GObject *object,
                                 guint prop_id,
                                 const GValue *value,
                                 GParamSpec *pspec)
{
  KeyfobDeviceFlow *self = KEYFOB_DEVICE_FLOW (object);

  switch (prop_id)
    {
    case PROP_SERVER:
      self->server = g_value_dup_object (value);
      break;
    case PROP_CLOCK:
      self->clock = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static GParamSpec *
string_property (const char *name)
{
  return g_param_spec_string (name, NULL, NULL, NULL,
                              G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
keyfob_device_flow_class_init (KeyfobDeviceFlowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags construct = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = keyfob_device_flow_dispose;
  object_class->get_property = keyfob_device_flow_get_property;
  object_class->set_property = keyfob_device_flow_set_property;

  properties[PROP_SERVER] =
      g_param_spec_object ("server", NULL, NULL, KEYFOB_TYPE_SERVER, construct);
  properties[PROP_CLOCK] = g_param_spec_object ("clock", NULL, NULL, KEYFOB_TYPE_CLOCK, construct);
  properties[PROP_QUESTION] = string_property ("question");
  properties[PROP_PROVIDER] = string_property ("provider");
  properties[PROP_USER_CODE] = string_property ("user-code");
  properties[PROP_VERIFICATION_URI] = string_property ("verification-uri");
  properties[PROP_VERIFICATION_URI_COMPLETE] = string_property ("verification-uri-complete");
  properties[PROP_EXPIRES] =
      g_param_spec_int64 ("expires", NULL, NULL, 0, G_MAXINT64, 0,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
keyfob_device_flow_init (KeyfobDeviceFlow *self)
{
}

KeyfobDeviceFlow *
keyfob_device_flow_new (KeyfobServer *server, KeyfobClock *clock)
{
  return g_object_new (KEYFOB_TYPE_DEVICE_FLOW, "server", server, "clock", clock, NULL);
}

void
keyfob_device_flow_set_known (KeyfobDeviceFlow *self,
                              KeyfobProvider *known,
                              KeyfobFlowCheck check,
                              gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_DEVICE_FLOW (self));

  g_clear_pointer (&self->known, keyfob_provider_free);
  self->known = known;
  self->check = check;
  self->check_data = user_data;
}

const KeyfobProvider *
keyfob_device_flow_get_provider (KeyfobDeviceFlow *self)
{
  g_return_val_if_fail (KEYFOB_IS_DEVICE_FLOW (self), NULL);

  return self->provider;
}

void
keyfob_device_flow_go_on (KeyfobDeviceFlow *self)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (KEYFOB_IS_DEVICE_FLOW (self));

  task = g_steal_pointer (&self->asking);
  if (task == NULL)
    return;

  set_code (self, g_steal_pointer (&self->code), NULL);
  schedule_poll (task, self->interval);
}

const char *
keyfob_device_flow_get_user_code (KeyfobDeviceFlow *self)
{
  g_return_val_if_fail (KEYFOB_IS_DEVICE_FLOW (self), NULL);

  return get_shown (self) != NULL ? self->code->user_code : NULL;
}

const char *
keyfob_device_flow_get_verification_uri (KeyfobDeviceFlow *self)
{
  g_return_val_if_fail (KEYFOB_IS_DEVICE_FLOW (self), NULL);

  return get_shown (self) != NULL ? self->code->verification_uri : NULL;
}

const char *
keyfob_device_flow_get_verification_uri_complete (KeyfobDeviceFlow *self)
{
  g_return_val_if_fail (KEYFOB_IS_DEVICE_FLOW (self), NULL);

  return get_shown (self) != NULL ? self->code->verification_uri_complete : NULL;
}

gint64
keyfob_device_flow_get_expires (KeyfobDeviceFlow *self)
{
  g_return_val_if_fail (KEYFOB_IS_DEVICE_FLOW (self), 0);

  return self->code != NULL ? self->expires : 0;
}
