/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-keyring-store.h"

#include <glib/gi18n-lib.h>

#include "keyfob-keyring-error.h"
#include "keyfob-keyring-value.h"
#include "keyfob-lock.h"
#include "keyfob-time-limit.h"

#define SERVICE_INTERFACE "org.freedesktop.Secret.Service"
#define COLLECTION_INTERFACE "org.freedesktop.Secret.Collection"

/* Milliseconds after which a service that should answer at once counts as silent. */
#define TIME_LIMIT 5000
/* Values that replace a secret before its item is deleted. KeePassXC moves a deleted item to its
 * recycle bin, and keeps by default the last ten secrets of each item. */
#define N_OVERWRITES 11
/* Seconds to wait for another program that works on the same host. */
#define LONGEST_WAIT 75

/* A gnome-keyring that started locked finds nothing when it is asked for the schema, too. */
static const SecretSchema schema = {
  .name = "org.keyfob.Keyfob.Token",
  .flags = SECRET_SCHEMA_DONT_MATCH_NAME,
  .attributes = { { "host", SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

struct _KeyfobKeyringStore
{
  GObject parent_instance;

  SecretService *service;
  /* The unique bus name that the session was opened with; a service that was started again does not
   * know the session. */
  char *session_owner;
  KeyfobClock *clock;
  GDBusConnection *connection;
  guint properties_watch;
  guint service_watch;
  char *collection; /* (nullable): path of the default collection, where there is one */
  gboolean locked;
  GCancellable *waiting; /* (nullable): while a call waits for a service that was silent */
};

static void keyfob_keyring_store_iface_init (KeyfobTokenStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (KeyfobKeyringStore,
                               keyfob_keyring_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KEYFOB_TYPE_TOKEN_STORE,
                                                      keyfob_keyring_store_iface_init))

enum
{
  PROP_0,
  PROP_LOCKED,
};

typedef void (*Step) (GTask *task);

typedef struct
{
  gboolean asks_user;
  Step step;
  char *base_url; /* (nullable): every host */
  char *host_key; /* (nullable): name of its lock */
  char *label;
  SecretValue *value;
  GList *items;
  SecretSearchFlags flags;
  guint n_found_locked; /* items that were to be unlocked */
  guint n_overwritten;
  gboolean is_stored;    /* what follows removes old items */
  KeyfobLock *lock;      /* (nullable): while remains of a removal are deleted */
  KeyfobTimeLimit *wait; /* (nullable): for that lock */
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_list_free_full (job->items, g_object_unref);
  g_clear_pointer (&job->value, secret_value_unref);
  g_clear_pointer (&job->lock, keyfob_lock_free);
  g_clear_pointer (&job->wait, keyfob_time_limit_free);
  g_free (job->base_url);
  g_free (job->host_key);
  g_free (job->label);
  g_free (job);
}

static GHashTable *
attributes_new (const char *base_url)
{
  GHashTable *attributes;

  if (base_url != NULL)
    return secret_attributes_build (&schema, "host", base_url, NULL);

  attributes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, NULL);
  g_hash_table_insert (attributes, (char *) "xdg:schema", (char *) schema.name);

  return attributes;
}

/* What an item says of itself is gone with its service, which libsecret takes for a mistake. */
static gboolean
is_locked (SecretItem *item)
{
  g_autoptr (GVariant) locked = g_dbus_proxy_get_cached_property (G_DBUS_PROXY (item), "Locked");

  return locked == NULL || g_variant_get_boolean (locked);
}

static char *
dup_schema_name (SecretItem *item)
{
  g_autoptr (GVariant) attributes =
      g_dbus_proxy_get_cached_property (G_DBUS_PROXY (item), "Attributes");

  return attributes != NULL ? secret_item_get_schema_name (item) : NULL;
}

/* Other programs may have items with a host as well. A locked gnome-keyring does not tell whose an
 * item is: the schema has no name there or, from some moment after it was locked on, that of none
 * in particular, and the name itself is a checksum. */
static gboolean
is_ours (SecretItem *item)
{
  g_autofree char *name = dup_schema_name (item);
  g_autofree char *checksum = NULL;
  g_autoptr (GVariant) attributes = NULL;
  const char *told = NULL;

  if (g_strcmp0 (name, schema.name) == 0)
    return TRUE;
  if (!is_locked (item))
    return FALSE;
  if (name == NULL)
    return TRUE;

  attributes = g_dbus_proxy_get_cached_property (G_DBUS_PROXY (item), "Attributes");
  checksum = g_compute_checksum_for_string (G_CHECKSUM_MD5, schema.name, -1);

  return g_variant_lookup (attributes, "gkr:compat:hashed:xdg:schema", "&s", &told)
         && g_str_equal (told, checksum);
}

static KeyfobToken *
dup_token (SecretItem *item, GError **error)
{
  g_autoptr (SecretValue) value = secret_item_get_secret (item);

  return keyfob_keyring_value_to_token (value, error);
}

/* Calls of the service. */

static void
waited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  KeyfobKeyringStore *self = user_data;

  /* The store is disposed then: a call that may never end holds no reference to it. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&self->waiting);
  if (reply != NULL)
    keyfob_token_store_changed (KEYFOB_TOKEN_STORE (self));
}

/* Makes a call that was not answered again, without a time limit: its answer tells that the service
 * goes on. */
static void
wait_for_service (KeyfobKeyringStore *self, const char *method, GVariant *arguments)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (arguments);

  if (self->waiting != NULL)
    return;

  self->waiting = g_cancellable_new ();
  g_dbus_connection_call (self->connection, g_dbus_proxy_get_name (G_DBUS_PROXY (self->service)),
                          g_dbus_proxy_get_object_path (G_DBUS_PROXY (self->service)),
                          SERVICE_INTERFACE, method, sunk, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          G_MAXINT, self->waiting, waited_cb, self);
}

static void
unlock_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GVariant) answer = NULL;
  const char *prompt = NULL;
  GError *error = NULL;

  answer = g_dbus_proxy_call_finish (G_DBUS_PROXY (source), result, &error);

  if (answer == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  /* A prompt that is offered stays unused. To dismiss it can break another one of the same keyring,
   * which the user sees. */
  g_variant_get_child (answer, 1, "&o", &prompt);
  g_task_return_boolean (task, g_str_equal (prompt, "/"));
}

