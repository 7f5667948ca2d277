/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host.h"

#include "keyfob-auth-error.h"
#include "keyfob-py-oidc-server.h"
#include "keyfob-sign-in.h"
#include "keyfob-token-uses.h"

#define HOSTS_PATH "/org/keyfob/Keyfob/Agent/hosts/"
#define LONGEST_READABLE 60 /* characters of a URL in an object path */

struct _KeyfobHost
{
  GObject parent_instance;

  KeyfobContext *context;
  KeyfobConfig *config;
  KeyfobServer *server;
  KeyfobBusHost1 *skeleton;
  char *path;

  KeyfobTokenLocation *location;
  KeyfobHostSession *session; /* while at rest; publish() has what is shown */

  GVariant *details; /* (nullable): of the last failure, see `Host1.ErrorDetails` */

  guint n_removals; /* calls that remove the host */
  KeyfobHostActivity activity;
  KeyfobSignIn *sign_in;
  GPtrArray *started; /* GTasks that wait for the sign-in to be under way */
  GPtrArray *ended;   /* GTasks that wait for the end of the activity */
  GPtrArray *uses;    /* who took the token, see `Host1.Uses` */
};

G_DEFINE_FINAL_TYPE (KeyfobHost, keyfob_host, G_TYPE_OBJECT)

enum
{
  CHANGED,
  AT_REST,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

KeyfobHostState
keyfob_host_get_state (KeyfobHost *self)
{
  switch (self->activity)
    {
    case KEYFOB_HOST_IN_SIGN_IN:
      return KEYFOB_HOST_SIGNING_IN;
    case KEYFOB_HOST_IN_REFRESH:
      return KEYFOB_HOST_REFRESHING;
    default:
      return keyfob_host_session_get_state (self->session);
    }
}

/* Here a host gets the kind of server that its configuration asks for; there is one kind so far. */
static KeyfobServer *
new_server (KeyfobContext *context, KeyfobConfig *config)
{
  return keyfob_py_oidc_server_new (config, context->session, context->clock);
}

/* Where the token is, or the locked store that has it; empty without a token. */
static char *
dup_store (KeyfobHost *self)
{
  g_autofree char *recorded = NULL;

  if (keyfob_host_session_get_token (self->session) != NULL)
    return g_strdup (keyfob_token_location_get_place (self->location));
  if (keyfob_host_session_get_lock_error (self->session) == NULL)
    return g_strdup ("");

  recorded = keyfob_token_location_dup_recorded (self->location);

  return *recorded != '\0' ? g_steal_pointer (&recorded)
                           : g_strdup (keyfob_token_location_get_wanted (self->location));
}

/* The details belong to an error, or to a good token that is not renewed any more. */
static GVariant *
get_details (KeyfobHost *self)
{
  if (self->details == NULL
      || (*keyfob_host_session_get_error (self->session) == '\0'
          && (keyfob_host_session_get_token (self->session) == NULL
              || keyfob_host_session_get_renews (self->session))))
    return g_variant_new ("a{sv}", NULL);

  return self->details;
}

/* An error of a store has no details and replaces those of an earlier error. */
static void
note_details (KeyfobHost *self, KeyfobToken *token, const GError *error)
{
  GVariant *details = keyfob_auth_error_get_details (error);

  if (error == NULL && token == NULL)
    return;

  g_clear_pointer (&self->details, g_variant_unref);
  if (details != NULL)
    {
      g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (details);

      g_variant_dict_insert (&dict, "time", "x", keyfob_clock_now (self->context->clock));
      self->details = g_variant_ref_sink (g_variant_dict_end (&dict));
    }
}

/* Shows the host in its properties on the bus. No secret is among them. */
static void
publish (KeyfobHost *self)
{
  KeyfobBusHost1 *skeleton = self->skeleton;
  KeyfobHostSession *session = self->session;
  KeyfobToken *token = keyfob_host_session_get_token (session);
  g_autofree char *store = dup_store (self);

  keyfob_bus_host1_set_url (skeleton, keyfob_config_get_base_url (self->config));
  keyfob_bus_host1_set_name (skeleton, keyfob_config_get_name (self->config));
  keyfob_bus_host1_set_options (skeleton, keyfob_config_to_options (self->config));
  keyfob_bus_host1_set_account (skeleton, keyfob_host_session_get_account (session));
  keyfob_bus_host1_set_error (skeleton, keyfob_host_session_get_error (session));
  keyfob_bus_host1_set_error_details (skeleton, get_details (self));
  keyfob_bus_host1_set_state (skeleton, keyfob_host_state_to_string (keyfob_host_get_state (self)));
  keyfob_bus_host1_set_scope (skeleton, token != NULL ? keyfob_token_get_scope (token) : "");
  keyfob_bus_host1_set_expires (skeleton, keyfob_host_session_get_expires (session));
  keyfob_bus_host1_set_store (skeleton, store);
  keyfob_bus_host1_set_saved (skeleton, keyfob_host_session_is_saved (session));
  keyfob_bus_host1_set_renews (skeleton, keyfob_host_session_get_renews (session));
  keyfob_bus_host1_set_broker (skeleton, token != NULL && keyfob_token_is_broker (token));
  keyfob_bus_host1_set_refresh_expires (
      skeleton, token != NULL ? keyfob_token_get_refresh_expires (token) : 0);

  if (self->sign_in != NULL)
    keyfob_sign_in_show (self->sign_in, skeleton);
  else
    keyfob_sign_in_show_nothing (skeleton);

  g_signal_emit (self, signals[CHANGED], 0);
}

/* Answers all @tasks with @token, or with @error where there is one. A new list takes their place
 * before, since whoever is answered may wait again. */
static void
return_tasks (GPtrArray **tasks, KeyfobToken *token, const GError *error)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (tasks);

