/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-agent.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-bare-token.h"
#include "keyfob-base-url.h"
#include "keyfob-discovery.h"
#include "keyfob-file-store.h"
#include "keyfob-get-token.h"
#include "keyfob-host-decisions.h"
#include "keyfob-host-lookup.h"
#include "keyfob-host-methods.h"
#include "keyfob-host-storage.h"
#include "keyfob-host.h"
#include "keyfob-sign-out.h"
#include "keyfob-store-watch.h"

#define PATH "/org/keyfob/Keyfob/Agent"
/* A search has a dozen requests at once, each with files of its own, of which a program may have
 * 1024 open as usual; without one more GLib ends it. */
#define MOST_DISCOVERIES 10
/* More sentences about one import nobody reads. */
#define MOST_PROBLEMS 20

struct _KeyfobAgent
{
  GObject parent_instance;

  KeyfobContext *context;
  KeyfobWakeMonitor *wake_monitor;
  KeyfobStoreWatch *store_watch;
  KeyfobBusAgent1 *skeleton;
  KeyfobHostFile *list; /* (nullable): see get_list() */
  GDBusObjectManagerServer *manager;
  GListStore *hosts;   /* KeyfobHost */
  guint n_discoveries; /* that run */
  GHashTable *imports; /* hosts that are there only for an ImportToken that runs */
  GPtrArray *opening;  /* GTasks that wait for the keyring to open */
  GPtrArray *waiting;  /* Calls of AddHost and RemoveHost for hosts that are being removed */
};

G_DEFINE_FINAL_TYPE (KeyfobAgent, keyfob_agent, G_TYPE_OBJECT)

typedef struct
{
  KeyfobAgent *agent;
  GDBusMethodInvocation *invocation;
  KeyfobHost *host;     /* (nullable): the host that the call is about */
  char *path;           /* (nullable): of the host, while the call may have to wait */
  KeyfobConfig *config; /* (nullable): of AddHost */
  GVariant *options;    /* (nullable): of AddHost */
  gboolean is_new;      /* the host was added for ImportToken */
  GError *error;        /* (nullable): why ImportToken is refused */
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
  g_free (call->path);
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

  return host;
}

static KeyfobHost *
add_and_load_host (KeyfobAgent *self, KeyfobConfig *config)
{
  KeyfobHost *host = add_host (self, config, "", 0);

  keyfob_host_load (host);

  return host;
}

/* Returns: (transfer full) (element-type KeyfobHostEntry): the hosts of @file, and those that are
 * provided */
static GPtrArray *
load_hosts (KeyfobContext *context, KeyfobHostFile *file, char **problem)
{
  if (context->provided != NULL)
    keyfob_host_file_set_provided (file, keyfob_provided_hosts_get_configs (context->provided));

  return keyfob_host_file_load (file, problem);
}

/* The file in which the user adds and removes hosts, also where all else about them stays in
 * memory. */
static KeyfobHostFile *
get_list (KeyfobAgent *self)
{
  g_autofree char *path = keyfob_host_file_dup_default_path ();
  g_autoptr (GPtrArray) entries = NULL;

  if (!keyfob_host_file_is_copy (self->context->file))
    return self->context->file;

  if (self->list == NULL)
    {
      self->list = keyfob_host_file_new (path, self->context->clock);
      entries = load_hosts (self->context, self->list, NULL);
    }

  return self->list;
}

static void
show_removed (KeyfobAgent *self)
{
  g_autoptr (GPtrArray) configs = keyfob_host_file_list_removed (get_list (self));
  GVariantBuilder removed;

  g_variant_builder_init (&removed, G_VARIANT_TYPE ("a(ss)"));
  for (guint i = 0; i < configs->len; i++)
    g_variant_builder_add (&removed, "(ss)",
                           keyfob_config_get_base_url (g_ptr_array_index (configs, i)),
                           keyfob_config_get_name (g_ptr_array_index (configs, i)));
  keyfob_bus_agent1_set_removed_hosts (self->skeleton, g_variant_builder_end (&removed));
}

static void
show_provided_problems (KeyfobAgent *self)
{
  KeyfobProvidedHosts *provided = self->context->provided;

  if (provided != NULL)
    keyfob_bus_agent1_set_provided_problems (self->skeleton,
                                             keyfob_provided_hosts_get_problems (provided));
}

/* The file keeps who is signed in there. */
static void
list_host (KeyfobAgent *self, KeyfobHost *host)
{
  KeyfobHostFile *list = get_list (self);
  KeyfobConfig *config = keyfob_host_get_config (host);
  g_autofree char *account = keyfob_host_file_dup_note (list, config, KEYFOB_HOST_NOTE_ACCOUNT);

  keyfob_host_file_set (list, config, account);
  show_removed (self);
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

/* Whoever adds a host is told that it may not be there any more after the next start. */
static void
on_added_host_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  GError *error = NULL;

  if (keyfob_host_file_flush_finish (KEYFOB_HOST_FILE (source), result, &error))
    {
      call_return (call, g_variant_new ("(o)", keyfob_host_get_path (call->host)), NULL);
      return;
    }

  keyfob_host_set_error (call->host, error->message);
  call_return (call, NULL, error);
}

static void
on_host_configured (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  GError *error = NULL;

  if (!keyfob_host_configure_finish (KEYFOB_HOST (source), result, &error))
    {
      call_return (call, NULL, error);
      return;
    }

  list_host (call->agent, call->host);
  keyfob_host_file_flush_async (get_list (call->agent), NULL, on_added_host_saved, call);
}

static gboolean
is_full (KeyfobAgent *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->hosts)) >= KEYFOB_HOST_FILE_MOST;
}

static GError *
new_full_error (void)
{
  return g_error_new (
      KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_FAILED,
      g_dngettext (GETTEXT_PACKAGE,
                   "There is %d server already, which is the most. Remove it first.",
                   "There are %d servers already, which is the most. Remove one first.",
                   KEYFOB_HOST_FILE_MOST),
      KEYFOB_HOST_FILE_MOST);
}

