/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-agent.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-bare-token.h"
#include "keyfob-get-token.h"
#include "keyfob-host-decisions.h"
#include "keyfob-host-lookup.h"
#include "keyfob-host-methods.h"
#include "keyfob-host-storage.h"
#include "keyfob-host.h"
#include "keyfob-sign-out.h"
#include "keyfob-store-watch.h"

#define PATH "/org/keyfob/Keyfob/Agent"
#define MOST_HOSTS 200

struct _KeyfobAgent
{
  GObject parent_instance;

  KeyfobContext *context;
  KeyfobWakeMonitor *wake_monitor;
  KeyfobStoreWatch *store_watch;
  KeyfobBusAgent1 *skeleton;
  GDBusObjectManagerServer *manager;
  GListStore *hosts;   /* KeyfobHost */
  GHashTable *imports; /* hosts that are there only for an ImportToken that runs */
  GPtrArray *waiting;  /* AddHost calls of hosts that are being removed */
};

G_DEFINE_FINAL_TYPE (KeyfobAgent, keyfob_agent, G_TYPE_OBJECT)

typedef struct
{
  KeyfobAgent *agent;
  GDBusMethodInvocation *invocation;
  KeyfobHost *host;     /* (nullable): the host that the call is about */
  KeyfobConfig *config; /* (nullable): of AddHost */
  GVariant *options;    /* (nullable): of AddHost */
  gboolean is_new;      /* the host was added for ImportToken */
} Call;

static Call *
call_new (KeyfobAgent *self, GDBusMethodInvocation *invocation, KeyfobHost *host)
{
  Call *call = g_new0 (Call, 1);

  call->agent = g_object_ref (self);
  call->invocation = invocation;
  g_set_object (&call->host, host);

  return call;
}

static void
call_return (Call *call, GVariant *answer, GError *error)
{
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (call->agent->skeleton));
  if (error != NULL)
    g_dbus_method_invocation_take_error (call->invocation, error);
  else
    g_dbus_method_invocation_return_value (call->invocation, answer);

  g_object_unref (call->agent);
  g_clear_object (&call->host);
  g_clear_object (&call->config);
  g_clear_pointer (&call->options, g_variant_unref);
  g_free (call);
}

/* Returns: (nullable) (transfer none) */
static KeyfobHost *
find_host (KeyfobAgent *self, const char *path)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->hosts)); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);

      if (g_str_equal (keyfob_host_get_path (host), path))
        return host;
    }

  return NULL;
}

static KeyfobHost *
add_host (KeyfobAgent *self, KeyfobConfig *config, const char *account, gint64 last_used)
{
  g_autoptr (KeyfobHost) host = keyfob_host_new (self->context, config, account, last_used);
  g_autoptr (KeyfobBusObjectSkeleton) object =
      keyfob_bus_object_skeleton_new (keyfob_host_get_path (host));

  keyfob_bus_object_skeleton_set_host1 (object, keyfob_host_get_skeleton (host));
  keyfob_host_methods_connect (host);
  keyfob_host_start_decisions (host);
  g_dbus_object_manager_server_export (self->manager, G_DBUS_OBJECT_SKELETON (object));
  g_list_store_append (self->hosts, host);
  keyfob_host_load (host);

  return host;
}

static void
on_host_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GError) error = NULL;

  if (!keyfob_host_file_flush_finish (KEYFOB_HOST_FILE (source), result, &error))
    keyfob_host_set_error (call->host, error->message);

  call_return (call, g_variant_new ("(o)", keyfob_host_get_path (call->host)), NULL);
}

static void
on_host_configured (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  GError *error = NULL;

  if (keyfob_host_configure_finish (KEYFOB_HOST (source), result, &error))
    keyfob_host_file_flush_async (call->agent->context->file, NULL, on_host_saved, call);
  else
    call_return (call, NULL, error);
}

static gboolean
is_full (KeyfobAgent *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->hosts)) >= MOST_HOSTS;
}