/* Unlocks what opens without a question, as a keyring with an empty password does. */
static void
unlock_quietly (KeyfobKeyringStore *self,
                const char *const *paths,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, unlock_quietly);
  g_dbus_proxy_call (G_DBUS_PROXY (self->service), "Unlock", g_variant_new ("(^ao)", paths),
                     G_DBUS_CALL_FLAGS_NONE, -1, NULL, unlock_answered_cb, g_object_ref (task));
}

/* Returns: whether nothing is left for the user to unlock */
static gboolean
unlock_quietly_finish (GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  gboolean unlocked = g_task_propagate_boolean (G_TASK (result), &error);

  if (error != NULL)
    g_debug ("Unlock without a question: %s", error->message);

  return unlocked;
}

/* The default collection, whichever that is at the time. */

typedef struct
{
  char *path;
  gboolean asks_user;
  gboolean tried; /* to unlock it */
} Look;

static void
look_free (Look *look)
{
  g_free (look->path);
  g_free (look);
}

/* Whether the service has no collection at all, as KeePassXC has none before it opens a database. A
 * gnome-keyring without a keyring has the collection of the session. */
static gboolean
is_empty (KeyfobKeyringStore *self)
{
  return self->locked && self->collection == NULL;
}

/* @path: (nullable): the default collection, where there is one */
static void
take_collection (KeyfobKeyringStore *self, const char *path, gboolean locked)
{
  gboolean appeared = path != NULL && g_strcmp0 (path, self->collection) != 0;

  if (g_strcmp0 (path, self->collection) != 0)
    {
      g_free (self->collection);
      self->collection = g_strdup (path);
    }
  if (locked != self->locked)
    {
      self->locked = locked;
      g_object_notify (G_OBJECT (self), "locked");
    }
  if (appeared)
    keyfob_token_store_changed (KEYFOB_TOKEN_STORE (self));
}

static void read_locked (GTask *task);