/* A host that is being removed is added again once it is removed, since the last call counts. */
static void
add_or_configure (Call *call)
{
  KeyfobAgent *self = call->agent;
  KeyfobHost *host;

  if (call->path == NULL)
    call->path = keyfob_host_dup_path (call->config);
  host = find_host (self, call->path);
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

  g_set_object (&call->host, add_and_load_host (self, call->config));
  list_host (self, call->host);
  keyfob_host_file_flush_async (get_list (self), NULL, on_added_host_saved, call);
}

/* The token file of a host is one of hosts; any other trouble with it is told when it is used. */
static void
on_store_looked_at (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GError) error = NULL;

  if (keyfob_file_store_check_finish (result, &error))
    add_or_configure (call);
  else
    call_return (call, NULL,
                 g_error_new_literal (G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS, error->message));
}

/* Returns: (transfer full) (nullable): a host to add, which is as it is provided but for @options
 */
static KeyfobConfig *
new_config (KeyfobAgent *self, const char *url, GVariant *options, GError **error)
{
  KeyfobConfig *provided = keyfob_host_file_find_provided (self->context->file, url);

  return provided != NULL ? keyfob_config_with_options (provided, options, error)
                          : keyfob_config_new (url, options, error);
}

static gboolean
on_add_host (KeyfobAgent *self,
             GDBusMethodInvocation *invocation,
             const char *url,
             GVariant *options)
{
  GError *error = NULL;
  g_autoptr (KeyfobConfig) config =
      keyfob_stores_check_options (self->context->stores, options, &error)
          ? new_config (self, url, options, &error)
          : NULL;
  Call *call = call_new (self, invocation, NULL);

  if (config == NULL)
    {
      call_return (call, NULL, error);
      return TRUE;
    }

  call->config = g_steal_pointer (&config);
  call->options = g_variant_ref (options);
  if (g_path_is_absolute (keyfob_config_get_store (call->config)))
    keyfob_file_store_check_async (keyfob_config_get_store (call->config), on_store_looked_at,
                                   call);
  else
    add_or_configure (call);

  return TRUE;
}

static gboolean
on_export_hosts (KeyfobAgent *self, GDBusMethodInvocation *invocation, const char *const *paths)
{
  Call *call = call_new (self, invocation, NULL);
  g_autoptr (GPtrArray) configs = g_ptr_array_new ();
  g_autofree char *text = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->hosts)); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);
      gboolean is_wanted = *paths == NULL ? !keyfob_host_file_is_as_provided (
                               self->context->file, keyfob_host_get_config (host))
                                          : g_strv_contains (paths, keyfob_host_get_path (host));

      if (is_wanted && !keyfob_host_is_being_removed (host))
        g_ptr_array_add (configs, keyfob_host_get_config (host));
    }

  text = keyfob_host_file_write_list (configs);
  call_return (call, g_variant_new ("(s)", text), NULL);

  return TRUE;
}

/* What a list may come to say that a person would not say: it may be that of somebody else.
 *
 * Returns: (nullable): the name of an option by which a sign-in is less safe, or a file is written
 */
static const char *
find_risk (KeyfobConfig *config)
{
  g_autoptr (GVariant) options = g_variant_ref_sink (keyfob_config_to_options (config));
  const char *const flags[] = { "allow-http", "server-pkce" };
  const char *const texts[] = { "ca-file", "proxy", "picture" };
  gboolean is_set;

  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    if (g_variant_lookup (options, flags[i], "b", &is_set) && is_set)
      return flags[i];
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_variant_lookup (options, texts[i], "&s", NULL))
      return texts[i];

  return g_path_is_absolute (keyfob_config_get_store (config)) ? "store" : NULL;
}

/* What becomes of a list that is imported. */
typedef struct
{
  gboolean trust;   /* what find_risk() finds is taken over */
  GPtrArray *added; /* paths of their objects */
  guint n_known;
  guint n_risky;
  GPtrArray *problems; /* the first of them */
} Import;

static void
import_host (KeyfobAgent *self, KeyfobConfig *config, Import *import)
{
  const char *url = keyfob_config_get_base_url (config);
  const char *risk = find_risk (config);
  g_autofree char *path = keyfob_host_dup_path (config);
  g_autofree char *problem = NULL;

  if (find_host (self, path) != NULL)
    {
      import->n_known++;
    }
  else if (is_full (self))
    {
      g_autoptr (GError) error = new_full_error ();

      problem = g_strdup_printf ("%s: %s", url, error->message);
    }
  else if (risk != NULL && !import->trust)
    {
      import->n_risky++;
      /* Translators: address of a server, name of an option */
      problem = g_strdup_printf (_ ("%s is left out, since its option “%s” is one to take over "
                                    "only from a list that you trust."),
                                 url, risk);
    }
  else
    {
      list_host (self, add_and_load_host (self, config));
      g_ptr_array_add (import->added, g_steal_pointer (&path));
    }

  if (problem != NULL && import->problems->len < MOST_PROBLEMS)
    g_ptr_array_add (import->problems, g_steal_pointer (&problem));
}

static void
on_import_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  GError *error = NULL;

  keyfob_host_file_flush_finish (KEYFOB_HOST_FILE (source), result, &error);
  call_return (call, error == NULL ? g_variant_new ("(@a{sv})", call->options) : NULL, error);
}

/* Returns: (transfer floating): the answer to ImportHosts */
static GVariant *
describe_import (Import *import)
{
  GVariantDict answer;

  g_variant_dict_init (&answer, NULL);
  g_variant_dict_insert (&answer, "added", "u", import->added->len);
  g_variant_dict_insert (&answer, "known", "u", import->n_known);
  g_variant_dict_insert (&answer, "risky", "u", import->n_risky);
  g_ptr_array_add (import->added, NULL);
  g_variant_dict_insert (&answer, "hosts", "^ao", import->added->pdata);
  g_ptr_array_add (import->problems, NULL);
  g_variant_dict_insert (&answer, "problems", "^as", import->problems->pdata);

  return g_variant_dict_end (&answer);
}