static GError *
new_full_error (void)
{
  return g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_FAILED,
                      _ ("There are %d hosts, which is the most there can be. Remove one first."),
                      MOST_HOSTS);
}

/* A host that is being removed is added again once it is removed, since the last call counts. */
static void
add_or_configure (Call *call)
{
  KeyfobAgent *self = call->agent;
  g_autofree char *path = keyfob_host_dup_path (call->config);
  KeyfobHost *host = find_host (self, path);

  if (host != NULL && keyfob_host_is_being_removed (host))
    {
      g_ptr_array_add (self->waiting, call);
      return;
    }

  if (host != NULL)
    {
      g_hash_table_remove (self->imports, host);
      g_set_object (&call->host, host);
      keyfob_host_configure_async (host, call->options, on_host_configured, call);
      return;
    }

  if (is_full (self))
    {
      call_return (call, NULL, new_full_error ());
      return;
    }

  g_set_object (&call->host, add_host (self, call->config, "", 0));
  keyfob_host_file_set (self->context->file, call->config, "");
  keyfob_host_file_flush_async (self->context->file, NULL, on_host_saved, call);
}

static gboolean
on_add_host (KeyfobAgent *self,
             GDBusMethodInvocation *invocation,
             const char *url,
             GVariant *options)
{
  GError *error = NULL;
  g_autoptr (KeyfobConfig) config = keyfob_config_new (url, options, &error);
  Call *call = call_new (self, invocation, NULL);

  if (config == NULL)
    {
      call_return (call, NULL, error);
      return TRUE;
    }

  call->config = g_steal_pointer (&config);
  call->options = g_variant_ref (options);
  add_or_configure (call);

  return TRUE;
}

static GError *
no_such_host (const char *what)
{
  return g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST,
                      _ ("There is no host %s. Add it first."), what);
}

static gboolean
on_find_host (KeyfobAgent *self, GDBusMethodInvocation *invocation, const char *url)
{
  Call *call = call_new (self, invocation, NULL);
  GError *error = NULL;
  /* a host that was added with this option is found without it, too */
  GVariant *options = g_variant_new_parsed ("{'allow-http': <true>}");
  g_autoptr (KeyfobConfig) config = keyfob_config_new (url, options, &error);
  g_autofree char *path = config != NULL ? keyfob_host_dup_path (config) : NULL;

  if (path != NULL && find_host (self, path) == NULL)
    error = no_such_host (keyfob_config_get_base_url (config));

  call_return (call, error == NULL ? g_variant_new ("(o)", path) : NULL, error);

  return TRUE;
}

static gboolean
on_find_hosts (KeyfobAgent *self, GDBusMethodInvocation *invocation, const char *text)
{
  g_autoptr (GPtrArray) hosts = keyfob_host_lookup (G_LIST_MODEL (self->hosts), text);
  GVariantBuilder paths;

  g_variant_builder_init (&paths, G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
  for (guint i = 0; i < hosts->len; i++)
    g_variant_builder_add (&paths, "o", keyfob_host_get_path (g_ptr_array_index (hosts, i)));

  call_return (call_new (self, invocation, NULL), g_variant_new ("(ao)", &paths), NULL);

  return TRUE;
}

static gboolean
on_get_token (KeyfobAgent *self,
              GDBusMethodInvocation *invocation,
              const char *text,
              GVariant *options)
{
  g_autoptr (GPtrArray) hosts = keyfob_host_lookup (G_LIST_MODEL (self->hosts), text);

  if (hosts->len == 1)
    keyfob_host_methods_get_token (g_ptr_array_index (hosts, 0), invocation, options);
  else if (hosts->len == 0)
    call_return (call_new (self, invocation, NULL), NULL, no_such_host (text));
  else
    call_return (call_new (self, invocation, NULL), NULL,
                 g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST,
                              _ ("“%s” is not one host but several. Give the whole address."),
                              text));

  return TRUE;
}

static void
on_host_forgotten (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  keyfob_host_file_flush_finish (KEYFOB_HOST_FILE (source), result, &error);
  call_return (user_data, NULL, error);
}

