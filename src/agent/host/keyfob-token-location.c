/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-token-location.h"

struct _KeyfobTokenLocation
{
  GObject parent_instance;

  KeyfobStores *stores;
  KeyfobHostFile *file;
  KeyfobClock *clock;
  KeyfobConfig *config;
  char *place;
  gboolean stuck;
  gboolean stale;
};

G_DEFINE_FINAL_TYPE (KeyfobTokenLocation, keyfob_token_location, G_TYPE_OBJECT)

static void
set_place (KeyfobTokenLocation *self, const char *place)
{
  char *old = self->place;

  self->place = g_strdup (place);
  g_free (old);
}

static gboolean
is_chosen (KeyfobTokenLocation *self)
{
  return *keyfob_stores_get_chosen (self->stores, self->config) != '\0';
}

/* An agent that was told to use one file and no other leaves alone what others remember. */
static gboolean
is_remembered (KeyfobTokenLocation *self)
{
  return is_chosen (self) || !keyfob_stores_is_only_file (self->stores);
}

static GStrv
dup_left_in (KeyfobTokenLocation *self)
{
  if (!is_remembered (self))
    return g_new0 (char *, 1);

  return keyfob_host_file_dup_copy_stores (self->file, self->config);
}

static void
remember (KeyfobTokenLocation *self,
          const char *recorded,
          const char *const *left_in,
          gint64 left_at)
{
  if (is_remembered (self))
    keyfob_host_file_set_token_stores (self->file, self->config, recorded, left_in, left_at);
}

static void
add (GStrvBuilder *builder, GHashTable *seen, const char *place)
{
  if (*place != '\0' && g_hash_table_add (seen, g_strdup (place)))
    g_strv_builder_add (builder, place);
}

static void
add_all (GStrvBuilder *builder, GHashTable *seen, const char *const *places)
{
  for (gsize i = 0; places[i] != NULL; i++)
    add (builder, seen, places[i]);
}

static GHashTable *
new_set (const char *const *places)
{
  GHashTable *set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; places != NULL && places[i] != NULL; i++)
    g_hash_table_add (set, g_strdup (places[i]));

  return set;
}

static void
keyfob_token_location_dispose (GObject *object)
{
  KeyfobTokenLocation *self = KEYFOB_TOKEN_LOCATION (object);

  g_clear_object (&self->stores);
  g_clear_object (&self->file);
  g_clear_object (&self->clock);
  g_clear_object (&self->config);

  G_OBJECT_CLASS (keyfob_token_location_parent_class)->dispose (object);
}

static void
keyfob_token_location_finalize (GObject *object)
{
  g_free (KEYFOB_TOKEN_LOCATION (object)->place);

  G_OBJECT_CLASS (keyfob_token_location_parent_class)->finalize (object);
}

static void
keyfob_token_location_class_init (KeyfobTokenLocationClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = keyfob_token_location_dispose;
  G_OBJECT_CLASS (klass)->finalize = keyfob_token_location_finalize;
}

static void
keyfob_token_location_init (KeyfobTokenLocation *self)
{
  self->place = g_strdup ("");
}

KeyfobTokenLocation *
keyfob_token_location_new (KeyfobStores *stores,
                           KeyfobHostFile *file,
                           KeyfobClock *clock,
                           KeyfobConfig *config)
{
  KeyfobTokenLocation *self = g_object_new (KEYFOB_TYPE_TOKEN_LOCATION, NULL);

  self->stores = g_object_ref (stores);
  self->file = g_object_ref (file);
  self->clock = g_object_ref (clock);
  self->config = g_object_ref (config);

  return self;
}

void
keyfob_token_location_set_config (KeyfobTokenLocation *self, KeyfobConfig *config)
{
  g_set_object (&self->config, config);
  self->stuck = FALSE;
}

const char *
keyfob_token_location_get_place (KeyfobTokenLocation *self)
{
  return self->place;
}

const char *
keyfob_token_location_get_wanted (KeyfobTokenLocation *self)
{
  return keyfob_stores_get_place (self->stores, self->config);
}

KeyfobTokenStore *
keyfob_token_location_get_store (KeyfobTokenLocation *self)
{
  if (*self->place != '\0')
    return keyfob_stores_open (self->stores, self->place);

  return keyfob_stores_get (self->stores, self->config);
}

KeyfobTokenStore *
keyfob_token_location_get_store_for_new (KeyfobTokenLocation *self)
{
  KeyfobTokenStore *store = keyfob_stores_get (self->stores, self->config);

  return store != NULL ? store : keyfob_token_location_get_store (self);
}

KeyfobTokenStore *
keyfob_token_location_open (KeyfobTokenLocation *self, const char *place)
{
  return keyfob_stores_open (self->stores, place);
}