static void
read_list_in_thread (GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
  GStrv problems = NULL;
  GError *error = NULL;
  GPtrArray *entries = keyfob_host_file_read_list (path, &problems, &error);

  if (entries == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  g_object_set_data_full (G_OBJECT (task), "problems", problems, (GDestroyNotify) g_strfreev);
  g_task_return_pointer (task, entries, (GDestroyNotify) g_ptr_array_unref);
}

static void
on_list_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KeyfobAgent *self = KEYFOB_AGENT (source);
  Call *call = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) entries = g_task_propagate_pointer (G_TASK (result), &error);
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  Import import = { .added = added, .problems = problems };
  GStrv unread = NULL;

  if (entries == NULL)
    {
      call_return (call, NULL, error);
      return;
    }

  g_variant_lookup (call->options, "trust", "b", &import.trust);
  unread = g_object_get_data (G_OBJECT (result), "problems");
  for (guint i = 0; unread[i] != NULL; i++)
    g_ptr_array_add (problems, g_strdup (unread[i]));
  for (guint i = 0; i < entries->len; i++)
    import_host (self, ((KeyfobHostEntry *) g_ptr_array_index (entries, i))->config, &import);

  /* the answer, once it is saved */
  g_variant_unref (call->options);
  call->options = g_variant_ref_sink (describe_import (&import));
  keyfob_host_file_flush_async (get_list (self), NULL, on_import_saved, call);
}

static gboolean
on_import_hosts (KeyfobAgent *self,
                 GDBusMethodInvocation *invocation,
                 const char *file,
                 GVariant *options)
{
  Call *call = call_new (self, invocation, NULL);
  g_autoptr (GVariant) trust = g_variant_lookup_value (options, "trust", G_VARIANT_TYPE_BOOLEAN);
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  if (!g_path_is_absolute (file))
    error = g_error_new_literal (G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                 _ ("Give the whole path of the file, beginning with “/”."));
  else if (g_variant_n_children (options) != (trust != NULL))
    error = g_error_new_literal (G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                 _ ("The only option is “trust”, a boolean."));
  if (error != NULL)
    {
      call_return (call, NULL, error);
      return TRUE;
    }

  call->options = g_variant_ref (options);
  task = g_task_new (self, NULL, on_list_read, call);
  g_task_set_source_tag (task, on_import_hosts);
  g_task_set_task_data (task, g_strdup (file), g_free);
  g_task_run_in_thread (task, read_list_in_thread);

  return TRUE;
}

/* Returns: (transfer floating): the answer to Discover */
static GVariant *
describe_servers (GPtrArray *found)
{
  GVariantBuilder servers;

  g_variant_builder_init (&servers, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < found->len; i++)
    {
      const KeyfobFoundServer *server = g_ptr_array_index (found, i);
      GVariantDict properties;

      g_variant_dict_init (&properties, NULL);
      g_variant_dict_insert (&properties, "url", "s", server->base_url);
      g_variant_dict_insert (&properties, "device", "b", server->has_device);
      g_variant_dict_insert (&properties, "userinfo", "b", server->has_userinfo);
      if (server->ports != NULL)
        g_variant_dict_insert_value (&properties, "ports", server->ports);
      g_variant_builder_add_value (&servers, g_variant_dict_end (&properties));
    }

  return g_variant_new ("(aa{sv})", &servers);
}

static void
on_discovered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) found = keyfob_discovery_run_finish (result, &error);

  call->agent->n_discoveries--;
  call_return (call, found != NULL ? describe_servers (found) : NULL, error);
}

static void
discover (Call *call,
          SoupSession *session,
          const char *link,
          gboolean allow_http,
          GAsyncReadyCallback on_found)
{
  KeyfobAgent *self = call->agent;

  if (self->n_discoveries == MOST_DISCOVERIES)
    {
      call_return (
          call, NULL,
          g_error_new_literal (
              G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED,
              _ ("The program makes too many calls at once. Wait for the answers first.")));
      return;
    }

  self->n_discoveries++;
  keyfob_discovery_run_async (session, self->context->clock, link, allow_http, NULL, on_found,
                              call);
}

static gboolean
on_discover (KeyfobAgent *self,
             GDBusMethodInvocation *invocation,
             const char *link,
             GVariant *options)
{
  g_autoptr (KeyfobConfig) config = NULL;
  g_autoptr (SoupSession) session = NULL;
  gboolean allow_http = FALSE;
  GError *error = NULL;

  g_variant_lookup (options, "allow-http", "b", &allow_http);
  /* of any host: the options alone are looked at */
  config = keyfob_config_new ("localhost", options, &error);
  if (config == NULL)
    {
      call_return (call_new (self, invocation, NULL), NULL, error);
      return TRUE;
    }

  session = keyfob_context_new_session (self->context, keyfob_config_get_ca_file (config),
                                        keyfob_config_get_proxy (config));
  discover (call_new (self, invocation, NULL), session, link, allow_http, on_discovered);

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

/* The host that the file of a single token names is the only one that can get it. */
static GError *
no_such_host_in_file (KeyfobAgent *self)
{
  return g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST,
                      _ ("The token in %s is that of %s, and of no other host."),
                      keyfob_stores_get_shared_file (self->context->stores),
                      self->context->bare_host);
}

/* The tokens of a file that was named are only for the hosts that are named, and not for what is
 * below their addresses. */
static GPtrArray *
look_up (KeyfobAgent *self, const char *text)
{
  GListModel *hosts = G_LIST_MODEL (self->hosts);

  return keyfob_stores_is_only_file (self->context->stores) ? keyfob_host_lookup (hosts, text)
                                                            : keyfob_host_lookup_link (hosts, text);
}