  *tasks = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < waiting->len; i++)
    {
      GTask *task = g_ptr_array_index (waiting, i);

      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        g_task_return_pointer (task, token != NULL ? g_object_ref (token) : NULL, g_object_unref);
    }
}

/* A host that is being removed must not come back. */
static void
remember (KeyfobHost *self)
{
  if (self->n_removals > 0)
    return;

  keyfob_host_file_set (self->context->file, self->config,
                        keyfob_host_session_get_account (self->session));
}

static void
plan (KeyfobHost *self)
{
  KeyfobScheduler *scheduler = self->context->scheduler;
  gint64 due = MIN (keyfob_host_session_get_due (self->session),
                    keyfob_host_session_get_save_due (self->session));

  if (self->activity == KEYFOB_HOST_AT_REST && due != G_MAXINT64)
    keyfob_scheduler_set (scheduler, G_OBJECT (self), due);
  else
    keyfob_scheduler_unset (scheduler, G_OBJECT (self));
}

static void
on_sign_in_changed (KeyfobHost *self, KeyfobSignIn *sign_in)
{
  g_autofree char *trouble = keyfob_sign_in_dup_trouble (sign_in);

  if (sign_in != self->sign_in)
    return;

  if (*trouble != '\0')
    keyfob_host_session_set_error (self->session, trouble);
  publish (self);

  if (keyfob_sign_in_is_under_way (sign_in))
    return_tasks (&self->started, NULL, NULL);
}

static void
keyfob_host_dispose (GObject *object)
{
  KeyfobHost *self = KEYFOB_HOST (object);

  if (self->context != NULL)
    keyfob_scheduler_unset (self->context->scheduler, object);

  g_clear_object (&self->sign_in);
  g_clear_object (&self->location);
  g_clear_object (&self->session);
  g_clear_object (&self->skeleton);
  g_clear_object (&self->server);
  g_clear_object (&self->config);
  g_clear_pointer (&self->context, keyfob_context_unref);

  G_OBJECT_CLASS (keyfob_host_parent_class)->dispose (object);
}

static void
keyfob_host_finalize (GObject *object)
{
  KeyfobHost *self = KEYFOB_HOST (object);

  g_free (self->path);
  g_clear_pointer (&self->details, g_variant_unref);
  g_ptr_array_unref (self->started);
  g_ptr_array_unref (self->ended);
  g_ptr_array_unref (self->uses);

  G_OBJECT_CLASS (keyfob_host_parent_class)->finalize (object);
}