static void
read_property (GTask *task,
               const char *path,
               const char *interface,
               const char *name,
               GAsyncReadyCallback callback)
{
  KeyfobKeyringStore *self = g_task_get_source_object (task);

  g_dbus_connection_call (self->connection, g_dbus_proxy_get_name (G_DBUS_PROXY (self->service)),
                          path, "org.freedesktop.DBus.Properties", "Get",
                          g_variant_new ("(ss)", interface, name), G_VARIANT_TYPE ("(v)"),
                          G_DBUS_CALL_FLAGS_NONE, TIME_LIMIT, g_task_get_cancellable (task),
                          callback, g_object_ref (task));
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  secret_service_unlock_dbus_paths_finish (SECRET_SERVICE (source), result, NULL, &error);

  if (error != NULL)
    g_task_return_error (task, keyfob_keyring_error_take (error));
  else
    /* A refused prompt is no error, so the collection is asked. */
    read_locked (task);
}

static void
not_asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  unlock_quietly_finish (result);
  read_locked (task);
}

static void
unlock_alias (GTask *task)
{
  KeyfobKeyringStore *self = g_task_get_source_object (task);
  Look *look = g_task_get_task_data (task);
  const char *paths[] = { look->path, NULL };

  look->tried = TRUE;
  /* There is no cancellable: gnome-keyring crashes when a prompt is taken away. */
  if (look->asks_user)
    secret_service_unlock_dbus_paths (self->service, paths, NULL, asked_cb, g_object_ref (task));
  else
    unlock_quietly (self, paths, not_asked_cb, g_object_ref (task));
}

static void
read_locked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  KeyfobKeyringStore *self = g_task_get_source_object (task);
  Look *look = g_task_get_task_data (task);
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) value = NULL;
  GError *error = NULL;
  gboolean locked;

  answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  /* A gnome-keyring without a keyring can have an alias to an object that does not exist. */
  if (keyfob_keyring_error_is_no_object (error))
    {
      g_error_free (error);
      take_collection (self, NULL, FALSE);
      g_task_return_boolean (task, TRUE);
      return;
    }

  if (answer == NULL)
    {
      g_task_return_error (task, keyfob_keyring_error_take (error));
      return;
    }

  g_variant_get (answer, "(v)", &value);
  locked = g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) && g_variant_get_boolean (value);

  /* What is known to be locked has not opened without a question. */
  if (locked && !look->tried
      && (look->asks_user || !self->locked || g_strcmp0 (look->path, self->collection) != 0))
    {
      unlock_alias (task);
      return;
    }

  take_collection (self, look->path, locked);
  if (locked)
    g_task_return_error (task, keyfob_keyring_error_take (NULL));
  else
    g_task_return_boolean (task, TRUE);
}

static void
read_locked (GTask *task)
{
  Look *look = g_task_get_task_data (task);

  read_property (task, look->path, COLLECTION_INTERFACE, "Locked", read_locked_cb);
}

static void
read_collections_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) value = NULL;
  GError *error = NULL;

  answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer == NULL)
    {
      g_task_return_error (task, keyfob_keyring_error_take (error));
      return;
    }

  g_variant_get (answer, "(v)", &value);
  take_collection (g_task_get_source_object (task), NULL,
                   g_variant_is_container (value) && g_variant_n_children (value) == 0);
  g_task_return_boolean (task, TRUE);
}

static void
read_alias_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  KeyfobKeyringStore *self = g_task_get_source_object (task);
  Look *look = g_task_get_task_data (task);
  GError *error = NULL;

  look->path = secret_service_read_alias_dbus_path_finish (SECRET_SERVICE (source), result, &error);

  if (error != NULL)
    {
      if (keyfob_keyring_error_is_silence (error))
        wait_for_service (self, "ReadAlias", g_variant_new ("(s)", "default"));
      g_task_return_error (task, keyfob_keyring_error_take (error));
    }
  else if (look->path == NULL)
    read_property (task, g_dbus_proxy_get_object_path (G_DBUS_PROXY (source)), SERVICE_INTERFACE,
                   "Collections", read_collections_cb);
  else
    read_locked (task);
}

/* Finishes with an error where the collection is locked, and, if @asks_user, the user refused to
 * unlock it. */
static void
look_at_collection (KeyfobKeyringStore *self,
                    gboolean asks_user,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Look *look = g_new0 (Look, 1);

  look->asks_user = asks_user;
  g_task_set_source_tag (task, look_at_collection);
  g_task_set_task_data (task, look, (GDestroyNotify) look_free);

  secret_service_read_alias_dbus_path (self->service, "default", cancellable, read_alias_cb,
                                       g_object_ref (task));
}

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!keyfob_keyring_store_check_finish (KEYFOB_KEYRING_STORE (source), result, &error))
    g_debug ("Default collection: %s", error->message);
}

