/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-notice-bar.h"

#include <glib/gi18n-lib.h>

#include "keyfob-wrap-box.h"

/* Seconds that an agent may need after its start to find the tray. */
#define TRAY_WAIT 2

typedef enum
{
  NOTICE_NONE,
  NOTICE_TOKENS_LOCKED,
  NOTICE_LOCKED,
  NOTICE_OF_AGENT,
  NOTICE_NO_KEYRING,
  NOTICE_ENDS_WITH_WINDOW,
} Notice;

struct _KeyfobNoticeBar
{
  AdwBin parent_instance;

  KeyfobAgentClient *client;
  KeyfobBusAgent1 *agent;
  GSettings *settings;
  KeyfobAutostart *autostart;
  guint tray_timer;
  char *unlock_error; /* of the last call of Unlock; NULL without one */
  gboolean unlocking;

  GtkInfoBar *bar;
  GtkLabel *text;
  GtkWidget *unlock_button;
  GtkWidget *start_button;
  GtkWidget *dismiss_button;
};

G_DEFINE_FINAL_TYPE (KeyfobNoticeBar, keyfob_notice_bar, ADW_TYPE_BIN)

/* Gets the oldest notice of the agent. */
static gboolean
read_agent (KeyfobNoticeBar *self, const char **name, const char **sentence)
{
  GVariant *notices = keyfob_bus_agent1_get_notices (self->agent);

  if (notices == NULL || g_variant_n_children (notices) == 0)
    return FALSE;

  g_variant_get_child (notices, 0, "(&s&s)", name, sentence);

  return TRUE;
}

/* Whether to warn that sessions are not kept alive after the window is closed. */
static gboolean
ends_with_window (KeyfobNoticeBar *self)
{
  KeyfobHostList *hosts = keyfob_agent_client_get_hosts (self->client);

  return keyfob_bus_agent1_get_leaves (self->agent) && self->tray_timer == 0
         && !keyfob_autostart_get_enabled (self->autostart)
         && keyfob_host_list_get_last_expires (hosts) > 0
         && !g_settings_get_boolean (self->settings, "background-noticed");
}

/* Returns the most urgent notice; @sentence is set only for NOTICE_OF_AGENT. */
static Notice
find_notice (KeyfobNoticeBar *self, const char **sentence)
{
  const char *name;

  if (self->agent == NULL)
    return NOTICE_NONE;
  if (keyfob_bus_agent1_get_tokens_locked (self->agent))
    return NOTICE_TOKENS_LOCKED;
  if (g_strcmp0 (keyfob_bus_agent1_get_store_state (self->agent), "locked") == 0)
    return NOTICE_LOCKED;
  if (read_agent (self, &name, sentence))
    return NOTICE_OF_AGENT;
  if (g_strcmp0 (keyfob_bus_agent1_get_store (self->agent), "file") == 0
      && !g_settings_get_boolean (self->settings, "file-store-noticed"))
    return NOTICE_NO_KEYRING;
  if (ends_with_window (self))
    return NOTICE_ENDS_WITH_WINDOW;

  return NOTICE_NONE;
}

