/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-store-watch.h"

#include "keyfob-app-folders.h"
#include "keyfob-config-options.h"
#include "keyfob-host-decisions.h"
#include "keyfob-host-storage.h"
#include "keyfob-source.h"

/* The name of the notice. */
#define UNUSABLE_FILE "unusable-file"

struct _KeyfobStoreWatch
{
  GObject parent_instance;

  KeyfobStores *stores;
  KeyfobNotices *notices;
  KeyfobBusAgent1 *face;
  GListModel *hosts;
  KeyfobAppFolders *app_folders;
  GHashTable *listed; /* place of a token file → GStrv of the base URLs in it */
  GSource *closing;   /* (nullable): lets go of stores that no host uses */
};

G_DEFINE_FINAL_TYPE (KeyfobStoreWatch, keyfob_store_watch, G_TYPE_OBJECT)

static void
on_stores_changed (KeyfobStoreWatch *self)
{
  const char *kind = keyfob_stores_get_kind (self->stores);
  const char *state = keyfob_stores_get_state (self->stores);

  g_debug ("Tokens go to the %s, which is %s", kind, state);
  keyfob_bus_agent1_set_store (self->face, kind);
  keyfob_bus_agent1_set_store_state (self->face, state);

  for (guint i = 0; i < g_list_model_get_n_items (self->hosts); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (self->hosts, i);

      keyfob_host_follow_stores (host);
      /* a session is not renewed without a store for the new token */
      keyfob_host_try_again (host);
    }
}

static GHashTable *
new_set_of_hosts (KeyfobStoreWatch *self)
{
  GHashTable *set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (self->hosts); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (self->hosts, i);
      KeyfobConfig *config = keyfob_host_get_config (host);

      g_hash_table_add (set, g_strdup (keyfob_config_get_base_url (config)));
      /* an entry without a path may belong to any base URL of that server */
      g_hash_table_add (set, g_strdup (keyfob_config_get_host_key (config)));
    }

  return set;
}

/* Adds to @found what is in the token file at @path and not in @known.
 *
 * @known: (nullable): %NULL where no file has anything */
static void
add_found (KeyfobStoreWatch *self,
           GVariantBuilder *found,
           GHashTable *known,
           const char *path,
           const char *store)
{
  const char *const *urls = g_hash_table_lookup (self->listed, path);

  for (gsize i = 0; urls != NULL && urls[i] != NULL; i++)
    {
      /* what another program signs in to need not be what Keyfob takes */
      g_autoptr (KeyfobConfig) config = keyfob_config_new (urls[i], NULL, NULL);

      if (config != NULL && !g_hash_table_contains (known, urls[i])
          && !g_hash_table_contains (known, keyfob_config_get_base_url (config)))
        g_variant_builder_add (found, "(ss)", keyfob_config_get_base_url (config), store);
    }
}

/* Returns: (transfer full): the base URLs in the shared file, which @found begins with */
static GStrv
dup_shared (GVariant *found)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  GVariantIter iter;
  const char *url, *store;

  g_variant_iter_init (&iter, found);
  while (g_variant_iter_next (&iter, "(&s&s)", &url, &store))
    if (g_str_equal (store, "file"))
      g_strv_builder_add (builder, url);

  return g_strv_builder_end (builder);
}

static gboolean
has_listed (KeyfobStoreWatch *self)
{
  GHashTableIter iter;
  gpointer urls;

  g_hash_table_iter_init (&iter, self->listed);
  while (g_hash_table_iter_next (&iter, NULL, &urls))
    if (urls != NULL && ((GStrv) urls)[0] != NULL)
      return TRUE;

  return FALSE;
}

static void
show_found (KeyfobStoreWatch *self)
{
  const char *const *apps = keyfob_app_folders_get_names (self->app_folders);
  const char *shared = keyfob_stores_get_shared_file (self->stores);
  g_autoptr (GHashTable) known = has_listed (self) ? new_set_of_hosts (self) : NULL;
  g_autoptr (GVariant) found = NULL;
  g_auto (GStrv) in_shared = NULL;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  add_found (self, &builder, known, shared, "file");
  for (gsize i = 0; apps[i] != NULL; i++)
    {
      const char *path = keyfob_stores_get_app_file (self->stores, apps[i]);
      g_autofree char *store = g_strconcat (KEYFOB_STORE_APP, apps[i], NULL);

      if (!g_str_equal (path, shared))
        add_found (self, &builder, known, path, store);
    }

  found = g_variant_ref_sink (g_variant_builder_end (&builder));
  in_shared = dup_shared (found);
  keyfob_bus_agent1_set_found_hosts (self->face, (const char *const *) in_shared);
  keyfob_bus_agent1_set_found_tokens (self->face, found);
}