/* A store that is missing cannot be unlocked, so it does not keep the host from being removed. */
static void
tell_of_copy (KeyfobAgent *self, KeyfobHost *host, const GError *error)
{
  g_autofree char *sentence =
      g_strdup_printf (_ ("%s is removed, but a copy of its token is left where Keyfob cannot "
                          "remove it now. %s"),
                       keyfob_config_get_name (keyfob_host_get_config (host)), error->message);

  keyfob_notices_add (self->context->notices, "copy-left", sentence);
}

/* Does nothing where another call has removed @host; a new host may have its path by now. */
static void
remove_host (KeyfobAgent *self, KeyfobHost *host)
{
  guint position;

  if (!g_list_store_find (self->hosts, host, &position))
    return;

  keyfob_host_file_remove (self->context->file, keyfob_host_get_config (host));
  keyfob_permissions_remove (keyfob_questions_get_permissions (self->context->questions),
                             keyfob_config_get_base_url (keyfob_host_get_config (host)), NULL);
  g_dbus_object_manager_server_unexport (self->manager, keyfob_host_get_path (host));
  g_list_store_remove (self->hosts, position);
}

/* Where the import is refused, the host that was added for it, and by nobody else since, is
 * removed; nothing was stored. */
static void
on_imported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  KeyfobHost *host = KEYFOB_HOST (source);
  GError *error = NULL;
  g_autoptr (KeyfobToken) token = keyfob_host_get_token_finish (host, result, &error);
  gboolean only_imported = call->is_new && g_hash_table_remove (call->agent->imports, host);

  if (token == NULL)
    {
      if (only_imported)
        remove_host (call->agent, host);
      call_return (call, NULL, error);
      return;
    }

  keyfob_host_file_set (call->agent->context->file, keyfob_host_get_config (host),
                        keyfob_host_session_get_account (keyfob_host_get_session (host)));
  if (keyfob_host_is_unsaved (host))
    call_return (
        call, NULL,
        g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                             keyfob_host_session_get_error (keyfob_host_get_session (host))));
  else
    keyfob_host_file_flush_async (call->agent->context->file, NULL, on_host_saved, call);
}

static void
on_token_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  KeyfobAgent *self = call->agent;
  g_autofree char *path = keyfob_host_dup_path (call->config);
  KeyfobHost *host = find_host (self, path);
  KeyfobSignInOptions *options = NULL;
  GError *error = NULL;
  g_autoptr (KeyfobToken) token = keyfob_bare_token_load_finish (result, &error);

  if (token != NULL && host != NULL && keyfob_host_is_being_removed (host))
    error = g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNAVAILABLE,
                         _ ("%s is being removed. Try again in a moment."),
                         keyfob_config_get_name (call->config));
  if (token != NULL && host == NULL && is_full (self))
    error = new_full_error ();
  if (error != NULL)
    {
      call_return (call, NULL, error);
      return;
    }

  call->is_new = host == NULL;
  if (host == NULL)
    {
      host = add_host (self, call->config, "", 0);
      g_hash_table_add (self->imports, host);
    }
  g_set_object (&call->host, host);

  options = keyfob_sign_in_options_new ();
  options->force = TRUE;
  options->interactive = TRUE;
  options->import = g_steal_pointer (&token);
  keyfob_host_get_token_async (call->host, options,
                               g_dbus_method_invocation_get_sender (call->invocation), on_imported,
                               call);
}

/* The token comes by the name of its file: what is on the bus may be watched. */
static gboolean
on_import_token (KeyfobAgent *self,
                 GDBusMethodInvocation *invocation,
                 const char *file,
                 const char *url,
                 GVariant *options)
{
  GError *error = NULL;
  g_autoptr (KeyfobConfig) config = keyfob_config_new (url, options, &error);
  Call *call = call_new (self, invocation, NULL);

  if (config != NULL && !g_path_is_absolute (file))
    error = g_error_new_literal (G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                 _ ("Give the whole path of the file, beginning with “/”."));
  if (error != NULL)
    {
      call_return (call, NULL, error);
      return TRUE;
    }

  call->config = g_steal_pointer (&config);
  keyfob_bare_token_load_async (file, self->context->clock, on_token_loaded, call);

  return TRUE;
}

