/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-host.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-py-oidc-server.h"
#include "keyfob-retry.h"
#include "keyfob-sign-in.h"
#include "keyfob-token-uses.h"

#define HOSTS_PATH "/org/keyfob/Keyfob/Agent/hosts/"
#define LONGEST_READABLE 60 /* characters of a URL in an object path */
/* seconds until a bearer token file that could not be written is tried again */
#define FIRST_FILE_RETRY 10
#define LAST_FILE_RETRY 600

struct _KeyfobHost
{
  GObject parent_instance;

  KeyfobContext *context;
  KeyfobConfig *config;
  SoupSession *http;
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
  GQueue changes;     /* GTasks of keyfob_host_configure_async(); the first one is at work */
  GPtrArray *uses;    /* who took the token, see `Host1.Uses` */

  KeyfobRetry file_retry; /* of the bearer token file; failures is 0 while there is none to write */
  GError *file_error;     /* (nullable): why the bearer token file is not there */
  char *file_program;     /* (nullable): see keyfob_host_keep_token_file() */
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
static void
make_server (KeyfobHost *self)
{
  g_clear_object (&self->server);
  g_clear_object (&self->http);
  self->http = keyfob_context_new_session (self->context, keyfob_config_get_ca_file (self->config),
                                           keyfob_config_get_proxy (self->config));
  self->server = keyfob_py_oidc_server_new (self->config, self->http, self->context->clock);
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

/* The details of an error replace those of an earlier one. */
static void
note_details (KeyfobHost *self, KeyfobToken *token, const GError *error)
{
  const char *word = keyfob_auth_error_get_word (error);

  if (error == NULL && token == NULL)
    return;

  g_clear_pointer (&self->details, g_variant_unref);
  if (word != NULL)
    {
      g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (keyfob_auth_error_get_details (error));

      g_variant_dict_insert (&dict, "error", "s", word);
      g_variant_dict_insert (&dict, "time", "x", keyfob_clock_now (self->context->clock));
      self->details = g_variant_ref_sink (g_variant_dict_end (&dict));
    }
}

/* Returns: (nullable): what is to be read in the bearer token file: what a program would get now */
static KeyfobToken *
get_token_for_file (KeyfobHost *self)
{
  KeyfobToken *token = keyfob_host_session_get_token (self->session);

  if (token == NULL || self->n_removals > 0 || self->activity == KEYFOB_HOST_IN_SIGN_OUT
      || keyfob_token_lock_get_locked (self->context->lock)
      || keyfob_token_get_seconds_left (token, keyfob_clock_now (self->context->clock)) <= 0)
    return NULL;

  return token;
}

/* Has the bearer token file follow the session, which it does not outlive. */
static void
update_token_file (KeyfobHost *self)
{
  KeyfobBearerFiles *files = self->context->bearer_files;
  const char *url = keyfob_config_get_base_url (self->config);
  KeyfobToken *token = get_token_for_file (self);
  gboolean kept;

  if (self->activity == KEYFOB_HOST_AT_REST
      && keyfob_host_session_get_state (self->session) == KEYFOB_HOST_SIGNED_OUT)
    keyfob_bearer_files_drop (files, url);

  g_clear_error (&self->file_error);
  kept = keyfob_bearer_files_is_kept (files, url);
  keyfob_host_session_set_always_used (self->session, kept);
  if (keyfob_bearer_files_put (files, url,
                               token != NULL ? keyfob_token_get_access_token (token) : NULL,
                               &self->file_error))
    keyfob_retry_reset (&self->file_retry);
  else
    keyfob_retry_note_failure (&self->file_retry, keyfob_clock_now (self->context->clock), 0);
}

/* Returns: when to look at the bearer token file, Unix seconds: it goes when its token ends */
static gint64
get_file_due (KeyfobHost *self)
{
  KeyfobToken *token = get_token_for_file (self);

  if (token == NULL
      || !keyfob_bearer_files_is_kept (self->context->bearer_files,
                                       keyfob_config_get_base_url (self->config)))
    return G_MAXINT64;

  return self->file_error != NULL ? self->file_retry.not_before : keyfob_token_get_expires (token);
}

static void
show_token_file (KeyfobHost *self)
{
  g_auto (GStrv) paths = keyfob_bearer_files_dup_paths (self->context->bearer_files,
                                                        keyfob_config_get_base_url (self->config));

  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autofree char *path = paths[i];

      paths[i] =
          g_utf8_validate (path, -1, NULL) ? g_strdup (path) : g_filename_to_uri (path, NULL, NULL);
    }
  keyfob_bus_host1_set_token_files (self->skeleton, (const char *const *) paths);
}

static const char *
get_error (KeyfobHost *self)
{
  const char *error = keyfob_host_session_get_error (self->session);

  return *error == '\0' && self->file_error != NULL ? self->file_error->message : error;
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
  keyfob_bus_host1_set_provided (skeleton,
                                 keyfob_host_file_is_provided (self->context->file, self->config));
  keyfob_bus_host1_set_name (skeleton, keyfob_config_get_name (self->config));
  keyfob_bus_host1_set_options (skeleton, keyfob_config_to_options (self->config));
  keyfob_bus_host1_set_account (skeleton, keyfob_host_session_get_account (session));
  keyfob_bus_host1_set_error (skeleton, get_error (self));
  keyfob_bus_host1_set_error_details (skeleton, get_details (self));
  keyfob_bus_host1_set_state (skeleton, keyfob_host_state_to_string (keyfob_host_get_state (self)));
  keyfob_bus_host1_set_scope (skeleton, token != NULL ? keyfob_token_get_scope (token) : "");
  keyfob_bus_host1_set_expires (skeleton, keyfob_host_session_get_expires (session));
  keyfob_bus_host1_set_store (skeleton, store);
  keyfob_bus_host1_set_saved (skeleton, keyfob_host_session_is_saved (session));
  keyfob_bus_host1_set_renews (skeleton, keyfob_host_session_get_renews (session));
  keyfob_bus_host1_set_renewed (skeleton, keyfob_host_session_get_renewed (session));
  keyfob_bus_host1_set_renews_at (skeleton, keyfob_host_session_get_renews_at (session));
  keyfob_bus_host1_set_broker (skeleton, token != NULL && keyfob_token_is_broker (token));
  keyfob_bus_host1_set_refresh_expires (
      skeleton, token != NULL ? keyfob_token_get_refresh_expires (token) : 0);
  show_token_file (self);

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

  due = MIN (due, get_file_due (self));

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
  g_clear_object (&self->http);
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
  g_clear_error (&self->file_error);
  g_free (self->file_program);
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
  g_queue_init (&self->changes);
  self->uses = g_ptr_array_new_with_free_func (keyfob_token_use_free);
  self->file_retry = (KeyfobRetry){ .base = FIRST_FILE_RETRY, .cap = LAST_FILE_RETRY };
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
  make_server (self);
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

SoupSession *
keyfob_host_get_http (KeyfobHost *self)
{
  return self->http;
}

GQueue *
keyfob_host_get_changes (KeyfobHost *self)
{
  return &self->changes;
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
keyfob_host_has_token (KeyfobHost *self)
{
  return keyfob_host_state_has_token (keyfob_host_get_state (self))
         || keyfob_host_session_get_expires (self->session)
                > keyfob_clock_now (self->context->clock);
}

gboolean
keyfob_host_is_signed_in (KeyfobHost *self)
{
  return keyfob_host_has_token (self) || keyfob_host_get_state (self) == KEYFOB_HOST_LOCKED;
}

gboolean
keyfob_host_is_looking_up (KeyfobHost *self)
{
  return self->activity == KEYFOB_HOST_WAITING || self->activity == KEYFOB_HOST_LOADING;
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
  update_token_file (self);
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

gboolean
keyfob_host_is_sign_in_cancelled (KeyfobHost *self)
{
  return self->sign_in != NULL && keyfob_sign_in_is_cancelled (self->sign_in);
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

gboolean
keyfob_host_take_address (KeyfobHost *self, const char *uri, GError **error)
{
  return keyfob_sign_in_take_address (self->sign_in, uri, error);
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

  /* the user has not been asked about the file */
  if (keyfob_config_get_ask_first (config) && !keyfob_config_get_ask_first (self->config))
    keyfob_host_drop_token_file (self);
  g_set_object (&self->config, config);
  keyfob_token_location_set_config (self->location, config);
  make_server (self);
  remember (self);
  publish (self);

  return TRUE;
}

GStrv
keyfob_host_keep_token_file (KeyfobHost *self, gboolean wlcg, const char *program, GError **error)
{
  KeyfobBearerFiles *files = self->context->bearer_files;
  const char *url = keyfob_config_get_base_url (self->config);
  gboolean was_kept = keyfob_bearer_files_is_kept (files, url);
  g_autoptr (GError) failure = NULL;

  if (get_token_for_file (self) == NULL)
    {
      g_set_error (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INTERACTION_REQUIRED,
                   _ ("There is no valid token for %s. Sign in with Keyfob first."),
                   keyfob_config_get_name (self->config));
      return NULL;
    }
  if (!keyfob_bearer_files_keep (files, url, wlcg, error))
    return NULL;

  g_free (self->file_program);
  self->file_program = g_strdup (program);
  keyfob_host_update (self);
  failure = self->file_error != NULL ? g_error_copy (self->file_error) : NULL;
  if (failure == NULL)
    return keyfob_bearer_files_dup_paths (files, url);

  if (!was_kept)
    keyfob_host_drop_token_file (self);
  g_propagate_error (error, g_steal_pointer (&failure));

  return NULL;
}

void
keyfob_host_drop_token_file (KeyfobHost *self)
{
  KeyfobBearerFiles *files = self->context->bearer_files;
  const char *url = keyfob_config_get_base_url (self->config);

  if (!keyfob_bearer_files_is_kept (files, url))
    return;

  keyfob_bearer_files_drop (files, url);
  keyfob_host_session_note_used (self->session);
  keyfob_host_save_use (self);
  keyfob_host_update (self);
}

void
keyfob_host_revoke_token_file (KeyfobHost *self, const char *program)
{
  if (g_strcmp0 (self->file_program, program) == 0)
    keyfob_host_drop_token_file (self);
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
  update_token_file (self);
  plan (self);
  publish (self);
}

void
keyfob_host_finish (KeyfobHost *self, KeyfobToken *token, const GError *error)
{
  self->activity = KEYFOB_HOST_AT_REST;
  note_details (self, token, error);
  update_token_file (self);
  publish (self);
  plan (self);

  return_tasks (&self->started, NULL, error);
  return_tasks (&self->ended, token, error);

  g_signal_emit (self, signals[AT_REST], 0);
}