static void
check (KeyfobKeyringStore *self)
{
  g_autofree char *owner = g_dbus_proxy_get_name_owner (G_DBUS_PROXY (self->service));

  /* A service that has left the bus is not started for this question. */
  if (owner != NULL)
    keyfob_keyring_store_check_async (self, NULL, checked_cb, NULL);
}

static void
properties_changed_cb (GDBusConnection *connection,
                       const char *sender,
                       const char *path,
                       const char *interface,
                       const char *signal,
                       GVariant *parameters,
                       gpointer user_data)
{
  KeyfobKeyringStore *self = user_data;
  g_autoptr (GVariant) changed = NULL;
  gboolean locked = FALSE;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;

  g_variant_get (parameters, "(&s@a{sv}as)", NULL, &changed, NULL);

  if (!g_variant_lookup (changed, "Locked", "b", &locked))
    return;

  /* a token from before another collection became the default one may be in there */
  if (!locked && g_strcmp0 (path, self->collection) != 0)
    keyfob_token_store_changed (KEYFOB_TOKEN_STORE (self));
  check (self);
}

/* A collection has come, changed or gone. */
static void
collections_changed_cb (GDBusConnection *connection,
                        const char *sender,
                        const char *path,
                        const char *interface,
                        const char *signal,
                        GVariant *parameters,
                        gpointer user_data)
{
  check (user_data);
}

static void
watch (KeyfobKeyringStore *self)
{
  const char *name = g_dbus_proxy_get_name (G_DBUS_PROXY (self->service));

  self->connection = g_object_ref (g_dbus_proxy_get_connection (G_DBUS_PROXY (self->service)));
  self->properties_watch = g_dbus_connection_signal_subscribe (
      self->connection, name, "org.freedesktop.DBus.Properties", "PropertiesChanged", NULL,
      COLLECTION_INTERFACE, G_DBUS_SIGNAL_FLAGS_NONE, properties_changed_cb, self, NULL);
  self->service_watch = g_dbus_connection_signal_subscribe (
      self->connection, name, SERVICE_INTERFACE, NULL, NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
      collections_changed_cb, self, NULL);
}

static void
unwatch (KeyfobKeyringStore *self, guint *id)
{
  if (*id != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, *id);
  *id = 0;
}

/* Work on items. */

static void search (GTask *task, SecretSearchFlags flags, Step step);

/* @error: (transfer full) */
static void
fail (GTask *task, GError *error)
{
  Job *job = g_task_get_task_data (task);

  if (!job->is_stored)
    {
      g_task_return_error (task, keyfob_keyring_error_take (error));
      return;
    }

  g_debug ("Older tokens are left: %s", error != NULL ? error->message : "not allowed");
  g_clear_error (&error);
  g_task_return_boolean (task, TRUE);
}

static guint
count_locked (Job *job)
{
  guint n_locked = 0;

  for (GList *l = job->items; l != NULL; l = l->next)
    n_locked += is_locked (l->data) ? 1 : 0;

  return n_locked;
}

static void
keep_ours (Job *job)
{
  GList *next;

  for (GList *l = job->items; l != NULL; l = next)
    {
      next = l->next;
      if (is_ours (l->data))
        continue;

      g_object_unref (l->data);
      job->items = g_list_delete_link (job->items, l);
    }
}

static void
items_asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;

  secret_service_unlock_dbus_paths_finish (SECRET_SERVICE (source), result, NULL, &error);

  if (error != NULL)
    g_task_return_error (task, keyfob_keyring_error_take (error));
  else
    search (task, job->flags, job->step);
}

static void
items_not_asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Job *job = g_task_get_task_data (task);

  if (unlock_quietly_finish (result))
    search (task, job->flags, job->step);
  else
    job->step (task);
}

/* KeePassXC locks each item for each program until the user allows it, although the collection is
 * open; and an item may be in another collection than the default one. */
static void
unlock_items (GTask *task)
{
  KeyfobKeyringStore *self = g_task_get_source_object (task);
  Job *job = g_task_get_task_data (task);
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();

  for (GList *l = job->items; l != NULL; l = l->next)
    if (is_locked (l->data))
      g_ptr_array_add (paths, (gpointer) g_dbus_proxy_get_object_path (l->data));
  g_ptr_array_add (paths, NULL);

  job->n_found_locked = paths->len - 1;
  if (job->asks_user)
    secret_service_unlock_dbus_paths (self->service, (const char **) paths->pdata, NULL,
                                      items_asked_cb, g_object_ref (task));
  else
    unlock_quietly (self, (const char *const *) paths->pdata, items_not_asked_cb,
                    g_object_ref (task));
}