/* A file that was named for all hosts, and that cannot be used, is told before one of them needs
 * it. */
static void
tell_of_shared_file (KeyfobStoreWatch *self, const GError *error)
{
  if (error == NULL)
    keyfob_notices_dismiss (self->notices, UNUSABLE_FILE);
  else if (keyfob_stores_is_only_file (self->stores))
    keyfob_notices_add (self->notices, UNUSABLE_FILE, error->message);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobStoreWatch) self = KEYFOB_STORE_WATCH (user_data);
  g_autoptr (GError) error = NULL;
  KeyfobTokenStore *store = KEYFOB_TOKEN_STORE (source);
  const char *path = keyfob_stores_find_place (self->stores, store);
  g_auto (GStrv) listed = keyfob_token_store_list_finish (store, result, &error);

  if (!g_hash_table_contains (self->listed, path))
    return;
  if (g_str_equal (path, keyfob_stores_get_shared_file (self->stores)))
    tell_of_shared_file (self, error);
  if (listed == NULL)
    {
      g_debug ("The token file is not listed: %s", error->message);
      return;
    }

  g_hash_table_insert (self->listed, g_strdup (path), g_steal_pointer (&listed));
  show_found (self);
}

static void
list (KeyfobStoreWatch *self, const char *path)
{
  keyfob_token_store_list_async (keyfob_stores_open (self->stores, path), NULL, on_listed,
                                 g_object_ref (self));
}

static gboolean
close_unused (gpointer user_data)
{
  KeyfobStoreWatch *self = KEYFOB_STORE_WATCH (user_data);
  g_autoptr (GHashTable) used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer path;

  g_clear_pointer (&self->closing, g_source_unref);
  g_hash_table_iter_init (&iter, self->listed);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    g_hash_table_add (used, g_strdup (path));
  /* as ever where nothing was chosen; no need then to ask each of perhaps thousands of hosts */
  if (!keyfob_stores_has_unused (self->stores, used))
    return G_SOURCE_REMOVE;

  for (guint i = 0; i < g_list_model_get_n_items (self->hosts); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (self->hosts, i);
      g_auto (GStrv) all = keyfob_token_location_dup_all (keyfob_host_get_location (host));

      /* at work in yet another store, perhaps; it tells when that is done */
      if (keyfob_host_is_busy (host))
        return G_SOURCE_REMOVE;
      for (gsize j = 0; all[j] != NULL; j++)
        g_hash_table_add (used, g_strdup (all[j]));
    }
  keyfob_stores_close_unused (self->stores, used);

  return G_SOURCE_REMOVE;
}

/* Once for all that changes in a row. */
static void
close_unused_soon (KeyfobStoreWatch *self)
{
  if (self->closing != NULL)
    return;

  self->closing = g_idle_source_new ();
  g_source_set_callback (self->closing, close_unused, self, NULL);
  g_source_attach (self->closing, NULL);
}

static gboolean
is_lost_app (gpointer path, gpointer urls, gpointer paths)
{
  return !g_hash_table_contains (paths, path);
}

static void
on_apps_changed (KeyfobStoreWatch *self)
{
  const char *const *apps = keyfob_app_folders_get_names (self->app_folders);
  const char *shared = keyfob_stores_get_shared_file (self->stores);
  g_autoptr (GHashTable) paths = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) programs = NULL;

  g_hash_table_add (paths, (gpointer) shared);
  for (gsize i = 0; apps[i] != NULL; i++)
    {
      const char *path = keyfob_stores_get_app_file (self->stores, apps[i]);

      if (!g_hash_table_add (paths, (gpointer) path))
        continue;

      g_strv_builder_add (builder, apps[i]);
      if (!g_hash_table_contains (self->listed, path))
        {
          g_hash_table_insert (self->listed, g_strdup (path), NULL);
          list (self, path);
        }
    }

  if (g_hash_table_foreach_remove (self->listed, is_lost_app, paths) > 0)
    close_unused_soon (self);
  programs = g_strv_builder_end (builder);
  keyfob_bus_agent1_set_programs (self->face, (const char *const *) programs);
  show_found (self);
}

static void
on_file_changed (KeyfobStoreWatch *self, const char *path)
{
  for (guint i = 0; i < g_list_model_get_n_items (self->hosts); i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (self->hosts, i);

      if (keyfob_token_location_may_be_in (keyfob_host_get_location (host), path))
        keyfob_host_reload (host);
    }

  if (g_hash_table_contains (self->listed, path))
    list (self, path);
}