static gboolean
on_find_hosts (KeyfobAgent *self, GDBusMethodInvocation *invocation, const char *text)
{
  g_autoptr (GPtrArray) hosts = look_up (self, text);
  GVariantBuilder paths;

  if (hosts->len == 0 && self->context->bare_host != NULL)
    {
      call_return (call_new (self, invocation, NULL), NULL, no_such_host_in_file (self));
      return TRUE;
    }

  g_variant_builder_init (&paths, G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
  for (guint i = 0; i < hosts->len; i++)
    g_variant_builder_add (&paths, "o", keyfob_host_get_path (g_ptr_array_index (hosts, i)));

  call_return (call_new (self, invocation, NULL), g_variant_new ("(ao)", &paths), NULL);

  return TRUE;
}

static void
on_bare_token_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  KeyfobStores *stores = call->agent->context->stores;
  GError *error = NULL;
  g_autoptr (KeyfobToken) token = keyfob_bare_token_load_finish (result, &error);
  GVariant *answer = NULL;

  if (token != NULL
      && keyfob_token_get_seconds_left (token, keyfob_clock_now (call->agent->context->clock)) > 0)
    answer = g_variant_new ("(@a{sv})", keyfob_host_methods_token_to_variant (token));
  else if (token != NULL)
    error = g_error_new (G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                         _ ("The token in %s has ended, and the file does not say which host can "
                            "renew it. Name the host."),
                         keyfob_stores_get_shared_file (stores));
  call_return (call, answer, error);
}

static void
on_bare_token_allowed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  KeyfobContext *context = call->agent->context;
  g_autofree char *path = NULL;
  GError *error = NULL;

  if (!keyfob_token_lock_check_finish (KEYFOB_TOKEN_LOCK (source), result, &error))
    {
      call_return (call, NULL, error);
      return;
    }

  path = keyfob_stores_dup_shared_path (context->stores);
  keyfob_bare_token_load_async (path, NULL, context->clock, on_bare_token_loaded, call);
}

/* The single token of a file is handed out to whoever has named the file and no host; none of the
 * hosts gets it. */
static void
get_bare_token (KeyfobAgent *self, GDBusMethodInvocation *invocation)
{
  keyfob_token_lock_check_async (self->context->lock, on_bare_token_allowed,
                                 call_new (self, invocation, NULL));
}

static gboolean
on_get_token (KeyfobAgent *self,
              GDBusMethodInvocation *invocation,
              const char *text,
              GVariant *options)
{
  g_autoptr (GPtrArray) hosts = look_up (self, text);

  if (*text == '\0' && self->context->has_bare_token && self->context->bare_host == NULL)
    get_bare_token (self, invocation);
  else if (hosts->len == 1)
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
  KeyfobQuestions *questions = self->context->questions;
  const char *url = keyfob_config_get_base_url (keyfob_host_get_config (host));
  g_autoptr (GError) error = no_such_host (url);
  guint position;

  if (!g_list_store_find (self->hosts, host, &position))
    return;

  keyfob_host_file_remove (self->context->file, keyfob_host_get_config (host));
  if (get_list (self) != self->context->file)
    keyfob_host_file_remove (get_list (self), keyfob_host_get_config (host));
  keyfob_questions_close_host (questions, url, error);
  keyfob_permissions_remove (keyfob_questions_get_permissions (questions), url, NULL);
  g_dbus_object_manager_server_unexport (self->manager, keyfob_host_get_path (host));
  g_list_store_remove (self->hosts, position);
  show_removed (self);
}

static void
on_import_undone (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;

  /* the refusal is what the caller has to know */
  keyfob_host_file_flush_finish (KEYFOB_HOST_FILE (source), result, NULL);
  call_return (call, NULL, g_steal_pointer (&call->error));
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

  if (token == NULL && only_imported)
    {
      call->error = error;
      remove_host (call->agent, host);
      keyfob_host_file_flush_async (get_list (call->agent), NULL, on_import_undone, call);
      return;
    }
  if (token == NULL)
    {
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
      host = add_and_load_host (self, call->config);
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
  g_autoptr (KeyfobConfig) config = new_config (self, url, options, &error);
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
  keyfob_bare_token_load_async (file, keyfob_config_get_base_url (call->config),
                                self->context->clock, on_token_loaded, call);

  return TRUE;
}

static void make_waiting_calls (KeyfobAgent *self);

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
      keyfob_host_file_flush_async (get_list (self), NULL, on_host_forgotten, call);
    }

  make_waiting_calls (self);
}

static gboolean
is_waited_for (KeyfobAgent *self, const char *path)
{
  for (guint i = 0; i < self->waiting->len; i++)
    {
      Call *call = g_ptr_array_index (self->waiting, i);

      if (g_str_equal (call->path, path))
        return TRUE;
    }

  return FALSE;
}

/* @call: has a path */
static void
remove_by_path (Call *call)
{
  KeyfobAgent *self = call->agent;
  KeyfobHost *host = find_host (self, call->path);

  if (is_waited_for (self, call->path))
    {
      g_ptr_array_add (self->waiting, call);
      return;
    }
  if (host == NULL)
    {
      call_return (call, NULL, no_such_host (call->path));
      return;
    }

  g_set_object (&call->host, host);
  keyfob_host_begin_removal (host);
  keyfob_sign_out_async (host, on_host_signed_out, call);
}

static gboolean
on_remove_host (KeyfobAgent *self, GDBusMethodInvocation *invocation, const char *path)
{
  Call *call = call_new (self, invocation, NULL);

  call->path = g_strdup (path);
  remove_by_path (call);

  return TRUE;
}

/* In the order in which they came. */
static void
make_waiting_calls (KeyfobAgent *self)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new ();
  for (guint i = 0; i < waiting->len; i++)
    {
      Call *call = g_ptr_array_index (waiting, i);

      if (call->config != NULL)
        add_or_configure (call);
      else
        remove_by_path (call);
    }
}

static void
on_address_changed_and_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (KeyfobToken) token = NULL;

  keyfob_host_join_finish (KEYFOB_HOST (source), result, &token, NULL);
  keyfob_host_file_flush_async (call->agent->context->file, NULL, on_host_saved, call);
}