static void
searched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;

  g_list_free_full (job->items, g_object_unref);
  job->items = secret_service_search_finish (SECRET_SERVICE (source), result, &error);

  if (error != NULL)
    {
      if (keyfob_keyring_error_is_silence (error))
        wait_for_service (g_task_get_source_object (task), "SearchItems",
                          g_variant_new_parsed ("({'xdg:schema': %s},)", schema.name));
      fail (task, error);
      return;
    }

  keep_ours (job);
  if (job->n_found_locked == 0 && count_locked (job) > 0)
    unlock_items (task);
  else
    job->step (task);
}

/* Searches the items of Keyfob, unlocks what it finds locked, and goes on with @step. */
static void
search (GTask *task, SecretSearchFlags flags, Step step)
{
  KeyfobKeyringStore *self = g_task_get_source_object (task);
  Job *job = g_task_get_task_data (task);
  g_autoptr (GHashTable) attributes = attributes_new (job->base_url);

  job->flags = flags;
  job->step = step;
  secret_service_search (self->service, job->base_url != NULL ? &schema : NULL, attributes,
                         SECRET_SEARCH_ALL | flags, g_task_get_cancellable (task), searched_cb,
                         g_object_ref (task));
}

static void
nothing_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, NULL, NULL);
}

/* Where the default collection has changed, an older token may be in another one. */
static KeyfobToken *
dup_newest (Job *job, GError **error)
{
  g_autoptr (KeyfobToken) newest = NULL;
  g_autoptr (GError) failure = NULL;

  for (GList *l = job->items; l != NULL; l = l->next)
    {
      g_autoptr (KeyfobToken) token = NULL;

      if (is_locked (l->data))
        continue;

      g_clear_error (&failure);
      token = dup_token (l->data, &failure);
      if (token != NULL && (newest == NULL || keyfob_token_is_newer (token, newest)))
        g_set_object (&newest, token);
    }

  if (newest == NULL && failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));

  return g_steal_pointer (&newest);
}

/* What is left of a removal that was cut off, see overwrite(). */
static gboolean
is_overwritten (SecretItem *item)
{
  g_autoptr (SecretValue) secret = secret_item_get_secret (item);
  const char *text = secret != NULL ? secret_value_get_text (secret) : NULL;
  guint64 number;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 0, N_OVERWRITES - 1, &number, NULL);
}

/* Takes the items that are, or are not, @overwritten out of the list. Returns: whether there was
 * one
 */
static gboolean
drop (Job *job, gboolean overwritten)
{
  gboolean found = FALSE;
  GList *next;

  for (GList *l = job->items; l != NULL; l = next)
    {
      next = l->next;
      if (is_overwritten (l->data) != overwritten)
        continue;

      found = TRUE;
      g_object_unref (l->data);
      job->items = g_list_delete_link (job->items, l);
    }

  return found;
}

static gboolean
has_locked (Job *job)
{
  for (GList *l = job->items; l != NULL; l = l->next)
    if (is_locked (l->data))
      return TRUE;

  return FALSE;
}

static void delete_remains (KeyfobKeyringStore *self, Job *job);

/* A locked item may have the token, whatever is in the others. */
static void
return_newest (GTask *task)
{
  KeyfobKeyringStore *self = g_task_get_source_object (task);
  Job *job = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  KeyfobToken *token = NULL;

  if (drop (job, TRUE))
    delete_remains (self, job);

  token = dup_newest (job, &error);
  if (token != NULL)
    g_task_return_pointer (task, token, g_object_unref);
  else if (has_locked (job))
    g_task_return_error (task, keyfob_keyring_error_new_locked_item ());
  else if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    look_at_collection (self, FALSE, g_task_get_cancellable (task), nothing_found_cb,
                        g_object_ref (task));
}

static void
look_up (GTask *task)
{
  search (task, SECRET_SEARCH_LOAD_SECRETS, return_newest);
}

static void delete_next (GTask *task);

static void
deleted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (secret_item_delete_finish (SECRET_ITEM (source), result, &error)
      || keyfob_keyring_error_is_no_object (error))
    {
      g_clear_error (&error);
      delete_next (task);
    }
  else
    fail (task, error);
}

