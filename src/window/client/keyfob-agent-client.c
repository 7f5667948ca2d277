/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-agent-client.h"

#include <glib/gi18n-lib.h>

#include "keyfob-auth-error.h"
#include "keyfob-window-enums.h"

#define AGENT_PATH "/org/keyfob/Keyfob/Agent"

/* An agent that does not stay is started again after 0, 1, 2 and 4 seconds, and then no more. */
#define MAX_TRIES 4

/* The tries are counted anew for an agent that has run at least this long. */
#define STABLE_TIME (10 * G_TIME_SPAN_SECOND)

struct _KeyfobAgentClient
{
  GObject parent_instance;

  GDBusConnection *connection;
  GCancellable *cancellable;
  KeyfobHostList *hosts;
  KeyfobBusAgent1 *agent;
  KeyfobAgentClientState state;
  guint watch;
  guint start_timer;
  guint tries;
  gint64 ready_since;
};

G_DEFINE_FINAL_TYPE (KeyfobAgentClient, keyfob_agent_client, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CONNECTION,
  PROP_AGENT,
  PROP_STATE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
set_state (KeyfobAgentClient *self, KeyfobAgentClientState state)
{
  if (state == self->state)
    return;

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

static void
set_agent (KeyfobAgentClient *self, KeyfobBusAgent1 *agent)
{
  if (g_set_object (&self->agent, agent))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_AGENT]);
}

/* Cancels all calls to the agent, so that no late answer is taken for one of the next agent.
 * Whoever sees the hosts go knows from the state that they are to come back. */
static void
disconnect_agent (KeyfobAgentClient *self)
{
  if (self->state == KEYFOB_AGENT_CLIENT_READY)
    set_state (self, KEYFOB_AGENT_CLIENT_RECONNECTING);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_clear_handle_id (&self->start_timer, g_source_remove);
  keyfob_host_list_set_manager (self->hosts, NULL);
  set_agent (self, NULL);
}

static void
fail (KeyfobAgentClient *self, const GError *error)
{
  g_message ("The hosts of the agent cannot be read: %s", error->message);
  disconnect_agent (self);
  set_state (self, KEYFOB_AGENT_CLIENT_FAILED);
}

static void
on_manager_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobAgentClient) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusObjectManager) manager =
      keyfob_bus_object_manager_client_new_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (error != NULL)
    {
      fail (self, error);
      return;
    }

  g_debug ("The agent is there");
  self->ready_since = g_get_monotonic_time ();
  keyfob_host_list_set_manager (self->hosts, manager);
  set_state (self, KEYFOB_AGENT_CLIENT_READY);
}

static void
on_agent_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobAgentClient) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyfobBusAgent1) agent = keyfob_bus_agent1_proxy_new_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (error != NULL)
    {
      fail (self, error);
      return;
    }

  /* Unlock returns only after the user has typed a password */
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (agent), G_MAXINT);
  set_agent (self, agent);

  keyfob_bus_object_manager_client_new (self->connection,
                                        G_DBUS_OBJECT_MANAGER_CLIENT_FLAGS_DO_NOT_AUTO_START,
                                        g_dbus_proxy_get_name (G_DBUS_PROXY (agent)), AGENT_PATH,
                                        self->cancellable, on_manager_ready, g_object_ref (self));
}

/* The proxies belong to the unique name of this agent, so that they never show properties of the
 * next agent. */
static void
on_name_appeared (GDBusConnection *connection,
                  const char *name,
                  const char *owner,
                  gpointer user_data)
{
  KeyfobAgentClient *self = KEYFOB_AGENT_CLIENT (user_data);

  disconnect_agent (self);
  keyfob_bus_agent1_proxy_new (self->connection, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, owner,
                               AGENT_PATH, self->cancellable, on_agent_ready, g_object_ref (self));
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobAgentClient) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = NULL;

  answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  if (answer != NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_debug ("The agent does not start: %s", error->message);
  if (!g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN))
    return;

  /* the agent is not installed, so that another try is of no use */
  g_clear_handle_id (&self->start_timer, g_source_remove);
  set_state (self, KEYFOB_AGENT_CLIENT_FAILED);
}

/* Starts the agent, and the timer of the next try, which is stopped when the agent appears. */
static gboolean
on_start_timer (gpointer user_data)
{
  KeyfobAgentClient *self = KEYFOB_AGENT_CLIENT (user_data);

  self->start_timer = 0;
  if (self->tries >= MAX_TRIES)
    {
      set_state (self, KEYFOB_AGENT_CLIENT_FAILED);
      return G_SOURCE_REMOVE;
    }

  g_debug ("Starting the agent, try %u", self->tries + 1);
  g_dbus_connection_call (
      self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "StartServiceByName", g_variant_new ("(su)", KEYFOB_AGENT_NAME, 0), NULL,
      G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, on_started, g_object_ref (self));

  self->start_timer = g_timeout_add_seconds (1u << self->tries, on_start_timer, self);
  self->tries++;

  return G_SOURCE_REMOVE;
}

static void
on_name_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  KeyfobAgentClient *self = KEYFOB_AGENT_CLIENT (user_data);
  gint64 run_time = g_get_monotonic_time () - self->ready_since;

  if (self->state == KEYFOB_AGENT_CLIENT_READY)
    {
      g_debug ("The agent is gone");
      if (run_time > STABLE_TIME)
        self->tries = 0;
    }
  disconnect_agent (self);

  if (self->tries == 0)
    on_start_timer (self);
  else
    self->start_timer = g_timeout_add_seconds (1u << (self->tries - 1), on_start_timer, self);
}

