/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "fake-store.h"

#include "keyfob-auth-error.h"

static void fake_store_iface_init (KeyfobTokenStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeStore,
                               fake_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KEYFOB_TYPE_TOKEN_STORE,
                                                      fake_store_iface_init))

enum
{
  PROP_0,
  PROP_LOCKED,
};

static void
fake_store_lookup_async (KeyfobTokenStore *store,
                         KeyfobConfig *host,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  FakeStore *self = FAKE_STORE (store);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  if (++self->n_lookups > 1 && self->put_by_others != NULL)
    g_set_object (&self->token, self->put_by_others);
  if (self->lookup_error >= 0)
    g_task_return_new_error (task, KEYFOB_AUTH_ERROR, self->lookup_error, "cannot be read");
  else
    g_task_return_pointer (task, self->token != NULL ? g_object_ref (self->token) : NULL,
                           g_object_unref);
}

static void
fake_store_save_async (KeyfobTokenStore *store,
                       KeyfobConfig *host,
                       KeyfobToken *token,
                       gboolean asks_user,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  FakeStore *self = FAKE_STORE (store);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  self->n_saves++;
  self->asked_user = asks_user;
  if (self->cancelled_by_save != NULL)
    g_cancellable_cancel (self->cancelled_by_save);
  if (self->save_error >= 0)
    {
      g_task_return_new_error (task, KEYFOB_AUTH_ERROR, self->save_error, "cannot be written");
      return;
    }

  if (self->hangs)
    {
      self->saving = g_steal_pointer (&task);
      return;
    }

  if (!self->forgets)
    g_set_object (&self->token, token);
  g_task_return_boolean (task, TRUE);
}

static char *
fake_store_dup_lock_path (KeyfobTokenStore *store)
{
  g_autofree char *name = g_strdup_printf ("fake-store-%p.lock", (void *) store);

  return g_build_filename (g_get_user_runtime_dir (), name, NULL);
}

static void
fake_store_remove_async (KeyfobTokenStore *store,
                         KeyfobConfig *host,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  FakeStore *self = FAKE_STORE (store);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  self->n_removes++;
  if (self->remove_error >= 0)
    {
      g_task_return_new_error (task, KEYFOB_AUTH_ERROR, self->remove_error, "cannot be removed");
      return;
    }

  g_clear_object (&self->token);
  g_task_return_boolean (task, TRUE);
}

static gboolean
fake_store_lookup_was_lost (KeyfobTokenStore *store, GAsyncResult *result, KeyfobToken *token)
{
  return FAKE_STORE (store)->loses;
}

static void
fake_store_iface_init (KeyfobTokenStoreInterface *iface)
{
  iface->lookup_was_lost = fake_store_lookup_was_lost;
  iface->lookup_async = fake_store_lookup_async;
  iface->save_async = fake_store_save_async;
  iface->dup_lock_path = fake_store_dup_lock_path;
  iface->remove_async = fake_store_remove_async;
}

static void
fake_store_dispose (GObject *object)
{
  FakeStore *self = FAKE_STORE (object);

  g_clear_object (&self->token);
  g_clear_object (&self->put_by_others);

  G_OBJECT_CLASS (fake_store_parent_class)->dispose (object);
}

static void
fake_store_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_LOCKED)
    g_value_set_boolean (value, FAKE_STORE (object)->locked);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
fake_store_class_init (FakeStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = fake_store_dispose;
  object_class->get_property = fake_store_get_property;
  g_object_class_override_property (object_class, PROP_LOCKED, "locked");
}

static void
fake_store_init (FakeStore *self)
{
  self->lookup_error = -1;
  self->save_error = -1;
  self->remove_error = -1;
}

FakeStore *
fake_store_new (KeyfobToken *token)
{
  FakeStore *self = g_object_new (FAKE_TYPE_STORE, NULL);

  g_set_object (&self->token, token);

  return self;
}