static void
keyfob_host_class_init (KeyfobHostClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_host_dispose;
  G_OBJECT_CLASS (klass)->finalize = keyfob_host_finalize;

  /* what is shown of the host has changed, or may have */
  signals[CHANGED] = g_signal_new ("changed", KEYFOB_TYPE_HOST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  /* an activity has ended, and those who waited for that are told */
  signals[AT_REST] = g_signal_new ("at-rest", KEYFOB_TYPE_HOST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
keyfob_host_init (KeyfobHost *self)
{
  self->skeleton = keyfob_bus_host1_skeleton_new ();
  self->started = g_ptr_array_new_with_free_func (g_object_unref);
  self->ended = g_ptr_array_new_with_free_func (g_object_unref);
  self->uses = g_ptr_array_new_with_free_func (keyfob_token_use_free);
  self->activity = KEYFOB_HOST_WAITING;
}

char *
keyfob_host_dup_path (KeyfobConfig *config)
{
  const char *url = keyfob_config_get_base_url (config);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, url, -1);
  g_autofree char *readable = g_strndup (url, LONGEST_READABLE);

  g_strcanon (readable, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS, '_');

  return g_strdup_printf (HOSTS_PATH "%s_%.12s", readable, digest);
}

KeyfobHost *
keyfob_host_new (KeyfobContext *context,
                 KeyfobConfig *config,
                 const char *account,
                 gint64 last_used)
{
  KeyfobHost *self = g_object_new (KEYFOB_TYPE_HOST, NULL);

  self->context = keyfob_context_ref (context);
  self->config = g_object_ref (config);
  self->path = keyfob_host_dup_path (config);
  self->location =
      keyfob_token_location_new (context->stores, context->file, context->clock, config);
  self->session = keyfob_host_session_new (context->clock, account);
  self->server = new_server (context, config);
  if (last_used > 0)
    keyfob_host_session_set_last_used (self->session, last_used);
  keyfob_host_save_use (self);
  keyfob_host_session_set_lapse_after (self->session,
                                       keyfob_settings_get_lapse_after (context->settings));
  publish (self);

  return self;
}

KeyfobBusHost1 *
keyfob_host_get_skeleton (KeyfobHost *self)
{
  return self->skeleton;
}

KeyfobContext *
keyfob_host_get_context (KeyfobHost *self)
{
  return self->context;
}

KeyfobConfig *
keyfob_host_get_config (KeyfobHost *self)
{
  return self->config;
}

KeyfobServer *
keyfob_host_get_server (KeyfobHost *self)
{
  return self->server;
}

KeyfobHostActivity
keyfob_host_get_activity (KeyfobHost *self)
{
  return self->activity;
}

KeyfobTokenLocation *
keyfob_host_get_location (KeyfobHost *self)
{
  return self->location;
}

KeyfobTokenStore *
keyfob_host_get_store (KeyfobHost *self)
{
  return keyfob_token_location_get_store (self->location);
}

KeyfobHostSession *
keyfob_host_get_session (KeyfobHost *self)
{
  return self->session;
}

const char *
keyfob_host_get_path (KeyfobHost *self)
{
  return self->path;
}

gboolean
keyfob_host_is_unsaved (KeyfobHost *self)
{
  return !keyfob_host_session_is_saved (self->session);
}

gboolean
keyfob_host_is_busy (KeyfobHost *self)
{
  return self->activity == KEYFOB_HOST_IN_REFRESH || self->activity == KEYFOB_HOST_IN_SIGN_IN
         || self->activity == KEYFOB_HOST_IN_SIGN_OUT || self->activity == KEYFOB_HOST_IN_SAVE
         || self->activity == KEYFOB_HOST_IN_MOVE;
}

void
keyfob_host_update (KeyfobHost *self)
{
  plan (self);
  publish (self);
}

void
keyfob_host_save_use (KeyfobHost *self)
{
  if (self->n_removals > 0)
    return;

  keyfob_host_file_note_used (self->context->file, self->config,
                              keyfob_host_session_get_last_used (self->session));
}

void
keyfob_host_begin_removal (KeyfobHost *self)
{
  self->n_removals++;
}

void
keyfob_host_end_removal (KeyfobHost *self)
{
  self->n_removals--;
  remember (self);
}

gboolean
keyfob_host_is_being_removed (KeyfobHost *self)
{
  return self->n_removals > 0;
}

void
keyfob_host_set_sign_in (KeyfobHost *self, KeyfobSignIn *sign_in)
{
  g_set_object (&self->sign_in, sign_in);
  if (sign_in != NULL)
    g_signal_connect_object (sign_in, "changed", G_CALLBACK (on_sign_in_changed), self,
                             G_CONNECT_SWAPPED);
}

void
keyfob_host_add_sign_in_client (KeyfobHost *self, const char *client)
{
  g_return_if_fail (self->sign_in != NULL);

  keyfob_sign_in_add_owner (self->sign_in, client);
}

gboolean
keyfob_host_go_on (KeyfobHost *self, const char *question, const char *activation_token)
{
  return self->sign_in != NULL && keyfob_sign_in_go_on (self->sign_in, question, activation_token);
}

const char *
keyfob_host_get_question (KeyfobHost *self)
{
  return keyfob_bus_host1_get_question (self->skeleton);
}

void
keyfob_host_open_page (KeyfobHost *self, const char *activation_token)
{
  if (self->sign_in != NULL)
    keyfob_sign_in_open_page (self->sign_in, activation_token);
}

void
keyfob_host_cancel (KeyfobHost *self)
{
  if (self->sign_in != NULL)
    keyfob_sign_in_cancel (self->sign_in);
}

void
keyfob_host_start_async (KeyfobHost *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, keyfob_host_start_async);

  if (self->sign_in == NULL || keyfob_sign_in_is_under_way (self->sign_in))
    g_task_return_pointer (task, NULL, NULL);
  else
    g_ptr_array_add (self->started, g_steal_pointer (&task));
}

void
keyfob_host_join_async (KeyfobHost *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, keyfob_host_join_async);

  if (self->activity == KEYFOB_HOST_AT_REST)
    g_task_return_pointer (task, NULL, NULL);
  else
    g_ptr_array_add (self->ended, g_steal_pointer (&task));
}