static void overwrite (GTask *task, SecretItem *item);

static void
overwritten_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Job *job = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (secret_item_set_secret_finish (SECRET_ITEM (source), result, &error)
      && ++job->n_overwritten < N_OVERWRITES)
    overwrite (task, SECRET_ITEM (source));
  else
    secret_item_delete (SECRET_ITEM (source), NULL, deleted_cb, g_object_ref (task));
}

static void
overwrite (GTask *task, SecretItem *item)
{
  Job *job = g_task_get_task_data (task);
  g_autofree char *text = g_strdup_printf ("%u", job->n_overwritten);
  g_autoptr (SecretValue) value = secret_value_new (text, -1, "text/plain");

  secret_item_set_secret (item, value, NULL, overwritten_cb, g_object_ref (task));
}

static void
delete_next (GTask *task)
{
  Job *job = g_task_get_task_data (task);
  g_autoptr (SecretItem) item = NULL;

  if (job->items == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  item = job->items->data;
  job->items = g_list_delete_link (job->items, job->items);
  job->n_overwritten = 0;
  overwrite (task, item);
}

static void
delete_found (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (count_locked (job) > 0)
    g_task_return_error (task, keyfob_keyring_error_new_locked_item ());
  else
    delete_next (task);
}

static void
erase (GTask *task)
{
  search (task, SECRET_SEARCH_NONE, delete_found);
}

static gboolean
is_same (SecretItem *item, SecretValue *value)
{
  g_autoptr (SecretValue) secret = secret_item_get_secret (item);

  return secret != NULL
         && g_strcmp0 (secret_value_get_text (secret), secret_value_get_text (value)) == 0;
}

/* Deletes older tokens in other collections, unless those are locked. */
static void
delete_others (GTask *task)
{
  Job *job = g_task_get_task_data (task);
  gboolean found = FALSE;
  GList *next;

  for (GList *l = job->items; l != NULL; l = next)
    {
      gboolean same = is_same (l->data, job->value);

      next = l->next;
      if (!is_locked (l->data) && (!same || found))
        continue;

      found |= same;
      g_object_unref (l->data);
      job->items = g_list_delete_link (job->items, l);
    }

  if (found)
    delete_next (task);
  else
    g_task_return_boolean (task, TRUE);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;

  /* Without an error the user has refused to make a first keyring. */
  if (!secret_service_store_finish (SECRET_SERVICE (source), result, &error))
    {
      g_task_return_error (task, keyfob_keyring_error_take (error));
      return;
    }

  job->is_stored = TRUE;
  job->asks_user = FALSE;
  search (task, SECRET_SEARCH_LOAD_SECRETS, delete_others);
}

static void
store (GTask *task)
{
  KeyfobKeyringStore *self = g_task_get_source_object (task);
  Job *job = g_task_get_task_data (task);
  g_autoptr (GHashTable) attributes = attributes_new (job->base_url);
  /* Some services have no object at the path of the alias. */
  gboolean exists = self->collection != NULL;

  if (!exists && !job->asks_user)
    {
      g_task_return_error (task, keyfob_keyring_error_new_missing ());
      return;
    }

  /* KeePassXC asks its user with a prompt that can be taken away, unlike one of gnome-keyring,
   * which has one for a first keyring only. */
  secret_service_store (self->service, &schema, attributes,
                        exists ? self->collection : SECRET_COLLECTION_DEFAULT, job->label,
                        job->value, exists ? g_task_get_cancellable (task) : NULL, stored_cb,
                        g_object_ref (task));
}

static void
decide_unlocked (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (job->n_found_locked > 0 && count_locked (job) >= job->n_found_locked)
    g_task_return_error (task, keyfob_keyring_error_new_locked_item ());
  else
    g_task_return_boolean (task, TRUE);
}

static void
unlock_all (GTask *task)
{
  search (task, SECRET_SEARCH_NONE, decide_unlocked);
}

static void
looked_at_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_task_return_error (task, error);
  /* To search there would have KeePassXC ask its user. To store a first item makes a collection. */
  else if (is_empty (KEYFOB_KEYRING_STORE (source)) && job->value == NULL)
    g_task_return_error (task, keyfob_keyring_error_new_closed ());
  else if (!g_task_return_error_if_cancelled (task))
    job->step (task);
}