static void
add_waiting_hosts (KeyfobAgent *self)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new ();
  for (guint i = 0; i < waiting->len; i++)
    add_or_configure (g_ptr_array_index (waiting, i));
}

static void
on_host_signed_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (KeyfobAgent) self = g_object_ref (call->agent);
  KeyfobHost *host = KEYFOB_HOST (source);
  GError *error = NULL;

  keyfob_sign_out_finish (host, result, &error);
  if (g_error_matches (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_LOCKED))
    {
      keyfob_host_end_removal (host);
      call_return (call, NULL, error);
    }
  else
    {
      if (error != NULL)
        tell_of_copy (self, host, error);
      g_clear_error (&error);
      remove_host (self, host);
      keyfob_host_file_flush_async (self->context->file, NULL, on_host_forgotten, call);
    }

  add_waiting_hosts (self);
}

static gboolean
on_remove_host (KeyfobAgent *self, GDBusMethodInvocation *invocation, const char *path)
{
  KeyfobHost *host = find_host (self, path);
  Call *call = call_new (self, invocation, host);

  if (host == NULL)
    {
      call_return (call, NULL, no_such_host (path));
      return TRUE;
    }

  keyfob_host_begin_removal (host);
  keyfob_sign_out_async (host, on_host_signed_out, call);

  return TRUE;
}

static void
for_each_host (KeyfobAgent *self, void (*function) (KeyfobHost *host))
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->hosts)); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);

      function (host);
    }
}

static void
on_notices_changed (KeyfobAgent *self)
{
  KeyfobNotices *notices = self->context->notices;

  keyfob_bus_agent1_set_notices (self->skeleton, keyfob_notices_to_variant (notices));
}

static gboolean
on_dismiss (KeyfobAgent *self, GDBusMethodInvocation *invocation, const char *name)
{
  keyfob_notices_dismiss (self->context->notices, name);
  call_return (call_new (self, invocation, NULL), NULL, NULL);

  return TRUE;
}

static void
on_lock_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  keyfob_token_lock_flush_finish (KEYFOB_TOKEN_LOCK (source), result, &error);
  call_return (user_data, NULL, error);
}

static void
on_permissions_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  keyfob_permissions_flush_finish (KEYFOB_PERMISSIONS (source), result, &error);
  call_return (user_data, NULL, error);
}

static gboolean
on_answer (KeyfobAgent *self, GDBusMethodInvocation *invocation, const char *id, const char *word)
{
  KeyfobPermissions *permissions = keyfob_questions_get_permissions (self->context->questions);
  Call *call = call_new (self, invocation, NULL);
  KeyfobDecision parsed;

  if (!keyfob_decision_parse (word, &parsed))
    {
      call_return (call, NULL,
                   g_error_new (G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                _ ("The answer must be one of: %s."), "once, hours, always, deny"));
      return TRUE;
    }

  keyfob_questions_answer (self->context->questions, id, parsed);
  keyfob_permissions_flush_async (permissions, on_permissions_saved, call);

  return TRUE;
}

static gboolean
on_revoke (KeyfobAgent *self,
           GDBusMethodInvocation *invocation,
           const char *url,
           const char *program)
{
  KeyfobPermissions *permissions = keyfob_questions_get_permissions (self->context->questions);

  keyfob_permissions_remove (permissions, url, program);
  keyfob_permissions_flush_async (permissions, on_permissions_saved,
                                  call_new (self, invocation, NULL));

  return TRUE;
}

static gboolean
on_lock_tokens (KeyfobAgent *self, GDBusMethodInvocation *invocation)
{
  keyfob_token_lock_lock (self->context->lock);
  keyfob_token_lock_flush_async (self->context->lock, on_lock_saved,
                                 call_new (self, invocation, NULL));

  return TRUE;
}