/* The host at its old address makes room for the one at the new address, which finds the token. */
static void
on_address_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  KeyfobAgent *self = call->agent;
  KeyfobPermissions *permissions = keyfob_questions_get_permissions (self->context->questions);
  KeyfobHost *old = KEYFOB_HOST (source);
  gint64 last_used = keyfob_host_session_get_last_used (keyfob_host_get_session (old));
  g_autofree char *account =
      keyfob_host_file_dup_note (self->context->file, call->config, KEYFOB_HOST_NOTE_ACCOUNT);
  g_autofree char *path = keyfob_host_dup_path (call->config);
  g_autoptr (GError) left_error = NULL;
  GError *error = NULL;
  KeyfobHost *host;

  if (!keyfob_host_change_address_finish (old, result, &left_error, &error))
    {
      call_return (call, NULL, error);
      return;
    }

  if (left_error != NULL)
    tell_of_copy (self, old, left_error);
  keyfob_permissions_move (permissions, keyfob_config_get_base_url (keyfob_host_get_config (old)),
                           keyfob_config_get_base_url (call->config));
  remove_host (self, old);
  host = find_host (self, path);
  if (host == NULL)
    host = add_host (self, call->config, account, last_used);
  keyfob_host_load (host);
  make_waiting_calls (self);

  g_set_object (&call->host, host);
  keyfob_host_join_async (host, on_address_changed_and_loaded, call);
}

/* Returns: (nullable) (transfer full): why @host cannot have the address of @config */
static GError *
check_new_address (KeyfobAgent *self, KeyfobHost *host, KeyfobConfig *config)
{
  const char *old = keyfob_config_get_base_url (keyfob_host_get_config (host));
  const char *new = keyfob_config_get_base_url (config);
  g_autofree char *path = keyfob_host_dup_path (config);

  if (find_host (self, path) != NULL)
    return g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST,
                        _ ("%s is in the list already. Give another address."), new);
  if (!keyfob_base_url_may_share_token (old, new))
    return g_error_new (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST,
                        _ ("%s is another site than %s, whose token does not go there. Add it as "
                           "another host."),
                        new, keyfob_config_get_name (keyfob_host_get_config (host)));
  if (keyfob_host_is_being_removed (host))
    return no_such_host (old);

  return NULL;
}

/* Returns: (nullable) (transfer full): @host as it will be at @url */
static KeyfobConfig *
new_config_at (KeyfobHost *host, const char *url, gboolean allow_http, GError **error)
{
  g_autoptr (GVariant) options =
      g_variant_ref_sink (keyfob_config_to_options (keyfob_host_get_config (host)));
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (options);

  if (allow_http)
    g_variant_dict_insert (&dict, "allow-http", "b", TRUE);

  return keyfob_config_new (url, g_variant_dict_end (&dict), error);
}

static void
on_new_address_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) found = keyfob_discovery_run_finish (result, &error);
  gboolean allow_http = FALSE;

  call->agent->n_discoveries--;
  if (found != NULL)
    {
      const KeyfobFoundServer *server = g_ptr_array_index (found, 0);

      g_variant_lookup (call->options, "allow-http", "b", &allow_http);
      call->config = new_config_at (call->host, server->base_url, allow_http, &error);
    }
  if (call->config != NULL)
    error = check_new_address (call->agent, call->host, call->config);

  if (error == NULL)
    keyfob_host_change_address_async (call->host, call->config, on_address_changed, call);
  else
    call_return (call, NULL, error);
}

static gboolean
on_change_address (KeyfobAgent *self,
                   GDBusMethodInvocation *invocation,
                   const char *path,
                   const char *url,
                   GVariant *options)
{
  KeyfobHost *host = find_host (self, path);
  Call *call = call_new (self, invocation, host);
  g_autoptr (GVariant) own = NULL;
  gboolean allow_http = FALSE;

  if (host == NULL)
    {
      call_return (call, NULL, no_such_host (path));
      return TRUE;
    }
  if (self->context->is_private)
    {
      call_return (call, NULL,
                   g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_UNSUPPORTED,
                                        _ ("Only the agent of a session changes the address of a "
                                           "host, and there is none here.")));
      return TRUE;
    }

  own = g_variant_ref_sink (keyfob_config_to_options (keyfob_host_get_config (host)));
  if (!g_variant_lookup (options, "allow-http", "b", &allow_http))
    g_variant_lookup (own, "allow-http", "b", &allow_http);
  call->options = g_variant_ref (options);
  discover (call, keyfob_host_get_http (host), url, allow_http, on_new_address_found);

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

  keyfob_key_file_writer_flush_finish (KEYFOB_KEY_FILE_WRITER (source), result, &error);
  call_return (user_data, NULL, error);
}

static void
on_permissions_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  keyfob_key_file_writer_flush_finish (KEYFOB_KEY_FILE_WRITER (source), result, &error);
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
  keyfob_key_file_writer_flush_async (keyfob_permissions_get_writer (permissions), NULL,
                                      on_permissions_saved, call);

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
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->hosts)); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);

      if (g_str_equal (keyfob_config_get_base_url (keyfob_host_get_config (host)), url))
        keyfob_host_revoke_token_file (host, program);
    }
  keyfob_key_file_writer_flush_async (keyfob_permissions_get_writer (permissions), NULL,
                                      on_permissions_saved, call_new (self, invocation, NULL));

  return TRUE;
}

static gboolean
on_lock_tokens (KeyfobAgent *self, GDBusMethodInvocation *invocation)
{
  keyfob_token_lock_lock (self->context->lock);
  keyfob_key_file_writer_flush_async (keyfob_token_lock_get_writer (self->context->lock), NULL,
                                      on_lock_saved, call_new (self, invocation, NULL));

  return TRUE;
}