static void
connect (KeyfobStoreWatch *self, gpointer instance, const char *signal, gpointer handler)
{
  g_signal_connect_object (instance, signal, G_CALLBACK (handler), self, G_CONNECT_SWAPPED);
}

/* A file that the agent has written itself does not tell that the token of a removed host is gone.
 */
static void
list_again (KeyfobStoreWatch *self)
{
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, self->listed);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    list (self, path);
}

static void
on_hosts_changed (KeyfobStoreWatch *self, guint position, guint n_removed, guint n_added)
{
  for (guint i = position; i < position + n_added; i++)
    {
      g_autoptr (KeyfobHost) host = g_list_model_get_item (self->hosts, i);

      connect (self, host, "changed", close_unused_soon);
    }

  close_unused_soon (self);
  if (n_removed > 0)
    list_again (self);
  else
    show_found (self);
}

static void
on_unlocked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  KeyfobStoreWatch *self = g_task_get_source_object (task);
  GDBusMethodInvocation *invocation = g_task_get_task_data (task);
  GError *error = NULL;

  /* so that a client that reads a property after the answer gets its new value */
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (self->face));
  if (keyfob_stores_unlock_finish (KEYFOB_STORES (source), result, &error))
    keyfob_bus_agent1_complete_unlock (self->face, invocation);
  else
    g_dbus_method_invocation_take_error (invocation, error);
  g_task_return_boolean (task, TRUE);
}

static gboolean
on_unlock (KeyfobStoreWatch *self, GDBusMethodInvocation *invocation)
{
  GTask *task = g_task_new (self, NULL, NULL, NULL);

  g_task_set_source_tag (task, on_unlock);
  g_task_set_task_data (task, invocation, NULL);
  keyfob_stores_unlock_async (self->stores, on_unlocked, task);

  return TRUE;
}

static void
keyfob_store_watch_dispose (GObject *object)
{
  KeyfobStoreWatch *self = KEYFOB_STORE_WATCH (object);

  g_clear_pointer (&self->closing, keyfob_source_free);
  g_clear_object (&self->stores);
  g_clear_object (&self->notices);
  g_clear_object (&self->face);
  g_clear_object (&self->hosts);
  g_clear_object (&self->app_folders);

  G_OBJECT_CLASS (keyfob_store_watch_parent_class)->dispose (object);
}

static void
keyfob_store_watch_finalize (GObject *object)
{
  g_hash_table_unref (KEYFOB_STORE_WATCH (object)->listed);

  G_OBJECT_CLASS (keyfob_store_watch_parent_class)->finalize (object);
}

static void
keyfob_store_watch_class_init (KeyfobStoreWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_store_watch_dispose;
  G_OBJECT_CLASS (klass)->finalize = keyfob_store_watch_finalize;
}

static void
keyfob_store_watch_init (KeyfobStoreWatch *self)
{
  self->listed =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_strfreev);
}

KeyfobStoreWatch *
keyfob_store_watch_new (KeyfobContext *context, KeyfobBusAgent1 *face, GListModel *hosts)
{
  KeyfobStoreWatch *self = g_object_new (KEYFOB_TYPE_STORE_WATCH, NULL);

  self->stores = g_object_ref (context->stores);
  self->notices = g_object_ref (context->notices);
  self->face = g_object_ref (face);
  self->hosts = g_object_ref (hosts);
  self->app_folders = keyfob_app_folders_new ();
  keyfob_bus_agent1_set_store_file (face, keyfob_stores_get_shared_file (self->stores));

  connect (self, self->stores, "changed", on_stores_changed);
  connect (self, self->stores, "file-changed", on_file_changed);
  g_signal_connect_object (self->stores, "report", G_CALLBACK (keyfob_notices_add),
                           context->notices, G_CONNECT_SWAPPED);
  connect (self, self->hosts, "items-changed", on_hosts_changed);
  connect (self, self->app_folders, "changed", on_apps_changed);
  connect (self, self->face, "handle-unlock", on_unlock);

  keyfob_stores_open_default (self->stores);
  on_stores_changed (self);
  /* for one call nobody looks what else there is */
  if (context->is_private)
    return self;

  g_hash_table_insert (self->listed, g_strdup (keyfob_stores_get_shared_file (self->stores)), NULL);
  list (self, keyfob_stores_get_shared_file (self->stores));
  on_apps_changed (self);

  return self;
}

void
keyfob_store_watch_look (KeyfobStoreWatch *self)
{
  keyfob_app_folders_look (self->app_folders);
}