/* Leads to a call of on_name_appeared() or on_name_vanished() soon, and at each later change. */
static void
watch_agent (KeyfobAgentClient *self)
{
  g_clear_handle_id (&self->watch, g_bus_unwatch_name);
  self->watch = g_bus_watch_name_on_connection (self->connection, KEYFOB_AGENT_NAME,
                                                G_BUS_NAME_WATCHER_FLAGS_NONE, on_name_appeared,
                                                on_name_vanished, self, NULL);
}

static void
keyfob_agent_client_constructed (GObject *object)
{
  KeyfobAgentClient *self = KEYFOB_AGENT_CLIENT (object);

  if (self->connection != NULL)
    watch_agent (self);
  else
    self->state = KEYFOB_AGENT_CLIENT_NO_BUS;

  G_OBJECT_CLASS (keyfob_agent_client_parent_class)->constructed (object);
}

static void
keyfob_agent_client_dispose (GObject *object)
{
  KeyfobAgentClient *self = KEYFOB_AGENT_CLIENT (object);

  g_clear_handle_id (&self->watch, g_bus_unwatch_name);
  g_clear_handle_id (&self->start_timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->hosts);
  g_clear_object (&self->agent);
  g_clear_object (&self->connection);

  G_OBJECT_CLASS (keyfob_agent_client_parent_class)->dispose (object);
}

static void
keyfob_agent_client_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  KeyfobAgentClient *self = KEYFOB_AGENT_CLIENT (object);

  switch (prop_id)
    {
    case PROP_AGENT:
      g_value_set_object (value, self->agent);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_agent_client_set_property (GObject *object,
                                  guint prop_id,
                                  const GValue *value,
                                  GParamSpec *pspec)
{
  KeyfobAgentClient *self = KEYFOB_AGENT_CLIENT (object);

  switch (prop_id)
    {
    case PROP_CONNECTION:
      self->connection = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
keyfob_agent_client_class_init (KeyfobAgentClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = keyfob_agent_client_constructed;
  object_class->dispose = keyfob_agent_client_dispose;
  object_class->get_property = keyfob_agent_client_get_property;
  object_class->set_property = keyfob_agent_client_set_property;

  props[PROP_CONNECTION] =
      g_param_spec_object ("connection", NULL, NULL, G_TYPE_DBUS_CONNECTION,
                           G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  props[PROP_AGENT] =
      g_param_spec_object ("agent", NULL, NULL, KEYFOB_BUS_TYPE_AGENT1,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  props[PROP_STATE] = g_param_spec_enum (
      "state", NULL, NULL, KEYFOB_TYPE_AGENT_CLIENT_STATE, KEYFOB_AGENT_CLIENT_CONNECTING,
      G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, props);

  /* registers the domain, so that errors of the agent get its codes */
  (void) KEYFOB_AUTH_ERROR;
}

static void
keyfob_agent_client_init (KeyfobAgentClient *self)
{
  self->hosts = keyfob_host_list_new ();
  self->cancellable = g_cancellable_new ();
}

KeyfobAgentClient *
keyfob_agent_client_new (GDBusConnection *connection)
{
  return g_object_new (KEYFOB_TYPE_AGENT_CLIENT, "connection", connection, NULL);
}

KeyfobAgentClientState
keyfob_agent_client_get_state (KeyfobAgentClient *self)
{
  g_return_val_if_fail (KEYFOB_IS_AGENT_CLIENT (self), KEYFOB_AGENT_CLIENT_FAILED);

  return self->state;
}

KeyfobBusAgent1 *
keyfob_agent_client_get_agent (KeyfobAgentClient *self)
{
  g_return_val_if_fail (KEYFOB_IS_AGENT_CLIENT (self), NULL);

  return self->agent;
}

KeyfobHostList *
keyfob_agent_client_get_hosts (KeyfobAgentClient *self)
{
  g_return_val_if_fail (KEYFOB_IS_AGENT_CLIENT (self), NULL);

  return self->hosts;
}

void
keyfob_agent_client_retry (KeyfobAgentClient *self)
{
  g_return_if_fail (KEYFOB_IS_AGENT_CLIENT (self));

  if (self->state != KEYFOB_AGENT_CLIENT_FAILED)
    return;

  self->tries = 0;
  set_state (self, KEYFOB_AGENT_CLIENT_CONNECTING);
  g_clear_handle_id (&self->start_timer, g_source_remove);
  watch_agent (self);
}

void
keyfob_agent_client_send_looked (KeyfobAgentClient *self)
{
  g_return_if_fail (KEYFOB_IS_AGENT_CLIENT (self));

  if (self->agent != NULL)
    keyfob_bus_agent1_call_looked (self->agent, NULL, NULL, NULL);
}

char *
keyfob_agent_client_explain (const GError *error)
{
  g_autoptr (GError) copy = NULL;

  g_return_val_if_fail (error != NULL, NULL);

  if (error->domain != KEYFOB_AUTH_ERROR)
    return g_strdup (_ ("Keyfob's background service did not answer. Try again."));

  copy = g_error_copy (error);
  g_dbus_error_strip_remote_error (copy);

  return g_strdup (copy->message);
}