static gboolean
on_unlock_tokens (KeyfobAgent *self, GDBusMethodInvocation *invocation)
{
  keyfob_token_lock_unlock (self->context->lock);
  keyfob_key_file_writer_flush_async (keyfob_token_lock_get_writer (self->context->lock), NULL,
                                      on_lock_saved, call_new (self, invocation, NULL));

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

/* The user has not been asked about the files that programs have now. */
static void
on_ask_first (KeyfobAgent *self)
{
  if (keyfob_settings_get_ask_first (self->context->settings))
    for_each_host (self, keyfob_host_drop_token_file);
}

static void
on_allow_file_store (KeyfobAgent *self)
{
  gboolean allows = keyfob_settings_get_allow_file_store (self->context->settings);

  keyfob_stores_set_allows_files (self->context->stores, allows);
  keyfob_bus_agent1_set_file_store_allowed (self->skeleton, allows);
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

static gboolean wait_for_busy_host (GTask *task);

/* @end: (transfer full) */
static void
finish_quit (GTask *end)
{
  g_autoptr (GTask) task = end;
  GString *unsaved = g_task_get_task_data (task);

  /* calls that came while all that was saved may have a host begin anew */
  if (wait_for_busy_host (task))
    return;

  if (unsaved->len > 0)
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE, "%s", unsaved->str);
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_notices_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;

  if (!keyfob_key_file_writer_flush_finish (KEYFOB_KEY_FILE_WRITER (source), result, &error))
    add_sentence (g_task_get_task_data (task), error->message);
  finish_quit (task);
}

static void
on_hosts_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  KeyfobAgent *self = g_task_get_source_object (task);
  GString *unsaved = g_task_get_task_data (task);
  KeyfobKeyFileWriter *writer = keyfob_notices_get_writer (self->context->notices);
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
  /* a private agent tells its client, and has no file for them */
  if (writer != NULL)
    keyfob_key_file_writer_flush_async (writer, NULL, on_notices_saved, task);
  else
    finish_quit (task);
}

static void
on_permissions_saved_at_end (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  KeyfobAgent *self = g_task_get_source_object (task);
  GString *unsaved = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!keyfob_key_file_writer_flush_finish (KEYFOB_KEY_FILE_WRITER (source), result, &error))
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

  if (!keyfob_key_file_writer_flush_finish (KEYFOB_KEY_FILE_WRITER (source), result, &error))
    add_sentence (unsaved, error->message);
  keyfob_key_file_writer_flush_async (
      keyfob_permissions_get_writer (keyfob_questions_get_permissions (self->context->questions)),
      NULL, on_permissions_saved_at_end, task);
}

static void on_host_at_rest (GObject *source, GAsyncResult *result, gpointer user_data);

/* One after the other: calls that come meanwhile may have a host begin anew.
 *
 * Returns: whether a host is busy, at whose rest @task goes on */
static gboolean
wait_for_busy_host (GTask *task)
{
  KeyfobAgent *self = g_task_get_source_object (task);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->hosts)); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);

      keyfob_host_cancel (host);
      if (keyfob_host_is_busy (host))
        {
          keyfob_host_join_async (host, on_host_at_rest, g_object_ref (task));
          return TRUE;
        }
    }

  return FALSE;
}

static void
wait_for_rest (GTask *task)
{
  KeyfobAgent *self = g_task_get_source_object (task);

  if (wait_for_busy_host (task))
    return;

  g_string_truncate (g_task_get_task_data (task), 0);
  keyfob_key_file_writer_flush_async (keyfob_token_lock_get_writer (self->context->lock), NULL,
                                      on_lock_saved_at_end, g_object_ref (task));
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
  g_clear_object (&self->list);
  g_clear_object (&self->hosts);
  g_clear_pointer (&self->imports, g_hash_table_unref);
  g_clear_pointer (&self->opening, g_ptr_array_unref);
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
  keyfob_bus_agent1_set_tray (self->skeleton, "none");
  self->manager = g_dbus_object_manager_server_new (PATH);
  self->hosts = g_list_store_new (KEYFOB_TYPE_HOST);
  self->imports = g_hash_table_new (NULL, NULL);
  self->opening = g_ptr_array_new_with_free_func (g_object_unref);
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

/* Returns: whether a host is there that the token of @url can be of: a token file need not say more
 * of a base URL than its server */
static gboolean
is_known (KeyfobAgent *self, const char *url)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->hosts)); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);
      KeyfobConfig *config = keyfob_host_get_config (host);

      if (g_str_equal (keyfob_config_get_base_url (config), url)
          || g_str_equal (keyfob_config_get_host_key (config), url))
        return TRUE;
    }

  return FALSE;
}

/* Returns: (transfer full) (nullable): the host that the client names, where it is none of the
 * hosts that are there. One word is the name of a host rather than an address. */
static KeyfobConfig *
new_named_config (KeyfobAgent *self)
{
  const char *named = self->context->named_host;
  g_autoptr (GPtrArray) hosts = NULL;

  if (named == NULL || strpbrk (named, ".:") == NULL)
    return NULL;

  hosts = keyfob_host_lookup (G_LIST_MODEL (self->hosts), named);

  return hosts->len == 0 ? keyfob_config_new (named, NULL, NULL) : NULL;
}

/* What the client shows of hosts is not all where it cannot be told whose token there is. */
static void
add_bare_notice (KeyfobAgent *self)
{
  const char *file = keyfob_stores_get_shared_file (self->context->stores);
  g_autofree char *sentence = NULL;

  sentence = g_strdup_printf (_ ("%s holds a single token, and does not name its host. Give the "
                                 "host with each command that is to use it."),
                              file);
  keyfob_notices_add (self->context->notices, "single-token", sentence);
}

/* The token is of the host that the file names, else of the one that the client has named, and of
 * no other. */
static void
use_bare_token (KeyfobAgent *self)
{
  const char *named = self->context->named_host;
  const char *base_url = self->context->bare_host;
  g_autoptr (KeyfobConfig) config = new_named_config (self);
  g_autoptr (GPtrArray) hosts = NULL;

  if (config == NULL && named != NULL)
    hosts = keyfob_host_lookup (G_LIST_MODEL (self->hosts), named);
  if (hosts != NULL && hosts->len == 1)
    g_set_object (&config, keyfob_host_get_config (g_ptr_array_index (hosts, 0)));

  if (base_url == NULL && config != NULL)
    base_url = keyfob_config_get_base_url (config);
  keyfob_stores_use_bare_token (self->context->stores, base_url, self->context->makes_bare_token);
}

static void
adopt (KeyfobAgent *self, KeyfobConfig *config)
{
  if (!is_known (self, keyfob_config_get_base_url (config)) && !is_full (self))
    add_and_load_host (self, config);
}

/* Returns: (transfer full) (element-type KeyfobConfig): the hosts with a token in the file, as far
 * as they can be meant */