static void
proceed (GTask *task)
{
  KeyfobKeyringStore *self = g_task_get_source_object (task);
  Job *job = g_task_get_task_data (task);

  look_at_collection (self, job->asks_user, g_task_get_cancellable (task), looked_at_cb,
                      g_object_ref (task));
}

/* A service can be on the bus before it has an object there. From a signal of a service whose
 * collections it could not read, libsecret 0.20.5 crashes. */
static void
owner_changed_cb (KeyfobKeyringStore *self)
{
  GDBusProxy *service = G_DBUS_PROXY (self->service);
  g_autoptr (GVariant) collections = g_dbus_proxy_get_cached_property (service, "Collections");

  if (collections == NULL)
    g_dbus_proxy_set_cached_property (service, "Collections", g_variant_new ("ao", NULL));
  check (self);
}

static void
keep_session (KeyfobKeyringStore *self, SecretService *service)
{
  if (g_set_object (&self->service, service))
    g_signal_connect_object (service, "notify::g-name-owner", G_CALLBACK (owner_changed_cb), self,
                             G_CONNECT_SWAPPED);
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (service), TIME_LIMIT);
  g_free (self->session_owner);
  self->session_owner = g_dbus_proxy_get_name_owner (G_DBUS_PROXY (service));
}

static void
reopened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (SecretService) service = NULL;
  GError *error = NULL;

  service = secret_service_open_finish (result, &error);

  if (service == NULL)
    {
      g_task_return_error (task, keyfob_keyring_error_take (error));
      return;
    }

  keep_session (g_task_get_source_object (task), service);
  proceed (task);
}

static void
start (KeyfobKeyringStore *self, GTask *task, Job *job, gboolean asks_user, Step step)
{
  g_autofree char *owner = g_dbus_proxy_get_name_owner (G_DBUS_PROXY (self->service));

  job->step = step;
  job->asks_user = asks_user;
  g_task_set_task_data (task, job, job_free);

  if (owner != NULL && g_strcmp0 (owner, self->session_owner) == 0)
    proceed (task);
  else
    secret_service_open (SECRET_TYPE_SERVICE, g_dbus_proxy_get_name (G_DBUS_PROXY (self->service)),
                         SECRET_SERVICE_OPEN_SESSION, g_task_get_cancellable (task), reopened_cb,
                         g_object_ref (task));
}

static char *
dup_lock_path (KeyfobTokenStore *store)
{
  return g_build_filename (g_get_user_runtime_dir (), "keyfob", "keyring.lock", NULL);
}

static Job *
job_new (KeyfobConfig *host)
{
  Job *job = g_new0 (Job, 1);

  job->base_url = g_strdup (keyfob_config_get_base_url (host));
  job->host_key = g_strdup (keyfob_config_get_host_key (host));

  return job;
}

static void
delete_overwritten (GTask *task)
{
  drop (g_task_get_task_data (task), FALSE);
  delete_next (task);
}

static void
remains_locked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;

  job->lock = keyfob_lock_acquire_finish (result, &error);
  g_clear_pointer (&job->wait, keyfob_time_limit_free);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    search (task, SECRET_SEARCH_LOAD_SECRETS, delete_overwritten);
}

static void
remains_deleted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_debug ("What is left of a removal stays: %s", error->message);
}

/* Under the lock of the host, since another program may store a token in the same item just now. */
static void
delete_remains (KeyfobKeyringStore *self, Job *found)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, remains_deleted_cb, NULL);
  Job *job = g_new0 (Job, 1);
  g_autofree char *path = dup_lock_path (KEYFOB_TOKEN_STORE (self));

  job->base_url = g_strdup (found->base_url);
  job->wait = keyfob_time_limit_new (self->clock, LONGEST_WAIT, NULL);
  g_task_set_source_tag (task, delete_remains);
  g_task_set_task_data (task, job, job_free);
  keyfob_lock_acquire_async (path, found->host_key, keyfob_time_limit_get_cancellable (job->wait),
                             remains_locked_cb, g_object_ref (task));
}

static void
keyfob_keyring_store_lookup_async (KeyfobTokenStore *base,
                                   KeyfobConfig *host,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (base, cancellable, callback, user_data);

  g_task_set_source_tag (task, keyfob_keyring_store_lookup_async);
  start (KEYFOB_KEYRING_STORE (base), task, job_new (host), FALSE, look_up);
}