static void
update (KeyfobNoticeBar *self)
{
  const char *sentence = NULL;
  Notice notice = find_notice (self, &sentence);
  g_autofree char *warning = NULL;

  if (notice != NOTICE_LOCKED)
    g_clear_pointer (&self->unlock_error, g_free);

  switch (notice)
    {
    case NOTICE_TOKENS_LOCKED:
      gtk_label_set_label (self->text, _ ("Tokens are locked: no program gets one. Your sessions "
                                          "are kept alive."));
      gtk_info_bar_set_message_type (self->bar, GTK_MESSAGE_INFO);
      break;
    case NOTICE_LOCKED:
      gtk_label_set_label (self->text, self->unlock_error != NULL
                                           ? self->unlock_error
                                           : _ ("The keyring is locked. Tokens cannot be used "
                                                "until it is unlocked."));
      gtk_info_bar_set_message_type (self->bar, GTK_MESSAGE_WARNING);
      break;
    case NOTICE_OF_AGENT:
      gtk_label_set_label (self->text, sentence);
      gtk_info_bar_set_message_type (self->bar, GTK_MESSAGE_INFO);
      break;
    case NOTICE_NO_KEYRING:
      gtk_label_set_label (self->text, _ ("There is no keyring on this desktop. Tokens are kept "
                                          "in a file that only you can read."));
      gtk_info_bar_set_message_type (self->bar, GTK_MESSAGE_INFO);
      break;
    case NOTICE_ENDS_WITH_WINDOW:
      warning = g_strjoin (" ",
                           _ ("Keyfob is in no tray here, so it ends soon after its window, and "
                              "your sign-ins are not kept alive."),
                           keyfob_autostart_get_error (self->autostart), NULL);
      gtk_label_set_label (self->text, warning);
      gtk_info_bar_set_message_type (self->bar, GTK_MESSAGE_INFO);
      break;
    case NOTICE_NONE:
    default:
      break;
    }

  gtk_widget_set_visible (self->unlock_button,
                          notice == NOTICE_LOCKED || notice == NOTICE_TOKENS_LOCKED);
  gtk_widget_set_sensitive (self->unlock_button, !self->unlocking);
  gtk_widget_set_visible (self->start_button, notice == NOTICE_ENDS_WITH_WINDOW);
  gtk_widget_set_visible (self->dismiss_button, notice == NOTICE_OF_AGENT
                                                    || notice == NOTICE_NO_KEYRING
                                                    || notice == NOTICE_ENDS_WITH_WINDOW);
  gtk_info_bar_set_revealed (self->bar, notice != NOTICE_NONE);
  gtk_widget_set_visible (GTK_WIDGET (self), notice != NOTICE_NONE);
}

static void
on_unlocked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (KeyfobNoticeBar) self = user_data;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->unlock_error, g_free);
  if (!keyfob_bus_agent1_call_unlock_finish (KEYFOB_BUS_AGENT1 (source), result, &error))
    self->unlock_error = keyfob_agent_client_explain (error);

  self->unlocking = FALSE;
  update (self);
}

static void
on_unlock (KeyfobNoticeBar *self)
{
  if (keyfob_bus_agent1_get_tokens_locked (self->agent))
    {
      keyfob_bus_agent1_call_unlock_tokens (self->agent, NULL, NULL, NULL);
      return;
    }

  self->unlocking = TRUE;
  update (self);
  keyfob_bus_agent1_call_unlock (self->agent, NULL, on_unlocked, g_object_ref (self));
}

static void
on_dismiss (KeyfobNoticeBar *self)
{
  const char *name;
  const char *sentence;

  switch (find_notice (self, &sentence))
    {
    case NOTICE_OF_AGENT:
      /* the bar is hidden when the agent has removed the notice from its property */
      if (read_agent (self, &name, &sentence))
        keyfob_bus_agent1_call_dismiss (self->agent, name, NULL, NULL, NULL);
      break;
    case NOTICE_ENDS_WITH_WINDOW:
      g_settings_set_boolean (self->settings, "background-noticed", TRUE);
      update (self);
      break;
    case NOTICE_NO_KEYRING:
      g_settings_set_boolean (self->settings, "file-store-noticed", TRUE);
      update (self);
      break;
    case NOTICE_TOKENS_LOCKED:
    case NOTICE_LOCKED:
    case NOTICE_NONE:
    default:
      break;
    }
}

static void
on_start_at_login (KeyfobNoticeBar *self)
{
  keyfob_autostart_set_enabled (self->autostart, TRUE);
}

static gboolean
on_tray_timer (gpointer user_data)
{
  KeyfobNoticeBar *self = KEYFOB_NOTICE_BAR (user_data);

  self->tray_timer = 0;
  update (self);

  return G_SOURCE_REMOVE;
}

