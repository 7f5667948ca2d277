/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-stores.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keyfob-auth-error.h"
#include "keyfob-bare-store.h"
#include "keyfob-config-options.h"
#include "keyfob-file-store.h"

#define PLACE "keyfob-place"

struct _KeyfobStores
{
  GObject parent_instance;

  KeyfobKeyring *keyring;
  char *shared_file;
  gboolean only_file;
  gboolean forces_file;   /* only_file, whatever was chosen */
  gboolean forbids_files; /* see keyfob_stores_set_allows_files() */
  KeyfobClock *clock;
  GHashTable *files; /* place → KeyfobTokenStore */
  GHashTable *apps;  /* name of a program → place of its token file */
};

G_DEFINE_FINAL_TYPE (KeyfobStores, keyfob_stores, G_TYPE_OBJECT)

enum
{
  CHANGED,
  FILE_CHANGED,
  REPORT,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

static void
on_keyring_changed (KeyfobStores *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!keyfob_keyring_open_finish (KEYFOB_KEYRING (source), result, &error))
    g_message ("%s", error->message);
}

static KeyfobTokenStore *
open_keyring (KeyfobStores *self)
{
  if (keyfob_keyring_get_state (self->keyring) == KEYFOB_KEYRING_CLOSED)
    keyfob_keyring_open_async (self->keyring, on_opened, NULL);

  return keyfob_keyring_get_store (self->keyring);
}

static void
on_file_changed (KeyfobStores *self, KeyfobTokenStore *store)
{
  g_signal_emit (self, signals[FILE_CHANGED], 0, keyfob_stores_find_place (self, store));
}

static void
on_report (KeyfobStores *self, const char *name, const char *sentence)
{
  g_signal_emit (self, signals[REPORT], 0, name, sentence);
}

/* Strings on the bus are UTF-8; any other path is given as a URI. */
static char *
path_to_place (const char *path)
{
  return g_utf8_validate (path, -1, NULL) ? g_strdup (path) : g_filename_to_uri (path, NULL, NULL);
}

static char *
place_to_path (const char *place)
{
  char *path = g_filename_from_uri (place, NULL, NULL);

  return path != NULL ? path : g_strdup (place);
}