static void
keyfob_keyring_store_save_async (KeyfobTokenStore *base,
                                 KeyfobConfig *host,
                                 KeyfobToken *token,
                                 gboolean asks_user,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  KeyfobKeyringStore *self = KEYFOB_KEYRING_STORE (base);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Job *job = job_new (host);

  /* TRANSLATORS: what the keyring calls the item; %s is the host */
  job->label = g_strdup_printf (_ ("Keyfob: %s"), keyfob_config_get_name (host));
  /* KeePassXC replaces {PASSWORD} and the like; for a backslash see keyfob_keyring_value_new() */
  g_strdelimit (job->label, "{}\\", '|');
  job->value = keyfob_keyring_value_new (token, keyfob_clock_now_exactly (self->clock));

  g_task_set_source_tag (task, keyfob_keyring_store_save_async);
  start (self, task, job, asks_user, store);
}

static void
keyfob_keyring_store_remove_async (KeyfobTokenStore *base,
                                   KeyfobConfig *host,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (base, cancellable, callback, user_data);

  g_task_set_source_tag (task, keyfob_keyring_store_remove_async);
  start (KEYFOB_KEYRING_STORE (base), task, job_new (host), TRUE, erase);
}

static void
keyfob_keyring_store_unlock_async (KeyfobTokenStore *base,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (base, cancellable, callback, user_data);

  g_task_set_source_tag (task, keyfob_keyring_store_unlock_async);
  start (KEYFOB_KEYRING_STORE (base), task, g_new0 (Job, 1), TRUE, unlock_all);
}

static void
keyfob_keyring_store_dispose (GObject *object)
{
  KeyfobKeyringStore *self = KEYFOB_KEYRING_STORE (object);

  unwatch (self, &self->properties_watch);
  unwatch (self, &self->service_watch);
  if (self->waiting != NULL)
    g_cancellable_cancel (self->waiting);
  g_clear_object (&self->waiting);
  g_clear_object (&self->connection);
  g_clear_object (&self->service);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (keyfob_keyring_store_parent_class)->dispose (object);
}

static void
keyfob_keyring_store_finalize (GObject *object)
{
  KeyfobKeyringStore *self = KEYFOB_KEYRING_STORE (object);

  g_free (self->session_owner);
  g_free (self->collection);

  G_OBJECT_CLASS (keyfob_keyring_store_parent_class)->finalize (object);
}

static void
keyfob_keyring_store_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  KeyfobKeyringStore *self = KEYFOB_KEYRING_STORE (object);

  switch (id)
    {
    case PROP_LOCKED:
      g_value_set_boolean (value, self->locked);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
keyfob_keyring_store_class_init (KeyfobKeyringStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_keyring_store_dispose;
  object_class->finalize = keyfob_keyring_store_finalize;
  object_class->get_property = keyfob_keyring_store_get_property;

  g_object_class_override_property (object_class, PROP_LOCKED, "locked");
}

static void
keyfob_keyring_store_iface_init (KeyfobTokenStoreInterface *iface)
{
  iface->lookup_async = keyfob_keyring_store_lookup_async;
  iface->save_async = keyfob_keyring_store_save_async;
  iface->remove_async = keyfob_keyring_store_remove_async;
  iface->unlock_async = keyfob_keyring_store_unlock_async;
  iface->dup_lock_path = dup_lock_path;
  iface->is_keyring = TRUE;
}

static void
keyfob_keyring_store_init (KeyfobKeyringStore *self)
{
}

KeyfobTokenStore *
keyfob_keyring_store_new (SecretService *service, KeyfobClock *clock)
{
  KeyfobKeyringStore *self = NULL;

  g_return_val_if_fail (SECRET_IS_SERVICE (service), NULL);
  g_return_val_if_fail (KEYFOB_IS_CLOCK (clock), NULL);

  self = g_object_new (KEYFOB_TYPE_KEYRING_STORE, NULL);
  self->clock = g_object_ref (clock);
  keep_session (self, service);
  watch (self);
  check (self);

  return KEYFOB_TOKEN_STORE (self);
}

void
keyfob_keyring_store_check_async (KeyfobKeyringStore *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (KEYFOB_IS_KEYRING_STORE (self));

  look_at_collection (self, FALSE, cancellable, callback, user_data);
}

gboolean
keyfob_keyring_store_check_finish (KeyfobKeyringStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
