/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-background.h"

#include "keyfob-autostart.h"

/* Seconds that an agent may need after its start to find the tray. */
#define TRAY_WAIT 2

#define DISMISSED "background-noticed"

struct _KeyfobBackground
{
  GObject parent_instance;

  KeyfobAgentClient *client;
  GSettings *settings;
  char *path;
  KeyfobBusAgent1 *agent;
  guint tray_timer;
  gboolean starts_at_login;
  gboolean warns;
};

G_DEFINE_FINAL_TYPE (KeyfobBackground, keyfob_background, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_WARNS,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
update (KeyfobBackground *self)
{
  KeyfobHostList *hosts = keyfob_agent_client_get_hosts (self->client);
  gboolean warns = self->agent != NULL && self->tray_timer == 0 && !self->starts_at_login
                   && keyfob_bus_agent1_get_leaves (self->agent)
                   && keyfob_host_list_get_last_expires (hosts) > 0
                   && !g_settings_get_boolean (self->settings, DISMISSED);

  if (warns == self->warns)
    return;

  self->warns = warns;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_WARNS]);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobBackground) self = user_data;

  self->starts_at_login = keyfob_autostart_read_finish (result);
  update (self);
}

static gboolean
on_tray_timer (gpointer user_data)
{
  KeyfobBackground *self = KEYFOB_BACKGROUND (user_data);

  self->tray_timer = 0;
  keyfob_autostart_read_async (self->path, NULL, on_read, g_object_ref (self));

  return G_SOURCE_REMOVE;
}

static void
on_agent_changed (KeyfobBackground *self)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->client);

  if (self->agent != NULL)
    g_signal_handlers_disconnect_by_data (self->agent, self);
  g_clear_handle_id (&self->tray_timer, g_source_remove);
  g_set_object (&self->agent, agent);
  if (agent != NULL)
    {
      g_signal_connect_object (agent, "notify::leaves", G_CALLBACK (update), self,
                               G_CONNECT_SWAPPED);
      self->starts_at_login = TRUE; /* avoids a warning before the entry is read */
      self->tray_timer = g_timeout_add_seconds (TRAY_WAIT, on_tray_timer, self);
    }
  update (self);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobBackground) self = user_data;
  g_autoptr (GError) error = NULL;

  self->starts_at_login = keyfob_autostart_write_finish (result, &error);
  if (error != NULL)
    g_message ("The autostart entry cannot be written: %s", error->message);
  update (self);
}

static void
keyfob_background_dispose (GObject *object)
{
  KeyfobBackground *self = KEYFOB_BACKGROUND (object);

  g_clear_handle_id (&self->tray_timer, g_source_remove);
  g_clear_object (&self->agent);
  g_clear_object (&self->client);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->path, g_free);

  G_OBJECT_CLASS (keyfob_background_parent_class)->dispose (object);
}

static void
keyfob_background_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_WARNS:
      g_value_set_boolean (value, keyfob_background_get_warns (KEYFOB_BACKGROUND (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_background_class_init (KeyfobBackgroundClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = keyfob_background_dispose;
  object_class->get_property = keyfob_background_get_property;

  props[PROP_WARNS] =
      g_param_spec_boolean ("warns", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
keyfob_background_init (KeyfobBackground *self)
{
}

KeyfobBackground *
keyfob_background_new (KeyfobAgentClient *client, GSettings *settings)
{
  KeyfobBackground *self = g_object_new (KEYFOB_TYPE_BACKGROUND, NULL);

  self->client = g_object_ref (client);
  self->settings = g_object_ref (settings);
  self->path = keyfob_autostart_dup_path ();
  g_signal_connect_object (client, "notify::agent", G_CALLBACK (on_agent_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (keyfob_agent_client_get_hosts (client), "notify::last-expires",
                           G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  on_agent_changed (self);

  return self;
}

gboolean
keyfob_background_get_warns (KeyfobBackground *self)
{
  g_return_val_if_fail (KEYFOB_IS_BACKGROUND (self), FALSE);

  return self->warns;
}

void
keyfob_background_start_at_login (KeyfobBackground *self)
{
  g_return_if_fail (KEYFOB_IS_BACKGROUND (self));

  keyfob_autostart_write_async (self->path, TRUE, NULL, on_written, g_object_ref (self));
}

void
keyfob_background_dismiss (KeyfobBackground *self)
{
  g_return_if_fail (KEYFOB_IS_BACKGROUND (self));

  g_settings_set_boolean (self->settings, DISMISSED, TRUE);
  update (self);
}