/* @store: (transfer full) */
static void
add_file (KeyfobStores *self, const char *place, KeyfobTokenStore *store)
{
  g_signal_connect_object (store, "changed", G_CALLBACK (on_file_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "report", G_CALLBACK (on_report), self, G_CONNECT_SWAPPED);
  g_object_set_data_full (G_OBJECT (store), PLACE, g_strdup (place), g_free);
  g_hash_table_insert (self->files, g_strdup (place), store);
}

static KeyfobTokenStore *
open_file (KeyfobStores *self, const char *place)
{
  KeyfobTokenStore *store = g_hash_table_lookup (self->files, place);

  if (store == NULL)
    {
      g_autofree char *path = place_to_path (place);

      store = keyfob_file_store_new (path, self->clock);
      add_file (self, place, store);
    }

  return store;
}

static gboolean
keyring_is_default (KeyfobStores *self)
{
  if (self->forbids_files)
    return TRUE;

  return !self->only_file && keyfob_keyring_get_state (self->keyring) != KEYFOB_KEYRING_ABSENT;
}

static gboolean
is_locked (KeyfobStores *self)
{
  return keyfob_token_store_get_locked (keyfob_keyring_get_store (self->keyring));
}

static void
on_unlocked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  KeyfobStores *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (!keyfob_token_store_unlock_finish (KEYFOB_TOKEN_STORE (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  g_signal_emit (self, signals[CHANGED], 0);
  g_task_return_boolean (task, TRUE);
}

static void
on_open_to_unlock (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  KeyfobKeyring *keyring = KEYFOB_KEYRING (source);
  KeyfobTokenStore *store;
  GError *error = NULL;

  if (!keyfob_keyring_open_finish (keyring, result, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  store = keyfob_keyring_get_store (keyring);
  if (store != NULL)
    keyfob_token_store_unlock_async (store, NULL, on_unlocked, g_steal_pointer (&task));
  else
    g_task_return_boolean (task, TRUE);
}

static void
keyfob_stores_dispose (GObject *object)
{
  KeyfobStores *self = KEYFOB_STORES (object);

  g_clear_object (&self->keyring);
  g_clear_object (&self->clock);
  g_hash_table_remove_all (self->files);

  G_OBJECT_CLASS (keyfob_stores_parent_class)->dispose (object);
}

static void
keyfob_stores_finalize (GObject *object)
{
  KeyfobStores *self = KEYFOB_STORES (object);

  g_free (self->shared_file);
  g_hash_table_unref (self->files);
  g_hash_table_unref (self->apps);

  G_OBJECT_CLASS (keyfob_stores_parent_class)->finalize (object);
}

static void
keyfob_stores_class_init (KeyfobStoresClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_stores_dispose;
  G_OBJECT_CLASS (klass)->finalize = keyfob_stores_finalize;

  signals[CHANGED] = g_signal_new ("changed", KEYFOB_TYPE_STORES, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[FILE_CHANGED] = g_signal_new ("file-changed", KEYFOB_TYPE_STORES, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[REPORT] = g_signal_new ("report", KEYFOB_TYPE_STORES, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
keyfob_stores_init (KeyfobStores *self)
{
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->apps = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

KeyfobStores *
keyfob_stores_new (KeyfobKeyring *keyring,
                   const char *shared_file,
                   gboolean only_file,
                   KeyfobClock *clock)
{
  KeyfobStores *self = g_object_new (KEYFOB_TYPE_STORES, NULL);

  self->keyring = g_object_ref (keyring);
  self->shared_file = path_to_place (shared_file);
  self->only_file = only_file;
  self->clock = g_object_ref (clock);
  g_signal_connect_object (keyring, "changed", G_CALLBACK (on_keyring_changed), self,
                           G_CONNECT_SWAPPED);

  return self;
}

void
keyfob_stores_force_file (KeyfobStores *self)
{
  self->only_file = TRUE;
  self->forces_file = TRUE;
}

void
keyfob_stores_use_bare_token (KeyfobStores *self, const char *base_url, gboolean names_host)
{
  g_autofree char *path = keyfob_stores_dup_shared_path (self);

  add_file (self, self->shared_file,
            keyfob_bare_store_new (path, base_url, names_host, self->clock));
}

void
keyfob_stores_set_allows_files (KeyfobStores *self, gboolean allows)
{
  if (self->forbids_files == !allows)
    return;

  self->forbids_files = !allows;
  g_signal_emit (self, signals[CHANGED], 0);
}

gboolean
keyfob_stores_get_allows_files (KeyfobStores *self)
{
  return !self->forbids_files;
}

gboolean
keyfob_stores_check_options (KeyfobStores *self, GVariant *options, GError **error)
{
  const char *store = "";

  g_variant_lookup (options, "store", "&s", &store);
  if (!self->forbids_files || *store == '\0' || g_str_equal (store, KEYFOB_STORES_KEYRING))
    return TRUE;

  g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_INVALID_HOST,
                       _ ("Set by your administrator: tokens are kept in the keyring, and in no "
                          "file."));

  return FALSE;
}

const char *
keyfob_stores_get_chosen (KeyfobStores *self, KeyfobConfig *config)
{
  if (self->forbids_files)
    return KEYFOB_STORES_KEYRING;

  return self->forces_file ? "" : keyfob_config_get_store (config);
}

void
keyfob_stores_open_default (KeyfobStores *self)
{
  if (keyring_is_default (self))
    open_keyring (self);
}

const char *
keyfob_stores_get_place (KeyfobStores *self, KeyfobConfig *config)
{
  const char *chosen = keyfob_stores_get_chosen (self, config);

  if (*chosen == '\0')
    return keyring_is_default (self) ? KEYFOB_STORES_KEYRING : self->shared_file;
  if (g_str_equal (chosen, "file"))
    return self->shared_file;
  if (g_str_has_prefix (chosen, KEYFOB_STORE_APP))
    return keyfob_stores_get_app_file (self, chosen + strlen (KEYFOB_STORE_APP));

  return chosen;
}

KeyfobTokenStore *
keyfob_stores_open (KeyfobStores *self, const char *place)
{
  return g_str_equal (place, KEYFOB_STORES_KEYRING) ? open_keyring (self) : open_file (self, place);
}

KeyfobTokenStore *
keyfob_stores_get (KeyfobStores *self, KeyfobConfig *config)
{
  return keyfob_stores_open (self, keyfob_stores_get_place (self, config));
}

const char *
keyfob_stores_find_place (KeyfobStores *self, KeyfobTokenStore *store)
{
  /* a store may still be at work for a host that has another one by now */
  const char *place = g_object_get_data (G_OBJECT (store), PLACE);

  return place != NULL ? place : KEYFOB_STORES_KEYRING;
}

gboolean
keyfob_stores_is_opening (KeyfobStores *self, const char *place)
{
  KeyfobKeyringState state = keyfob_keyring_get_state (self->keyring);

  return g_str_equal (place, KEYFOB_STORES_KEYRING)
         && (state == KEYFOB_KEYRING_CLOSED || state == KEYFOB_KEYRING_OPENING);
}

gboolean
keyfob_stores_is_keyring_silent (KeyfobStores *self)
{
  KeyfobKeyringState state = keyfob_keyring_get_state (self->keyring);

  return state == KEYFOB_KEYRING_OPENING || state == KEYFOB_KEYRING_SILENT;
}

gboolean
keyfob_stores_is_only_file (KeyfobStores *self)
{
  return self->only_file;
}

GError *
keyfob_stores_new_error (KeyfobStores *self)
{
  const GError *error = keyfob_keyring_get_error (self->keyring);

  if (self->forbids_files && keyfob_keyring_get_state (self->keyring) == KEYFOB_KEYRING_ABSENT)
    return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                                _ ("Set by your administrator: tokens are kept in the keyring, and "
                                   "there is none. Start one."));
  if (error != NULL)
    return g_error_copy (error);

  return g_error_new_literal (KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_STORE,
                              _ ("The keyring does not answer. Unlock it to go on."));
}

const char *
keyfob_stores_get_shared_file (KeyfobStores *self)
{
  return self->shared_file;
}

char *
keyfob_stores_dup_shared_path (KeyfobStores *self)
{
  return place_to_path (self->shared_file);
}

const char *
keyfob_stores_get_app_file (KeyfobStores *self, const char *name)
{
  char *place = g_hash_table_lookup (self->apps, name);

  if (place == NULL)
    {
      g_autofree char *path = keyfob_token_store_dup_app_path (name);

      place = path_to_place (path);
      g_hash_table_insert (self->apps, g_strdup (name), place);
    }

  return place;
}

static gboolean
is_unused_file (gpointer place, gpointer store, gpointer used)
{
  return !g_hash_table_contains (used, place);
}

static gboolean
is_unused_app (gpointer name, gpointer place, gpointer used)
{
  return !g_hash_table_contains (used, place);
}

gboolean
keyfob_stores_has_unused (KeyfobStores *self, GHashTable *used)
{
  return g_hash_table_find (self->files, is_unused_file, used) != NULL
         || g_hash_table_find (self->apps, is_unused_app, used) != NULL;
}

void
keyfob_stores_close_unused (KeyfobStores *self, GHashTable *used)
{
  g_hash_table_foreach_remove (self->files, is_unused_file, used);
  g_hash_table_foreach_remove (self->apps, is_unused_app, used);
}

const char *
keyfob_stores_get_kind (KeyfobStores *self)
{
  if (!keyring_is_default (self))
    return "file";

  return keyfob_keyring_get_store (self->keyring) != NULL ? "keyring" : "";
}

/* A keyring that does not answer is like one that is locked: Unlock tries again. */
const char *
keyfob_stores_get_state (KeyfobStores *self)
{
  switch (keyfob_keyring_get_state (self->keyring))
    {
    case KEYFOB_KEYRING_CLOSED:
      return keyring_is_default (self) ? "opening" : "ready";
    case KEYFOB_KEYRING_OPENING:
      return "opening";
    case KEYFOB_KEYRING_THERE:
      return is_locked (self) ? "locked" : "ready";
    case KEYFOB_KEYRING_SILENT:
      return "locked";
    case KEYFOB_KEYRING_ABSENT:
    default:
      return "ready";
    }
}

void
keyfob_stores_unlock_async (KeyfobStores *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, keyfob_stores_unlock_async);

  if (keyring_is_default (self)
      || keyfob_keyring_get_state (self->keyring) != KEYFOB_KEYRING_CLOSED)
    keyfob_keyring_open_async (self->keyring, on_open_to_unlock, g_steal_pointer (&task));
  else
    g_task_return_boolean (task, TRUE);
}

gboolean
keyfob_stores_unlock_finish (KeyfobStores *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