static gboolean
on_unlock_tokens (KeyfobAgent *self, GDBusMethodInvocation *invocation)
{
  keyfob_token_lock_unlock (self->context->lock);
  keyfob_token_lock_flush_async (self->context->lock, on_lock_saved,
                                 call_new (self, invocation, NULL));

  return TRUE;
}

static gboolean
on_looked (KeyfobAgent *self, GDBusMethodInvocation *invocation)
{
  for_each_host (self, keyfob_host_note_used);
  keyfob_store_watch_look (self->store_watch);
  call_return (call_new (self, invocation, NULL), NULL, NULL);

  return TRUE;
}

static void
on_due (KeyfobAgent *self, GObject *object)
{
  keyfob_host_check (KEYFOB_HOST (object));
}

static void
on_woke (KeyfobAgent *self)
{
  keyfob_scheduler_check (self->context->scheduler);
  for_each_host (self, keyfob_host_try_again);
}

/* Returns: (nullable) (transfer full): a host that must not be cut off. A sign-in waits for the
 * user, who is about to put the machine to sleep. */
static KeyfobHost *
find_busy_host (KeyfobAgent *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->hosts)); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);

      if (keyfob_host_is_busy (host) && keyfob_host_get_activity (host) != KEYFOB_HOST_IN_SIGN_IN)
        return g_steal_pointer (&host);
    }

  return NULL;
}

static void on_rest_before_sleep (GObject *source, GAsyncResult *result, gpointer user_data);

/* An answer that is lost in sleep may have the only refresh token of a session. */
static gboolean
on_about_to_sleep (KeyfobAgent *self)
{
  g_autoptr (KeyfobHost) busy = find_busy_host (self);

  if (busy == NULL)
    return FALSE;

  g_debug ("A token is renewed before the machine sleeps");
  keyfob_host_join_async (busy, on_rest_before_sleep, g_object_ref (self));

  return TRUE;
}

static void
on_rest_before_sleep (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobAgent) self = KEYFOB_AGENT (user_data);
  g_autoptr (KeyfobToken) token = NULL;

  keyfob_host_join_finish (KEYFOB_HOST (source), result, &token, NULL);
  if (!on_about_to_sleep (self))
    keyfob_wake_monitor_let_sleep (self->wake_monitor);
}

static void
on_clock_set (KeyfobAgent *self, gint64 seconds)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->hosts)); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);

      keyfob_host_shift_clock (host, seconds);
    }

  on_woke (self);
}

static void
unsaved_free (gpointer unsaved)
{
  g_string_free (unsaved, TRUE);
}

static void
add_sentence (GString *text, const char *sentence)
{
  if (text->len > 0)
    g_string_append_c (text, ' ');
  g_string_append (text, sentence);
}

static void
add_unsaved_tokens (KeyfobAgent *self, GString *unsaved)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->hosts)); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);
      g_autofree char *sentence = NULL;

      if (!keyfob_host_is_unsaved (host))
        continue;

      sentence = g_strdup_printf (_ ("The token for %s could not be saved and is lost."),
                                  keyfob_config_get_name (keyfob_host_get_config (host)));
      add_sentence (unsaved, sentence);
    }
}

static void
on_notices_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GString *unsaved = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!keyfob_notices_flush_finish (KEYFOB_NOTICES (source), result, &error))
    add_sentence (unsaved, error->message);

  if (unsaved->len > 0)
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE, "%s", unsaved->str);
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_hosts_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  KeyfobAgent *self = g_task_get_source_object (task);
  GString *unsaved = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!keyfob_host_file_flush_finish (KEYFOB_HOST_FILE (source), result, &error))
    add_sentence (unsaved, error->message);
  add_unsaved_tokens (self, unsaved);

  if (unsaved->len > 0)
    {
      /* Translators: sentences that say what could not be saved, and why */
      g_autofree char *notice = g_strdup_printf (
          _ ("When Keyfob ended, not everything could be saved. %s"), unsaved->str);

      keyfob_notices_add (self->context->notices, "unsaved", notice);
    }
  keyfob_notices_flush_async (self->context->notices, on_notices_saved, task);
}