static void
on_agent_changed (KeyfobNoticeBar *self)
{
  KeyfobBusAgent1 *agent = keyfob_agent_client_get_agent (self->client);

  if (self->agent != NULL)
    g_signal_handlers_disconnect_by_data (self->agent, self);
  g_clear_handle_id (&self->tray_timer, g_source_remove);
  g_set_object (&self->agent, agent);
  self->unlocking = FALSE;
  if (agent != NULL)
    {
      g_signal_connect_object (agent, "notify::store", G_CALLBACK (update), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (agent, "notify::notices", G_CALLBACK (update), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (agent, "notify::store-state", G_CALLBACK (update), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (agent, "notify::tokens-locked", G_CALLBACK (update), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (agent, "notify::leaves", G_CALLBACK (update), self,
                               G_CONNECT_SWAPPED);
      keyfob_autostart_update (self->autostart);
      self->tray_timer = g_timeout_add_seconds (TRAY_WAIT, on_tray_timer, self);
    }
  update (self);
}

static void
keyfob_notice_bar_dispose (GObject *object)
{
  KeyfobNoticeBar *self = KEYFOB_NOTICE_BAR (object);

  g_clear_handle_id (&self->tray_timer, g_source_remove);
  /* the list of hosts empties itself where this is the last reference to the client */
  if (self->client != NULL)
    g_signal_handlers_disconnect_by_data (keyfob_agent_client_get_hosts (self->client), self);
  g_clear_object (&self->agent);
  g_clear_object (&self->client);
  g_clear_object (&self->settings);
  g_clear_object (&self->autostart);

  G_OBJECT_CLASS (keyfob_notice_bar_parent_class)->dispose (object);
}

static void
keyfob_notice_bar_finalize (GObject *object)
{
  KeyfobNoticeBar *self = KEYFOB_NOTICE_BAR (object);

  g_free (self->unlock_error);

  G_OBJECT_CLASS (keyfob_notice_bar_parent_class)->finalize (object);
}

static void
keyfob_notice_bar_class_init (KeyfobNoticeBarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = keyfob_notice_bar_dispose;
  object_class->finalize = keyfob_notice_bar_finalize;

  g_type_ensure (KEYFOB_TYPE_WRAP_BOX);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/keyfob/Keyfob/keyfob-notice-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, KeyfobNoticeBar, bar);
  gtk_widget_class_bind_template_child (widget_class, KeyfobNoticeBar, text);
  gtk_widget_class_bind_template_child (widget_class, KeyfobNoticeBar, unlock_button);
  gtk_widget_class_bind_template_child (widget_class, KeyfobNoticeBar, start_button);
  gtk_widget_class_bind_template_child (widget_class, KeyfobNoticeBar, dismiss_button);
  gtk_widget_class_bind_template_callback (widget_class, on_unlock);
  gtk_widget_class_bind_template_callback (widget_class, on_start_at_login);
  gtk_widget_class_bind_template_callback (widget_class, on_dismiss);
}

static void
keyfob_notice_bar_init (KeyfobNoticeBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
keyfob_notice_bar_set_client (KeyfobNoticeBar *self,
                              KeyfobAgentClient *client,
                              KeyfobAutostart *autostart,
                              GSettings *settings)
{
  g_return_if_fail (KEYFOB_IS_NOTICE_BAR (self));
  g_return_if_fail (KEYFOB_IS_AGENT_CLIENT (client));
  g_return_if_fail (KEYFOB_IS_AUTOSTART (autostart));
  g_return_if_fail (self->client == NULL);

  self->client = g_object_ref (client);
  self->autostart = g_object_ref (autostart);
  self->settings = g_object_ref (settings);
  g_signal_connect_object (keyfob_agent_client_get_hosts (client), "notify::last-expires",
                           G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (autostart, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "notify::agent", G_CALLBACK (on_agent_changed), self,
                           G_CONNECT_SWAPPED);
  on_agent_changed (self);
}
