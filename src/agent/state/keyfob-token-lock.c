/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-token-lock.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-key-file-writer.h"

#define GROUP "tokens"
#define LOCKED "locked"

typedef enum
{
  OPEN,
  LOCKED_BY_SCREEN,
  LOCKED_BY_USER,
} State;

struct _KeyfobTokenLock
{
  GObject parent_instance;

  KeyfobSettings *settings;
  KeyfobScreenMonitor *screen;
  GKeyFile *keys;
  KeyfobKeyFileWriter *writer;
  State state;
  GPtrArray *waiting; /* GTask: checks until it is known how the screen stands */
};

G_DEFINE_FINAL_TYPE (KeyfobTokenLock, keyfob_token_lock, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_LOCKED,
  N_PROPS,
};
static GParamSpec *properties[N_PROPS];

static void
return_check (GTask *task)
{
  GError *error = NULL;

  if (keyfob_token_lock_check (g_task_get_source_object (task), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static gboolean
is_settled (KeyfobTokenLock *self)
{
  return self->state != OPEN || !keyfob_settings_get_lock_with_screen (self->settings)
         || keyfob_screen_monitor_get_ready (self->screen);
}

static void
return_checks (KeyfobTokenLock *self)
{
  g_autoptr (GPtrArray) waiting = NULL;

  if (!is_settled (self))
    return;

  waiting = g_steal_pointer (&self->waiting);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiting->len; i++)
    return_check (g_ptr_array_index (waiting, i));
}

static void
set_state (KeyfobTokenLock *self, State state)
{
  gboolean was_locked = keyfob_token_lock_get_locked (self);
  gboolean was_by_user = self->state == LOCKED_BY_USER;

  self->state = state;
  if (was_by_user != (state == LOCKED_BY_USER))
    {
      g_key_file_set_boolean (self->keys, GROUP, LOCKED, state == LOCKED_BY_USER);
      keyfob_key_file_writer_write (self->writer, self->keys);
    }
  if (was_locked != keyfob_token_lock_get_locked (self))
    {
      g_debug ("Tokens are %s", was_locked ? "unlocked" : "locked");
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOCKED]);
    }
  return_checks (self);
}

/* Called when the screen or the setting changes. */
static void
follow_screen (KeyfobTokenLock *self)
{
  gboolean locked = keyfob_settings_get_lock_with_screen (self->settings)
                    && keyfob_screen_monitor_get_locked (self->screen);

  if (locked && self->state == OPEN)
    set_state (self, LOCKED_BY_SCREEN);
  else if (!locked && self->state == LOCKED_BY_SCREEN)
    set_state (self, OPEN);
  else
    return_checks (self);
}

static void
keyfob_token_lock_dispose (GObject *object)
{
  KeyfobTokenLock *self = KEYFOB_TOKEN_LOCK (object);

  g_clear_object (&self->settings);
  g_clear_object (&self->screen);
  g_clear_object (&self->writer);

  G_OBJECT_CLASS (keyfob_token_lock_parent_class)->dispose (object);
}

static void
keyfob_token_lock_finalize (GObject *object)
{
  KeyfobTokenLock *self = KEYFOB_TOKEN_LOCK (object);

  g_key_file_unref (self->keys);
  g_ptr_array_unref (self->waiting);

  G_OBJECT_CLASS (keyfob_token_lock_parent_class)->finalize (object);
}

static void
keyfob_token_lock_get_property (GObject *object,
                                guint property_id,
                                GValue *value,
                                GParamSpec *pspec)
{
  switch (property_id)
    {
    case PROP_LOCKED:
      g_value_set_boolean (value, keyfob_token_lock_get_locked (KEYFOB_TOKEN_LOCK (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
keyfob_token_lock_class_init (KeyfobTokenLockClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_token_lock_dispose;
  object_class->finalize = keyfob_token_lock_finalize;
  object_class->get_property = keyfob_token_lock_get_property;

  properties[PROP_LOCKED] =
      g_param_spec_boolean ("locked", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
keyfob_token_lock_init (KeyfobTokenLock *self)
{
  self->keys = g_key_file_new ();
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
}

static gboolean
read_locked (KeyfobTokenLock *self, const char *path)
{
  g_autoptr (GError) error = NULL;

  if (keyfob_key_file_read (self->keys, path, &error))
    return g_key_file_get_boolean (self->keys, GROUP, LOCKED, NULL);

  g_message ("Tokens are locked, since %s cannot be read: %s", path, error->message);
  return TRUE;
}

KeyfobTokenLock *
keyfob_token_lock_new (const char *path,
                       KeyfobClock *clock,
                       KeyfobSettings *settings,
                       KeyfobScreenMonitor *screen)
{
  KeyfobTokenLock *self = g_object_new (KEYFOB_TYPE_TOKEN_LOCK, NULL);

  self->settings = g_object_ref (settings);
  self->screen = g_object_ref (screen);
  self->writer = keyfob_key_file_writer_new (path, clock);
  keyfob_key_file_writer_set_failure (
      self->writer, _ ("This holds only until Keyfob ends, since it cannot be saved: %s"));
  self->state = read_locked (self, path) ? LOCKED_BY_USER : OPEN;
  g_signal_connect_object (settings, "notify::lock-with-screen", G_CALLBACK (follow_screen), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (screen, "notify", G_CALLBACK (follow_screen), self, G_CONNECT_SWAPPED);

  return self;
}

char *
keyfob_token_lock_dup_default_path (void)
{
  return g_build_filename (g_get_user_state_dir (), GETTEXT_PACKAGE, "lock.ini", NULL);
}

gboolean
keyfob_token_lock_get_locked (KeyfobTokenLock *self)
{
  return self->state != OPEN;
}

void
keyfob_token_lock_lock (KeyfobTokenLock *self)
{
  set_state (self, LOCKED_BY_USER);
}

void
keyfob_token_lock_unlock (KeyfobTokenLock *self)
{
  set_state (self, OPEN);
}

gboolean
keyfob_token_lock_check (KeyfobTokenLock *self, GError **error)
{
  if (!keyfob_token_lock_get_locked (self))
    return TRUE;

  g_set_error_literal (error, KEYFOB_AUTH_ERROR, KEYFOB_AUTH_ERROR_TOKENS_LOCKED,
                       _ ("Tokens are locked, so no program gets one. Unlock them in the window "
                          "of Keyfob or in its menu in the tray."));
  return FALSE;
}

void
keyfob_token_lock_check_async (KeyfobTokenLock *self,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, keyfob_token_lock_check_async);
  if (is_settled (self))
    return_check (task);
  else
    g_ptr_array_add (self->waiting, g_steal_pointer (&task));
}

gboolean
keyfob_token_lock_check_finish (KeyfobTokenLock *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

KeyfobKeyFileWriter *
keyfob_token_lock_get_writer (KeyfobTokenLock *self)
{
  return self->writer;
}