static void
on_permissions_saved_at_end (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  KeyfobAgent *self = g_task_get_source_object (task);
  GString *unsaved = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!keyfob_permissions_flush_finish (KEYFOB_PERMISSIONS (source), result, &error))
    add_sentence (unsaved, error->message);
  keyfob_host_file_flush_async (self->context->file, NULL, on_hosts_saved, task);
}

static void
on_lock_saved_at_end (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  KeyfobAgent *self = g_task_get_source_object (task);
  GString *unsaved = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!keyfob_token_lock_flush_finish (KEYFOB_TOKEN_LOCK (source), result, &error))
    add_sentence (unsaved, error->message);
  keyfob_permissions_flush_async (keyfob_questions_get_permissions (self->context->questions),
                                  on_permissions_saved_at_end, task);
}

static void on_host_at_rest (GObject *source, GAsyncResult *result, gpointer user_data);

/* One after the other: calls that come meanwhile may have a host begin anew. */
static void
wait_for_rest (GTask *task)
{
  KeyfobAgent *self = g_task_get_source_object (task);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->hosts)); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);

      keyfob_host_cancel (host);
      if (keyfob_host_is_busy (host))
        {
          keyfob_host_join_async (host, on_host_at_rest, g_object_ref (task));
          return;
        }
    }

  keyfob_token_lock_flush_async (self->context->lock, on_lock_saved_at_end, g_object_ref (task));
}

static void
on_host_at_rest (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (KeyfobToken) token = NULL;

  keyfob_host_join_finish (KEYFOB_HOST (source), result, &token, NULL);
  wait_for_rest (task);
}

static void
keyfob_agent_dispose (GObject *object)
{
  KeyfobAgent *self = KEYFOB_AGENT (object);

  g_clear_object (&self->store_watch);
  g_clear_object (&self->hosts);
  g_clear_pointer (&self->imports, g_hash_table_unref);
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  g_clear_object (&self->manager);
  g_clear_object (&self->skeleton);
  g_clear_object (&self->wake_monitor);
  g_clear_pointer (&self->context, keyfob_context_unref);

  G_OBJECT_CLASS (keyfob_agent_parent_class)->dispose (object);
}

static void
keyfob_agent_class_init (KeyfobAgentClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_agent_dispose;
}

static void
keyfob_agent_init (KeyfobAgent *self)
{
  self->skeleton = keyfob_bus_agent1_skeleton_new ();
  self->manager = g_dbus_object_manager_server_new (PATH);
  self->hosts = g_list_store_new (KEYFOB_TYPE_HOST);
  self->imports = g_hash_table_new (NULL, NULL);
  self->waiting = g_ptr_array_new ();

  g_object_set (self->skeleton, "version", KEYFOB_VERSION, "store", "", "store-state", "opening",
                "found-hosts", (const char *const[]){ NULL }, NULL);
}

static void
answer (KeyfobAgent *self, const char *method, gpointer handler)
{
  g_autofree char *signal = g_strconcat ("handle-", method, NULL);

  g_signal_connect_object (self->skeleton, signal, G_CALLBACK (handler), self, G_CONNECT_SWAPPED);
}

static void
show_questions (KeyfobAgent *self)
{
  keyfob_bus_agent1_set_token_requests (self->skeleton,
                                        keyfob_questions_to_variant (self->context->questions));
}

static void
show_permissions (KeyfobAgent *self)
{
  KeyfobPermissions *permissions = keyfob_questions_get_permissions (self->context->questions);

  keyfob_bus_agent1_set_permissions (self->skeleton, keyfob_permissions_to_variant (permissions));
}

