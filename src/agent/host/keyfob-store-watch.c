/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-store-watch.h"

#include "keyfob-host-storage.h"

struct _KeyfobStoreWatch
{
  GObject parent_instance;

  KeyfobStores *stores;
  KeyfobBusAgent1 *face;
  GListModel *hosts;
  GStrv listed; /* base URLs in the shared file */
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

static void
show_found (KeyfobStoreWatch *self)
{
  g_autoptr (GHashTable) known = new_set_of_hosts (self);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) found = NULL;

  for (gsize i = 0; self->listed[i] != NULL; i++)
    {
      /* what another program signs in to need not be what Keyfob takes */
      g_autoptr (KeyfobConfig) config = keyfob_config_new (self->listed[i], NULL, NULL);

      if (config != NULL && !g_hash_table_contains (known, self->listed[i])
          && !g_hash_table_contains (known, keyfob_config_get_base_url (config)))
        g_strv_builder_add (builder, keyfob_config_get_base_url (config));
    }

  found = g_strv_builder_end (builder);
  keyfob_bus_agent1_set_found_hosts (self->face, (const char *const *) found);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobStoreWatch) self = KEYFOB_STORE_WATCH (user_data);
  g_autoptr (GError) error = NULL;
  GStrv listed = keyfob_token_store_list_finish (KEYFOB_TOKEN_STORE (source), result, &error);

  if (listed == NULL)
    {
      g_debug ("The token file is not listed: %s", error->message);
      return;
    }

  g_strfreev (self->listed);
  self->listed = listed;
  show_found (self);
}

static void
list (KeyfobStoreWatch *self)
{
  KeyfobTokenStore *shared =
      keyfob_stores_open (self->stores, keyfob_stores_get_shared_file (self->stores));

  keyfob_token_store_list_async (shared, NULL, on_listed, g_object_ref (self));
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

  if (g_str_equal (path, keyfob_stores_get_shared_file (self->stores)))
    list (self);
}

static void
on_unlocked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  KeyfobStoreWatch *self = g_task_get_source_object (task);
  GDBusMethodInvocation *invocation = g_task_get_task_data (task);
  GError *error = NULL;

  /* who reads a property after the answer shall find it as it is */
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

  g_clear_object (&self->stores);
  g_clear_object (&self->face);
  g_clear_object (&self->hosts);

  G_OBJECT_CLASS (keyfob_store_watch_parent_class)->dispose (object);
}

static void
keyfob_store_watch_finalize (GObject *object)
{
  g_strfreev (KEYFOB_STORE_WATCH (object)->listed);

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
  self->listed = g_new0 (char *, 1);
}

static void
connect (KeyfobStoreWatch *self, gpointer instance, const char *signal, gpointer handler)
{
  g_signal_connect_object (instance, signal, G_CALLBACK (handler), self, G_CONNECT_SWAPPED);
}

KeyfobStoreWatch *
keyfob_store_watch_new (KeyfobContext *context, KeyfobBusAgent1 *face, GListModel *hosts)
{
  KeyfobStoreWatch *self = g_object_new (KEYFOB_TYPE_STORE_WATCH, NULL);

  self->stores = g_object_ref (context->stores);
  self->face = g_object_ref (face);
  self->hosts = g_object_ref (hosts);
  keyfob_bus_agent1_set_store_file (face, keyfob_stores_get_shared_file (self->stores));

  connect (self, self->stores, "changed", on_stores_changed);
  connect (self, self->stores, "file-changed", on_file_changed);
  g_signal_connect_object (self->stores, "report", G_CALLBACK (keyfob_notices_add),
                           context->notices, G_CONNECT_SWAPPED);
  connect (self, self->hosts, "items-changed", show_found);
  connect (self, self->face, "handle-unlock", on_unlock);

  keyfob_stores_open_default (self->stores);
  on_stores_changed (self);
  list (self);

  return self;
}