GStrv
keyfob_token_location_dup_candidates (KeyfobTokenLocation *self, gboolean was_signed_in)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) left = dup_left_in (self);
  g_autoptr (GHashTable) seen = new_set ((const char *const *) left);
  g_autofree char *recorded = keyfob_token_location_dup_recorded (self);

  add (builder, seen, recorded);
  add (builder, seen, keyfob_token_location_get_wanted (self));
  /* what a Python program had put into the file was used from there while there was no keyring */
  if (was_signed_in && *recorded == '\0' && !is_chosen (self))
    add (builder, seen, keyfob_stores_get_shared_file (self->stores));

  return g_strv_builder_end (builder);
}

GStrv
keyfob_token_location_dup_all (KeyfobTokenLocation *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = new_set (NULL);
  g_autofree char *recorded = keyfob_token_location_dup_recorded (self);
  g_auto (GStrv) left = dup_left_in (self);

  add (builder, seen, self->place);
  add (builder, seen, recorded);
  add (builder, seen, keyfob_token_location_get_wanted (self));
  add_all (builder, seen, (const char *const *) left);

  return g_strv_builder_end (builder);
}

GStrv
keyfob_token_location_dup_left (KeyfobTokenLocation *self)
{
  return dup_left_in (self);
}

gint64
keyfob_token_location_get_left_at (KeyfobTokenLocation *self)
{
  return keyfob_host_file_get_copy_time (self->file, self->config);
}

gboolean
keyfob_token_location_may_be_in (KeyfobTokenLocation *self, const char *place)
{
  g_auto (GStrv) all = NULL;

  if (*self->place != '\0')
    return g_str_equal (self->place, place);

  all = keyfob_token_location_dup_all (self);

  return g_strv_contains ((const char *const *) all, place);
}

char *
keyfob_token_location_dup_recorded (KeyfobTokenLocation *self)
{
  if (!is_remembered (self))
    return g_strdup ("");

  return keyfob_host_file_dup_token_store (self->file, self->config);
}

gboolean
keyfob_token_location_is_own (KeyfobTokenLocation *self)
{
  g_autofree char *recorded = keyfob_token_location_dup_recorded (self);

  return g_str_equal (recorded, self->place);
}

const char *
keyfob_token_location_get_target (KeyfobTokenLocation *self)
{
  const char *wanted = keyfob_token_location_get_wanted (self);
  KeyfobTokenStore *store;

  if (self->stuck || *self->place == '\0' || g_str_equal (self->place, wanted))
    return NULL;
  /* out of the keyring it goes by the user's choice only */
  if (!is_chosen (self) && g_str_equal (self->place, KEYFOB_STORES_KEYRING))
    return NULL;

  store = keyfob_stores_open (self->stores, wanted);

  return store != NULL && !keyfob_token_store_get_locked (store) ? wanted : NULL;
}

void
keyfob_token_location_found (KeyfobTokenLocation *self, KeyfobTokenStore *store)
{
  set_place (self, keyfob_stores_find_place (self->stores, store));
}

void
keyfob_token_location_saved (KeyfobTokenLocation *self, KeyfobTokenStore *store)
{
  const char *place = keyfob_stores_find_place (self->stores, store);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = new_set ((const char *const[]){ place, NULL });
  g_autofree char *recorded = keyfob_token_location_dup_recorded (self);
  g_auto (GStrv) before = dup_left_in (self);
  g_auto (GStrv) left = NULL;

  add (builder, seen, recorded);
  add_all (builder, seen, (const char *const *) before);
  left = g_strv_builder_end (builder);

  set_place (self, place);
  remember (self, place, (const char *const *) left, keyfob_clock_now (self->clock));
}

void
keyfob_token_location_refreshed (KeyfobTokenLocation *self, KeyfobTokenStore *store)
{
  if (!g_str_equal (self->place, keyfob_stores_find_place (self->stores, store)))
    keyfob_token_location_saved (self, store);
}

void
keyfob_token_location_gone (KeyfobTokenLocation *self, const char *const *left)
{
  set_place (self, "");
  remember (self, "", left, keyfob_clock_now (self->clock));
}

void
keyfob_token_location_copy_removed (KeyfobTokenLocation *self, const char *place)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = new_set ((const char *const[]){ place, NULL });
  g_autofree char *recorded = keyfob_token_location_dup_recorded (self);
  g_auto (GStrv) before = dup_left_in (self);
  g_auto (GStrv) left = NULL;

  add_all (builder, seen, (const char *const *) before);
  left = g_strv_builder_end (builder);
  remember (self, recorded, (const char *const *) left,
            keyfob_host_file_get_copy_time (self->file, self->config));
}

void
keyfob_token_location_move_failed (KeyfobTokenLocation *self)
{
  self->stuck = TRUE;
}

gboolean
keyfob_token_location_is_stale (KeyfobTokenLocation *self)
{
  return self->stale;
}

void
keyfob_token_location_set_stale (KeyfobTokenLocation *self, gboolean stale)
{
  self->stale = stale;
}

void
keyfob_token_location_allow_moves (KeyfobTokenLocation *self)
{
  self->stuck = FALSE;
}