static void
watch_questions (KeyfobAgent *self)
{
  KeyfobQuestions *questions = self->context->questions;

  answer (self, "answer-token-request", on_answer);
  answer (self, "revoke", on_revoke);
  g_signal_connect_object (questions, "asked", G_CALLBACK (show_questions), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (questions, "closed", G_CALLBACK (show_questions), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (keyfob_questions_get_permissions (questions), "changed",
                           G_CALLBACK (show_permissions), self, G_CONNECT_SWAPPED);
  show_questions (self);
  show_permissions (self);
}

KeyfobAgent *
keyfob_agent_new (KeyfobContext *context, KeyfobWakeMonitor *wake_monitor)
{
  KeyfobAgent *self = g_object_new (KEYFOB_TYPE_AGENT, NULL);
  g_autofree char *problem = NULL;
  g_autoptr (GPtrArray) entries = keyfob_host_file_load (context->file, &problem);

  self->context = keyfob_context_ref (context);
  self->wake_monitor = g_object_ref (wake_monitor);

  if (problem != NULL)
    keyfob_notices_add (context->notices, "hosts-file", problem);

  for (guint i = 0; i < entries->len; i++)
    {
      KeyfobHostEntry *entry = g_ptr_array_index (entries, i);

      add_host (self, entry->config, entry->account, entry->last_used);
    }

  answer (self, "add-host", on_add_host);
  answer (self, "find-host", on_find_host);
  answer (self, "find-hosts", on_find_hosts);
  answer (self, "get-token", on_get_token);
  answer (self, "import-token", on_import_token);
  answer (self, "remove-host", on_remove_host);
  answer (self, "dismiss", on_dismiss);
  answer (self, "looked", on_looked);
  answer (self, "lock-tokens", on_lock_tokens);
  answer (self, "unlock-tokens", on_unlock_tokens);
  watch_questions (self);
  g_object_bind_property (context->lock, "locked", self->skeleton, "tokens-locked",
                          G_BINDING_SYNC_CREATE);
  g_signal_connect_object (wake_monitor, "about-to-sleep", G_CALLBACK (on_about_to_sleep), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (wake_monitor, "woke", G_CALLBACK (on_woke), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (wake_monitor, "clock-set", G_CALLBACK (on_clock_set), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (context->scheduler, "due", G_CALLBACK (on_due), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (context->notices, "changed", G_CALLBACK (on_notices_changed), self,
                           G_CONNECT_SWAPPED);
  on_notices_changed (self);
  self->store_watch = keyfob_store_watch_new (context, self->skeleton, G_LIST_MODEL (self->hosts));

  return self;
}

gboolean
keyfob_agent_export (KeyfobAgent *self, GError **error)
{
  GDBusConnection *connection = self->context->connection;

  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->skeleton), connection,
                                         PATH, error))
    return FALSE;

  g_dbus_object_manager_server_set_connection (self->manager, connection);

  return TRUE;
}

GListModel *
keyfob_agent_get_hosts (KeyfobAgent *self)
{
  return G_LIST_MODEL (self->hosts);
}

void
keyfob_agent_set_leaves (KeyfobAgent *self, gboolean leaves)
{
  keyfob_bus_agent1_set_leaves (self->skeleton, leaves);
}

gboolean
keyfob_agent_is_renewing (KeyfobAgent *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->hosts)); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);
      KeyfobHostActivity activity = keyfob_host_get_activity (host);

      /* what is left of a sign-in that was cancelled is an answer with a token */
      if (activity == KEYFOB_HOST_IN_REFRESH || activity == KEYFOB_HOST_IN_SIGN_IN)
        return TRUE;
    }

  return FALSE;
}

void
keyfob_agent_quit_async (KeyfobAgent *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, keyfob_agent_quit_async);
  g_task_set_task_data (task, g_string_new (NULL), unsaved_free);

  /* nothing begins by itself any more */
  g_signal_handlers_disconnect_by_func (self->context->scheduler, on_due, self);
  g_signal_handlers_disconnect_by_func (self->wake_monitor, on_woke, self);
  g_signal_handlers_disconnect_by_func (self->wake_monitor, on_clock_set, self);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->hosts)); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);

      keyfob_host_cancel (host);
      keyfob_host_save (host);
    }

  wait_for_rest (task);
}

gboolean
keyfob_agent_quit_finish (KeyfobAgent *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