static GPtrArray *
new_listed_configs (KeyfobAgent *self, GStrv urls)
{
  GPtrArray *configs = g_ptr_array_new_with_free_func (g_object_unref);

  for (gsize i = 0; urls[i] != NULL; i++)
    {
      KeyfobConfig *config = keyfob_config_new (urls[i], NULL, NULL);

      if (config != NULL)
        g_ptr_array_add (configs, config);
    }
  if (self->context->named_host != NULL)
    keyfob_host_lookup_keep (configs, self->context->named_host);

  return configs;
}

static void wait_for_look_ups (GTask *task);

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (KeyfobToken) token = NULL;

  keyfob_host_join_finish (KEYFOB_HOST (source), result, &token, NULL);
  wait_for_look_ups (task);
}

static void
on_stores_changed (KeyfobAgent *self)
{
  g_autoptr (GPtrArray) opening = g_steal_pointer (&self->opening);

  self->opening = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < opening->len; i++)
    wait_for_look_ups (g_ptr_array_index (opening, i));
}

/* One after the other; they run at the same time. A sign-in or a renewal is no look-up: it may
 * last, and the state of its host tells of it. Goes on behind the host that was waited for last, so
 * that of many hosts each one is looked at twice, and not once for each other one. */
static void
wait_for_look_ups (GTask *task)
{
  KeyfobAgent *self = g_task_get_source_object (task);
  KeyfobStores *stores = self->context->stores;
  guint n_hosts = g_list_model_get_n_items (G_LIST_MODEL (self->hosts));
  guint first = GPOINTER_TO_UINT (g_task_get_task_data (task));

  for (guint i = 0; i < n_hosts; i++)
    {
      guint position = (first + i) % n_hosts;
      g_autoptr (KeyfobHost) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), position);

      if (!keyfob_host_is_looking_up (host))
        continue;

      g_task_set_task_data (task, GUINT_TO_POINTER (position), NULL);
      keyfob_host_join_async (host, on_looked_up, g_object_ref (task));
      return;
    }

  if (g_str_equal (keyfob_stores_get_state (stores), "opening"))
    g_ptr_array_add (self->opening, g_object_ref (task));
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_stores_known (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KeyfobAgent *self = KEYFOB_AGENT (source);

  keyfob_agent_settle_finish (self, result);
  call_return (user_data, NULL, NULL);
}

static gboolean
on_wait_for_stores (KeyfobAgent *self, GDBusMethodInvocation *invocation)
{
  g_autoptr (GTask) task =
      g_task_new (self, NULL, on_stores_known, call_new (self, invocation, NULL));

  g_debug ("A program waits until it is known how the hosts stand");
  g_task_set_source_tag (task, on_wait_for_stores);
  wait_for_look_ups (task);

  return TRUE;
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  KeyfobAgent *self = g_task_get_source_object (task);
  g_autoptr (KeyfobConfig) named = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) urls =
      keyfob_token_store_list_finish (KEYFOB_TOKEN_STORE (source), result, &error);
  g_autoptr (GPtrArray) configs = urls != NULL ? new_listed_configs (self, urls) : NULL;

  /* of a host that is named this is the error of its look-up */
  if (error != NULL && self->context->named_host == NULL)
    keyfob_notices_add (self->context->notices, "unusable-file", error->message);

  for (guint i = 0; configs != NULL && i < configs->len; i++)
    adopt (self, g_ptr_array_index (configs, i));
  named = new_named_config (self);
  if (named != NULL)
    adopt (self, named);

  wait_for_look_ups (task);
}

void
keyfob_agent_settle_async (KeyfobAgent *self, GAsyncReadyCallback callback, gpointer user_data)
{
  KeyfobStores *stores = self->context->stores;
  const char *named = self->context->named_host;
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  g_autoptr (GPtrArray) hosts =
      named != NULL ? keyfob_host_lookup (G_LIST_MODEL (self->hosts), named) : NULL;
  /* a whole address says all about the host, so the file, which may be large, is not read for it */
  g_autoptr (KeyfobConfig) config =
      named != NULL && strstr (named, "://") != NULL ? new_named_config (self) : NULL;

  g_task_set_source_tag (task, keyfob_agent_settle_async);
  if (self->context->bare_host != NULL)
    {
      g_autoptr (KeyfobConfig) own = keyfob_config_new (self->context->bare_host, NULL, NULL);

      if (own != NULL)
        adopt (self, own);
      wait_for_look_ups (task);
      return;
    }
  if (config != NULL && keyfob_stores_is_only_file (stores))
    adopt (self, config);
  if (!keyfob_stores_is_only_file (stores) || config != NULL || (hosts != NULL && hosts->len > 0))
    {
      wait_for_look_ups (task);
      return;
    }

  keyfob_token_store_list_async (
      keyfob_stores_open (stores, keyfob_stores_get_shared_file (stores)), NULL, on_listed,
      g_steal_pointer (&task));
}

void
keyfob_agent_settle_finish (KeyfobAgent *self, GAsyncResult *result)
{
  g_return_if_fail (g_task_is_valid (result, self));

  g_task_propagate_boolean (G_TASK (result), NULL);
}

static void
on_followed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  KeyfobHost *host = KEYFOB_HOST (source);
  g_autoptr (GError) error = NULL;

  if (!keyfob_host_configure_finish (host, result, &error))
    g_message ("%s does not become as it is provided: %s",
               keyfob_config_get_base_url (keyfob_host_get_config (host)), error->message);
}

/* A host that is provided no longer goes, if the user has made nothing of it; else it stays as it
 * is, as one of the user's own. */
static void
follow_withdrawal (KeyfobAgent *self, KeyfobHost *host)
{
  if (keyfob_host_file_is_listed (self->context->file, keyfob_host_get_config (host)))
    {
      list_host (self, host);
      keyfob_host_update (host);
      return;
    }

  if (keyfob_host_get_state (host) == KEYFOB_HOST_SIGNING_IN)
    {
      /* Translators: name of a server */
      g_autofree char *sentence = g_strdup_printf (
          _ ("%s is no longer provided by your institution, so your sign-in there was stopped."),
          keyfob_config_get_name (keyfob_host_get_config (host)));

      keyfob_notices_add (self->context->notices, "withdrawn-host", sentence);
    }
  keyfob_host_cancel (host);
  remove_host (self, host);
}