gboolean
keyfob_host_join_finish (KeyfobHost *self,
                         GAsyncResult *result,
                         KeyfobToken **token,
                         GError **error)
{
  g_autoptr (GError) failure = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  *token = g_task_propagate_pointer (G_TASK (result), &failure);
  if (failure == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
keyfob_host_configure (KeyfobHost *self, GVariant *options, GError **error)
{
  g_autoptr (KeyfobConfig) config = keyfob_config_with_options (self->config, options, error);

  if (config == NULL)
    return FALSE;

  g_set_object (&self->config, config);
  keyfob_token_location_set_config (self->location, config);
  g_clear_object (&self->server);
  self->server = new_server (self->context, config);
  remember (self);
  publish (self);

  return TRUE;
}

void
keyfob_host_note_caller (KeyfobHost *self, KeyfobCaller *caller)
{
  keyfob_token_uses_add (self->uses, caller, keyfob_clock_now (self->context->clock));
  keyfob_bus_host1_set_uses (self->skeleton, keyfob_token_uses_to_variant (self->uses));
}

void
keyfob_host_set_error (KeyfobHost *self, const char *sentence)
{
  keyfob_host_session_set_error (self->session, sentence);
  publish (self);
}

void
keyfob_host_set_account (KeyfobHost *self, const char *account)
{
  if (g_str_equal (keyfob_host_session_get_account (self->session), account))
    return;

  keyfob_host_session_set_account (self->session, account);
  remember (self);
  publish (self);
}

void
keyfob_host_begin (KeyfobHost *self, KeyfobHostActivity activity)
{
  g_return_if_fail (self->activity == KEYFOB_HOST_AT_REST || self->activity == KEYFOB_HOST_WAITING
                    || (self->activity == KEYFOB_HOST_LOADING && activity == KEYFOB_HOST_WAITING));

  self->activity = activity;
  plan (self);
  publish (self);
}

void
keyfob_host_finish (KeyfobHost *self, KeyfobToken *token, const GError *error)
{
  self->activity = KEYFOB_HOST_AT_REST;
  note_details (self, token, error);
  publish (self);
  plan (self);

  return_tasks (&self->started, NULL, error);
  return_tasks (&self->ended, token, error);

  g_signal_emit (self, signals[AT_REST], 0);
}