static void
follow_provided (KeyfobAgent *self, KeyfobHost *host)
{
  KeyfobHostFile *file = self->context->file;
  KeyfobConfig *config = keyfob_host_get_config (host);
  g_autoptr (KeyfobConfig) wanted = NULL;
  g_autoptr (GVariant) changes = NULL;

  if (keyfob_host_is_being_removed (host))
    return;
  if (!keyfob_host_file_is_provided (file, config))
    {
      if (keyfob_bus_host1_get_provided (keyfob_host_get_skeleton (host)))
        follow_withdrawal (self, host);
      return;
    }

  keyfob_host_update (host);
  wanted = keyfob_host_file_dup_config (file, keyfob_config_get_base_url (config));
  if (wanted == NULL)
    return;

  changes = g_variant_ref_sink (keyfob_config_list_changes (config, wanted));
  if (g_variant_n_children (changes) > 0)
    keyfob_host_configure_async (host, changes, on_followed, NULL);
}

static void
add_provided (KeyfobAgent *self, KeyfobConfig *provided)
{
  const char *url = keyfob_config_get_base_url (provided);
  g_autoptr (KeyfobConfig) config = keyfob_host_file_dup_config (self->context->file, url);
  g_autofree char *path = keyfob_host_dup_path (provided);

  if (config != NULL && find_host (self, path) == NULL && !is_full (self))
    add_and_load_host (self, config);
}

static void
on_provided_changed (KeyfobAgent *self)
{
  GPtrArray *configs = keyfob_provided_hosts_get_configs (self->context->provided);

  keyfob_host_file_set_provided (self->context->file, configs);
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (self->hosts)); i > 0; i--)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i - 1);

      follow_provided (self, host);
    }
  for (guint i = 0; i < configs->len; i++)
    add_provided (self, g_ptr_array_index (configs, i));
  show_removed (self);
  show_provided_problems (self);
}

/* A private agent has only the hosts that its client can mean. */
static void
add_listed_hosts (KeyfobAgent *self, GPtrArray *entries)
{
  const char *named = self->context->named_host;
  const char *own = self->context->bare_host;
  g_autoptr (GPtrArray) configs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (configs,
                     g_object_ref (((KeyfobHostEntry *) g_ptr_array_index (entries, i))->config));
  if (named != NULL)
    keyfob_host_lookup_keep (configs, named);

  for (guint i = 0; i < entries->len; i++)
    {
      KeyfobHostEntry *entry = g_ptr_array_index (entries, i);

      gboolean is_meant = own != NULL
                              ? g_str_equal (keyfob_config_get_base_url (entry->config), own)
                              : named == NULL || g_ptr_array_find (configs, entry->config, NULL);

      if (is_meant)
        add_host (self, entry->config, entry->account, entry->last_used);
    }
}

static void
answer_calls (KeyfobAgent *self)
{
  answer (self, "add-host", on_add_host);
  answer (self, "find-host", on_find_host);
  answer (self, "find-hosts", on_find_hosts);
  answer (self, "discover", on_discover);
  answer (self, "get-token", on_get_token);
  answer (self, "import-token", on_import_token);
  answer (self, "export-hosts", on_export_hosts);
  answer (self, "import-hosts", on_import_hosts);
  answer (self, "remove-host", on_remove_host);
  answer (self, "change-address", on_change_address);
  answer (self, "dismiss", on_dismiss);
  answer (self, "looked", on_looked);
  answer (self, "wait-for-stores", on_wait_for_stores);
  answer (self, "lock-tokens", on_lock_tokens);
  answer (self, "unlock-tokens", on_unlock_tokens);
}

KeyfobAgent *
keyfob_agent_new (KeyfobContext *context, KeyfobWakeMonitor *wake_monitor)
{
  KeyfobAgent *self = g_object_new (KEYFOB_TYPE_AGENT, NULL);
  g_autofree char *problem = NULL;
  g_autoptr (GPtrArray) entries = load_hosts (context, context->file, &problem);

  self->context = keyfob_context_ref (context);
  self->wake_monitor = g_object_ref (wake_monitor);

  if (problem != NULL)
    keyfob_notices_add (context->notices, "hosts-file", problem);

  add_listed_hosts (self, entries);
  if (context->has_bare_token)
    use_bare_token (self);
  if (context->has_bare_token && !context->makes_bare_token && context->bare_host == NULL)
    add_bare_notice (self);
  for_each_host (self, keyfob_host_load);

  answer_calls (self);
  watch_questions (self);
  show_removed (self);
  show_provided_problems (self);
  if (context->provided != NULL)
    g_signal_connect_object (context->provided, "changed", G_CALLBACK (on_provided_changed), self,
                             G_CONNECT_SWAPPED);
  g_signal_connect_object (context->settings, "notify::ask-first", G_CALLBACK (on_ask_first), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (context->settings, "notify::allow-file-store",
                           G_CALLBACK (on_allow_file_store), self, G_CONNECT_SWAPPED);
  keyfob_bus_agent1_set_file_store_allowed (self->skeleton,
                                            keyfob_stores_get_allows_files (context->stores));
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
  /* after the watch, by which the hosts have begun their look-ups then */
  g_signal_connect_object (context->stores, "changed", G_CALLBACK (on_stores_changed), self,
                           G_CONNECT_SWAPPED);

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

void
keyfob_agent_set_tray (KeyfobAgent *self, const char *state)
{
  keyfob_bus_agent1_set_tray (self->skeleton, state);
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

  keyfob_bearer_files_close (self->context->bearer_files);
  /* a keyring that opens only now is not waited for */
  for (guint i = 0; i < self->opening->len; i++)
    g_task_return_boolean (g_ptr_array_index (self->opening, i), TRUE);
  g_ptr_array_set_size (self->opening, 0);

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
